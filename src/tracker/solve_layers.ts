/**
 * Spectra of layers of a tracked step.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type RankInterval, rankIntervals } from "../rank/certificates/rank_interval.ts";
import { chooseSpectrumMethod } from "../rank/methods/auto_method.ts";
import { rankMethods } from "../rank/methods/rank_methods.ts";
import type { Precision } from "../rank/spectra/spectrum_options.ts";
import type { LayerSpectrum } from "../train/trace.ts";
import type { CompleteTrackerOptions } from "./options.ts";

/** A layer whose spectrum is wanted. */
export interface UnsolvedLayer {
  /** Index of the layer, from 0. */
  readonly index: number;
  /** Its features. */
  readonly features: Matrix;
  /** Ranks as they were counted; `null` where they were not. */
  readonly ranks: readonly RankInterval[] | null;
}

/**
 * Solves for spectra, those of layers of one shape together. Waits for the GPU.
 *
 * @param gpu Device.
 * @param layers The layers, with finite features.
 * @param options Thresholds, weights, precision.
 * @returns The spectra. Their ranks lie in the intervals of the eigenvalues and in those that were
 * counted.
 */
export async function solveLayers(
  gpu: Gpu,
  layers: readonly UnsolvedLayer[],
  { epsilons, threshold, weights, precision }: CompleteTrackerOptions,
): Promise<LayerSpectrum[]> {
  const batches = Map.groupBy(
    layers,
    ({ features: { rows, columns }, ranks }) => `${rows} ${columns} ${precisionFor(ranks, precision)}`,
  );
  const solved: LayerSpectrum[] = [];
  for (const batch of batches.values()) {
    const features = batch.map((each) => each.features), [{ ranks }] = batch;
    const asked = { epsilons, threshold, precision: precisionFor(ranks, precision) };
    const { name } = await chooseSpectrumMethod(gpu, features[0], asked);
    const spectra = await rankMethods[name].solve(gpu, features, { ...asked, ...weights && { weights } });
    for (const [i, { eigenvalues, bounds, precision }] of spectra.entries()) {
      const { index, ranks } = batch[i];
      const found = rankIntervals({ eigenvalues, bounds }, epsilons, threshold);
      solved.push({
        kind: "spectrum",
        layer: index + 1,
        eigenvalues,
        bounds,
        precision,
        ranks: found.map((rank, e) => ranks ? inBoth(rank, ranks[e]) : rank),
      });
    }
  }
  return solved;
}

/** Where all ranks have been counted, the spectrum need not decide them. */
function precisionFor(ranks: readonly RankInterval[] | null, precision: Precision): Precision {
  return precision === "auto" && ranks?.every(({ low, high }) => low === high) ? "single" : precision;
}

/** The rank in both of two intervals that hold it. */
function inBoth({ epsilon, rank, low, high }: RankInterval, other: RankInterval): RankInterval {
  const least = Math.max(low, other.low), most = Math.min(high, other.high);
  return { epsilon, rank: Math.min(most, Math.max(least, rank)), low: least, high: most };
}
