/**
 * How far a run was recorded.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { FileBytes, readRange } from "../io/bytes.ts";
import { readChunk } from "../io/chunk_bytes.ts";
import { type FilePosition, journalRecords, journalShape } from "../io/mod.ts";

/** How far a run was recorded. */
export interface RecordedProgress {
  /** End of the last whole record. */
  readonly position: FilePosition;
  /** The steps that are recorded, ascending. */
  readonly steps: readonly number[];
}

/** Bytes that are read at once. */
const PIECE = 2 ** 20;

/**
 * Finds out how far a run was recorded when its process ended.
 *
 * @param path Path of the journal.
 * @param before Step before which reading ends. Default: none.
 * @returns The progress; `null` if no record before it is whole.
 * @throws {FileError} If it cannot be read, or is no journal.
 */
export function readProgress(path: string, before: number = Infinity): RecordedProgress | null {
  const shape = journalShape(path);
  const steps: number[] = [];
  let bytes = 0;
  for (const record of journalRecords(path)) {
    const { probes } = readChunk(record.bytes, shape, path);
    if (probes.some(({ step }) => step >= before)) break;
    for (const { step } of probes) steps.push(step);
    bytes = record.end;
  }
  return bytes === 0 ? null : { position: positionIn(path, bytes), steps };
}

/** A place in a file, with the checksum of what lies before it. */
function positionIn(path: string, bytes: number): FilePosition {
  const file = Deno.openSync(path);
  using source = new FileBytes(file, file.statSync().size, { name: path });
  let checksum = 0;
  for (let at = 0; at < bytes; at += PIECE) {
    checksum = crc32(readRange(source, at, Math.min(PIECE, bytes - at)), checksum);
  }
  return { bytes, checksum };
}
