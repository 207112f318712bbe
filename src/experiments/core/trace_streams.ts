/**
 * The files that grow with a training: its journal, and its table of probes.
 *
 * @module
 */
import { type FilePosition, Journal, journalChunks, TraceFile } from "../../io/mod.ts";
import type { SweptValues, TraceShape } from "../../io/mod.ts";
import type { TraceChunk } from "../../train/state.ts";

/** Milliseconds from one flush to the next. */
const FLUSH_EVERY = 2000;

/** The end of the files at a state of the training. */
export interface TraceMark {
  /** End of the journal. */
  readonly journal: FilePosition;
  /** End of the table; `null` if none is written. */
  readonly trace: FilePosition | null;
}

/** Where the files are, and what they hold. */
export interface StreamPaths {
  /** Path of the journal. */
  readonly journal: string;
  /** Replicas and thresholds. */
  readonly shape: TraceShape;
  /** Path of the table, and the values that differ between replicas; `null` for no table. */
  readonly table: { readonly path: string; readonly swept: SweptValues } | null;
  /** Where to go on; `null` to begin. */
  readonly from: TraceMark | null;
}

/** A place to mark, between two chunks. */
interface Marker {
  readonly resolve: (mark: TraceMark | null) => void;
}

/**
 * The files that grow with a training. Chunks wait in memory while a place is marked, and before
 * the files are opened. Nothing here is on the way of the GPU.
 */
export class TraceStreams {
  readonly #paths: StreamPaths;
  /** Called once for each run of failures. */
  readonly #onFault: (error: unknown) => void;
  #journal: Journal | null = null;
  #table: TraceFile | null = null;
  /** Chunks, and places to mark, that wait for the files. */
  #waiting: (TraceChunk | Marker)[] = [];
  #isMarking = false;
  #timer: ReturnType<typeof setInterval> | undefined;
  /** The work on the files that runs, or the last one. */
  #last: Promise<unknown> = Promise.resolve();
  #isFaulty = false;

  /**
   * Writes nothing yet.
   *
   * @param paths Where the files are, and what they hold.
   * @param onFault Called when the files cannot be written, once until they can be again.
   */
  constructor(paths: StreamPaths, onFault: (error: unknown) => void) {
    this.#paths = paths;
    this.#onFault = onFault;
  }

  /** Whether the files are open. */
  get isOpen(): boolean {
    return this.#journal !== null;
  }

  /**
   * Opens the files, cut back to where to go on, or empty.
   *
   * @throws {FileError} If they cannot be written.
   */
  async open(): Promise<void> {
    const { journal: path, shape, table, from } = this.#paths;
    const journal = from ? await Journal.resume(path, from.journal) : await Journal.create(path, shape);
    if (table) {
      const { path: tablePath, swept } = table;
      this.#table = from
        ? await TraceFile.resume(tablePath, {
          position: from.trace,
          swept,
          chunks: () => journalChunks(path, from.journal.bytes),
        })
        : await TraceFile.create(tablePath, { swept });
    }
    this.#journal = journal;
    this.#drain();
    this.#timer = setInterval(() => void this.flush(), FLUSH_EVERY);
  }

  /**
   * Appends a chunk.
   *
   * @param chunk The chunk that follows the earlier ones.
   */
  append(chunk: TraceChunk): void {
    this.#waiting.push(chunk);
    this.#drain();
    if (this.#journal?.isFull || this.#table?.isFull) void this.flush();
  }

  #drain(): void {
    while (this.#journal && !this.#isMarking && this.#waiting.length > 0) {
      const next = this.#waiting.shift()!;
      if ("resolve" in next) {
        // Nothing is appended until the end of the files is known.
        this.#isMarking = true;
        void this.#inTurn(() => this.#write(true)).then((mark) => {
          this.#isMarking = false;
          next.resolve(mark);
          this.#drain();
        });
      } else {
        this.#journal.append(next);
        this.#table?.append(next.probes);
      }
    }
  }

  /** Writes what waits. A failure is told, and tried again later. */
  async flush(): Promise<void> {
    await this.#inTurn(() => this.#write(false));
  }

  async #write(sync: boolean): Promise<TraceMark | null> {
    try {
      const mark = {
        journal: await this.#journal!.flush({ sync }),
        trace: await this.#table?.flush({ sync }) ?? null,
      };
      this.#isFaulty = false;
      return mark;
    } catch (error) {
      if (!this.#isFaulty) this.#onFault(error);
      this.#isFaulty = true;
      return null;
    }
  }

  /**
   * Marks the place behind the last chunk. All before it is on the disk then.
   *
   * @returns The place; `null` if the files cannot be written.
   */
  mark(): Promise<TraceMark | null> {
    const { promise, resolve } = Promise.withResolvers<TraceMark | null>();
    this.#waiting.push({ resolve });
    this.#drain();
    return promise;
  }

  /** Writes what waits, and closes the files. What waits for files that never opened is lost. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    if (this.#journal) {
      await this.mark();
      await this.#journal.close();
      await this.#table?.close();
      this.#journal = null;
    }
    for (const each of this.#waiting.splice(0)) if ("resolve" in each) each.resolve(null);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => {});
    return result;
  }
}
