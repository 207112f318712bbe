/**
 * Computes numerical ranks of weight matrices.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber } from "../../check.ts";
import { withListView } from "../../display/list_view.ts";
import { tableView } from "../../display/table_view.ts";
import { InputError } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { rootBound } from "../certificates/certificate.ts";
import { chooseSpectrumMethod } from "../methods/auto_method.ts";
import { rankMethods } from "../methods/rank_methods.ts";
import { inPrecision } from "../spectra/in_precision.ts";
import { multiplyDown, multiplyUp } from "../../linalg/directed.ts";
import { oneSidedSpectra } from "../spectra/one_sided_spectra.ts";
import { short, valueTable } from "../spectra/spectra_view.ts";
import { type FeatureSpectrum, type Precision, precisionNames } from "../spectra/spectrum_options.ts";
import { rankInterval, type Threshold, thresholdNames } from "../certificates/rank_interval.ts";
import { checkMatrices, type Matrix } from "../../linalg/matrix.ts";
import { spectralBounds } from "./spectral_bounds.ts";
import { stableRank } from "./spectral_ranks.ts";

/** Options of {@linkcode weightRanks}. */
export interface WeightRankOptions extends WorkOptions {
  /** Share τ of σ₁ above which a singular value counts, or a number. Default: 10⁻². */
  readonly tolerance?: number;
  /** Whether the tolerance is absolute or a share of σ₁. Default: relative. */
  readonly threshold?: Threshold;
  /**
   * Arithmetic; `auto` takes double-single where single leaves the rank uncertain. Default: `auto`.
   */
  readonly precision?: Precision;
}

/** Singular values and numerical rank of a matrix. */
export interface WeightRank {
  /** Singular values σ̂, descending, as many as the shorter side has entries. */
  readonly singularValues: Float64Array;
  /** Bounds on their errors. */
  readonly bounds: Float64Array;
  /** #{ i : σ̂_i > τ σ̂₁ }, or #{ i : σ̂_i > τ }. */
  readonly rank: number;
  /** Lower end of the interval in which the exact rank lies. */
  readonly low: number;
  /** Upper end of that interval. */
  readonly high: number;
}

/**
 * Computes numerical ranks #{ i : σ_i(W) > τ σ₁ }, or #{ i : σ_i(W) > τ }, of weight matrices of
 * one shape, as one batch. Waits for the GPU.
 *
 * Values are roots of eigenvalues of the Gram matrix of the shorter side of W, by the methods that
 * `rank` takes. In double precision they come from one-sided rotations, or in float64 from the
 * host, neither of which squares W, so that ranks are certain down to a tolerance of about 10⁻¹⁰
 * wherever no σ_i is near it.
 *
 * @param gpu Device.
 * @param matrices Matrices of one shape.
 * @param options Tolerance, relative or absolute; precision.
 * @returns Singular values and rank of each. A zero matrix has rank 0.
 * @throws {InputError} If a relative tolerance is not in (0, 1) or an absolute one not above 0, or
 * an entry is NaN or infinite.
 * @throws {ShapeError} If shapes differ or do not fit in the adapter's limits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float32Array.of(3, 0, 0, 0.01) };
 * const [{ rank, singularValues }] = await weightRanks(gpu, [matrix]);
 * assert.equal(rank, 1);
 * assert.equal(Math.round(singularValues[0]), 3);
 * ```
 */
export async function weightRanks(
  gpu: Gpu,
  matrices: readonly Matrix[],
  options: WeightRankOptions = {},
): Promise<WeightRank[]> {
  checkKeys("options of weightRanks", options, ["tolerance", "threshold", "precision", "signal"]);
  const { tolerance = 1e-2, threshold = "relative", precision = "auto", signal } = options;
  checkName("kind of threshold", threshold, thresholdNames);
  checkName("precision", precision, precisionNames);
  checkMatrices(matrices);
  if (threshold === "absolute") checkNumber("tolerance", tolerance, { positive: true });
  else if (!(typeof tolerance === "number" && tolerance > 0 && tolerance < 1)) {
    throw new InputError(`tolerance ${tolerance}: give a share of the largest singular value, in (0, 1)`);
  }
  if (matrices.length === 0) return [];
  const volume = matrices[0].rows;
  // τ² is no float64, mostly, and may be below all of them: each end of a rank takes its safe side.
  const least = multiplyDown(tolerance, tolerance), most = multiplyUp(tolerance, tolerance);
  const thresholds = { volume, precision, epsilons: [least, most], threshold } as const;
  const { name } = await chooseSpectrumMethod(gpu, matrices[0], thresholds);
  const { solve, isOnHost } = rankMethods[name];
  const spectra = isOnHost
    ? await solve(gpu, matrices, { volume, precision: "double", signal })
    : await inPrecision(matrices, thresholds, (some, precision) => {
      return (precision === "single" ? solve : oneSidedSpectra)(gpu, some, { volume, precision, signal });
    });
  const countAt = ({ eigenvalues, bounds }: FeatureSpectrum, epsilon: number) =>
    rankInterval(eigenvalues, bounds, epsilon, { threshold });
  const ranks = spectra.map((spectrum): WeightRank => {
    const { eigenvalues, bounds } = spectrum;
    const { low } = countAt(spectrum, most), { rank, high } = countAt(spectrum, least);
    return {
      singularValues: eigenvalues.map(Math.sqrt),
      bounds: bounds.map((bound, i) => rootBound(eigenvalues[i], bound)),
      rank,
      low,
      high,
    };
  });
  const interval = ({ rank, low, high }: WeightRank) =>
    low === high ? `${rank}` : `${rank} in [${low}, ${high}]`;
  return withListView(ranks, {
    one: (each) =>
      tableView(() => ({
        heading: `numerical rank ${interval(each)} at tolerance ${formatNumber(tolerance)}`,
        tables: [valueTable("σ", each.singularValues, each.bounds)],
      })),
    all: () => ({
      heading: `numerical ranks at tolerance ${formatNumber(tolerance)}`,
      header: ["rank", "largest σ", "smallest σ"],
      row: (each) => [interval(each), short(each.singularValues[0]), short(each.singularValues.at(-1)!)],
    }),
  });
}

/**
 * Computes the stable rank ‖W‖_F² / ‖W‖₂² of a matrix from its singular values.
 *
 * @param singular Singular values, and bounds on their errors.
 * @returns The stable rank, and a bound on its error.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { weightStableRank } from "./weight_ranks.ts";
 *
 * const singularValues = Float64Array.of(2, 1), bounds = Float64Array.of(0, 1e-3);
 * const { value, bound } = weightStableRank({ singularValues, bounds });
 * assert(value === 1.25 && bound > 5e-4 && bound < 6e-4);
 * ```
 */
export function weightStableRank(
  { singularValues, bounds }: Pick<WeightRank, "singularValues" | "bounds">,
): { readonly value: number; readonly bound: number } {
  const squares = singularValues.map((sigma) => sigma ** 2);
  const { stableRank: bound } = spectralBounds(
    squares,
    bounds.map((bound, i) => (2 * singularValues[i] + bound) * bound),
  );
  return { value: stableRank(squares), bound };
}
