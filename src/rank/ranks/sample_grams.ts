/**
 * Independence of the features of samples: spectra of ΦΦᵀ / n.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { type RankInterval, rankInterval } from "../certificates/rank_interval.ts";
import { featureSpectra } from "../spectra/feature_spectrum.ts";

/** The Gram matrix ΦΦᵀ / n of the features of m samples, an entry for each pair of them. */
export interface SampleGram {
  /**
   * The least of its m eigenvalues, at least: λ̂ − δ. Above 0 the features of all samples are
   * certainly independent; 0 or below where m > n, or where that is not certain.
   */
  readonly least: number;
  /** Its ε-rank, with its certified interval. */
  readonly rank: RankInterval;
}

/** Options of {@linkcode sampleGrams}. */
export interface SampleGramOptions extends WorkOptions {
  /** Threshold ε of the ranks. */
  readonly epsilon: number;
}

/**
 * Computes least eigenvalues and ε-ranks of ΦΦᵀ / n for features Φ of m samples and n neurons, all
 * of one shape, as one batch. Unlike the eigenvalues of ΦᵀΦ / m, of which they are m/n-fold, these
 * tend to a limit as a layer of random neurons widens. Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Feature matrices, a row for each sample.
 * @param options Threshold, signal.
 * @returns Least eigenvalue and ε-rank of each.
 * @throws {ShapeError} If shapes differ or do not fit in the adapter's limits.
 * @throws {InputError} If the threshold is not above 0, or an entry is NaN or infinite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { sampleGrams } from "./sample_grams.ts";
 *
 * using gpu = await Gpu.open();
 * const features = { rows: 2, columns: 3, data: Float32Array.of(1, 1, 1, 1, 1, -1) };
 * const [{ least, rank }] = await sampleGrams(gpu, [features], { epsilon: 0.5 });
 * // 1 ± 1/3
 * assert(Math.abs(least - 2 / 3) < 1e-5 && rank.rank === 2);
 * ```
 */
export async function sampleGrams(
  gpu: Gpu,
  features: readonly Matrix[],
  { epsilon, signal }: SampleGramOptions,
): Promise<SampleGram[]> {
  if (features.length === 0) return [];
  const [{ rows, columns }] = features;
  // Weights of 1/n in place of 1/m.
  const spectra = await featureSpectra(gpu, features, {
    volume: rows / columns,
    epsilons: [epsilon],
    signal,
  });
  return spectra.map(({ eigenvalues, bounds }) => ({
    // There are min(m, n) of them, and the others are 0.
    least: rows > columns ? 0 : eigenvalues[rows - 1] - bounds[rows - 1],
    rank: rankInterval(eigenvalues, bounds, epsilon),
  }));
}
