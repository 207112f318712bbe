/**
 * What the kernels of a training run have to do: operations, and the bytes that have to move at
 * least.
 *
 * @module
 */
import type { Workload } from "./workload.ts";

/** Work of all dispatches of a kernel in one step, or in one probe. */
export interface Work {
  /** Operations, an `fma` counted as two; `null` where they depend on the data. */
  readonly flops: number | null;
  /**
   * Bytes of what it reads and writes, each once: what passes through caches again is not counted.
   */
  readonly bytes: number;
}

/** Bytes of a float. */
const FLOAT = 4;

/**
 * Work of a fused step. Matrices are the inputs, features and slopes of each hidden layer, output,
 * errors.
 *
 * @param workload Workload.
 * @returns Work by the names of kernels.
 */
export function stepWork(
  { widths, samples, optimizer }: Workload,
): Readonly<Record<string, Work>> {
  const pairs = widths.slice(1).map((outputs, l) => widths[l] * outputs);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const products = sum(pairs), outputs = sum(widths.slice(1));
  const parameters = products + outputs;
  const moments = optimizer === "adam" ? 2 : 1;
  return {
    fused_step: {
      flops: 2 * samples * (2 * products - pairs[0]),
      bytes: FLOAT * (parameters + samples * (widths[0] + 4 * outputs)),
    },
    fused_step_update: {
      flops: 2 * samples * parameters,
      bytes: FLOAT *
        (samples * (sum(widths) + outputs) + 2 * (1 + moments) * parameters),
    },
  };
}

/**
 * Work of a probe of all hidden layers: of one that counts ranks, and of one that solves spectra.
 *
 * @param workload Workload.
 * @param thresholds Thresholds of the ε-ranks.
 * @returns Work by the names of kernels.
 */
export function probeWork(
  { widths, samples }: Pick<Workload, "widths" | "samples">,
  thresholds: number,
): Readonly<Record<string, Work>> {
  const hidden = widths.slice(1, -1);
  const sum = (of: (n: number) => number) => hidden.reduce((total, n) => total + of(n), 0);
  const features = FLOAT * samples * sum((n) => n),
    square = FLOAT * sum((n) => n * n);
  return {
    gram_digits_largest: { flops: null, bytes: features },
    // Three products of digits for each term of the lower triangle; pairs of words of it are
    // written.
    gram_digits: {
      flops: 3 * samples * sum((n) => n * n),
      bytes: features + square,
    },
    // Two sides a threshold; n³/6 terms of some 55 operations, see the kernel.
    inertia_double_single: {
      flops: 2 * thresholds * 55 * sum((n) => n ** 3) / 6,
      bytes: 2 * thresholds * 5 * square,
    },
    // Ψ of the first pass, and the second step of Newton and Schulz; the others are compensated.
    gemm: {
      flops: 2 * samples * sum((n) => n * n) + 4 * sum((n) => n ** 3),
      bytes: 2 * features + 6 * square,
    },
    gemm_compensated: {
      flops: 12 * samples * sum((n) => n * n) + 24 * sum((n) => n ** 3),
      bytes: 2 * features + 6 * square,
    },
    // Both passes, the upper triangle.
    gram: {
      flops: 2 * samples * sum((n) => n * n),
      bytes: 2 * features + square,
    },
    gram_reduce: { flops: null, bytes: 4 * square },
    jacobi: { flops: null, bytes: 8 * square },
  };
}

/**
 * Bytes of several kernels together.
 *
 * @param work Their work.
 * @param names Some of them. Default: all.
 * @returns The sum.
 */
export function bytesOf(
  work: Readonly<Record<string, Work>>,
  names: readonly string[] = Object.keys(work),
): number {
  return names.reduce((sum, name) => sum + work[name].bytes, 0);
}
