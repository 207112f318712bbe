/**
 * Layers of features whose Gram matrices are made in fixed point: their way to the GPU, and X in
 * float64. @module
 */
import { GpuArray } from "../../src/gpu/array.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { DigitLayer } from "../../src/linalg/gram/gram_digits.ts";
import { padRows, vectors } from "../../src/linalg/matrix_view.ts";

/** Features of one layer: `[replica]`, each row-major `samples × width`. */
export interface HostLayer {
  readonly width: number;
  readonly features: readonly Float32Array[];
}

/**
 * Copies layers to the GPU: all into one array, as the fused step has them, or each into its own.
 */
export function uploadLayers(
  gpu: Gpu,
  layers: readonly HostLayer[],
  stack: DisposableStack,
  together: boolean,
): DigitLayer[] {
  const padded = layers.map(({ width, features }) => features.map((each) => padRows(each, width)));
  const words = padded.flat().reduce((sum, { length }) => sum + length, 0);
  const shared = together ? stack.use(new GpuArray(gpu, "features", words + 16)) : null;
  // Something before the first.
  let offset = 4;
  return layers.map(({ width }, index) => {
    const [first] = padded[index];
    const array = shared ??
      stack.use(new GpuArray(gpu, "features of a layer", padded[index].length * first.length));
    const start = shared ? offset : 0;
    padded[index].forEach((each, replica) => array.write(each, 4 * start + replica * each.length));
    offset += padded[index].length * first.length / 4;
    return {
      width,
      features: { array, stride: vectors(width), batch: first.length / 4, offset: start },
    };
  });
}

/** The least e from −40 with |x| ≤ 2^e for all x. */
export function exponentOf(values: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  let e = -40;
  while (2 ** e < largest) e++;
  return e;
}

/** Roots of weights as the kernels take them: none where all are alike. */
export function rootsOf(weights: ArrayLike<number>): Float32Array {
  const all = Array.from(weights);
  return all.every((w) => w === all[0])
    ? new Float32Array(all.length).fill(1)
    : Float32Array.from(all, Math.sqrt);
}

/** Features by their weights' roots, rounded to single precision. */
export function weighted(features: Float32Array, width: number, weights: ArrayLike<number>): Float32Array {
  const roots = rootsOf(weights);
  return features.map((x, i) => x * roots[Math.floor(i / width)]);
}

/** Those divided by 2^e and rounded to 25 bits after the point, to even. */
export function fixedPoint(features: Float32Array, e: number): Float64Array {
  return Float64Array.from(features, (value) => {
    const x = 2 ** (25 - e) * value;
    const down = Math.floor(x);
    const up = x - down > 0.5 || (x - down === 0.5 && down % 2 !== 0);
    return (up ? down + 1 : down) / 2 ** 25;
  });
}
