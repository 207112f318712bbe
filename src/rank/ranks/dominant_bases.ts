/**
 * Computes orthonormal bases of the dominant subspaces of two feature matrices, in double-single
 * precision on the GPU.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../linalg/double_single/double_single.ts";
import { U2 } from "../../linalg/rounding.ts";
import { bindRowProducts, doubleSingleProduct } from "../../linalg/products/row_products.ts";
import type { EntryView } from "../../linalg/products/gemm_double_single.ts";
import {
  bindGramDoubleSingle,
  gramDoubleSingleBound,
  gramDoubleSinglePartials,
} from "../../linalg/gram/gram_double_single.ts";
import { bindNewtonSchulz } from "../../linalg/svd/newton_schulz.ts";
import { eigenvalueBounds } from "../certificates/certificate.ts";
import type { PreparedFeatures } from "../features/prepare_features.ts";
import { type RankInterval, rankInterval } from "../certificates/rank_interval.ts";
import { DOUBLE, refineSpectra } from "../spectra/refine_spectra.ts";
import type { SolvedMatrix } from "../spectra/solved_record.ts";
import { solveFeatures } from "../spectra/solve_features.ts";
import { departure, dominantSubspaceBound } from "../certificates/subspace_bound.ts";

/** Features of one shape. */
export interface FeaturePair {
  /** The two, prepared. */
  readonly features: readonly [PreparedFeatures, PreparedFeatures];
  /** Number of samples m. */
  readonly rows: number;
  /** Number of features n of each. */
  readonly columns: number;
  /** Most that the rank of each can be. */
  readonly mostRanks: readonly [number, number];
}

/** Bases U_a, U_b of the dominant subspaces. */
export interface DominantBases {
  /** [U_a U_b], `rows × (r_a + r_b)` pairs. */
  readonly bases: EntryView;
  /** Form of the arithmetic. */
  readonly form: DoubleSingleForm;
  /** [U_a U_b]ᵀ [U_a U_b], row-major. */
  readonly gram: Float64Array;
  /** Relative error of an entry of it. */
  readonly gramBound: number;
  /** Bound on ‖UᵀU − I‖₂ of each. */
  readonly departures: readonly [number, number];
  /** Bound on the angle from the span of each to the exact dominant subspace, in radians. */
  readonly turns: readonly [number, number];
}

/** Ranks, and the bases where neither is 0. */
export interface DominantSubspaces {
  /** Rank of each at the threshold. */
  readonly ranks: readonly [RankInterval, RankInterval];
  /** The bases; `null` where a rank is 0. */
  readonly bases: DominantBases | null;
}

/** A solved spectrum in descending order. */
interface Sorted {
  /** Index of each eigenvalue among the solved values. */
  readonly order: readonly number[];
  readonly eigenvalues: Float64Array;
  readonly bounds: Float64Array;
}

/**
 * Finds the eigenfeatures ψ_i = Φ q_i with λ_i > ε λ₁ of both, and scales them to norm 1.
 *
 * @param gpu Device.
 * @param pair Features.
 * @param options Threshold, a share of λ₁; signal to stop.
 * @param stack Owner of the arrays.
 * @returns Ranks and bases.
 * @throws {ShapeError} If the adapter has no room for them.
 */
