/**
 * Checkpoints of a run: all that it needs to go on, in files that are whole or refused. The last
 * two of each training are kept.
 *
 * @module
 */
import { join } from "node:path";
import { FileError, InputError } from "../errors.ts";
import type { TrainingState } from "../train/state.ts";
import { checkPrefix, type FilePosition } from "./append_file.ts";
import { unreadable } from "./file_reason.ts";
import { isObject } from "./parse_json.ts";
import { readSealed, type SealedKind, writeSealed } from "./sealed_file.ts";
import { differenceOf, isIdentity, type RunIdentity } from "./run_identity.ts";

const KIND: SealedKind = { magic: "STAIRCHK", version: 1, name: "checkpoint" };

/** Checkpoints of a training that are kept. */
const KEPT = 2;

/** A place to go on from. */
export interface Checkpoint {
  /** State of the training. */
  readonly state: TrainingState;
  /** End of the training's journal, see {@linkcode journalPath}. */
  readonly journal: FilePosition;
  /** End of `trace.csv`; `null` if none is written. */
  readonly trace: FilePosition | null;
  /** What a run must have in common with this one to go on from here. */
  readonly identity: RunIdentity;
  /** Whatever else the session wants back, as JSON. */
  readonly notes: unknown;
}

/** A checkpoint that was read, and why later ones were not taken. */
export interface FoundCheckpoint {
  /** The last checkpoint that can be used. */
  readonly checkpoint: Checkpoint;
  /** A line for each later one that was refused. */
  readonly refused: readonly string[];
}

/** What the header of a checkpoint holds. */
interface Header extends Omit<Checkpoint, "state"> {
  readonly state: Omit<TrainingState, "arrays">;
  readonly arrays: readonly (readonly [name: string, words: number])[];
}

/**
 * Names the journal of a training.
 *
 * @param folder Folder of the run's state.
 * @param run Number of the training in its run, from 0.
 * @returns Path of the file.
 */
export function journalPath(folder: string, run: number): string {
  return join(folder, `run-${run}.journal`);
}

/** A checkpoint in a folder. */
export interface CheckpointInfo {
  /** Path of the file. */
  readonly path: string;
  /** Number of the training in its run, from 0. */
  readonly run: number;
  /** Step that it goes on with; `null` if it is damaged. */
  readonly step: number | null;
  /** Why it cannot be used, in a line; `null` if it is whole. */
  readonly problem: string | null;
}

/**
 * Lists the checkpoints of a run.
 *
 * @param folder Folder of checkpoints.
 * @returns The checkpoints of each training, latest first; none if there is no folder.
 */
export async function listCheckpoints(folder: string): Promise<CheckpointInfo[]> {
  const found: CheckpointInfo[] = [];
  for (const { path, run } of await findCheckpoints(folder)) {
    try {
      const { state } = await parseCheckpoint(path);
      found.push({ path, run, step: state.step, problem: null });
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      // One that is deleted meanwhile is one of those that are not kept.
      if (!(error.cause instanceof Deno.errors.NotFound)) {
        found.push({ path, run, step: null, problem: error.message });
      }
    }
  }
  return found;
}

/** Where a checkpoint lies. */
interface CheckpointPlace {
  readonly path: string;
  readonly run: number;
  readonly number: number;
}

/** The files of checkpoints, of one training or all, by their numbers, latest first. */
async function findCheckpoints(folder: string, of?: number): Promise<CheckpointPlace[]> {
  const found: CheckpointPlace[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) {
      const match = /^run-(\d+)-(\d+)\.checkpoint$/.exec(name);
      if (!match) continue;
      const run = Number(match[1]), number = Number(match[2]);
      if (of === undefined || run === of) found.push({ path: join(folder, name), run, number });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw unreadable(folder, error);
  }
  return found.sort((a, b) => a.run - b.run || b.number - a.number);
}

/**
 * Writes a checkpoint, and deletes those before the last two. Flush the journal with `sync`
 * before.
 *
 * @param folder Folder of checkpoints; it is made if there is none.
 * @param run Number of the training in its run, from 0.
 * @param checkpoint What to write.
 * @returns Path of the file.
 * @throws {FileError} If it cannot be written. Those before it are kept.
 */
export async function writeCheckpoint(
  folder: string,
  run: number,
  { state, journal, trace, identity, notes }: Checkpoint,
): Promise<string> {
  await Deno.mkdir(folder, { recursive: true }).catch(() => {});
  const earlier = await findCheckpoints(folder, run);
  const path = join(folder, `run-${run}-${(earlier[0]?.number ?? 0) + 1}.checkpoint`);
  const { arrays: named, ...scalars } = state, arrays = Object.entries(named);
  const header: Header = {
    identity,
    journal,
    trace,
    notes,
    state: scalars,
    arrays: arrays.map(([name, words]) => [name, words.length]),
  };
  await writeSealed(path, KIND, header, arrays.map(([, words]) => words));
  for (const { path } of earlier.slice(KEPT - 1)) await Deno.remove(path).catch(() => {});
  return path;
}

