/**
 * Training without probes, for studies that look at nothing but the networks at the end.
 *
 * @module
 */
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import { ReadbackRing } from "../gpu/readback.ts";
import type { LayerParameters } from "../nn/layout.ts";
import { bindTrainingStep } from "../nn/optim/training_step.ts";
import { uploadSamples } from "../nn/samples.ts";
import { DEPTH, inChunks } from "./chunks.ts";
import { startNetwork } from "./commands.ts";
import { objectiveOf } from "./objective.ts";
import { completeOptions, type TrainingOptions } from "./options.ts";

/** Steps of one submission at most. */
const MOST_AT_ONCE = 1024;

/** Networks after a training without probes. */
export interface UnprobedTraining {
  /** The layers of each replica. */
  readonly networks: readonly (readonly LayerParameters[])[];
  /** Their losses on the batch after the last step; NaN or infinite if a replica diverged. */
  readonly losses: Float32Array;
  /** Whether the losses are those after the last step, or the signal came before. */
  readonly status: "done" | "stopped";
  /** Steps made. */
  readonly steps: number;
  /** Time of these steps in milliseconds. */
  readonly milliseconds: number;
}

/**
 * Trains networks as `Training` does, but without any probe. A probe takes about n³ operations for
 * each layer of n neurons of each replica, far more than all steps of many wide networks on few
 * samples.
 *
 * @param gpu Device.
 * @param options What to train, and how. Those of probes count for nothing.
 * @param onSteps Called with the number of steps made so far.
 * @returns The networks at the end, or where the signal ended the training.
 * @throws {InputError} If an option is out of range.
 * @throws {ShapeError} If the adapter has no room for it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadTask } from "../tasks/registry.ts";
 * import { trainUnprobed } from "./train_unprobed.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { task: await loadTask("cosines"), hidden: [20, 20], steps: 20, replicas: 3 };
 * const { networks, losses } = await trainUnprobed(gpu, options);
 * assert(networks.length === 3 && losses.every((loss) => loss > 0));
 * ```
 */
export async function trainUnprobed(
  gpu: Gpu,
  options: TrainingOptions,
  onSteps: (steps: number) => void = () => {},
): Promise<UnprobedTraining> {
  const complete = completeOptions(options), { signal } = options;
  const { task, optimizer, schedule, steps, batch } = complete;
  using stack = new DisposableStack();
  const network = await startNetwork(gpu, complete, stack);
  const step = await bindTrainingStep(network, uploadSamples(gpu, task.train, stack), {
    loss: objectiveOf(task),
    optimizer,
    schedule,
    steps,
    batch,
    logCapacity: 1,
  }, stack);
  const ring = stack.use(new ReadbackRing(gpu, [step.losses], DEPTH));
  const chunks = inChunks({
    steps: steps + 1,
    // The last step, which updates nothing, comes alone.
    border: steps,
    most: MOST_AT_ONCE,
    signal,
    submit: (first, count) => {
      const commands = new Commands(gpu), { draw, forward, update, measure, many } = step;
      if (first === steps) commands.run(draw, forward, measure);
      else if (many) commands.run(many(count));
      else for (let s = 0; s < count; s++) commands.run(draw, forward, update);
      return ring.submit(commands);
    },
  });
  let arrived = 0, time = 0, losses: Float32Array = new Float32Array(complete.replicas).fill(NaN);
  for await (const { first, count, result, milliseconds } of chunks) {
    [losses] = result;
    [arrived, time] = [first + count, milliseconds];
    onSteps(Math.min(arrived, steps));
  }
  return {
    networks: await network.readAllParameters(),
    losses,
    status: arrived > steps ? "done" : "stopped",
    steps: Math.min(arrived, steps),
    milliseconds: time,
  };
}
