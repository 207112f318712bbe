/**
 * Computes principal angles between the subspaces of functions that two sets of features span.
 *
 * @module
 */
import { checkKeys } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import { joinDoubles, splitDoubles } from "../../linalg/double_single/double_single.ts";
import { U2 } from "../../linalg/rounding.ts";
import { bindGemmDoubleSingle } from "../../linalg/products/gemm_double_single.ts";
import { rootBound } from "../certificates/certificate.ts";
import { type DominantBases, dominantBases } from "./dominant_bases.ts";
import { featureSpectra } from "../spectra/feature_spectrum.ts";
import { type PreparedFeatures, prepareFeatures, type PrepareOptions } from "../features/prepare_features.ts";
import type { RankInterval } from "../certificates/rank_interval.ts";
import type { Matrix } from "../../linalg/matrix.ts";

/** Options of {@linkcode principalAngles}. */
export interface PrincipalAnglesOptions extends Omit<PrepareOptions, "volume">, WorkOptions {
  /**
   * Share ε of λ₁ above which eigenfeatures belong to the subspace. Default: 10⁻⁶, amplitudes of a
   * thousandth of the largest. That is well above the noise of features in single precision, whose
   * own rounding turns the subspace by about 10⁻⁷ / √ε.
   */
  readonly epsilon?: number;
}

/** Principal angles between two subspaces. */
export interface PrincipalAngles {
  /** Angles θ in radians, ascending: as many as the smaller rank. */
  readonly angles: Float64Array;
  /**
   * Bounds on their errors, as angles between the spans of as many exact leading eigenfeatures as
   * the ranks say. A bound of π/2 says that nothing is known, for want of a gap behind the last of
   * them.
   */
  readonly bounds: Float64Array;
  /** Ranks of a and b at ε λ₁, each with the interval in which the exact one lies. */
  readonly ranks: readonly [RankInterval, RankInterval];
}

/** A value and a bound on its error. */
interface Estimate {
  readonly value: number;
  readonly bound: number;
}

/**
 * Computes principal angles between the dominant subspaces of two feature matrices on the same
 * samples: of a layer at two steps, of two replicas, two layers, two networks. Waits for the GPU.
 *
 * The subspace of Φ is the span of its eigenfeatures ψ_i = Φ q_i with λ_i > ε λ₁, in the w-weighted
 * inner product. Without the threshold it would be mostly noise. It stays as it is when neurons are
 * permuted, scaled alike, or rotated. Bases U = Ψ Λ^(−½) are computed in double-single arithmetic.
 * Let U_s be the smaller basis and U_l the other. The cosines of the angles are the singular values
 * of X = U_lᵀ W U_s, the sines those of S = U_s − U_l X. Each angle is taken from whichever has the
 * smaller bound (Björck and Golub, Math. Comp. 27, 1973; Knyazev and Argentati, SIAM J. Sci.
 * Comput. 23, 2002).
 *
 * Errors. Let ‖UᵀWU − I‖ ≤ g (measured), |X̂ − X| ≤ x, |Ŝ − S| ≤ s (rounding of sums). Then the
 * projection of U_s off span U_l differs from Ŝ by at most √(1 + g_l) (g_l ‖X‖ / (1 − g_l) + x) +
 * s. Its singular values differ from the sines by a factor √(1 ± g_s), and those of X from the
 * cosines by √((1 ± g_l)(1 ± g_s)). The computed spans differ from the exact dominant subspaces by
 * angles that `subspace_bound.ts` bounds. These add to the bound: by min–max a principal angle
 * changes by no more than a subspace turns. For ε = 10⁻⁶ and λ_{r+1} < λ_r / 2 bounds are 10⁻⁸ to
 * 10⁻⁷, errors 10⁻¹². But beside a sine of 1, sines below 10⁻⁹ are noise, as are cosines beside a
 * cosine of 1. Features as given count as exact.
 *
 * @param gpu Device.
 * @param a Features, a sample a row.
 * @param b Features of the same samples, of any width.
 * @param options Weights, centring, threshold.
 * @returns Angles and ranks; no angles where a rank is 0.
 * @throws {InputError} If ε is not in (0, 1), or an entry or weight is not a number to compute
 * with.
 * @throws {ShapeError} If the numbers of samples differ, or shapes do not fit in the adapter's
 * limits.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { principalAngles } from "./principal_angles.ts";
 *
 * using gpu = await Gpu.open();
 * const a = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 0, 0) };
 * const b = { rows: 3, columns: 1, data: Float32Array.of(0, 1, 1) };
 * const { angles } = await principalAngles(gpu, a, b);
 * assert.ok(Math.abs(angles[0] - Math.PI / 4) < 1e-9);
 * ```
 */
