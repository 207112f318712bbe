/**
 * Runs experiments in a folder: what is done is kept, and goes on after any end of the process or
 * the device.
 *
 * @module
 */
import { join } from "node:path";
import type { OptionTable } from "../../cli/options.ts";
import { loadFormats } from "../../convert/draw.ts";
import type { FigureFormat } from "../../convert/formats.ts";
import { DeviceLostError, type FileError, InputError } from "../../errors.ts";
import { differenceOf, prettyJson, RunFolder, snakeCase, zonedDate } from "../../io/mod.ts";
import { planIdentity } from "../../io/plan_identity.ts";
import { holdsRun } from "../../io/run_files.ts";
import type { Experiment, ExperimentPlan, ExperimentResult } from "./experiment.ts";
import type { GpuLease } from "./gpu_lease.ts";
import { adapterOf, type ExperimentRecord, experimentRecord, runningRecord } from "./record.ts";
import { type RunOptions, runPlan } from "./run.ts";
import {
  beginSession,
  differenceOfMachines,
  endOf,
  endSession,
  readHistory,
  type RunHistory,
} from "./run_history.ts";
import { RunKeeper } from "./run_keeper.ts";
import { outputMakers, outputsOf, REPORT_FILE } from "./run_outputs.ts";

/** Losses of the device without a step further after which a run gives up. */
const MOST_LOSSES = 3;

/** Where a run is kept, and how it is followed. */
export interface FolderRunOptions {
  /** Folder of the run, which is made if there is none. */
  readonly folder: string;
  /** Whether the folder is one of many of a program, and is to get a name of its own in it. */
  readonly isParent?: boolean;
  /**
   * What to do with a run that the folder holds: `new` refuses it; `resume` goes on with it, or
   * begins where there is none; `overwrite` replaces it once there is a result. Default: `new`.
   */
  readonly mode?: "new" | "resume" | "overwrite";
  /** Seconds from one checkpoint to the next. Default: 60. */
  readonly checkpointEvery?: number;
  /** Formats of the figures. Default: SVG. */
  readonly formats?: readonly FigureFormat[];
  /** Stops the run; what is done is kept, and the same call with `resume` goes on. */
  readonly signal?: AbortSignal;
  /** Gets events `checkpoint`, each of which asks for a checkpoint now. */
  readonly requests?: EventTarget;
  /** Values of the options that the plan was made of, for `run.json`. Default: none. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Whether it writes `report.html`. Default: no. */
  readonly hasReport?: boolean;
  /**
   * Called when files are written for the first time.
   *
   * @param folder Path of the folder.
   */
  readonly onBegin?: (folder: string) => void;
  /** Reports the loss that the first run starts with, see `RunContext`. */
  readonly onStart?: RunOptions["onStart"];
  /**
   * Reports progress.
   *
   * @param steps Steps made, of all trainings together.
   * @param text A few words on the state.
   */
  readonly onProgress?: (steps: number, text: string) => void;
  /** Reports a probe of a training, see `RunOptions`. */
  readonly onProbe?: RunOptions["onProbe"];
  /**
   * Called with a line on what went wrong and did not end the run: a lost device, a checkpoint that
   * could not be written.
   *
   * @param line The line.
   */
  readonly onNotice?: (line: string) => void;
}

/** The record of a run in a folder. */
export type FolderRecord<Plan extends ExperimentPlan = ExperimentPlan> = ExperimentRecord<Plan> & RunHistory;

/** A run in a folder, at its end or where it was stopped. */
export interface FolderRun<Plan extends ExperimentPlan, Row> {
  /** Its result. */
  readonly result: ExperimentResult<Plan, Row>;
  /** Content of `run.json`. */
  readonly record: FolderRecord<Plan>;
  /** Path of its folder. */
  readonly folder: string;
  /** Paths of the files that were written. None if nothing came of a run that was to overwrite. */
  readonly paths: readonly string[];
  /** Names the files that could not be written, with reasons; `null` if all were. */
  readonly error: FileError | null;
}

