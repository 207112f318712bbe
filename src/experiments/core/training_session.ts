/**
 * A training whose record and state are kept in files while it runs, so that it can go on after any
 * end.
 *
 * @module
 */
import { DivergenceError, FileError } from "../../errors.ts";
import { type Checkpoint, readCheckpoint, readJournal, writeCheckpoint } from "../../io/mod.ts";
import { journalPath, type RunIdentity, type SweptValues, type TraceShape } from "../../io/mod.ts";
import type { SavedTraining, TraceChunk, TrainingState } from "../../train/state.ts";
import type { NetworkExport } from "../../train/network_export.ts";
import type { Training } from "../../train/training.ts";
import { Snapshots } from "./snapshots.ts";
import { type TraceMark, TraceStreams } from "./trace_streams.ts";

/** Where and how often a training is kept. */
export interface SessionPlace {
  /** Folder of the run's state. */
  readonly folder: string;
  /** Number of the training in its run, from 0. */
  readonly index: number;
  /** What a checkpoint must have in common with this run. */
  readonly identity: RunIdentity;
  /** Seconds from one checkpoint to the next. */
  readonly checkpointEvery: number;
  /** Gets events `checkpoint`; absent if nobody asks. */
  readonly requests: EventTarget | undefined;
  /** Whether to take snapshots of networks that can be drawn. */
  readonly hasSnapshots: boolean;
  /** Whether files may be written before the training has a probe. */
  readonly isBegun: boolean;
  /** Called before files are written. */
  begin(): Promise<void>;
  /**
   * Called with a line on what went wrong, such as a checkpoint that could not be written.
   *
   * @param line The line.
   */
  onNotice(line: string): void;
}

/** What a training writes. */
export interface SessionContent {
  /** Replicas and thresholds. */
  readonly shape: TraceShape;
  /** Path of the table of probes, and the values that differ between replicas; `null` for none. */
  readonly table: { readonly path: string; readonly swept: SweptValues } | null;
}

/** What a checkpoint keeps beside the state. */
interface Notes {
  /** Time that the training has taken, in milliseconds. */
  readonly milliseconds: number;
}

/** Names of arrays of a checkpoint that hold the networks of a step. */
const NETWORKS = "networks ";

/** A training kept in files. */
export class TrainingSession {
  /** Training to go on with; `null` to begin. */
  readonly saved: SavedTraining | null;
  /** Time that the training took before, in milliseconds. */
  readonly milliseconds: number;
  /** Words of the networks that the training had exported, by step. */
  readonly networks: ReadonlyMap<number, Float32Array>;

  readonly #place: SessionPlace;
  readonly #streams: TraceStreams;
  /** The checkpoint that is being written, or the last one. */
  #writing: Promise<void> = Promise.resolve();
  #isBeginning: Promise<void> | null = null;

  private constructor(
    place: SessionPlace,
    streams: TraceStreams,
    { saved, milliseconds, networks }: Pick<TrainingSession, "saved" | "milliseconds" | "networks">,
  ) {
    this.#place = place;
    this.#streams = streams;
    this.saved = saved;
    this.milliseconds = milliseconds;
    this.networks = networks;
  }

  /**
   * Finds the last checkpoint of a training. Files are written from its first chunk on.
   *
   * @param place Where it is kept.
   * @param content What it writes.
   * @returns The training, at that checkpoint or at its start.
   * @throws {InputError} If the last checkpoint belongs to another run.
   */
  static async open(place: SessionPlace, { shape, table }: SessionContent): Promise<TrainingSession> {
    const { folder, index, onNotice } = place;
    const journal = journalPath(folder, index);
    // Before the run has begun to write, what lies there is of one that is to be replaced.
    const found = place.isBegun ? await findCheckpoint(place) : null;
    const streams = new TraceStreams(
      { journal, shape, table, from: found },
      (error) => onNotice(textOf(error)),
    );
    if (!found) {
      return new TrainingSession(place, streams, { saved: null, milliseconds: 0, networks: new Map() });
    }
    const { trace } = await readJournal(journal, found.journal.bytes);
    const { milliseconds } = found.notes as Notes;
    const { state, networks } = takeApart(found.state);
    return new TrainingSession(place, streams, { saved: { state, trace }, milliseconds, networks });
  }