export async function principalAngles(
  gpu: Gpu,
  a: Matrix,
  b: Matrix,
  options: PrincipalAnglesOptions = {},
): Promise<PrincipalAngles> {
  checkKeys("options of principalAngles", options, ["weights", "center", "epsilon", "signal"]);
  const { epsilon = 1e-6, signal, ...prepareOptions } = options;
  if (!(typeof epsilon === "number" && epsilon > 0 && epsilon < 1)) {
    throw new InputError(`ε = ${epsilon}: give a share of the largest eigenvalue, in (0, 1)`);
  }
  for (const [name, given] of Object.entries({ a, b })) {
    if (typeof given === "object" && given !== null) continue;
    throw new InputError(`${name}: features are ${given}: give an object { rows, columns, data }`);
  }
  if (a.rows !== b.rows) {
    throw new ShapeError(`features of ${a.rows} and ${b.rows} samples: give both on the same samples`);
  }
  const rows = a.rows, columns = Math.max(a.columns, b.columns);
  const prepared = [prepare("a", a, prepareOptions), prepare("b", b, prepareOptions)];
  using stack = new DisposableStack();
  const { ranks, bases } = await dominantBases(
    gpu,
    {
      // Columns of zeros change nothing and make the two one batch.
      features: [widen(prepared[0], a.columns, columns), widen(prepared[1], b.columns, columns)],
      rows,
      columns,
      mostRanks: [Math.min(rows, a.columns), Math.min(rows, b.columns)],
    },
    { epsilon, signal },
    stack,
  );
  if (!bases) return { angles: new Float64Array(), bounds: new Float64Array(), ranks };
  return {
    ...await anglesBetween(gpu, bases, { rows, ranks: [ranks[0].rank, ranks[1].rank], signal }, stack),
    ranks,
  };
}

/** Prepares features, and names them in an error. */
function prepare(name: string, features: Matrix, options: PrepareOptions): PreparedFeatures {
  try {
    return prepareFeatures(features, options);
  } catch (error) {
    if (error instanceof ShapeError) throw new ShapeError(`${name}: ${error.message}`);
    throw error instanceof InputError ? new InputError(`${name}: ${error.message}`) : error;
  }
}

function widen(features: PreparedFeatures, columns: number, width: number): PreparedFeatures {
  const padded = (words: Float32Array) => {
    const wide = new Float32Array(words.length / columns * width);
    for (let k = 0; k * columns < words.length; k++) {
      wide.set(words.subarray(k * columns, (k + 1) * columns), k * width);
    }
    return wide;
  };
  if (columns === width) return features;
  return { ...features, high: padded(features.high), low: features.low && padded(features.low) };
}

