/**
 * Parametrisations: how initial weights and learning rates of gradient descent scale with the width
 * n of the hidden layers (G. Yang, E. Hu, "Feature learning in infinite-width neural networks",
 * arXiv:2011.14522).
 *
 * With weights W = n^(−a) w, w ~ n^(−b) N(0, 1) and rates n^(−c) η of w, gradient descent on w is
 * that on W with the rate n^(−c−2a) η, since ∂/∂w = n^(−a) ∂/∂W. So the multipliers n^(−a) need no
 * place in a network: initial weights n^(−a−b) and rates n^(−c−2a) say all.
 *
 * @module
 */

/**
 * Exponents of the width. Hidden layers begin with variance 1 / fan-in in all parametrisations, as
 * the output layer does where its exponent is 0.
 */
export interface Parametrization {
  /** Of the output layer's initial weights, beyond the root of 1 / fan-in. */
  readonly output: number;
  /** Of the rates of the first layer, of further ones, and of the output layer; `null` freezes. */
  readonly rates: readonly [first: number | null, hidden: number | null, output: number | null];
}

/** Parametrisations by name. */
export const parametrizations = {
  "µP": { output: -1 / 2, rates: [1, 0, -1] },
  "NTK": { output: 0, rates: [0, -1, -1] },
  "standard": { output: 0, rates: [0, 0, 0] },
} as const satisfies Readonly<Record<string, Parametrization>>;

/** Factors of one layer, relative to a network of the base width. */
export interface LayerScale {
  /** Of the initial weights, beyond the root of 1 / fan-in. */
  readonly initial: number;
  /** Of the learning rate of its weights; 0 freezes them. */
  readonly rate: number;
}

/**
 * Scales the layers of a network for its width.
 *
 * @param parametrization The parametrisation.
 * @param layers Number of layers, the output layer included; two at least.
 * @param relative Width of the hidden layers divided by the base width, at which all factors are 1.
 * @returns Factors of each layer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { layerScales, parametrizations } from "./parametrization.ts";
 *
 * const scales = layerScales(parametrizations["µP"], 3, 4);
 * assert.deepEqual(scales.map(({ rate }) => rate), [4, 1, 1 / 4]);
 * assert.deepEqual(scales.map(({ initial }) => initial), [1, 1, 1 / 2]);
 * ```
 */
export function layerScales(
  { output, rates: [first, hidden, last] }: Parametrization,
  layers: number,
  relative: number,
): LayerScale[] {
  return Array.from({ length: layers }, (_, l) => {
    const isLast = l === layers - 1, exponent = l === 0 ? first : isLast ? last : hidden;
    return {
      initial: isLast ? relative ** output : 1,
      rate: exponent === null ? 0 : relative ** exponent,
    };
  });
}
