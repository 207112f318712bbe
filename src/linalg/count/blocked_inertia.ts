/**
 * Numbers of eigenvalues above thresholds for matrices of high order, by the inertia of M − εI in
 * double-single arithmetic, factored by blocks on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import { addUp, ldexpDown, ldexpUp } from "../directed.ts";
import { joinDouble, splitDouble } from "../double_single/double_single.ts";
import { selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import type { Matrix } from "../matrix.ts";
import {
  BlockedFactors,
  factorBound,
  mostFactors,
  NOTHING,
  type PackedMatrix,
  packMatrix,
  type ShiftedMatrix,
} from "./blocked_factors.ts";
import { countInterval, type EigenvalueCount, type ShiftedCount, thresholdsOf } from "./eigenvalue_count.ts";
import { ordersOf } from "./symmetric_batch.ts";

/** Largest order: factors at one shift take 68 MB there. */
export const MOST_BLOCKED_ORDER = 4096;
/** Least margin, as a share of a threshold: it costs hardly any certainty. */
const LEAST_MARGIN = 2 ** -14;
/** Margin as a multiple of the error of a factorisation whose pivots are all above 0. */
const LIKELY = 1.5;
/** Above all eigenvalues of scaled matrices, whose entries are below 2. */
const BEYOND = 2 ** 30;
/** Rounds of factorisations, at most: see {@linkcode countByBlockedInertia}. */
const ROUNDS = 4;
/** Multiple of its margin up to which a bound is likely to be the next one as well. */
const HOPEFUL = 1000;

/** Options of {@linkcode countByBlockedInertia}. */
export interface BlockedInertiaOptions extends WorkOptions {
  /**
   * For each threshold of each matrix the least that it may be, where it is not known: then
   * `epsilons` has the most. An interval holds the count for all thresholds between. Default:
   * `epsilons`.
   */
  readonly leastEpsilons?: readonly (readonly number[])[] | undefined;
  /** Is given the share of the work that is done, now and then. */
  readonly onShare?: ((share: number) => void) | undefined;
}

/** A factorisation that is to prove an end of a count. */
interface Attempt {
  readonly matrix: number;
  /** Index of the threshold. */
  readonly index: number;
  /** Whether it is the lower end of the count, proven above the threshold. */
  readonly isLow: boolean;
  /** Distance of the shift from the threshold. */
  readonly margin: number;
  readonly isReversed: boolean;
}

/** A matrix whose eigenvalues are counted. */
interface Counted {
  readonly order: number;
  readonly packed: PackedMatrix;
  /** For each threshold of the scaled matrix the most and the least that it may be. */
  readonly thresholds: readonly (readonly [most: number, least: number])[];
  readonly proofs: ShiftedCount[];
}

/**
 * Counts the eigenvalues of symmetric matrices above thresholds. Waits for the GPU.
 *
 * M − sI is factored at s = ε ± a margin, without pivoting, and each factorisation measures its
 * error (`BlockedFactors.readProofs`): about 10⁻¹² times the trace, unless a pivot is small where
 * what is left of other rows is large. So counts are certain from about 10⁻¹⁰ λ₁ on. Where a proof
 * fails, the rows are taken from the last to the first, then with another margin. Where an
 * eigenvalue may lie within the margin, it is taken as narrow as the measured error allows. What is
 * in doubt after that stays in doubt.
 *
 * The work is n³ / 6 terms for each end of each threshold, in submissions of about 75 ms.
 *
 * @param gpu Device.
 * @param matrices Symmetric matrices of any orders 1 ≤ n ≤ 4,096, and of any magnitude; only the
 * lower triangle is read. Entries of float64 are rounded to 48 bits, which the intervals cover.
 * @param epsilons Thresholds of each matrix, as many for each.
 * @param options Thresholds that are not known, signal to stop.
 * @returns A certified count for each threshold of each matrix; 0 in [0, n] where a matrix is not
 * finite.
 * @throws {InputError} Where they are no list of matrices.
 * @throws {ShapeError} Where a matrix is not square or too large, has another number of entries
 * than its shape says, or has more or fewer thresholds than the first.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { countByBlockedInertia } from "./blocked_inertia.ts";
 *
 * using gpu = await Gpu.open();
 * const matrix = { rows: 2, columns: 2, data: Float64Array.of(2, 1, 1, 2) };
 * const [counts] = await countByBlockedInertia(gpu, [matrix], [[2, 0.5]]);
 * assert.deepEqual(counts, [{ count: 1, low: 1, high: 1 }, { count: 2, low: 2, high: 2 }]);
 * ```
 */