export async function dominantBases(
  gpu: Gpu,
  pair: FeaturePair,
  { epsilon, signal }: WorkOptions & { readonly epsilon: number },
  stack: DisposableStack,
): Promise<DominantSubspaces> {
  const { features, rows, columns: n, mostRanks } = pair;
  const single = await solveFeatures(gpu, features, { rows, columns: n, signal }, stack);
  const found = { spectra: single, rows, columns: n, signal };
  const { solved, form, features: phi, basis } = await refineSpectra(gpu, features, found, stack);
  const sorted = features.map((each, i) => sort(solved[i], each, rows));
  const ranks = sorted.map(({ eigenvalues, bounds }, i) => {
    const { rank, low, high } = rankInterval(eigenvalues, bounds, epsilon, { threshold: "relative" });
    const capped = (count: number) => Math.min(count, mostRanks[i]);
    return { epsilon, rank: capped(rank), low: capped(low), high: capped(high) };
  }) as [RankInterval, RankInterval];
  const [r, s] = ranks.map(({ rank }) => rank);
  if (r === 0 || s === 0) return { ranks, bases: null };

  const array = (label: string, words: number | Float32Array) => stack.use(new GpuArray(gpu, label, words));
  const pairs = (label: string, count: number, height: number, stride: number): EntryView => ({
    array: array(label, 2 * count * height * stride),
    double: true,
    stride,
    batch: height * stride,
  });
  const multiply = doubleSingleProduct(gpu, form);
  const next = pairs("orthonormal basis", 2, n, n);
  const commands = stack.use(new PacedCommands(gpu, { signal }));
  const operands = { q: basis, correction: pairs("orthonormal correction", 2, n, n), next };
  await commands.run(await bindNewtonSchulz(gpu, multiply, { ...operands, order: n, count: 2 }));
  commands.submit();
  const q = joinDoubles(await next.array.read());

  // Rows of Q in descending order, scaled; so small a part of the work that the host does it.
  const t = new Float64Array(q.length);
  sorted.forEach(({ order, eigenvalues }, i) => {
    const { rank } = ranks[i];
    order.forEach((from, to) => {
      const scale = 1 / Math.sqrt(eigenvalues[Math.min(to, rank - 1)]);
      for (let k = 0; k < n; k++) t[(i * n + to) * n + k] = scale * q[(i * n + from) * n + k];
    });
  });
  const turn = { ...next, array: array("scaled eigenvectors", splitDoubles(t)) };
  const psi = pairs("eigenfeatures", 2, rows, n);
  const bases = pairs("dominant subspaces", 1, rows, r + s);
  const weights = array("weights", splitDoubles(new Float64Array(rows).fill(1)));
  const gramOf = async (view: EntryView, order: number, count: number) => {
    const matrices = array("Gram matrices", 2 * count * order * order);
    const partials = array("partial Gram matrices", gramDoubleSinglePartials(rows, order, count));
    const operand = { form, samples: rows, order, count, features: view.array, words: 2 as const };
    return { matrices, run: await bindGramDoubleSingle(gpu, { ...operand, weights, partials, matrices }) };
  };
  const each = await gramOf(psi, n, 2), both = await gramOf(bases, r + s, 1);
  const product = (i: number, c: EntryView, width: number, count: number) =>
    bindRowProducts(
      gpu,
      multiply,
      "nt",
      [{ ...phi, offset: i * phi.batch }, { ...turn, offset: i * turn.batch }, c],
      { m: rows, n: width, k: n, count },
    );
  await commands.run([
    ...await product(0, psi, n, 2),
    ...each.run,
    ...await product(0, bases, r, 1),
    ...await product(1, { ...bases, offset: r }, s, 1),
    ...both.run,
  ]);
  commands.submit();
  const [grams, gram] = (await Promise.all([each.matrices.read(), both.matrices.read()])).map(joinDoubles);

  const gramBound = gramDoubleSingleBound(rows) + U2;
  const turns = sorted.map(({ eigenvalues, bounds }, i) =>
    dominantSubspaceBound({
      eigenvalues,
      bounds,
      rank: ranks[i].rank,
      gram: grams.subarray(i * n * n, (i + 1) * n * n),
      gramBound,
      featureBound: features[i].meanBound,
    })
  ) as [number, number];
  const departures = [
    departure(gram, { order: r + s, first: 0, count: r, gramBound }),
    departure(gram, { order: r + s, first: r, count: s, gramBound }),
  ] as const;
  return { ranks, bases: { bases, form, gram, gramBound, departures, turns } };
}

/** Eigenvalues of prepared features, descending, with their errors. */
function sort(solved: SolvedMatrix, { isZero, meanBound }: PreparedFeatures, samples: number): Sorted {
  const order = [...solved.values.keys()].sort((i, j) => solved.values[j] - solved.values[i]);
  const eigenvalues = Float64Array.from(order, (i) => Math.max(0, solved.values[i]));
  // Zeros are exact in any arithmetic.
  const bounds = isZero
    ? new Float64Array(eigenvalues.length)
    : eigenvalueBounds({ ...solved, eigenvalues, samples, leftOut: meanBound }, DOUBLE);
  return { order, eigenvalues, bounds };
}
