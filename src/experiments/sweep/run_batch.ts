/**
 * Runs one batch in a folder.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { hostName } from "../../io/host.ts";
import { follow } from "../../train/follow.ts";
import type { TrainingOptions } from "../../train/options.ts";
import { summarize } from "../../train/summary.ts";
import { Training } from "../../train/training.ts";
import { VERSION } from "../../version.ts";
import { adapterOf } from "../core/record.ts";
import type { Batch } from "./batch.ts";
import { trialOutcomes } from "./outcome.ts";
import { TaskCatalog } from "./task_catalog.ts";
import { readTrials, writeTrials } from "./trials_file.ts";

/** Where a batch runs, and how it is followed. */
export interface BatchRun {
  /** Folder of the batch. All its files go there. */
  readonly folder: string;
  /** Stops the batch early. The same call goes on. */
  readonly signal?: AbortSignal;
  /** Tasks that are known. Default: none. */
  readonly catalog?: TaskCatalog;
  /**
   * Reports progress.
   *
   * @param steps Steps made of this batch.
   * @param text A few words on the state.
   */
  readonly onProgress?: (steps: number, text: string) => void;
}

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
  const [{ settings: shared, task }] = trials;
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
  };
}

/**
 * Runs a batch, or goes on with it, in a folder. A batch that is done is left as it is.
 *
 * @param gpu Device.
 * @param batch The batch.
 * @param how Folder, signal, progress.
 * @returns `done`, with the outcomes of its trials in the folder; `stopped` by the signal.
 * @throws {DeviceLostError} If the device is lost.
 */
export async function runBatch(gpu: Gpu, batch: Batch, how: BatchRun): Promise<"done" | "stopped"> {
  const { folder, signal, catalog = new TaskCatalog(), onProgress = () => {} } = how;
  if ((await readTrials(folder))?.id === batch.id) return "done";
  const options = await batchTraining(batch, catalog);
  await Deno.mkdir(folder, { recursive: true });
  using training = await Training.create(gpu, { ...options, ...signal && { signal } });
  await follow(training, (probe) => {
    if (probe.replica === 0) onProgress(probe.step, `loss ${probe.loss.toExponential(2)}`);
  });
  if (training.status === "stopped") return "stopped";
  const { name: adapter, implementation, backend } = adapterOf(gpu);
  const { trace, diverged } = training, summary = summarize(trace, diverged);
  await writeTrials(folder, {
    id: batch.id,
    circumstances: {
      host: hostName(),
      adapter,
      implementation,
      backend,
      version: VERSION,
      seconds: training.milliseconds / 1000,
      ended: new Date().toISOString(),
    },
    isCopy: false,
    trials: trialOutcomes(batch.trials, trace, { summary, diverged }),
  });
  return "done";
}
