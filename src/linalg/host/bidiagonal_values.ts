/**
 * Singular values of bidiagonal matrices by bisection, in float64 on the host, certified.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import type { Steps } from "../../gpu/turns.ts";
import { U64 } from "./reflection.ts";

/** Singular values with bounds. */
export interface BoundedValues {
  /** Values σ̂, descending. */
  readonly values: Float64Array;
  /** Bounds on |σ̂ − σ|. */
  readonly bounds: Float64Array;
}

/** Entries of the diagonal below this are raised to it, and pivots moved off 0 by so much. */
const LEAST = 2 ** -250, LEAST_PIVOT = 2 ** -600;
/** Width at which bisection ends, as a share of the upper end and of the norm. */
const WIDTH = 2 ** -50;
/** Shifts that are counted together, so that divisions overlap. */
const LANES = 4;

/**
 * Counts the singular values of B below four shifts: the negative pivots d_i of BᵀB − x² I = L D
 * Lᵀ, by the recurrence s₁ = −x², d_i = a_i² + s_i, s_(i+1) = s_i b_i² / d_i − x².
 *
 * Each step as rounded is exact for a B with other entries: with s̃_i the s_i before its last
 * rounding, a_i² carries three factors 1 + δ (its own, that of s_i, that of a pivot moved off 0),
 * and b_i² four (its own, a product, a quotient, that of d_i). So a_i is off by 1.5 u of itself and
 * b_i by 2 u, and each σ by at most 3.5 n u of itself (Demmel and Kahan, SIAM J. Sci. Stat. Comput.
 * 11, 1990, theorem 2).
 */
function countBelow(squares: Float64Array, beside: Float64Array, x: Float64Array, counts: Int32Array): void {
  const n = squares.length;
  const x0 = x[0] * x[0], x1 = x[1] * x[1], x2 = x[2] * x[2], x3 = x[3] * x[3];
  let s0 = -x0, s1 = -x1, s2 = -x2, s3 = -x3, c0 = 0, c1 = 0, c2 = 0, c3 = 0;
  for (let i = 0; i < n; i++) {
    const a = squares[i], b = beside[i];
    let d0 = a + s0, d1 = a + s1, d2 = a + s2, d3 = a + s3;
    if (d0 < LEAST_PIVOT) {
      c0++;
      if (d0 > -LEAST_PIVOT) d0 = -LEAST_PIVOT;
    }
    if (d1 < LEAST_PIVOT) {
      c1++;
      if (d1 > -LEAST_PIVOT) d1 = -LEAST_PIVOT;
    }
    if (d2 < LEAST_PIVOT) {
      c2++;
      if (d2 > -LEAST_PIVOT) d2 = -LEAST_PIVOT;
    }
    if (d3 < LEAST_PIVOT) {
      c3++;
      if (d3 > -LEAST_PIVOT) d3 = -LEAST_PIVOT;
    }
    s0 = s0 * (b / d0) - x0;
    s1 = s1 * (b / d1) - x1;
    s2 = s2 * (b / d2) - x2;
    s3 = s3 * (b / d3) - x3;
  }
  counts[0] = c0;
  counts[1] = c1;
  counts[2] = c2;
  counts[3] = c3;
}

/** An interval of shifts, and how many singular values are below its ends. */
interface Interval {
  readonly low: number;
  readonly high: number;
  readonly below: number;
  readonly upTo: number;
}

/**
 * Computes the singular values of an upper bidiagonal matrix by bisection.
 *
 * A count of {@linkcode countBelow} is right for a matrix whose singular values are within a share
 * ρ = 3.5 n u of those of B, and shifts are squared to within u. So each σ is within ρ + u of
 * itself of the interval that holds it.
 *
 * @param diagonal Diagonal a, of magnitudes up to 2²⁵⁰.
 * @param above Entries b above it.
 * @returns The values and their bounds, after a step for every four shifts.
 */
export function* bidiagonalValues(diagonal: Float64Array, above: Float64Array): Steps<BoundedValues> {
  const n = diagonal.length;
  const values = new Float64Array(n), bounds = new Float64Array(n);
  const squares = diagonal.map((a) => Math.max(LEAST, Math.abs(a)) ** 2);
  const beside = Float64Array.from({ length: n }, (_, i) => i + 1 < n ? above[i] ** 2 : 0);
  const sizes = Array.from(diagonal, (a, i) => Math.abs(a) + Math.abs(above[i] ?? 0));
  const sides = Array.from(diagonal, (a, i) => Math.abs(a) + (i > 0 ? Math.abs(above[i - 1]) : 0));
  const most = Math.sqrt(extent(sizes)[1] * extent(sides)[1]) * (1 + 2 ** -20);
  if (most === 0) return { values, bounds };
  const share = (3.6 * n + 2) * U64;
  const open: Interval[] = [{ low: 0, high: most, below: 0, upTo: n }];
  const x = new Float64Array(LANES), counts = new Int32Array(LANES);
  while (open.length > 0) {
    const some = open.splice(Math.max(0, open.length - LANES));
    some.forEach(({ low, high }, lane) => x[lane] = (low + high) / 2);
    countBelow(squares, beside, x, counts);
    yield;
    some.forEach(({ low, high, below, upTo }, lane) => {
      const middle = x[lane], count = Math.min(upTo, Math.max(below, counts[lane]));
      for (
        const part of [{ low, high: middle, below, upTo: count }, { low: middle, high, below: count, upTo }]
      ) {
        if (part.upTo === part.below) continue;
        const width = part.high - part.low;
        if (width > WIDTH * Math.max(part.high, most / 8)) {
          open.push(part);
          continue;
        }
        const value = part.low + width / 2;
        const bound = (width / 2 + share * part.high + n * LEAST) * (1 + 2 ** -40);
        values.fill(value, n - part.upTo, n - part.below);
        bounds.fill(bound, n - part.upTo, n - part.below);
      }
    });
  }
  return { values, bounds };
}
