/**
 * Weights after steps of gradient descent without structure: a null for the rank of trained ones.
 *
 * @module
 */
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
 * scaled to a length ‖XᵀC‖_F. What gradient descent adds to a first layer is of this form too: these
 * are steps of its length, within the span of the same samples, whose coefficients say nothing
 * about labels and neurons.
 *
 * In the Gram matrix WᵀW = W₀ᵀW₀ + (XW₀)ᵀC + Cᵀ(XW₀) + Cᵀ(XXᵀ)C the dimension occurs only in
 * products that are made once. Arithmetic is float64; ‖W‖₂² comes from at most 32 steps of Lanczos's
 * iteration, from below.
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
  const still = product(transposed(weights, d, m), weights, m, m, d);
  const moved = product(x, weights, n, m, d), among = product(x, transposed(x, n, d), n, n, d);
  return (length) => {
    const c = Float64Array.from({ length: n * m }, next), adjoint = transposed(c, n, m);
    const own = product(adjoint, product(among, c, n, m, n), m, m, n);
    const cross = product(adjoint, moved, m, m, n);
    const scale = length / Math.sqrt(trace(own, m));
    const gram = still.map((value, i) => {
      const mirrored = (i % m) * m + Math.floor(i / m);
      return value + scale * (cross[i] + cross[mirrored]) + scale ** 2 * own[i];
    });
    return trace(gram, m) / encloseLargest(gram, m).low;
  };
}

/** Transposes a row-major matrix. */
function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  const place = (i: number) => (i % rows) * columns + Math.floor(i / rows);
  return Float64Array.from({ length: rows * columns }, (_, i) => matrix[place(i)]);
}

/** Adds up the diagonal of a square matrix. */
function trace(matrix: Float64Array, order: number): number {
  return matrix.reduce((sum, value, i) => i % (order + 1) === 0 ? sum + value : sum, 0);
}
