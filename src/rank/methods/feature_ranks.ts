/**
 * Ranks of features given by the host: thresholds in, certified ranks out.
 *
 * @module
 */
import { checkName } from "../../check.ts";
import { withView } from "../../display/view.ts";
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { checkSources, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import { rankIntervals } from "../certificates/rank_interval.ts";
import { spectralBounds, spectralRanks } from "../ranks/spectral_bounds.ts";
import { checkEpsilons, checkSpectrumOptions, type SpectrumOptions } from "../spectra/spectrum_options.ts";
import { countFeatures } from "./count_features.ts";
import { checkMethodPrecision, checkMostColumns, lowestPrecision } from "./check_method.ts";
import type { CountRanks, FeatureRanks, SpectrumRanks } from "./ranks.ts";
import { ranksView } from "./ranks_view.ts";
import { chooseRankMethod } from "./auto_method.ts";
import {
  type CountMethod,
  type MethodPrecision,
  type RankMethod,
  type RankMethodName,
  rankMethodNames,
  rankMethods,
  type SpectrumMethod,
} from "./rank_methods.ts";

export type { CountRanks, FeatureRanks, RanksBase, SpectrumRanks } from "./ranks.ts";

/** Options of {@linkcode featureRanks}. */
export interface FeatureRanksOptions extends SpectrumOptions {
  /** Thresholds ε > 0. */
  readonly epsilons: readonly number[];
  /**
   * Method, one of `rankMethods`, or `auto` for the one that suits the features. Default: `auto`.
   */
  readonly rankMethod?: "auto" | RankMethodName;
}

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
  const { epsilons, precision = "auto", threshold } = options;
  if (asked !== "auto") return await ranksBy(gpu, features, options, { rankMethod: asked });
  const { name, reason } = await chooseRankMethod(gpu, features, { precision, epsilons, threshold });
  const found = await ranksBy(gpu, features, options, { rankMethod: name, reason });
  const isCertain = found.ranks.every(({ low, high }) => low === high);
  if (found.kind === "spectrum" || isCertain) return found;
  return await ranksBy(gpu, features, options, {
    rankMethod: "host-bidiagonal",
    reason: `${name} was ${reason}, but left ranks in doubt`,
  });
}

/** A method, and why it was chosen. */
interface Chosen {
  readonly rankMethod: RankMethodName;
  readonly reason?: string | null;
}

async function ranksBy(
  gpu: Gpu,
  features: MatrixSource,
  options: FeatureRanksOptions,
  { rankMethod, reason = null }: Chosen,
): Promise<FeatureRanks> {
  const { precision = "auto" } = options;
  if (precision !== "auto") checkMethodPrecision(rankMethod, precision);
  checkMostColumns(rankMethod, precision === "auto" ? lowestPrecision(rankMethod) : precision, features);
  const method: RankMethod = rankMethods[rankMethod];
  const found = method.yields === "count"
    ? await counted(gpu, features, options, { rankMethod, method })
    : await solved(gpu, features, options, { rankMethod, method });
  const ranks = reason === null ? found : { ...found, methodReason: reason };
  return withView(ranks, ranksView(ranks, features));
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
    ranks: rankIntervals({ eigenvalues, bounds }, epsilons, threshold),
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
      onShare: options.onShare,
      ...prepareOptions(options),
    });
    return { kind: "count", rankMethod, precision, threshold, ranks, largest };
  };
  if (asked !== "auto") return await countIn(asked);
  const lowest = lowestPrecision(rankMethod), first = await countIn(lowest);
  const isCertain = first.ranks.every(({ low, high }) => low === high);
  const most = lowest === "single" ? method.mostColumns.double ?? 0 : 0;
  return isCertain || tallShape(features).columns > most ? first : await countIn("double");
}