/** Angles from bases, their sines and cosines solved as one batch. */
async function anglesBetween(
  gpu: Gpu,
  known: DominantBases,
  { rows, ranks, signal }: WorkOptions & {
    readonly rows: number;
    readonly ranks: readonly [number, number];
  },
  stack: DisposableStack,
): Promise<Pick<PrincipalAngles, "angles" | "bounds">> {
  const { bases, form, gram, gramBound, departures, turns } = known;
  const order = ranks[0] + ranks[1];
  const small = ranks[1] <= ranks[0] ? 1 : 0, large = 1 - small;
  const count = ranks[small], length = ranks[large];
  const firsts = [0, ranks[0]];
  const traces = [0, 0];
  for (let i = 0; i < order; i++) traces[i < ranks[0] ? 0 : 1] += gram[i * order + i];

  // S = [U_a U_b] B, where B has I in the rows of the smaller basis and −X in those of the larger.
  const b = new Float64Array(order * count), x = new Float64Array(rows * count);
  let square = 0;
  for (let j = 0; j < count; j++) {
    b[(firsts[small] + j) * count + j] = 1;
    for (let i = 0; i < length; i++) {
      const entry = gram[(firsts[large] + i) * order + firsts[small] + j];
      b[(firsts[large] + i) * count + j] = -entry;
      x[i * count + j] = entry;
      square += entry * entry;
    }
  }
  const view = (array: GpuArray, stride: number) => ({ array, double: true, stride, batch: 0 });
  const left = stack.use(new GpuArray(gpu, "what projections leave", 2 * rows * count));
  const factor = stack.use(new GpuArray(gpu, "cosines", splitDoubles(b)));
  using commands = new PacedCommands(gpu, { signal });
  await commands.run([
    await bindGemmDoubleSingle(gpu, form, "nn", bases, view(factor, count), view(left, count), {
      m: rows,
      n: count,
      k: order,
    }),
  ]);
  commands.submit();
  const s = joinDoubles(await left.read());
  const weights = new Float64Array(rows).fill(1);
  const [sines, cosines] = (await featureSpectra(
    gpu,
    [s, x].map((data) => ({ rows, columns: count, data })),
    { weights, precision: "double", signal },
  )).map(({ eigenvalues, bounds }) =>
    Array.from(eigenvalues, (value, i): Estimate => ({
      value: Math.sqrt(value),
      bound: rootBound(value, bounds[i]),
    }))
  );

  const [g, h] = [departures[large], departures[small]];
  const crossBound = gramBound * Math.sqrt(traces[0] * traces[1]);
  const sumBound = (3 * order + 11) * U2 * (Math.sqrt(traces[large] * square) + Math.sqrt(traces[small]));
  const projected = Math.sqrt(1 + g) * (g / (1 - g) * Math.sqrt((1 + g) * (1 + h)) + crossBound) + sumBound;
  const angles = new Float64Array(count), bounds = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const sine = widened(sines[count - 1 - k], { off: projected, least: 1 - h, most: 1 + h });
    const cosine = widened(cosines[k], {
      off: crossBound,
      least: (1 - g) * (1 - h),
      most: (1 + g) * (1 + h),
    });
    const arcs = [
      between(Math.asin(sine.value), Math.asin(sine.low), Math.asin(sine.high)),
      between(Math.acos(cosine.value), Math.acos(cosine.high), Math.acos(cosine.low)),
    ];
    const arc = arcs[1].bound < arcs[0].bound ? arcs[1] : arcs[0];
    angles[k] = arc.value;
    const bound = g < 0.5 && h < 0.5 ? arc.bound + turns[0] + turns[1] : Math.PI / 2;
    bounds[k] = Math.min(bound, Math.max(arc.value, Math.PI / 2 - arc.value));
    if (k > 0 && angles[k] < angles[k - 1]) {
      // Rounding alone can bring two out of order; either value is then good for both.
      angles[k] = angles[k - 1];
      bounds[k] = Math.max(bounds[k], bounds[k - 1]);
    }
  }
  return { angles, bounds };
}

/**
 * Widens a value in [0, 1] by `off`, then by a factor between the inverse roots of `most` and
 * `least`.
 */
function widened(
  { value, bound }: Estimate,
  { off, least, most }: { readonly off: number; readonly least: number; readonly most: number },
) {
  const clamp = (x: number) => Math.min(1, Math.max(0, x));
  return {
    value: clamp(value),
    low: clamp((value - bound - off) / Math.sqrt(most)),
    high: clamp((value + bound + off) / Math.sqrt(least)),
  };
}

function between(value: number, low: number, high: number): Estimate {
  return { value, bound: Math.max(high - value, value - low) };
}
