/**
 * Training that pauses at given steps, so that the weights there can be looked at.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { follow } from "./follow.ts";
import type { TrainingOptions } from "./options.ts";
import type { SavedTraining } from "./state.ts";
import { Training } from "./training.ts";

/**
 * Trains from each of some steps to the next, and yields the training there. What it computes has
 * the bits of a training that does not pause: each part goes on from the state of the one before.
 *
 * @param gpu Device.
 * @param options What to train, and how. The number of steps is the last waypoint, so a schedule
 * must not depend on it.
 * @param waypoints The steps, ascending, from 0.
 * @returns The training at each waypoint, probed there, until the caller asks for the next. It ends
 * early once every replica has diverged: the training that it yields last then says so. With a
 * signal that is aborted it ends at once.
 * @throws {InputError} If waypoints are not ascending, or an option is out of range.
 * @throws {DeviceLostError} If the device is lost.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadTask } from "../tasks/registry.ts";
 * import { trainThrough } from "./waypoints.ts";
 *
 * using gpu = await Gpu.open();
 * const task = await loadTask("cosines", { samples: 20 }), seen: number[] = [];
 * for await (const { updates, network } of trainThrough(gpu, { task, hidden: [4] }, [0, 1, 4])) {
 *   assert.equal((await network.readParameters())[0].weights.length, 4);
 *   seen.push(updates);
 * }
 * assert.deepEqual(seen, [0, 1, 4]);
 * ```
 */
export async function* trainThrough(
  gpu: Gpu,
  options: Omit<TrainingOptions, "steps" | "probeEvery">,
  waypoints: readonly number[],
): AsyncGenerator<Training, void, void> {
  if (waypoints.some((step, i) => i > 0 && step <= waypoints[i - 1])) {
    throw new InputError(`waypoints ${waypoints.join()}: give steps in ascending order, each once`);
  }
  let saved: SavedTraining | null = null;
  for (const steps of waypoints) {
    if (options.signal?.aborted) return;
    // The first and the last step of a part are probed in any case.
    const part: TrainingOptions = { ...options, steps, probeEvery: waypoints[waypoints.length - 1] || 1 };
    using training: Training = await Training.create(gpu, { spectraEvery: 1, ...part }, saved);
    await follow(training, () => {});
    if (training.status === "stopped") return;
    yield training;
    if (training.status === "diverged") return;
    saved = { trace: training.trace, state: await training.readState() };
  }
}
