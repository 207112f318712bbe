/**
 * Runs one batch in a folder.
 *
 * @module
 */
import { hostName } from "../../io/host.ts";
import { completeOptions, type TrainingOptions } from "../../train/options.ts";
import { VERSION } from "../../version.ts";
import { type FolderRunOptions, runInFolder } from "../core/folder_run.ts";
import type { GpuLease } from "../core/gpu_lease.ts";
import { adapterOf } from "../core/record.ts";
import { staircase, stairRun } from "../staircase/mod.ts";
import type { Batch } from "./batch.ts";
import { trialOutcomes } from "./outcome.ts";
import { TaskCatalog } from "./task_catalog.ts";
import { readTrials, writeTrials } from "./trials_file.ts";

/** Where a batch runs, and how it is followed. */
export interface BatchRun
  extends Pick<FolderRunOptions, "checkpointEvery" | "requests" | "onProgress" | "onProbe" | "onNotice"> {
  /** Folder of the batch. All its files go there. */
  readonly folder: string;
  /** Stops the batch early. The same call goes on. */
  readonly signal?: AbortSignal;
  /** Tasks that are known. Default: none. */
  readonly catalog?: TaskCatalog;
}

/**
 * A batch is a run of `staircase`, whose figure is that of the sweep. Each trial has its stairs.
 */
const batchExperiment: typeof staircase = {
  ...staircase,
  figures: {},
  runs: (plan) => [stairRun(plan, Infinity)],
};

/**
 * Makes the options of the training of a batch. Trial r is replica r, and has the random stream
 * that it has alone: stream 0 of its seed.
 *
 * @param batch The batch.
 * @param catalog Tasks that are known.
 * @returns Options of the training.
 * @throws {InputError} If the data of its task cannot be read.
 */
export async function batchTraining(
  { trials }: Pick<Batch, "trials">,
  catalog: TaskCatalog,
): Promise<TrainingOptions & { readonly steps: number }> {
  const [{ settings: { seed: _, ...shared }, task }] = trials;
  const each = (key: "learningRate" | "momentum" | "weightDecay") =>
    trials.map(({ settings }) => settings.optimizer[key] as number);
  return {
    ...shared,
    task: await catalog.load(task.source),
    optimizer: {
      name: shared.optimizer.name,
      learningRate: each("learningRate"),
      momentum: each("momentum"),
      weightDecay: each("weightDecay"),
    },
    replicas: trials.length,
    streams: trials.map(({ settings: { seed } }) => ({ seed, stream: 0 })),
  };
}

/**
 * Runs a batch, or goes on with it, in a folder. A batch that is done is left as it is.
 *
 * @param lease The device.
 * @param batch The batch.
 * @param how Folder, signal, progress.
 * @returns `done`, with the outcomes of its trials in the folder; `stopped` by the signal.
 * @throws {InputError} If the folder holds another run.
 * @throws {FileError} If files cannot be written.
 * @throws {DeviceLostError} If devices are lost three times without a step further.
 */
export async function runBatch(lease: GpuLease, batch: Batch, how: BatchRun): Promise<"done" | "stopped"> {
  const { folder, catalog = new TaskCatalog(), ...others } = how;
  if ((await readTrials(folder))?.id === batch.id) return "done";
  const plan = completeOptions(await batchTraining(batch, catalog));
  const { result, error } = await runInFolder(lease, batchExperiment, plan, {
    ...others,
    folder,
    mode: "resume",
  });
  if (error) throw error;
  if (result.status === "stopped") return "stopped";
  const { rows: [{ trace, summary }], timing: { milliseconds } } = result;
  const diverged = new Map(result.diverged.map(({ replica, step }) => [replica, step]));
  const { name: adapter, implementation, backend } = adapterOf(lease.gpu);
  await writeTrials(folder, {
    id: batch.id,
    circumstances: {
      host: hostName(),
      adapter,
      implementation,
      backend,
      version: VERSION,
      seconds: milliseconds / 1000,
      ended: new Date().toISOString(),
    },
    isCopy: false,
    trials: trialOutcomes(batch.trials, trace, { summary, diverged }),
  });
  return "done";
}
