/**
 * Arrays and commands of the tests.
 *
 * @module
 */
import { GpuArray } from "../../src/gpu/array.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Dispatch } from "../../src/gpu/kernel.ts";
import { type MatrixView, padRows, vectors } from "../../src/linalg/matrix_view.ts";
import type { HostSamples } from "../../src/nn/samples.ts";
import { uniform } from "../../src/stats/random.ts";

/** Makes arrays of single-precision numbers from a seed. */
export function randomFloats(seed: number): (length: number, low?: number, high?: number) => Float32Array {
  const random = uniform(seed);
  return (length, low = -1, high = 1) => Float32Array.from({ length }, () => low + (high - low) * random());
}

/**
 * Makes samples with inputs of [−1, 1], targets of [0, 1] that sum to 1, and weights about 1 /
 * count.
 */
export function randomSamples(seed: number, count: number, inputs: number, outputs: number): HostSamples {
  const floats = randomFloats(seed);
  const y = floats(count * outputs, 0, 1);
  for (let k = 0; k < count && outputs > 1; k++) {
    const row = y.subarray(k * outputs, (k + 1) * outputs);
    const sum = row.reduce((total, value) => total + value, 0);
    for (let j = 0; j < outputs; j++) row[j] /= sum;
  }
  return { count, x: floats(count * inputs), y, weights: floats(count, 0.5 / count, 1.5 / count) };
}

/**
 * Puts matrices on the GPU, rows padded.
 *
 * @param gpu Device.
 * @param entries Row-major, one matrix behind the other.
 * @param columns Columns of each.
 * @param count Number of matrices; 0 for one that all replicas share.
 * @param stack Owner.
 * @returns The matrices.
 */
export function upload(
  gpu: Gpu,
  entries: Float32Array,
  columns: number,
  count: number,
  stack: DisposableStack,
): MatrixView {
  const array = stack.use(new GpuArray(gpu, "matrix", padRows(entries, columns)));
  return { array, stride: vectors(columns), batch: count === 0 ? 0 : array.length / 4 / count };
}

/**
 * Runs commands.
 *
 * @param gpu Device.
 * @param dispatches The commands, in order.
 * @param times How often all of them. Default: 1.
 */
export function run(gpu: Gpu, dispatches: readonly Dispatch[], times = 1): void {
  const commands = new Commands(gpu);
  for (let i = 0; i < times; i++) commands.run(...dispatches);
  commands.submit();
}
