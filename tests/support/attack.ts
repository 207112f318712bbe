/**
 * Ranks of every method judged by exact counts: small features of all families, with thresholds
 * down to 10⁻¹¹ λ₁ and on eigenvalues.
 *
 * @module
 */
import { finish } from "../../src/gpu/turns.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { product, type Rational, rational } from "../../src/linalg/exact/rational.ts";
import { type ExactCounter, exactCounter } from "../../src/rank/certificates/exact_count.ts";
import { countRelative, guessLargest } from "../../src/rank/certificates/exact_relative.ts";
import { type RankInterval, rankInterval } from "../../src/rank/certificates/rank_interval.ts";
import {
  featureRanks,
  type FeatureRanksOptions,
  type SpectrumRanks,
} from "../../src/rank/methods/feature_ranks.ts";
import { type RankMethod, rankMethodNames, rankMethods } from "../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../src/stats/random.ts";
import { neighbor } from "../reference/descartes.ts";
import { families, SHARES } from "./families.ts";

/** Samples and features: one of either, odd numbers, fewer samples than features. */
const SHAPES = [[7, 5], [37, 16], [1, 4], [24, 12], [3, 1], [8, 24], [50, 24], [1, 1], [9, 9], [
  64,
  32,
]] as const;

/** A matrix to rank, and at which thresholds. */
export interface AttackCase {
  readonly family: string;
  readonly features: Matrix;
  readonly options: Pick<FeatureRanksOptions, "weights" | "center" | "threshold"> & {
    readonly epsilons: readonly number[];
  };
}

/** A rank that one method gave. */
export interface AttackedRank {
  readonly family: string;
  /** Method and precision, such as `sturm:double`. */
  readonly method: string;
  /** `f32` or `f64`. */
  readonly dtype: string;
  readonly epsilon: number;
  readonly low: number;
  readonly high: number;
  /** The exact rank; `null` where it is open. */
  readonly exact: number | null;
  /** Whether no eigenvalue is within a share of 2⁻¹⁰ of the threshold. */
  readonly isClear: boolean;
}

/** Methods in each precision that they have, and as they choose themselves. */
const WAYS = rankMethodNames.flatMap((rankMethod) => {
  const { mostColumns, yields }: RankMethod = rankMethods[rankMethod];
  const own = Object.keys(mostColumns) as ("single" | "double")[];
  const all = yields === "spectrum" ? [...own, "auto" as const] : own;
  return all.map((precision) => ({ rankMethod, precision }));
});

/** Features with eigenvalues d_i² / 4 · w of Φᵀ diag(w) Φ, to the bit. */
function planted(next: () => number): { data: Float64Array; lambda: number[] } {
  const hadamard = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]];
  const d = hadamard.map(() => (1 + Math.floor(4 * next())) * 2 ** -Math.floor(12 * next()));
  const data = hadamard.flatMap((row) =>
    hadamard.map((_, j) => row.reduce((sum, x, i) => sum + x * d[i] * hadamard[i][j], 0))
  );
  return { data: Float64Array.from(data), lambda: d.map((value) => 16 * value * value / 4) };
}

/** The other way round. */
function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  return data.map((_, e) => data[(e % rows) * columns + Math.floor(e / rows)]);
}

/**
 * Makes cases: for each seed all families in one shape, precision and kind of threshold, and a
 * matrix whose eigenvalues are thresholds.
 *
 * @param seed Any whole number; others give other shapes.
 * @returns The cases.
 */
