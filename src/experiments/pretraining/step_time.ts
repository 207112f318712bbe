/**
 * The time of a step of training, without probes.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { ReadbackRing } from "../../gpu/readback.ts";
import { Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { bindTrainingStep } from "../../nn/optim/training_step.ts";
import { DEPTH, inChunks } from "../../train/chunks.ts";
import type { CompleteOptions } from "../../train/options.ts";
import { objectiveOf } from "../../train/objective.ts";

/**
 * Milliseconds that are not timed, in which submissions find their length, and milliseconds in all.
 */
const BEFORE = 200, TOGETHER = 800;
/** Most steps in all, and in one submission. */
const MOST = 2 ** 20, MOST_AT_ONCE = 1024;

/**
 * Measures the wall time of a step in a training run of its own, as if the networks were not
 * probed.
 *
 * @param gpu Device.
 * @param options What is trained, and how.
 * @returns Milliseconds per step of all replicas.
 */
export async function stepTime(gpu: Gpu, options: CompleteOptions): Promise<number> {
  const { task, hidden, activation, initializer, skip, optimizer, schedule, batch, replicas, seed } = options;
  const { inputs, outputs } = task;
  using stack = new DisposableStack();
  const shape = { inputs, hidden, outputs, activation, initializer, skip, replicas, seed };
  const network = stack.use(await Network.create(gpu, shape));
  const step = await bindTrainingStep(network, uploadSamples(gpu, task.train, stack), {
    loss: objectiveOf(task),
    optimizer,
    schedule,
    steps: MOST,
    batch,
    logCapacity: MOST_AT_ONCE,
  }, stack);
  const ring = stack.use(new ReadbackRing(gpu, [step.losses], DEPTH));
  const over = new AbortController();
  const chunks = inChunks({
    steps: MOST,
    most: MOST_AT_ONCE,
    signal: over.signal,
    submit: (_, count) => {
      const commands = new Commands(gpu);
      for (let s = 0; s < count; s++) commands.run(step.draw, step.forward, step.update);
      return ring.submit(commands);
    },
  });
  const arrivals: { readonly steps: number; readonly milliseconds: number }[] = [];
  for await (const { first, count, milliseconds } of chunks) {
    // Steps are timed from one arrival to a later one.
    if (arrivals.length === 1 && arrivals[0].milliseconds < BEFORE) arrivals.pop();
    arrivals.push({ steps: first + count, milliseconds });
    if (arrivals.length > 1 && milliseconds >= TOGETHER) over.abort();
  }
  const start = arrivals[0], end = arrivals[arrivals.length - 1];
  return (end.milliseconds - start.milliseconds) / (end.steps - start.steps);
}
