/**
 * Starts from which a network has outputs of 0.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import type { LayerParameters } from "./layout.ts";

/**
 * Makes an antisymmetric start: two networks of half the width whose outputs cancel each other and
 * are multiplied by a factor α, as in Chizat, Oyallon, Bach (arXiv:1812.07956). The neurons of each
 * half are the first ones that are given; weights between the halves are 0, and those into a layer
 * of half the width are multiplied by √2, which keeps the variance of its preactivations.
 *
 * @param parameters W, row-major `inputs × outputs`, and b of each layer; hidden widths are even.
 * @param scale The factor α.
 * @returns Parameters of the same shapes.
 * @throws {ShapeError} If a hidden width is odd.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { antisymmetricStart } from "./antisymmetric.ts";
 *
 * const hidden = { weights: Float32Array.of(3, 4), biases: Float32Array.of(1, 2) };
 * const output = { weights: Float32Array.of(5, 6), biases: Float32Array.of(7) };
 * const [first, last] = antisymmetricStart([hidden, output], 10);
 * assert.deepEqual([...first.weights, ...first.biases], [3, 3, 1, 1]);
 * const weight = Math.fround(50 * Math.SQRT2);
 * assert.deepEqual([...last.weights, ...last.biases], [weight, -weight, 0]);
 * ```
 */
export function antisymmetricStart(
  parameters: readonly LayerParameters[],
  scale: number,
): LayerParameters[] {
  const last = parameters.length - 1;
  return parameters.map(({ weights, biases }, layer) => {
    const columns = biases.length, rows = weights.length / columns;
    if (layer < last && columns % 2 > 0) {
      throw new ShapeError(`a width of ${columns} has no two halves: give an even number`);
    }
    const half = layer < last ? columns / 2 : columns, below = layer > 0 ? rows / 2 : rows;
    const entry = (i: number, j: number) =>
      (layer > 0 ? Math.SQRT2 : 1) * weights[(i % below) * columns + j % half];
    return {
      weights: Float32Array.from(weights, (_, e) => {
        const i = Math.floor(e / columns), j = e % columns;
        if (layer === last) return (i < below ? scale : -scale) * entry(i, j);
        return layer > 0 && i < below !== j < half ? 0 : entry(i, j);
      }),
      biases: layer < last ? biases.map((_, j) => biases[j % half]) : biases.map(() => 0),
    };
  });
}
