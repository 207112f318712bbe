/**
 * Measures of one matrix: singular values with bounds, ranks, norms, and its spectrum beside those
 * of random matrices and power laws.
 *
 * @module
 */
import { hostProductSvdvals, hostSvdvals } from "../linalg/host/host_svdvals.ts";
import {
  countIntervals,
  eigenvalueIntervals,
  type RankInterval,
} from "../rank/certificates/rank_interval.ts";
import { spectralBounds, spectralRanks } from "../rank/ranks/spectral_bounds.ts";
import { fitMarchenkoPastur, type MarchenkoPasturFit } from "../stats/marchenko_pastur.ts";
import { fitPowerLawTail, type PowerLawTail } from "../stats/power_law_tail.ts";
import { type MatrixPlan, openMatrix } from "./matrix_plan.ts";

/** What to measure. */
export interface MeasureOptions {
  /** Thresholds of ranks, as shares of σ₁. */
  readonly epsilons: readonly number[];
  /** Samples drawn for the p-value of a power law; 0 for no power law. */
  readonly draws: number;
  /** Seed of these. */
  readonly seed: number;
}

/** A number and a bound on its error. */
export interface Bounded {
  readonly value: number;
  readonly bound: number;
}

/** Measures of a matrix. */
export interface MatrixMeasures {
  /** Singular values σ̂, descending: of a product of thin factors no more than these have. */
  readonly values: Float64Array;
  /** Bounds on |σ̂ − σ|. */
  readonly bounds: Float64Array;
  /** Frobenius norm. */
  readonly norm: number;
  /**
   * Number of σ above max(m, n) times the unit of float32, or of float64 for such files, times σ₁.
   */
  readonly numerical: RankInterval;
  /** Numbers of σ above the thresholds times σ₁. */
  readonly ranks: readonly RankInterval[];
  /** Exponential of the entropy of σ / Σσ (Roy and Vetterli 2007). */
  readonly effectiveRank: Bounded;
  /** ‖W‖_F² / σ₁². */
  readonly stableRank: Bounded;
  /** The spectrum beside that of a random matrix; `null` where there is too little of it. */
  readonly random: MarchenkoPasturFit | null;
  /** A power law of the tail of σ²; `null` where there is none. */
  readonly tail: PowerLawTail | null;
}

/** Distance from 1 to the next number: of float32, into which half precision fits, and float64. */
const EPSILON32 = 2 ** -23, EPSILON64 = 2 ** -52;

/**
 * Measures a matrix. Reads it from its file.
 *
 * @param plan The matrix.
 * @param options What to measure.
 * @returns Its measures.
 * @throws {InputError} If its file cannot be read, or an entry is not finite.
 * @throws {ShapeError} If its shorter side is longer than 8,192.
 */
export async function measureMatrix(plan: MatrixPlan, options: MeasureOptions): Promise<MatrixMeasures> {
  using stack = new DisposableStack();
  const opened = [];
  for (const array of plan.arrays) opened.push(stack.use(await openMatrix(array)));
  const solved = opened.length === 1 ? hostSvdvals(opened[0]) : hostProductSvdvals(opened[0], opened[1]);
  return { ...solved, ...measuresOf(plan, solved, options) };
}

/** Singular values of a matrix, and bounds on their errors. */
type Solved = Pick<MatrixMeasures, "values" | "bounds">;

/**
 * Finds the numerical rank's tolerance, as a share of σ₁: that of `numpy.linalg.matrix_rank`.
 *
 * @param plan The matrix.
 * @returns max(m, n) times the distance from 1 to the next number of its arithmetic.
 */
export function toleranceOf({ rows, columns, arrays }: MatrixPlan): number {
  const isDouble = arrays.some(({ dtype }) => dtype === "f64");
  return Math.max(rows, columns) * (isDouble ? EPSILON64 : EPSILON32);
}

/**
 * Computes the measures that follow from singular values.
 *
 * @param plan The matrix.
 * @param solved Its singular values.
 * @param options What to measure.
 * @returns The measures.
 */
export function measuresOf(
  plan: MatrixPlan,
  { values, bounds }: Solved,
  { epsilons, draws, seed }: MeasureOptions,
): Omit<MatrixMeasures, "values" | "bounds" | "norm"> {
  const intervals = eigenvalueIntervals(values, bounds);
  const count = (epsilon: number) => countIntervals(intervals, epsilon, "relative");
  // |σ̂² − σ²| ≤ 2 σ̂ δ + δ².
  const squares = values.map((value) => value * value);
  const off = bounds.map((bound, i) => (2 * values[i] * bound + bound * bound) * (1 + 2 ** -50));
  const ranks = spectralRanks(squares), around = spectralBounds(squares, off);
  return {
    numerical: count(toleranceOf(plan)),
    ranks: epsilons.map(count),
    effectiveRank: { value: ranks.effectiveRank, bound: around.effectiveRank },
    stableRank: { value: ranks.stableRank, bound: around.stableRank },
    // A product of thin factors is not like a random matrix of its shape.
    random: plan.arrays.length > 1 ? null : fitMarchenkoPastur(values, plan.rows, plan.columns),
    tail: draws > 0 ? fitPowerLawTail(squares, { draws, seed }) : null,
  };
}
