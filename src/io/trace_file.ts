/**
 * The table of probes as a file that grows while a run trains.
 *
 * @module
 */
import type { TraceChunk } from "../train/state.ts";
import { FileError } from "../errors.ts";
import { AppendFile, type FilePosition } from "./append_file.ts";
import { type OtherColumns, traceHeader, traceLines } from "./trace_csv.ts";

/** Characters that wait in memory before they count as full. */
const MOST_WAITING = 2 ** 20;

/** How to go on with a table. */
export interface ResumedTrace extends OtherColumns {
  /** Where it was flushed to; `null` if it has not been. */
  readonly position: FilePosition | null;
  /**
   * Gives the chunks of the run up to there, for a table that was changed or deleted since.
   *
   * @returns The chunks, in order.
   */
  chunks(): Iterable<TraceChunk>;
}

/**
 * `trace.csv` of a run that trains: whole lines, in the order of steps, the same text as that of
 * {@linkcode traceTable}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { TraceFile } from "./trace_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * {
 *   await using file = await TraceFile.create(path);
 *   const ranks = [{ epsilon: 1e-6, rank: 2, low: 2, high: 2 }];
 *   const layers = [{ kind: "count" as const, layer: 1, precision: "double" as const, ranks }];
 *   file.append([{ kind: "count", step: 0, replica: 0, loss: 0.5, accuracy: null, layers }]);
 *   await file.flush();
 * }
 * const [, row] = (await Deno.readTextFile(path)).split("\n");
 * assert.equal(row, "0,0,0.5,1,0.000001,2,2,2,,,,double");
 * await Deno.remove(path);
 * ```
 */
export class TraceFile implements AsyncDisposable {
  readonly #file: AppendFile;
  readonly #columns: OtherColumns;
  readonly #encoder = new TextEncoder();

  private constructor(file: AppendFile, columns: OtherColumns) {
    this.#file = file;
    this.#columns = columns;
  }

  /**
   * Begins a table. A file of that name is emptied.
   *
   * @param path Path of the file, in a folder that exists.
   * @param columns Columns beside those of every run. Default: none.
   * @returns The table, with its header.
   * @throws {FileError} If the file cannot be written.
   */
  static async create(path: string, columns: OtherColumns = {}): Promise<TraceFile> {
    const table = new TraceFile(await AppendFile.open(path), columns);
    table.#text(traceHeader(columns));
    try {
      await table.flush();
    } catch (error) {
      await table.close();
      throw error;
    }
    return table;
  }

  /**
   * Goes on with a table. Lines behind its position are cut off. One that is not what it was up to
   * there, or is gone, is written again.
   *
   * @param path Path of the file.
   * @param options Where to go on, and what came before.
   * @returns The table.
   * @throws {FileError} If the file cannot be written.
   */
  static async resume(path: string, { position, chunks, ...columns }: ResumedTrace): Promise<TraceFile> {
    if (position) {
      try {
        return new TraceFile(await AppendFile.open(path, position), columns);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
    }
    const table = await TraceFile.create(path, columns);
    try {
      for (const { probes } of chunks()) {
        table.append(probes);
        if (table.isFull) await table.flush();
      }
      await table.flush();
    } catch (error) {
      await table.close();
      throw error;
    }
    return table;
  }

  /**
   * Appends the rows of some probes. They are in memory until they are flushed.
   *
   * @param probes Probes that follow the earlier ones.
   */
  append(probes: TraceChunk["probes"]): void {
    for (const text of traceLines(probes, this.#columns)) this.#text(text);
  }

  #text(text: string): void {
    this.#file.append(this.#encoder.encode(text));
  }

  /** Whether so much waits in memory that it should be flushed now. */
  get isFull(): boolean {
    return this.#file.waiting > MOST_WAITING;
  }

  /**
   * Writes what waits in memory.
   *
   * @param options Whether to wait until it is on the disk. Default: false.
   * @returns The end of the table.
   * @throws {FileError} If it cannot be written; it then ends with the lines written before, and
   * what waits goes on waiting.
   */
  flush(options: { readonly sync?: boolean } = {}): Promise<FilePosition> {
    return this.#file.flush(options);
  }

  /**
   * Goes back to an earlier state.
   *
   * @param position Where the table was flushed to.
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
