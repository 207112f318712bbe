/**
 * Weights after steps of gradient descent without structure: a null for the rank of trained ones.
 *
 * @module
 */
import { transposed } from "../../linalg/matrix.ts";
import { product } from "../../stats/random_matrices.ts";
import { encloseLargest } from "../certificates/largest_eigenvalue.ts";

/** Weights that a step starts from, and the samples whose combinations it adds. */
export interface StepStart {
  /** Initial weights W₀, row-major `inputs × width`. */
  readonly weights: ArrayLike<number>;
  /** Samples X, row-major `samples × inputs`. */
  readonly x: ArrayLike<number>;
  /** Number of samples. */
  readonly samples: number;
  /** Dimension. */
  readonly inputs: number;
  /** Neurons. */
  readonly width: number;
}

/**
 * Prepares to draw stable ranks ‖W‖_F² / ‖W‖₂² of W = W₀ + XᵀC for matrices C of normal numbers,
 * scaled to a length ‖XᵀC‖_F. What gradient descent adds to a first layer is of this form too:
 * these are steps of its length, within the span of the same samples, whose coefficients say
 * nothing about labels and neurons.
 *
 * In the Gram matrix WᵀW = W₀ᵀW₀ + (XW₀)ᵀC + Cᵀ(XW₀) + Cᵀ(XXᵀ)C the dimension occurs only in
 * products that are made once. Arithmetic is float64; ‖W‖₂² comes from at most 32 steps of
 * Lanczos's iteration, from below.
 *
 * @param start W₀ and X.
 * @param next Source of standard normal numbers.
 * @returns A function of the length, which gives the stable rank after one such step.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { normal, uniform } from "../../stats/random.ts";
 * import { randomSteps } from "./random_steps.ts";
 *
 * const start = { weights: [0, 0, 0, 0], x: [3, 4], samples: 1, inputs: 2, width: 2 };
 * // Combinations of one sample have rank one.
 * assert(Math.abs(randomSteps(start, normal(uniform(7)))(0.1) - 1) < 1e-12);
 * ```
 */
export function randomSteps(
  { weights, x, samples: n, inputs: d, width: m }: StepStart,
  next: () => number,
): (length: number) => number {
  const still = product(transposed(Float64Array.from(weights), d, m), weights, m, m, d);
  const moved = product(x, weights, n, m, d),
    among = product(x, transposed(Float64Array.from(x), n, d), n, n, d);
  const energy = trace(still, m);
  return (length) => {
    const c = Float64Array.from({ length: n * m }, next), image = product(among, c, n, m, n);
    // ‖XᵀC‖_F² = tr Cᵀ(XXᵀ)C, and G is the symmetric part of W₀ᵀW₀ + Cᵀ(2 s X W₀ + s² XXᵀC).
    const scale = length / Math.sqrt(image.reduce((sum, value, i) => sum + value * c[i], 0));
    const added = image.map((value, i) => scale * (2 * moved[i] + scale * value));
    const half = product(transposed(c, n, m), added, m, m, n);
    const gram = still.slice();
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < m; j++) gram[i * m + j] += (half[i * m + j] + half[j * m + i]) / 2;
    }
    return (energy + trace(half, m)) / encloseLargest(gram, m).low;
  };
}

/** Adds up the diagonal of a square matrix. */
function trace(matrix: Float64Array, order: number): number {
  let sum = 0;
  for (let i = 0; i < order; i++) sum += matrix[i * (order + 1)];
  return sum;
}