export async function countByBlockedInertia(
  gpu: Gpu,
  matrices: readonly Matrix[],
  epsilons: readonly (readonly number[])[],
  options: BlockedInertiaOptions = {},
): Promise<EigenvalueCount[][]> {
  if (matrices.length === 0) return [];
  const thresholds = thresholdsOf(matrices, epsilons), orders = ordersOf(matrices);
  const large = orders.find((order) => order > MOST_BLOCKED_ORDER);
  if (large !== undefined) {
    throw new ShapeError(
      `a matrix of order ${large} is too large for its inertia: use an order of at most ${MOST_BLOCKED_ORDER}`,
    );
  }
  if (thresholds === 0) return matrices.map(() => []);
  const { leastEpsilons = epsilons, onShare } = options;
  const found = new Array<EigenvalueCount[]>(matrices.length);
  const groups = [...Map.groupBy(orders.keys(), (index) => orders[index])].flatMap(([order, indices]) => {
    // Matrices take as much memory as their factors do.
    const most = mostFactors(gpu, order), count = Math.ceil(indices.length / most);
    return Array.from({ length: count }, (_, k) => ({
      order,
      indices: indices.slice(k * most, (k + 1) * most),
    }));
  });
  for (const [index, { order, indices }] of groups.entries()) {
    const group = indices.map((i): Counted => {
      const packed = packMatrix(matrices[i]), { exponent } = packed;
      const thresholds = epsilons[i].map((most, k) =>
        [within(ldexpUp(most, exponent)), within(ldexpDown(leastEpsilons[i][k], exponent))] as const
      );
      return { order, packed, thresholds, proofs: [] };
    });
    await prove(gpu, order, group, {
      signal: options.signal,
      onShare: onShare && ((share) => onShare((index + share) / groups.length)),
    });
    indices.forEach((i, k) => found[i] = countsOf(group[k]));
  }
  return found;
}

/** A threshold in the range of single precision. */
function within(threshold: number): number {
  return Math.max(-BEYOND, Math.min(BEYOND, threshold));
}

/** Factors matrices of one order until all counts are certain, or it is of no use. */
async function prove(
  gpu: Gpu,
  order: number,
  group: readonly Counted[],
  { signal, onShare }: BlockedInertiaOptions,
): Promise<void> {
  const { form } = await selfTestDoubleSingle(gpu);
  let left = group.flatMap(({ packed, thresholds }, matrix) =>
    packed.isZero ? [] : thresholds.flatMap((ends, index) =>
      ends.map((threshold, end): Attempt => {
        const margin = likelyMargin(order, packed, threshold);
        return { matrix, index, isLow: end === 0, margin, isReversed: false };
      })
    )
  );
  if (left.length === 0) return;
  const most = Math.min(mostFactors(gpu, order), left.length);
  using factors = new BlockedFactors(gpu, order, group.map(({ packed }) => packed), most);
  using commands = new PacedCommands(gpu, { signal });
  for (let round = 0; round < ROUNDS && left.length > 0; round++) {
    const next: Attempt[] = [];
    for (let first = 0; first < left.length; first += most) {
      const batch = left.slice(first, first + most), lanes = batch.map((each) => laneOf(each, group));
      const columns = await factors.bind(form, lanes);
      for (const [k, dispatches] of columns.entries()) {
        await commands.run(dispatches);
        // Of n³ / 6 terms few are of the last columns. Later rounds are for few ends.
        const done = 1 - (1 - (k + 1) / columns.length) ** 3;
        if (round === 0) onShare?.((first + done * batch.length) / left.length);
      }
      commands.submit();
      const proofs = await factors.readProofs(batch.length);
      for (const [lane, attempt] of batch.entries()) {
        const { packed: { rounding }, proofs: known } = group[attempt.matrix];
        const bound = addUp(proofs[lane].bound, rounding);
        known.push({ shift: lanes[lane].shift, bound, count: proofs[lane].count });
        const again = nextAttempt(attempt, bound, round);
        if (again) next.push(again);
      }
    }
    left = next.filter(({ matrix, index }) => {
      const [low, high] = intervalOf(group[matrix], index);
      return low < high;
    });
  }
}

/** A margin above the error of a factorisation without a small pivot. */
function likelyMargin(order: number, { trace, rounding }: PackedMatrix, threshold: number): number {
  const size = Math.abs(threshold);
  const bound = LIKELY * factorBound(order) * (trace + order * size) + rounding + 2 * NOTHING;
  return Math.max(LEAST_MARGIN * size, bound);
}

function laneOf(
  { matrix, index, isLow, margin, isReversed }: Attempt,
  group: readonly Counted[],
): ShiftedMatrix {
  const [most, least] = group[matrix].thresholds[index];
  return { matrix, shift: joinDouble(...splitDouble(isLow ? most + margin : least - margin)), isReversed };
}

/** What to try next where a count is in doubt; `null` where nothing else is of use. */
function nextAttempt(attempt: Attempt, bound: number, round: number): Attempt | null {
  const { margin } = attempt;
  // Proven, but an eigenvalue may lie within the margin.
  if (bound <= margin) return bound < margin / 4 ? { ...attempt, margin: 1.5 * bound } : null;
  if (round === 0) return { ...attempt, isReversed: true };
  // Larger bounds are of a pivot that is small by chance: another shift has another.
  return { ...attempt, margin: bound <= HOPEFUL * margin ? 1.5 * bound : 4 * margin };
}

/** The tightest interval that all proofs of a matrix allow. */
function intervalOf({ order, thresholds, proofs }: Counted, index: number): [low: number, high: number] {
  const [most, least] = thresholds[index];
  return [countInterval(proofs, order, most)[0], countInterval(proofs, order, least)[1]];
}

function countsOf(counted: Counted): EigenvalueCount[] {
  const { order, packed, thresholds, proofs } = counted;
  return thresholds.map(([most], k) => {
    if (packed.isZero && !Number.isNaN(most)) {
      const count = most < 0 ? order : 0;
      return { count, low: count, high: count };
    }
    const [low, high] = intervalOf(counted, k);
    // The first proof of each threshold is of the shift above it.
    const { count, bound } = proofs[2 * k];
    return { count: Math.min(high, Math.max(low, Number.isNaN(bound) ? 0 : count)), low, high };
  });
}