export function attackCases(seed: number): AttackCase[] {
  const next = uniform(1000 + seed);
  const [rows, columns] = SHAPES[seed % SHAPES.length];
  const isSingle = seed % 2 === Math.floor(seed / SHAPES.length) % 2;
  const rounded = (data: Float64Array) => isSingle ? Float32Array.from(data) : data;
  const way = seed % 3;
  const given = {
    ...way === 1 && { weights: Array.from({ length: rows }, () => (0.1 + next()) / rows) },
    ...seed % 4 === 2 && { center: true },
    threshold: way === 2 ? "relative" : "absolute",
  } as const;
  const tall = Math.max(rows, columns), narrow = Math.min(rows, columns);
  const made = families(tall, narrow, seed).map(([family, data]): [string, Float64Array] => [
    family,
    rows < columns ? transposed(data, rows, columns) : data,
  ]);
  const bent: [string, Float64Array][] = [
    ["zeros", new Float64Array(rows * columns)],
    ["duplicates", made[2][1].map((_, e, data) => data[e - (e % columns) % 2])],
    ["subnormal", made[2][1].map((value) => value * (isSingle ? 1e-40 : 1e-140))],
    ["large", made[1][1].map((value) => value * (isSingle ? 1e18 : 1e150))],
  ];
  const cases = [...made, ...bent].map(([family, data]): AttackCase => {
    const features = { rows, columns, data: rounded(data) };
    const largest = guessLargest(features, given.weights ?? null, { center: given.center ?? false });
    const unit = given.threshold === "relative" || largest === 0 ? 1 : largest;
    const epsilons = SHARES.map((share) => Math.max(share * unit, 1e-300));
    return { family, features, options: { ...given, epsilons } };
  });
  const { data, lambda } = planted(next);
  const isRelative = given.threshold === "relative", most = Math.max(...lambda);
  const on = [...new Set(lambda)].map((value) => isRelative ? value / most : value);
  const epsilons = on.flatMap((value) => [value, neighbor(value, 1), neighbor(value, -1)]);
  const { threshold } = given;
  cases.push({
    family: "planted",
    features: { rows: 4, columns: 4, data: rounded(data) },
    options: { threshold, epsilons },
  });
  return cases;
}

/** The exact rank at each threshold, and whether an eigenvalue is near it. */
function exactRanks(
  counter: ExactCounter,
  { features, options }: AttackCase,
): { exact: number | null; isClear: boolean }[] {
  const { weights = null, center = false, threshold, epsilons } = options;
  const around = (at: Rational) =>
    [1023n, 1025n].map((n) => finish(counter.count(product(at, { n, d: 1024n }))).above);
  if (threshold !== "relative") {
    return epsilons.map((epsilon) => {
      const at = rational(epsilon), [more, less] = around(at);
      return { exact: finish(counter.count(at)).above, isClear: more === less };
    });
  }
  const counts = finish(countRelative(counter, guessLargest(features, weights, { center }), epsilons));
  return counts.map(({ low, high, largest: [, most] }, index) => {
    const [more, less] = around(product(rational(epsilons[index]), most));
    return { exact: low === high ? low : null, isClear: more === less };
  });
}

/**
 * Ranks at the ends of certified intervals of eigenvalues, and a share of 10⁻⁹ beyond: there a
 * bound that is too small is certain and wrong.
 */
function edgesOf({ eigenvalues, bounds }: SpectrumRanks): RankInterval[] {
  const n = eigenvalues.length;
  return [...new Set([0, n >> 1, n - 1])].flatMap((i) =>
    [-1, 1].map((sign) => eigenvalues[i] + sign * (1 + 1e-9) * bounds[i])
  ).filter((epsilon) => epsilon > 0 && epsilon < Infinity).map((epsilon) =>
    rankInterval(eigenvalues, bounds, epsilon)
  );
}

/**
 * Ranks a case by every method in every precision.
 *
 * @param gpu Device.
 * @param attack The case.
 * @returns Every rank, beside the exact one.
 */
export async function attackRanks(gpu: Gpu, attack: AttackCase): Promise<AttackedRank[]> {
  const { family, features, options } = attack;
  const counter = finish(
    exactCounter(features, options.weights ?? null, { center: options.center ?? false }),
  );
  const exact = exactRanks(counter, attack);
  const dtype = features.data instanceof Float32Array ? "f32" : "f64";
  const all: AttackedRank[] = [];
  for (const { rankMethod, precision } of [...WAYS, { rankMethod: "auto", precision: "auto" } as const]) {
    const result = await featureRanks(gpu, features, { ...options, rankMethod, precision });
    const method = `${rankMethod}:${precision}`;
    const common = (family: string, { epsilon, low, high }: RankInterval) => ({
      family,
      method,
      dtype,
      epsilon,
      low,
      high,
    });
    all.push(...result.ranks.map((rank, index) => ({ ...common(family, rank), ...exact[index] })));
    if (result.kind === "count") continue;
    for (const edge of edgesOf(result)) {
      const { above } = finish(counter.count(rational(edge.epsilon)));
      all.push({ ...common("edges of intervals", edge), exact: above, isClear: false });
    }
  }
  return all;
}

/** Whether an interval does not hold the exact rank. */
export function isWrong({ low, high, exact }: AttackedRank): boolean {
  return exact !== null && (exact < low || exact > high);
}
