/**
 * A layer of a network on the host.
 *
 * @module
 */
import type { LayerParameters } from "./layout.ts";

/**
 * Applies the affine map of a layer, x W + b, in double precision.
 *
 * @param layer Its parameters.
 * @param x Inputs, one row each.
 * @returns The preactivations, one row each.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { hostLayer } from "./host_layer.ts";
 *
 * const layer = { weights: Float32Array.of(1, -2), biases: Float32Array.of(0, 0.5) };
 * assert.deepEqual([...hostLayer(layer, [1, 3])], [1, -1.5, 3, -5.5]);
 * ```
 */
export function hostLayer({ weights, biases }: LayerParameters, x: ArrayLike<number>): Float64Array {
  const outputs = biases.length, inputs = weights.length / outputs;
  return Float64Array.from({ length: x.length / inputs * outputs }, (_, e) => {
    const j = e % outputs, row = Math.floor(e / outputs) * inputs;
    let sum = biases[j];
    for (let i = 0; i < inputs; i++) sum += x[row + i] * weights[i * outputs + j];
    return sum;
  });
}
