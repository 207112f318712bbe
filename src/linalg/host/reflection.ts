/**
 * Householder reflections in float64 on the host, and bounds on what their rounding does.
 *
 * @module
 */
import { gamma } from "../rounding.ts";

/** Unit roundoff of float64. */
export const U64: number = 2 ** -53;
/** Sums of squares below this count as zero: those of entries so small may have underflowed. */
const ZERO = 2 ** -900;
/** Norm of a vector that counts as zero, and of all that underflows in a factorisation. */
export const UNDERFLOW: number = 2 ** -400;
/** Terms of one partial sum: long sums are sums of partial ones, whose rounding grows slowly. */
export const PARTIAL = 64;
/** Terms of a partial sum of squares. */
const SQUARES = 32;
/** Covers products of small terms, which first-order bounds leave out. */
const SECOND_ORDER = 1.02;

/**
 * Bounds the error of a sum of squares relative to itself.
 *
 * @param length Number of squares.
 * @returns γ of the roundings that one of them can go through.
 */
const squaresBound = (length: number) => 1 + SQUARES + Math.ceil(length / SQUARES);

/**
 * Sums the squares of some entries.
 *
 * @param x The entries.
 * @param from Index of the first.
 * @param to Index after the last.
 * @returns Σ x_i².
 */
export function sumOfSquares(x: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let first = from; first < to; first += SQUARES) {
    const last = Math.min(to, first + SQUARES);
    let partial = 0;
    for (let i = first; i < last; i++) partial += x[i] * x[i];
    sum += partial;
  }
  return sum;
}

/**
 * Copies entries times a power of two. Steps call it, as loops within generators run slower.
 *
 * @param to Receives them.
 * @param first Index of the first that is received.
 * @param entries What to copy from, the index of the first, their number, and the power of two.
 */
export function scaleInto(
  to: Float64Array,
  first: number,
  { from, at, count, scale }: {
    readonly from: ArrayLike<number>;
    readonly at: number;
    readonly count: number;
    readonly scale: number;
  },
): void {
  for (let i = 0; i < count; i++) to[first + i] = scale * from[at + i];
}

/** A reflection H = I − τ u uᵀ that takes a vector x to α e₁. */
export interface Reflection {
  /** α. */
  readonly head: number;
  /** τ = 2 / uᵀu; 0 where x counts as zero, and H is I. */
  readonly factor: number;
}

/**
 * Makes the reflection of a vector, which becomes u: x − α e₁, or zeros where x counts as zero.
 *
 * @param x The vector; it is overwritten.
 * @param from Index of its first entry.
 * @param to Index after the last.
 * @returns The reflection.
 */
export function reflect(x: Float64Array, from: number, to: number): Reflection {
  const square = sumOfSquares(x, from, to);
  if (!(square >= ZERO)) {
    x.fill(0, from, to);
    return { head: 0, factor: 0 };
  }
  // The sign with which x₁ − α does not cancel.
  const head = x[from] > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  x[from] -= head;
  return { head, factor: 2 / sumOfSquares(x, from, to) };
}

/**
 * Bounds the error of applying one reflection to a block, as a share of the block's Frobenius norm,
 * the reflected vector x included.
 *
 * The exact H belongs to the u that was computed: τ̃ = 2 / uᵀu. With p entries in u, s = 1 + 32 +
 * ⌈p / 32⌉ roundings in a sum of squares, and d in a dot product:
 *
 * - x: Hx − α̃ e₁ = (α̃² − ‖x‖²) u / ‖u‖², α̃ = x₁ − u₁, and ‖u‖² ≥ 2 ‖x‖². α̃ is off ‖x‖ by the
 *   share γ_s / 2 + u of the norm and 2 u of x₁ − α, so all that is at most (0.71 γ_s + 7 u) ‖x‖.
 * - y = τ uᵀB: |ŷ_j − τ̃ uᵀb_j| ≤ τ̃ ‖u‖ ‖b_j‖ (γ_d + γ_(s+3)), and u ŷ is off by ‖u‖ times that,
 *   which is 2 (γ_d + γ_(s+3)) ‖b_j‖.
 * - B − u yᵀ rounds products of norm 2 ‖b_j‖ and differences of norm ‖b_j‖: 3 u ‖b_j‖.
 *
 * @param length Entries p of u.
 * @param dot Roundings d in one of the dot products uᵀb.
 * @returns The share.
 */
export function reflectionBound(length: number, dot: number): number {
  const squares = squaresBound(length);
  const block = 2 * (gamma(dot, U64) + gamma(squares + 3, U64)) + 3 * U64;
  return SECOND_ORDER * (block + 0.71 * gamma(squares, U64) + 7 * U64);
}

/**
 * Takes a pending product off four rows at a time, and adds what the rows give to uᵀB: A ← A − z
 * vᵀ, w ← w + uᵀA, over some rows and all columns from one on.
 *
 * @param a Matrix, row-major.
 * @param shape Its number of columns; the first column and the rows to take.
 * @param pending z and v.
 * @param u u.
 * @param w Receives uᵀA.
 */
export function updateAndProject(
  a: Float64Array,
  { columns: n, first, from, to }: RowRange,
  { z, v }: { readonly z: Float64Array; readonly v: Float64Array },
  u: Float64Array,
  w: Float64Array,
): void {
  let i = from;
  for (; i + 4 <= to; i += 4) {
    const z0 = z[i], z1 = z[i + 1], z2 = z[i + 2], z3 = z[i + 3];
    const u0 = u[i], u1 = u[i + 1], u2 = u[i + 2], u3 = u[i + 3];
    const r0 = a.subarray(i * n, (i + 1) * n), r1 = a.subarray((i + 1) * n, (i + 2) * n);
    const r2 = a.subarray((i + 2) * n, (i + 3) * n), r3 = a.subarray((i + 3) * n, (i + 4) * n);
    for (let j = first; j < n; j++) {
      const vj = v[j];
      const a0 = r0[j] - z0 * vj, a1 = r1[j] - z1 * vj, a2 = r2[j] - z2 * vj, a3 = r3[j] - z3 * vj;
      r0[j] = a0;
      r1[j] = a1;
      r2[j] = a2;
      r3[j] = a3;
      w[j] += (u0 * a0 + u1 * a1) + (u2 * a2 + u3 * a3);
    }
  }
  for (; i < to; i++) {
    const row = a.subarray(i * n, (i + 1) * n), zi = z[i], ui = u[i];
    for (let j = first; j < n; j++) {
      const entry = row[j] - zi * v[j];
      row[j] = entry;
      w[j] += ui * entry;
    }
  }
}

/** Rows of a matrix, from one column on. */
export interface RowRange {
  /** Number of columns of the matrix. */
  readonly columns: number;
  /** First column. */
  readonly first: number;
  /** First row. */
  readonly from: number;
  /** Row after the last. */
  readonly to: number;
}

/**
 * Counts the roundings of a term of w in {@linkcode updateAndProject}, where it is called for
 * {@linkcode PARTIAL} rows at a time and these sums are added: a product, two sums of four rows,
 * those of the groups and of up to three single rows, and those of the partial sums.
 *
 * @param rows Number of rows.
 * @returns The roundings.
 */
export function projectionRoundings(rows: number): number {
  return 3 + PARTIAL / 4 + 3 + Math.ceil(rows / PARTIAL);
}
