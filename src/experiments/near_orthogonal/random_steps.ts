/**
 * The null of the study: steps of gradient descent without structure.
 *
 * @module
 */
import { encloseLargest } from "../../rank/certificates/largest_eigenvalue.ts";
import { product } from "../../stats/random_matrices.ts";

/** Weights that a step starts from, and the samples whose combinations it may add. */
export interface StepStart {
  /** Initial weights W₀, `inputs × width`. */
  readonly weights: Float32Array;
  /** Samples X, `samples × inputs`. */
  readonly x: Float32Array;
  /** Number of samples. */
  readonly samples: number;
  /** Dimension. */
  readonly inputs: number;
  /** Neurons. */
  readonly width: number;
}

/**
 * Transposes a matrix.
 *
 * @param matrix Row-major `rows × columns`.
 * @param rows Rows.
 * @param columns Columns.
 * @returns The transpose, `columns × rows`.
 */
export function transposed(matrix: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)],
  );
}

/**
 * Prepares to draw stable ranks ‖W‖_F² / ‖W‖₂² of W = W₀ + XᵀC for matrices C of normal numbers,
 * scaled to a length ‖XᵀC‖_F. A gradient is of this form too: these are steps of its length, within
 * the span of the same samples, whose coefficients say nothing about labels and neurons.
 *
 * In the Gram matrix WᵀW = W₀ᵀW₀ + (XW₀)ᵀC + Cᵀ(XW₀) + Cᵀ(XXᵀ)C the dimension occurs in products
 * that are made once.
 *
 * @param start W₀ and X.
 * @param next Source of normal numbers.
 * @returns A function of the length, which gives the stable rank after one such step.
 */
export function randomSteps(
  { weights, x, samples: n, inputs: d, width: m }: StepStart,
  next: () => number,
): (length: number) => number {
  const still = product(transposed(weights, d, m), weights, m, m, d);
  const moved = product(x, weights, n, m, d), among = product(x, transposed(x, n, d), n, n, d);
  return (length) => {
    const c = Float64Array.from({ length: n * m }, next);
    const adjoint = transposed(c, n, m);
    const own = product(adjoint, product(among, c, n, m, n), m, m, n);
    const cross = product(adjoint, moved, m, m, n);
    const trace = (matrix: Float64Array) => matrix.reduce((sum, v, i) => i % (m + 1) ? sum : sum + v, 0);
    const scale = length / Math.sqrt(trace(own));
    const gram = still.map((value, i) => {
      const mirrored = (i % m) * m + Math.floor(i / m);
      return value + scale * (cross[i] + cross[mirrored]) + scale ** 2 * own[i];
    });
    return trace(gram) / encloseLargest(gram, m).low;
  };
}
