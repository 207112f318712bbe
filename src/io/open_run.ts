/**
 * Reads a run from its folder, while it goes on or afterwards.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import type { Trace } from "../train/trace.ts";
import { type CheckpointInfo, journalPath, listCheckpoints } from "./checkpoint.ts";
import { livingOwner, type LockOwner } from "./folder_lock.ts";
import { readJournal } from "./read_journal.ts";
import { readRun } from "./read_run.ts";
import { readSpectra } from "./read_spectra.ts";
import { parseTrace, type TraceRow } from "./read_trace.ts";
import { LOCK_FILE, RUN_FILE, SPECTRA_FILE, STATE_FOLDER, TRACE_FILE } from "./run_files.ts";
import { readTextFile } from "./text_file.ts";

/**
 * State of a run: `done`; `stopped` by a signal; `diverged` if all networks did; `failed` by an
 * error; `running`, if its process lives; `killed`, if that died without a word; `unknown` if its
 * record says nothing.
 */
export type OpenedStatus = "running" | "killed" | "done" | "stopped" | "diverged" | "failed" | "unknown";

const STATUSES: readonly unknown[] = ["done", "stopped", "diverged", "failed"] satisfies OpenedStatus[];

/** A run as its folder had it when it was opened. */
export interface OpenedRun {
  /** Path of the folder. */
  readonly path: string;
  /** State of the run. */
  readonly status: OpenedStatus;
  /** Process that works in the folder; `null` if none does. */
  readonly owner: LockOwner | null;
  /**
   * Content of `run.json` with keys in camel case; `null` if there is none yet. Numbers that were
   * not finite are `null`.
   */
  readonly record: Readonly<Record<string, unknown>> | null;
  /** Names of its tables, files in CSV, in alphabetical order. */
  readonly tables: readonly string[];
  /** Names of its figures, files in SVG, PNG and PDF, in alphabetical order. */
  readonly figures: readonly string[];
  /** Checkpoints that it can go on from, and damaged ones; latest first within each training. */
  readonly checkpoints: readonly CheckpointInfo[];
  /**
   * Reads the trace as far as it goes: from `spectra.npz` once the run has ended, else from the
   * journal, which grows every few seconds.
   *
   * @param run Number of the training, from 0; `spectra.npz` holds the first. Default: 0.
   * @returns The trace to the bit; `null` if there is neither file, as in runs of version 0.1.0:
   * see {@linkcode OpenedRun.rows}.
   * @throws {InputError} If `spectra.npz` cannot be read.
   * @throws {FileError} If the journal cannot be read.
   */
  trace(run?: number): Promise<Trace | null>;
  /**
   * Reads the ranks of `trace.csv`. A line that is being written is left out.
   *
   * @returns The ranks, in the order of the file; `null` if there is no such file.
   * @throws {InputError} If it cannot be read.
   */
  rows(): Promise<TraceRow[] | null>;
}

/**
 * Opens the folder of a run, be it running, done, stopped or killed. Nothing is locked or changed.
 *
 * @param path Path of the folder, such as `runs/staircase/latest`, or of its `run.json`.
 * @returns The run.
 * @throws {InputError} If there is no run, or its record cannot be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openRun } from "./open_run.ts";
 * import { RunFolder } from "./run_folder.ts";
 *
 * const parent = await Deno.makeTempDir(), path = `${parent}/first`;
 * {
 *   await using folder = await RunFolder.open(path);
 *   await folder.begin();
 *   await folder.writeRun({ status: "running", experiment: "staircase" });
 *   assert.equal((await openRun(path)).status, "running");
 * }
 * const { status, record } = await openRun(path);
 * assert.deepEqual([status, record?.experiment], ["killed", "staircase"]);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function openRun(path: string): Promise<OpenedRun> {
  const folder = basename(path) === RUN_FILE ? dirname(path) : path;
  const names = await namesIn(folder), state = join(folder, STATE_FOLDER);
  if (!names.includes(RUN_FILE) && !names.includes(STATE_FOLDER)) {
    throw new InputError(`${shown(path)}: there is no run; give the folder of a run, or its ${RUN_FILE}`);
  }
  // The process may end between the two: then its last word counts.
  const owner = await livingOwner(join(state, LOCK_FILE));
  const record = names.includes(RUN_FILE) ? await readRun(folder) : null;
  const status = statusOf(record, owner);
  const has = (name: string) => names.includes(name);
  return {
    path: folder,
    status,
    owner,
    record,
    tables: names.filter((name) => name.endsWith(".csv")),
    figures: names.filter((name) => /\.(svg|png|pdf)$/.test(name)),
    checkpoints: await listCheckpoints(state),
    async trace(run = 0) {
      const journal = journalPath(state, run);
      const isEnded = status !== "running" && status !== "killed";
      const hasJournal = await Deno.lstat(journal).then(() => true, () => false);
      if (run === 0 && has(SPECTRA_FILE) && (isEnded || !hasJournal)) {
        return await readSpectra(join(folder, SPECTRA_FILE));
      }
      return hasJournal ? (await readJournal(journal)).trace : null;
    },
    async rows() {
      if (!has(TRACE_FILE)) return null;
      const file = join(folder, TRACE_FILE);
      return parseTrace(await readTextFile(file), file);
    },
  };
}

function statusOf(record: OpenedRun["record"], owner: LockOwner | null): OpenedStatus {
  const status = record?.status;
  if (STATUSES.includes(status)) return status as OpenedStatus;
  if (owner) return "running";
  return record === null || status === "running" ? "killed" : "unknown";
}

async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch {
    // Refused by the caller.
  }
  return names.sort();
}
