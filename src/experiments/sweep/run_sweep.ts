/**
 * Sweeps for scripts.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../../check.ts";
import { loadFormats } from "../../convert/draw.ts";
import { InputError, StaircaseError } from "../../errors.ts";
import { count } from "../../format.ts";
import type { Gpu } from "../../gpu/device.ts";
import { checkWritable } from "../../io/writable_folder.ts";
import { GpuLease } from "../core/gpu_lease.ts";
import type { BatchState } from "./claims/survey.ts";
import { tryAgain } from "./cluster.ts";
import { MOST_IN_BATCH } from "./pack.ts";
import { planSweep } from "./plan.ts";
import { checkPlan } from "./plan_schema.ts";
import { formatsIn, resultFiles, type SweepResults, writeResults } from "./results.ts";
import { runBatches } from "./run_batches.ts";
import { parseShard, shardOf } from "./shards.ts";
import { checkFolder, packInFolder, writeSweep } from "./sweep_folder.ts";
import { TaskCatalog } from "./task_catalog.ts";
import type { TrialOptions, TrialValue } from "./trial.ts";

/** What to train: a network for each combination of the grid, and for each trial beside it. */
export interface SweepRequest {
  /** Options of all trials, unless a trial says otherwise. Default: those of the task. */
  readonly base?: TrialOptions;
  /**
   * Values of options by their names, as lists or as texts such as `0..9`; the last key varies
   * fastest. Default: no grid.
   */
  readonly grid?: Readonly<Record<string, string | readonly (TrialValue | null)[]>>;
  /** Trials beside the grid. Default: none. */
  readonly trials?: readonly TrialOptions[];
}

/** Where and how a sweep runs. */
export interface SweepOptions {
  /** Folder of the sweep. What is done there is not done again. */
  readonly folder: string;
  /** Part of the batches to run, such as `1/4`. Default: all. */
  readonly shard?: string;
  /** Most trials that train side by side; results stay the same. Default: 64. */
  readonly trialsPerBatch?: number;
  /** Seconds between checkpoints. Default: 60. */
  readonly checkpointEvery?: number;
  /** Stops the sweep early. The same call goes on. */
  readonly signal?: AbortSignal;
  /**
   * Reports progress.
   *
   * @param share Share of the work that is done, from 0 to 1, by its estimated cost.
   * @param text A few words on the state.
   */
  readonly onProgress?: (share: number, text: string) => void;
  /**
   * Reports what is worth a line: batches that failed, or that another process runs.
   *
   * @param line The line.
   */
  readonly onNotice?: (line: string) => void;
}

const KEYS: Readonly<Record<keyof SweepOptions, true>> = {
  folder: true,
  shard: true,
  trialsPerBatch: true,
  checkpointEvery: true,
  signal: true,
  onProgress: true,
  onNotice: true,
};

/**
 * Trains a network for each combination of options, packed into batches of equal shape, and writes
 * one table and one figure, in the formats that a sweep in the folder was asked for before, or else
 * as SVG. Any number of processes may run the same sweep in one folder: each
 * batch is run by one of them.
 *
 * @param open Opens a device. It is called when there is work, and again where one is lost.
 * @param request What to train. Its keys are the options of `staircase`, and `width` and `depth`.
 * @param options Folder, signal, progress.
 * @returns The results, of the trials that are done. Trials that diverged are rows as well.
 * @throws {InputError} If an option is unknown or out of range, two trials are the same, or the
 * folder holds another run.
 * @throws {GpuUnavailableError} If there is no adapter.
 * @throws {StaircaseError} If batches fail. The same call tries again.
 * @throws {FileError} If files cannot be written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { runSweep } from "./run_sweep.ts";
 *
 * const folder = `${await Deno.makeTempDir()}/widths`;
 * const base = { samples: 24, depth: 1, steps: 20, probeEvery: 10, epsilons: [1e-6] };
 * const grid = { width: [4, 8], seed: "0..2" };
 * const { rows, summary } = await runSweep(() => Gpu.open(), { base, grid }, { folder });
 * assert.equal(summary.status, "done");
 * for (const { width, seed, rank, rankLow, rankHigh } of rows) {
 *   console.log(width, seed, `rank ${rank} in [${rankLow}, ${rankHigh}]`);
 * }
 * ```
 */
export async function runSweep(
  open: () => Promise<Gpu>,
  request: SweepRequest,
  options: SweepOptions,
): Promise<SweepResults> {
  checkKeys("options of runSweep", options, Object.keys(KEYS));
  const { folder, shard, trialsPerBatch: most = MOST_IN_BATCH, checkpointEvery = 60, ...how } = options;
  checkNumber("trialsPerBatch", most, { min: 1, integer: true });
  checkNumber("checkpointEvery", checkpointEvery, { positive: true, max: 86_400 });
  if (typeof folder !== "string" || folder === "") throw new InputError("give the folder of the sweep");
  const part = shard === undefined ? null : parseShard(shard);
  const catalog = new TaskCatalog();
  const plan = await planSweep(await checkPlan(request, "the sweep"), catalog);
  await checkFolder(folder, plan);
  const sweep = await packInFolder(folder, plan, { most });
  const made = { formats: await formatsIn([folder]) };
  await loadFormats(made.formats);
  await checkWritable(folder, resultFiles(made));
  await writeSweep(folder, sweep);
  await tryAgain(folder, sweep);
  using stack = new DisposableStack();
  let lease: GpuLease | undefined;
  const batches = part ? shardOf(sweep.batches, part) : sweep.batches;
  const { states } = await runBatches(
    async () => lease ??= stack.use(await GpuLease.open(open)),
    batches,
    { ...how, folder, catalog, checkpointEvery },
  );
  const results = await writeResults(folder, sweep, made);
  checkFailures(states);
  return results;
}

/**
 * Fails with the first of the batches that have failed too often.
 *
 * @param states State of each batch.
 * @throws {StaircaseError} If there is one.
 */
export function checkFailures(states: readonly BatchState[]): void {
  const failed = states.filter(({ condition }) => condition === "abandoned");
  if (failed.length === 0) return;
  const [{ batch, claim }] = failed;
  throw new StaircaseError(
    `${count(failed.length, "batch", "batches")} failed, ${batch} with: ${claim?.message}; ` +
      "the same command tries again",
  );
}