/**
 * Runs an experiment in a folder, or goes on with it. The record of a training grows while it runs,
 * its state is written from time to time, and what is done is not done again. A device that is lost
 * is replaced.
 *
 * @param lease The device.
 * @param experiment The experiment.
 * @param plan Its options, checked and completed.
 * @param how Folder, signal, progress.
 * @returns The result and the files.
 * @throws {InputError} If the folder holds another run, or cannot be used.
 * @throws {StaircaseError} If what draws figures in these formats cannot be loaded.
 * @throws {DeviceLostError} If devices are lost three times without a step further. What is done is
 * kept.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { loadTask } from "../../tasks/registry.ts";
 * import { completeOptions } from "../../train/options.ts";
 * import { staircase } from "../staircase/mod.ts";
 * import { runInFolder } from "./folder_run.ts";
 * import { GpuLease } from "./gpu_lease.ts";
 *
 * const parent = await Deno.makeTempDir(), folder = `${parent}/run`;
 * const options = { task: await loadTask("cosines"), hidden: [8, 8], steps: 20, probeEvery: 10 };
 * using lease = await GpuLease.open(() => Gpu.open());
 * const plan = completeOptions(options), how = { folder, mode: "resume" } as const;
 * const { result } = await runInFolder(lease, staircase, plan, how);
 * // The run is done: its result comes from the folder.
 * const again = await runInFolder(lease, staircase, plan, how);
 * assert.deepEqual(again.result.rows, result.rows);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function runInFolder<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  lease: GpuLease,
  experiment: Experiment<Options, Plan, Row>,
  plan: Plan,
  how: FolderRunOptions,
): Promise<FolderRun<Plan, Row>> {
  const { mode = "new", checkpointEvery = 60, signal, requests, onProgress, onNotice = () => {} } = how;
  const { formats = ["svg"] } = how;
  const files = outputsOf(experiment, { hasReport: how.hasReport ?? false, formats });
  await loadFormats(formats);
  await using folder = await openFolder(how, files);
  const identity = await planIdentity(experiment.name, plan);
  const earlier = mode === "resume" ? await readHistory(folder.path) : null;
  if (earlier) refuseOther(folder.path, earlier.identity, identity);
  let history: RunHistory = {
    options: how.options ?? earlier?.options ?? null,
    identity,
    files,
    sessions: earlier?.sessions ?? [],
    deviceLosses: earlier?.deviceLosses ?? [],
  };
  // Other programs are asked for commit and driver, and answer while kernels compile.
  const begun = beginSession(lease.gpu, adapterOf(lease.gpu)).then((session) => {
    history = { ...history, sessions: [...history.sessions, session] };
    const before = earlier?.sessions.at(-1), difference = before && differenceOfMachines(before, session);
    if (difference) onNotice(`${difference}: what follows may have other bits than without the change`);
  });
  begun.catch(() => {});
  // What a resumed run is warned of comes before its first step.
  if (earlier) await begun;
  const start = runningRecord(lease.gpu, experiment, plan);
  /** Writes the record while the run goes on. A fault is told; the record is written at the end. */
  const writeRecord = async (status: "running" | "stopped" | "failed") => {
    await begun;
    await folder.writeRun({ ...start, status, ...history }).catch((error) => onNotice(error.message));
  };
  const isEager = mode !== "overwrite";
  const keeper = new RunKeeper({
    folder: folder.state,
    trace: join(folder.path, "trace.csv"),
    identity,
    variant: JSON.stringify({ stopOnDivergence: (plan as { stopOnDivergence?: boolean }).stopOnDivergence }),
    checkpointEvery,
    requests,
    isEager,
    hasSnapshots: experiment.page !== undefined && files.includes(REPORT_FILE),
    begin: async () => {
      await folder.begin();
      how.onBegin?.(folder.path);
      await writeRecord("running");
    },
    onNotice,
  });

  let made = 0;
  const devices = recovery(lease, keeper, async (message, isLast) => {
    onNotice(`the device was lost: ${message}${isLast ? "" : "; another one is opened"}`);
    const loss = { date: zonedDate(new Date()), step: made, message };
    history = { ...history, deviceLosses: [...history.deviceLosses, loss] };
    if (keeper.isBegun) await writeRecord("running");
  });
  try {
    const result = await runPlan(devices, experiment, plan, {
      ...signal && { signal },
      ...how.onProbe && { onProbe: how.onProbe },
      onStart: how.onStart,
      keeper,
      onProgress: (steps, text) => {
        // A training begins by itself, once it has room on the device.
        if (isEager) keeper.begin().catch((error) => onNotice(error.message));
        onProgress?.(made = steps, text);
      },
    });
    await begun;
    const tables = Object.fromEntries(
      Object.entries(experiment.tables).map(([file, of]) => [file, of(result)]),
    );
    const facts = await described(devices, () => experimentRecord(lease.gpu, experiment, result, tables));
    const ended = (error: FileError | null): FolderRecord<Plan> => ({
      ...facts,
      ...endSession(history, endOf(result.status, signal, error)),
    });
    if (isEager) await keeper.begin();
    if (!keeper.isBegun) return { result, record: ended(null), folder: folder.path, paths: [], error: null };
    const { state } = folder;
    const makers = outputMakers(experiment, result, { tables, record: ended(null), state, formats });
    const saved = await folder.save(makers);
    const record = ended(saved.error);
    // The record comes last: it says that the others are there.
    const last = await folder.save({ "run.json": () => prettyJson(snakeCase(record)) });
    return {
      result,
      record,
      folder: folder.path,
      paths: [...last.paths, ...saved.paths],
      error: saved.error ?? last.error,
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // The first training was stopped before it had anything to measure.
    const wasAborted = !!signal?.aborted && error === signal.reason;
    const end = wasAborted ? endOf("stopped", signal, null) : { exitStatus: 1, signal: null, error: message };
    await begun.catch(() => {});
    history = endSession(history, end);
    if (keeper.isBegun) await writeRecord(wasAborted ? "stopped" : "failed");
    throw error;
  }
}

