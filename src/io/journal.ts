/**
 * The journal of a run: its trace as a binary file that grows while it trains.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { MOST_REPLICAS } from "../train/limits.ts";
import type { TraceChunk } from "../train/state.ts";
import { AppendFile, type FilePosition } from "./append_file.ts";
import { type TraceShape, writeChunk } from "./chunk_bytes.ts";
import {
  JOURNAL_MAGIC,
  JOURNAL_VERSION,
  journalShape,
  RECORD_PREFIX,
  recordChecksum,
} from "./read_journal.ts";
import { ByteWriter } from "./words.ts";

/** Bytes in memory that are written although nobody has asked. */
const MOST_WAITING = 2 ** 20;

function headerOf(shape: TraceShape): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(
    JSON.stringify({ replicas: shape.replicas, epsilons: shape.epsilons }),
  );
  const to = new ByteWriter();
  to.array(new TextEncoder().encode(JOURNAL_MAGIC));
  to.word(JOURNAL_VERSION);
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
 * import { Journal } from "./journal.ts";
 * import { readJournal } from "./read_journal.ts";
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
   * @throws {ShapeError} If there are more than 65,536 replicas.
   * @throws {FileError} If the file cannot be written.
   */
  static async create(path: string, shape: TraceShape): Promise<Journal> {
    if (shape.replicas > MOST_REPLICAS) {
      throw new ShapeError(
        `${shape.replicas} replicas: a journal holds at most ${MOST_REPLICAS}; give fewer`,
      );
    }
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
    const shape = journalShape(path);
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
    const bytes = to.bytes.slice(), length = bytes.length - RECORD_PREFIX;
    if (length >= 2 ** 32) throw new ShapeError(`a record of ${length} bytes: probe less often`);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, length, true);
    view.setUint32(4, recordChecksum(length, bytes.subarray(RECORD_PREFIX)), true);
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
