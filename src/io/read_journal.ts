/**
 * Reads the journal of a run.
 *
 * It begins with `STAIRJNL`, the version of the format, and a header in JSON with its length. Each
 * record is its length and its checksum, 4 bytes each, and the bytes of a chunk.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { FileError } from "../errors.ts";
import { CompactProbes } from "../train/compact.ts";
import { MOST_REPLICAS } from "../train/limits.ts";
import type { TraceChunk } from "../train/state.ts";
import type { Trace } from "../train/trace.ts";
import { TraceBuilder } from "../train/trace_builder.ts";
import { type ByteSource, FileBytes, readRange } from "./bytes.ts";
import { readChunk, type TraceShape } from "./chunk_bytes.ts";
import { unreadable } from "./file_reason.ts";
import { givesTurns } from "../gpu/turns.ts";
import { ByteReader } from "./words.ts";

/** First characters of a journal. */
export const JOURNAL_MAGIC = "STAIRJNL";

/** Version of its format. */
export const JOURNAL_VERSION = 1;

/** Bytes before the header: magic, version, length. */
const FIXED = JOURNAL_MAGIC.length + 8;

/** Bytes before a record: length, checksum. */
export const RECORD_PREFIX = 8;

/**
 * Computes the checksum of a record. Its length counts, so that zeros are no record.
 *
 * @param length Number of bytes.
 * @param bytes The bytes of the chunk.
 * @returns The checksum.
 */
export function recordChecksum(length: number, bytes: Uint8Array): number {
  return crc32(bytes, length);
}

/** What a journal holds. */
export interface JournalContent {
  /** Record of the run as far as it goes. */
  readonly trace: Trace;
  /** Networks that diverged, with the step at which their loss was first not finite. */
  readonly diverged: ReadonlyMap<number, number>;
  /** Number of steps whose losses it holds. */
  readonly steps: number;
  /** End of its last whole record, in bytes. */
  readonly end: number;
  /** Whether the file ends there. */
  readonly isIntact: boolean;
}

/**
 * Reads a journal, also while another process writes it. A torn or damaged record ends it.
 *
 * @param path Path of the file.
 * @param end Where to stop, in bytes. Default: at the end.
 * @returns What it holds.
 * @throws {FileError} If it cannot be read, or its header is no journal's.
 */
export async function readJournal(path: string, end: number = Infinity): Promise<JournalContent> {
  using source = openBytes(path);
  const { shape, start } = readHeader(source, path);
  const builder = new TraceBuilder(shape), compact = new CompactProbes(), turn = givesTurns();
  let at = start, steps = 0;
  for (const record of recordsOf(source, { shape, start, end, path })) {
    const { chunk } = record;
    builder.add({ ...chunk, probes: chunk.probes.map((probe) => compact.pack(probe)) });
    steps += chunk.count;
    at = record.end;
    await turn();
  }
  const { trace, diverged } = builder;
  return { trace, diverged, steps, end: at, isIntact: at === Math.min(end, source.size) };
}

/**
 * Reads the chunks of a journal one by one, so that little memory is needed.
 *
 * @param path Path of the file.
 * @param end Where to stop, in bytes. Default: at the end, or at a torn or damaged record.
 * @returns The chunks, in order.
 * @throws {FileError} If it cannot be read, or its header is no journal's.
 */
export function* journalChunks(path: string, end: number = Infinity): Generator<TraceChunk, void, void> {
  using source = openBytes(path);
  const { shape, start } = readHeader(source, path);
  for (const { chunk } of recordsOf(source, { shape, start, end, path })) yield chunk;
}

/** A chunk of a journal as bytes. */
export interface JournalRecord {
  /** Bytes that `readChunk` reads. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where it ends in the file, in bytes. */
  readonly end: number;
}

/**
 * Reads the whole records of a journal that another process writes.
 *
 * @param path Path of the file.
 * @param from End of the last record that is known. Default: none is.
 * @returns The records behind it, in order.
 * @throws {FileError} If it cannot be read, or its header is no journal's.
 */
export function* journalRecords(
  path: string,
  from: number | null = null,
): Generator<JournalRecord, void, void> {
  using source = openBytes(path);
  const start = from ?? readHeader(source, path).start;
  for (const { bytes, end } of rawRecords(source, { start, end: Infinity, path })) {
    // What is read next may come into the same room.
    yield { bytes: bytes.slice(), end };
  }
}

/**
 * Reads what all chunks of a journal share.
 *
 * @param path Path of the file.
 * @returns Replicas and thresholds.
 * @throws {FileError} If it cannot be read, or its header is no journal's.
 */
export function journalShape(path: string): TraceShape {
  using source = openBytes(path);
  return readHeader(source, path).shape;
}

function openBytes(path: string): FileBytes {
  try {
    const file = Deno.openSync(path);
    return new FileBytes(file, file.statSync().size, { name: path });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readHeader(source: ByteSource, path: string): { shape: TraceShape; start: number } {
  const fixed = readRange(source, 0, FIXED);
  const refuse = (why: string) => new FileError(`${path}: is no journal of a run: ${why}`);
  if (
    fixed.length < FIXED ||
    new TextDecoder().decode(fixed.subarray(0, JOURNAL_MAGIC.length)) !== JOURNAL_MAGIC
  ) {
    throw refuse("it begins otherwise");
  }
  const from = new ByteReader(fixed.subarray(JOURNAL_MAGIC.length), path);
  const version = from.word(), length = from.word();
  if (version !== JOURNAL_VERSION) {
    throw refuse(`its format has version ${version}, and this program reads ${JOURNAL_VERSION}`);
  }
  if (FIXED + length > source.size) throw refuse("its header is cut off");
  try {
    const { replicas, epsilons } = JSON.parse(new TextDecoder().decode(readRange(source, FIXED, length)));
    const isShape = Number.isSafeInteger(replicas) && replicas > 0 && replicas <= MOST_REPLICAS &&
      Array.isArray(epsilons) &&
      epsilons.every((epsilon) => typeof epsilon === "number");
    if (isShape) return { shape: { replicas, epsilons }, start: FIXED + length };
  } catch {
    // Refused below.
  }
  throw refuse("its header is damaged");
}

/** Where and what to read. */
interface RecordRange {
  readonly shape: TraceShape;
  readonly start: number;
  readonly end: number;
  readonly path: string;
}

/** The whole records of a journal, with their ends. */
function* recordsOf(
  source: ByteSource,
  { shape, start, end, path }: RecordRange,
): Generator<{ chunk: TraceChunk; end: number }, void, void> {
  let steps = 0;
  for (const { bytes, end: next } of rawRecords(source, { start, end, path })) {
    let chunk: TraceChunk;
    try {
      chunk = readChunk(bytes, shape, path);
    } catch {
      return;
    }
    if (chunk.first !== steps) return;
    yield { chunk, end: next };
    steps += chunk.count;
  }
}

/** The whole records of a journal as bytes, up to one that is torn or damaged. */
function* rawRecords(
  source: ByteSource,
  { start, end, path }: Omit<RecordRange, "shape">,
): Generator<{ bytes: Uint8Array; end: number }, void, void> {
  const size = Math.min(end, source.size);
  for (let at = start; at + RECORD_PREFIX <= size;) {
    const from = new ByteReader(readRange(source, at, RECORD_PREFIX), path);
    const length = from.word(), checksum = from.word();
    const next = at + RECORD_PREFIX + length;
    if (next > size) return;
    const bytes = readRange(source, at + RECORD_PREFIX, length);
    if (recordChecksum(length, bytes) !== checksum) return;
    yield { bytes, end: next };
    at = next;
  }
}