  /**
   * Follows a training to its end. Writes its record as it comes, and its state from time to time,
   * when it is asked to, and at the end.
   *
   * @param training The training, which goes on from {@linkcode TrainingSession.saved}.
   * @param onChunk Called with every chunk, in order.
   * @param exported Networks to keep with the state; `null` for none.
   * @returns The error if the training ended by divergence; otherwise `null`.
   * @throws {DeviceLostError} If the device is lost.
   * @throws {FileError} If no file can be made at the start.
   */
  async follow(
    training: Training,
    onChunk: (chunk: TraceChunk) => void,
    exported: NetworkExport | null,
  ): Promise<DivergenceError | null> {
    const { checkpointEvery, requests, isBegun, onNotice, hasSnapshots } = this.#place;
    let isCheckpoint = false;
    const ask = () => {
      isCheckpoint = true;
      training.requestState();
    };
    const onFault = (error: unknown) => onNotice(textOf(error));
    const keep = (state: TrainingState, mark: Promise<TraceMark | null>) =>
      this.#keep(state, mark, { training, exported });
    const snapshots = hasSnapshots ? new Snapshots(training, { ...this.#place, onFault }) : null;
    const timer = setInterval(ask, 1000 * checkpointEvery);
    requests?.addEventListener("checkpoint", ask);
    let end: Promise<TraceMark | null> | null = null;
    try {
      const open = async () => {
        await this.#begin();
        snapshots?.open();
      };
      if (isBegun) await open();
      await snapshots?.begin();
      const begin = () => open().catch(onFault);
      for await (const chunk of training.chunks()) {
        // The last step updates nothing: the state before it is that of a run that may grow.
        if (chunk.first === training.options.steps) end = this.#streams.mark();
        this.#streams.append(chunk);
        if (chunk.probes.length > 0) void begin();
        if (chunk.state) {
          snapshots?.take(chunk.state);
          if (isCheckpoint) keep(chunk.state, this.#streams.mark());
          isCheckpoint = false;
        }
        snapshots?.follow(chunk.first + chunk.count);
        onChunk(chunk);
      }
      // A training of which nothing came leaves nothing behind.
      if (this.#isBeginning) {
        await begin();
        const state = await training.readState();
        snapshots?.take(state, true);
        keep(state, end ?? this.#streams.mark());
      }
      return null;
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      return error;
    } finally {
      clearInterval(timer);
      requests?.removeEventListener("checkpoint", ask);
      await this.#isBeginning?.catch(() => {});
      await this.#streams.close();
      await this.#writing;
      await snapshots?.close();
    }
  }

  #begin(): Promise<void> {
    return this.#isBeginning ??= this.#place.begin().then(() => this.#streams.open());
  }

  /** Writes a checkpoint once its place in the files is known, one after another. */
  #keep(
    state: TrainingState,
    mark: Promise<TraceMark | null>,
    { training, exported }: { readonly training: Training; readonly exported: NetworkExport | null },
  ): void {
    const { folder, index, identity, onNotice } = this.#place;
    const notes: Notes = { milliseconds: this.milliseconds + training.milliseconds };
    this.#writing = Promise.all([mark, this.#writing]).then(async ([place]) => {
      // The files could not be written, which has been said.
      if (!place) return;
      try {
        const whole = await withNetworks(state, exported);
        await writeCheckpoint(folder, index, { state: whole, ...place, identity, notes });
      } catch (error) {
        onNotice(textOf(error));
      }
    });
  }
}

/** Adds to a state the networks that were exported before it. */
async function withNetworks(state: TrainingState, exported: NetworkExport | null): Promise<TrainingState> {
  const words = await exported?.words(state.step) ?? new Map<number, Float32Array>();
  const arrays = [...words].map(([step, { buffer, byteOffset, length }]) =>
    [`${NETWORKS}${step}`, new Uint32Array(buffer, byteOffset, length)] as const
  );
  return { ...state, arrays: { ...state.arrays, ...Object.fromEntries(arrays) } };
}

/** Takes the networks that {@linkcode withNetworks} added out of a state. */
function takeApart(state: TrainingState): { state: TrainingState; networks: Map<number, Float32Array> } {
  const isNetworks = ([name]: readonly [string, Uint32Array]) => name.startsWith(NETWORKS);
  const entries = Object.entries(state.arrays);
  const arrays = Object.fromEntries(entries.filter((entry) => !isNetworks(entry)));
  const networks = entries.filter(isNetworks).map(([name, { buffer, byteOffset, length }]) =>
    [Number(name.slice(NETWORKS.length)), new Float32Array(buffer, byteOffset, length)] as const
  );
  return { state: { ...state, arrays }, networks: new Map(networks) };
}

/** Finds the checkpoint to go on from, and says which ones cannot be used. */
async function findCheckpoint(
  { folder, index, identity, onNotice }: SessionPlace,
): Promise<Checkpoint | null> {
  try {
    const found = await readCheckpoint(folder, index, identity);
    for (const line of found?.refused ?? []) onNotice(`${line}; the checkpoint before it is used`);
    return found?.checkpoint ?? null;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    onNotice(`${error.message}; the training begins anew`);
    return null;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
