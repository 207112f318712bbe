/**
 * Ranks of features given by the host: thresholds in, certified ranks out.
 *
 * @module
 */
import { checkName } from "../../check.ts";
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { checkSources, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import type { Enclosure } from "../certificates/largest_eigenvalue.ts";
import { type RankInterval, rankInterval, type Threshold } from "../certificates/rank_interval.ts";
import { spectralBounds, type SpectralRanks, spectralRanks } from "../ranks/spectral_bounds.ts";
import { checkEpsilons, checkSpectrumOptions, type SpectrumOptions } from "../spectra/spectrum_options.ts";
import { countFeatures } from "./count_features.ts";
import { checkMethodPrecision, checkMostColumns } from "./check_method.ts";
import {
  autoRankMethod,
  type CountMethod,
  type MethodPrecision,
  type RankMethod,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
  type SpectrumMethod,
} from "./rank_methods.ts";

/** Options of {@linkcode featureRanks}. */
export interface FeatureRanksOptions extends SpectrumOptions {
  /** Thresholds ε > 0. */
  readonly epsilons: readonly number[];
  /**
   * Method, one of `rankMethods`, or `auto` for the one that suits the features. Default: `auto`.
   */
  readonly rankMethod?: "auto" | RankMethodName;
}

/** What the ranks of a feature matrix have in common, however they were computed. */
export interface RanksBase {
  /** Method that was used. */
  readonly rankMethod: RankMethodName;
  /** Arithmetic that was used. */
  readonly precision: MethodPrecision;
  /** How the thresholds are meant. */
  readonly threshold: Threshold;
  /** ε-ranks in the order of the thresholds, each with its certified interval. */
  readonly ranks: readonly RankInterval[];
}

/** Ranks counted in a solved spectrum, and other ranks of the same spectrum. */
export interface SpectrumRanks extends RanksBase, SpectralRanks {
  /** What they come from. */
  readonly kind: "spectrum";
  /**
   * Eigenvalues of the weighted Gram matrix, descending: min(m, n) of them. Where there are fewer
   * samples m than columns n, the other n − m are 0.
   */
  readonly eigenvalues: Float64Array;
  /** Bounds on their errors. */
  readonly bounds: Float64Array;
  /** Bounds on the errors of the six measures. */
  readonly spectralBounds: SpectralRanks;
}

/** Ranks counted without a spectrum: there are no eigenvalues, and no ranks that need them. */
export interface CountRanks extends RanksBase {
  /** What they come from. */
  readonly kind: "count";
  /** Interval of the largest eigenvalue λ₁, where thresholds are shares of it; else `null`. */
  readonly largest: Enclosure | null;
}

/** Ranks of one feature matrix. */
export type FeatureRanks = SpectrumRanks | CountRanks;

/**
 * Computes the ranks of a feature matrix. Waits for the GPU.
 *
 * A method that yields a spectrum gives eigenvalues and all other ranks besides; one that counts
 * solves no spectrum. In precision `auto` either works in single precision first, and in double
 * where that leaves a rank uncertain and the method can. Features with fewer samples m than columns
 * n are solved through the m × m matrix √w Φ Φᵀ √w, in the time of their transpose.
 *
 * @param gpu Device.
 * @param features Features, a sample a row.
 * @param options Thresholds, weights, method, precision.
 * @returns The ranks.
 * @throws {InputError} If an option is unknown or out of range, or an entry or weight is not a
 * number to compute with.
 * @throws {ShapeError} If shapes do not fit together or in the limits of the method or the adapter.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { featureRanks } from "./feature_ranks.ts";
 *
 * using gpu = await Gpu.open();
 * const features = { rows: 2, columns: 2, data: Float32Array.of(1, 0, 0, 0.01) };
 * const options = { epsilons: [1e-3], rankMethod: "inertia" } as const;
 * const { kind, ranks } = await featureRanks(gpu, features, options);
 * assert.equal(kind, "count");
 * assert.deepEqual(ranks, [{ epsilon: 1e-3, rank: 1, low: 1, high: 1 }]);
 * ```
 */
export async function featureRanks(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
): Promise<FeatureRanks> {
  checkSpectrumOptions("options of featureRanks", options, ["rankMethod"]);
  checkEpsilons(options.epsilons);
  const asked = checkName("rank method", options.rankMethod ?? "auto", ["auto", ...rankMethodNames]);
  checkSources([features], options.weights);
  const rankMethod = asked === "auto" ? autoRankMethod(features) : asked;
  const { precision = "auto" } = options;
  if (precision !== "auto") {
    checkMethodPrecision(rankMethod, precision);
    checkMostColumns(rankMethod, precision, features);
  }
  const method: RankMethod = rankMethods[rankMethod];
  if (method.yields === "count") return await counted(gpu, features, options, { rankMethod, method });
  return await solved(gpu, features, options, { rankMethod, method });
}

async function solved(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
  { rankMethod, method }: { readonly rankMethod: RankMethodName; readonly method: SpectrumMethod },
): Promise<SpectrumRanks> {
  if (!("data" in features) && !method.takesTiles) {
    const others = rankMethodNames.filter((name) => {
      const other: RankMethod = rankMethods[name];
      return other.yields === "count" || other.takesTiles;
    });
    throw new InputError(
      `${rankMethod} takes features in memory only: for those produced on demand use ${others.join(", ")}`,
    );
  }
  const { rankMethod: _, ...rest } = options;
  const [{ eigenvalues, bounds, precision }] = await method.solve(gpu, [features], rest);
  const { epsilons, threshold = "absolute" } = options;
  return {
    kind: "spectrum",
    rankMethod,
    precision,
    threshold,
    ranks: epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, { threshold })),
    eigenvalues,
    bounds,
    ...spectralRanks(eigenvalues),
    spectralBounds: spectralBounds(eigenvalues, bounds),
  };
}

async function counted(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
  { rankMethod, method }: { readonly rankMethod: RankMethodName; readonly method: CountMethod },
): Promise<CountRanks> {
  const { epsilons, threshold = "absolute", precision: asked = "auto" } = options;
  const countIn = async (precision: MethodPrecision): Promise<CountRanks> => {
    checkMostColumns(rankMethod, precision, features);
    const [{ ranks, largest }] = await countFeatures(gpu, [features], {
      method,
      precision,
      epsilons: [epsilons],
      threshold,
      signal: options.signal,
      ...prepareOptions(options),
    });
    return { kind: "count", rankMethod, precision, threshold, ranks, largest };
  };
  if (asked !== "auto") return await countIn(asked);
  const single = await countIn("single");
  const isCertain = single.ranks.every(({ low, high }) => low === high);
  const most = method.mostColumns.double ?? 0;
  return isCertain || tallShape(features).columns > most ? single : await countIn("double");
}