/** Opens the folder, or makes one in a folder of many. */
async function openFolder(
  { folder, isParent = false, mode = "new" }: FolderRunOptions,
  files: readonly string[],
): Promise<RunFolder> {
  if (isParent) return await RunFolder.create(folder, { files });
  const isThere = mode === "resume" && await holdsRun(folder, files) !== null;
  return await RunFolder.open(folder, { files, mode: mode === "resume" && !isThere ? "new" : mode });
}

function refuseOther(path: string, found: RunHistory["identity"], wanted: RunHistory["identity"]): void {
  const difference = differenceOf(found, wanted);
  if (difference === null) return;
  const what = found.experiment !== wanted.experiment
    ? `is a run of ${found.experiment}, not of ${wanted.experiment}`
    : found.configuration !== wanted.configuration
    ? "is a run with other options"
    : "was trained on other samples";
  throw new InputError(`${path}: ${what}; go on with its own, or begin in another folder`);
}

/** Replaces devices that are lost, until three are lost without a step further. */
function recovery(
  lease: GpuLease,
  keeper: RunKeeper,
  onLoss: (message: string, isLast: boolean) => Promise<void>,
) {
  let losses = 0, furthest = -1;
  return {
    get gpu() {
      return lease.gpu;
    },
    async recover(error: unknown): Promise<boolean> {
      if (!lease.isLoss(error)) return false;
      losses = keeper.progress > furthest ? 1 : losses + 1;
      furthest = Math.max(furthest, keeper.progress);
      const isLast = losses >= MOST_LOSSES;
      await onLoss(error instanceof Error ? error.message : String(error), isLast);
      // Work on a lost device may fail with any error.
      if (isLast) throw error instanceof DeviceLostError ? error : lease.gpu.error;
      await lease.reopen();
      return true;
    },
  };
}

/** Describes a run that is done, on another device if its own was lost at the very end. */
async function described<T>(devices: ReturnType<typeof recovery>, describe: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await describe();
    } catch (error) {
      if (!await devices.recover(error)) throw error;
    }
  }
}
