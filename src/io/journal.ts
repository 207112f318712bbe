/**
 * The journal of a run: its trace as a binary file that grows while it trains.
 *
 * It begins with `STAIRJNL`, the version of the format, and a header in JSON with its length. Each
 * record is its length and its checksum, 4 bytes each, and the bytes of a chunk.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { FileError } from "../errors.ts";
import type { TraceChunk } from "../train/state.ts";
import type { Trace } from "../train/trace.ts";
import { AppendFile, type FilePosition } from "./append_file.ts";
import { type ByteSource, FileBytes, readRange } from "./bytes.ts";
import { readChunk, type TraceShape, writeChunk } from "./chunk_bytes.ts";
import { unreadable } from "./file_reason.ts";
import { TraceBuilder } from "./trace_builder.ts";
import { ByteReader, ByteWriter } from "./words.ts";

const MAGIC = "STAIRJNL", VERSION = 1;
/** Bytes before the header: magic, version, length. */
const FIXED = MAGIC.length + 8;
/** Bytes before a record: length, checksum. */
const PREFIX = 8;
/** More replicas than any adapter has room for. */
const MOST_REPLICAS = 2 ** 22;
/** Bytes in memory that are written although nobody has asked. */
const MOST_WAITING = 2 ** 20;

/** Checksum of a record; its length counts, so that zeros are no record. */
function checksumOf(length: number, bytes: Uint8Array): number {
  return crc32(bytes, length);
}

function headerOf(shape: TraceShape): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    JSON.stringify({ replicas: shape.replicas, epsilons: shape.epsilons }),
  );
  const to = new ByteWriter();
  to.array(new TextEncoder().encode(MAGIC));
  to.word(VERSION);
  to.word(text.length);
  to.array(text);
  return to.bytes.slice();
}

/**
 * The journal of a run that trains. A killed process leaves at most a torn record at its end, which
 * readers drop.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Journal, readJournal } from "./journal.ts";
 *
 * const folder = await Deno.makeTempDir(), path = `${folder}/run-0.journal`;
 * {
 *   await using journal = await Journal.create(path, { replicas: 1, epsilons: [1e-6] });
 *   const losses = [Float32Array.of(0.5, 0.25)];
 *   journal.append({ first: 0, count: 2, losses, probes: [], diverged: [], state: null });
 *   await journal.flush();
 * }
 * const { trace } = await readJournal(path);
 * assert.deepEqual(trace.losses, [Float32Array.of(0.5, 0.25)]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class Journal implements AsyncDisposable {
  /** Replicas and thresholds of the run. */
  readonly shape: TraceShape;
  readonly #file: AppendFile;
  readonly #writer = new ByteWriter();

  private constructor(file: AppendFile, shape: TraceShape) {
    this.#file = file;
    this.shape = shape;
  }

  /**
   * Begins a journal. A file of that name is emptied.
   *
   * @param path Path of the file, in a folder that exists.
   * @param shape Replicas and thresholds of the run.
   * @returns The journal.
   * @throws {FileError} If the file cannot be written.
   */
  static async create(path: string, shape: TraceShape): Promise<Journal> {
    const file = await AppendFile.open(path);
    file.append(headerOf(shape));
    try {
      await file.flush();
    } catch (error) {
      await file.close();
      throw error;
    }
    return new Journal(file, shape);
  }

  /**
   * Goes on with a journal. What it has behind the position is cut off.
   *
   * @param path Path of the file.
   * @param position Where it was flushed to, as a checkpoint has it.
   * @returns The journal.
   * @throws {FileError} If it cannot be written, or is not the same up to that position.
   */
  static async resume(path: string, position: FilePosition): Promise<Journal> {
    using source = openBytes(path);
    const { shape } = readHeader(source, path);
    return new Journal(await AppendFile.open(path, position), shape);
  }

  /**
   * Appends a chunk, without its state. It is in memory until it is flushed.
   *
   * @param chunk The chunk.
   * @throws {ShapeError} If it has other replicas or thresholds than the journal.
   */
  append(chunk: TraceChunk): void {
    const to = this.#writer;
    to.clear();
    to.word(0);
    to.word(0);
    writeChunk(to, chunk, this.shape);
    const bytes = to.bytes.slice(), length = bytes.length - PREFIX;
    const view = new DataView(bytes.buffer);
    view.setUint32(0, length, true);
    view.setUint32(4, checksumOf(length, bytes.subarray(PREFIX)), true);
    this.#file.append(bytes);
  }

  /** Whether so much waits in memory that it should be flushed now. */
  get isFull(): boolean {
    return this.#file.waiting > MOST_WAITING;
  }

  /**
   * Writes what waits in memory.
   *
   * @param options Whether to wait until it is on the disk, as before a checkpoint. Default: false.
   * @returns The end of the journal.
   * @throws {FileError} If it cannot be written; it then ends with its last whole record, and what
   * waits goes on waiting.
   */
  flush(options: { readonly sync?: boolean } = {}): Promise<FilePosition> {
    return this.#file.flush(options);
  }

  /**
   * Goes back to an earlier state.
   *
   * @param position Where the journal was flushed to.
   * @throws {FileError} If it cannot be written.
   */
  truncate(position: FilePosition): Promise<void> {
    return this.#file.truncate(position);
  }

  /** Closes the file. What was not flushed is lost. */
  close(): Promise<void> {
    return this.#file.close();
  }

  /** Closes the file. What was not flushed is lost. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
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
// deno-lint-ignore require-await -- a reader of files is asynchronous, whatever it does inside
export async function readJournal(path: string, end: number = Infinity): Promise<JournalContent> {
  using source = openBytes(path);
  const { shape, start } = readHeader(source, path);
  const builder = new TraceBuilder(shape);
  let at = start;
  for (const record of recordsOf(source, { shape, start, end, path })) {
    builder.add(record.chunk);
    at = record.end;
  }
  const { trace, diverged, steps } = builder;
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
  if (fixed.length < FIXED || new TextDecoder().decode(fixed.subarray(0, MAGIC.length)) !== MAGIC) {
    throw refuse("it begins otherwise");
  }
  const from = new ByteReader(fixed.subarray(MAGIC.length), path);
  const version = from.word(), length = from.word();
  if (version !== VERSION) {
    throw refuse(`its format has version ${version}, and this program reads ${VERSION}`);
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
  const size = Math.min(end, source.size);
  let steps = 0;
  for (let at = start; at + PREFIX <= size;) {
    const from = new ByteReader(readRange(source, at, PREFIX), path);
    const length = from.word(), checksum = from.word();
    const next = at + PREFIX + length;
    if (next > size) return;
    const bytes = readRange(source, at + PREFIX, length);
    if (checksumOf(length, bytes) !== checksum) return;
    let chunk: TraceChunk;
    try {
      chunk = readChunk(bytes, shape, path);
    } catch {
      return;
    }
    if (chunk.first !== steps) return;
    yield { chunk, end: next };
    steps += chunk.count;
    at = next;
  }
}