/**
 * Finds the last checkpoint of a training that can be used: it is whole, belongs to the same run,
 * and the journal still begins as it did. Later ones are renamed to `….refused`.
 *
 * @param folder Folder of checkpoints.
 * @param run Number of the training in its run, from 0.
 * @param identity What the checkpoint must have in common with this run.
 * @returns The checkpoint, and a line for each later one that was refused; `null` if there is none
 * at all.
 * @throws {InputError} If the last whole one belongs to another run.
 * @throws {FileError} If there are some and none can be used.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { journalPath, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
 * import { Journal } from "./journal.ts";
 *
 * const folder = await Deno.makeTempDir(), identity = { adapter: "A", seed: "1" };
 * const arrays = { weights: Uint32Array.of(1, 2, 3) };
 * const state = { steps: 9, step: 7, arrays, diverged: [] };
 * const shape = { replicas: 1, epsilons: [1e-6] };
 * await using file = await Journal.create(journalPath(folder, 0), shape);
 * const journal = await file.flush({ sync: true });
 * await writeCheckpoint(folder, 0, { state, journal, trace: null, identity, notes: null });
 * const found = await readCheckpoint(folder, 0, identity);
 * assert.deepEqual(found?.checkpoint.state, state);
 * const other = { ...identity, seed: "2" };
 * await assert.rejects(readCheckpoint(folder, 0, other), { name: "InputError" });
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function readCheckpoint(
  folder: string,
  run: number,
  identity: RunIdentity,
): Promise<FoundCheckpoint | null> {
  const refused: string[] = [], paths: string[] = [];
  for (const { path } of await findCheckpoints(folder, run)) {
    try {
      const checkpoint = await parseCheckpoint(path);
      const difference = differenceOf(checkpoint.identity, identity);
      if (difference) {
        throw new InputError(
          `${path}: belongs to another run (${difference}); give the options and the machine of that run, ` +
            "or begin in another folder",
        );
      }
      await checkPrefix(journalPath(folder, run), checkpoint.journal);
      // They would take the places of the last two.
      for (const path of paths) await Deno.rename(path, `${path}.refused`).catch(() => {});
      return { checkpoint, refused };
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      refused.push(error.message);
      paths.push(path);
    }
  }
  if (refused.length === 0) return null;
  throw new FileError(
    `no checkpoint of ${folder} can be used: ${refused.join("; ")}; begin in another folder`,
  );
}

/**
 * Reads the last checkpoint of a training that is whole, and leaves all as they are: the run may
 * still be going on.
 *
 * @param folder Folder of checkpoints.
 * @param run Number of the training in its run, from 0.
 * @returns The checkpoint; `null` if there is none.
 * @throws {FileError} If there are some and none is whole.
 */
export async function latestCheckpoint(folder: string, run: number): Promise<Checkpoint | null> {
  const refused: string[] = [];
  for (const { path } of await findCheckpoints(folder, run)) {
    try {
      return await parseCheckpoint(path);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      refused.push(error.message);
    }
  }
  if (refused.length === 0) return null;
  throw new FileError(`no checkpoint of ${folder} can be read: ${refused.join("; ")}`);
}

async function parseCheckpoint(path: string): Promise<Checkpoint> {
  const { header, body } = await readSealed(path, KIND);
  if (!isHeader(header)) throw new FileError(`${path}: its header is not that of a checkpoint`);
  const { identity, journal, trace, notes, state, arrays } = header;
  const words = arrays.reduce((sum, [, length]) => sum + length, 0);
  if (4 * words !== body.length) throw new FileError(`${path}: its header does not fit its content`);
  let at = 0;
  const parts = Object.fromEntries(arrays.map(([name, length]) => {
    const part = new Uint32Array(body.buffer, at, length);
    at += part.byteLength;
    return [name, part];
  }));
  return { state: { ...state, arrays: parts }, journal, trace, identity, notes };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isPosition = (value: unknown): value is FilePosition =>
  isObject(value) && isCount(value.bytes) && isCount(value.checksum);

const isDiverged = (value: unknown) => {
  if (!isObject(value) || !isCount(value.replica) || !isCount(value.step)) return false;
  const { layer } = value;
  return layer === null || layer === "output" || isCount(layer);
};

const isArray = (value: unknown) =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isCount(value[1]);

/** Tells whether a value is the header of a checkpoint. */
function isHeader(value: unknown): value is Header {
  if (!isObject(value)) return false;
  const { identity, journal, trace, state, arrays } = value;
  return isIdentity(identity) && isPosition(journal) && (trace === null || isPosition(trace)) &&
    isObject(state) && isCount(state.step) && Array.isArray(state.diverged) &&
    state.diverged.every(isDiverged) &&
    Array.isArray(arrays) && arrays.every(isArray);
}
