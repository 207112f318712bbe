/**
 * The triangle R of a QR factorisation of tall matrices, in float64 on the host, a tile of rows at
 * a time.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import {
  PARTIAL,
  projectionRoundings,
  reflect,
  reflectionBound,
  scaleInto,
  sumOfSquares,
  U64,
  UNDERFLOW,
  updateAndProject,
} from "./reflection.ts";

/** Rows that are reflected into the triangle together: with 768 columns a cache holds them. */
const SLAB = 256;

/**
 * Collects the triangle of a matrix from its rows. Memory: the triangle, and 256 rows.
 *
 * Each reflection takes a row of R and the rows of a slab. It errs by the share
 * {@linkcode reflectionBound} of the norm of these, so these add up to the bound.
 */
export class Triangle {
  /** R, row-major, `columns × columns`; its entries below the diagonal are 0. */
  readonly entries: Float64Array;
  /** Number of columns n. */
  readonly columns: number;
  readonly #slab: Float64Array;
  readonly #u = new Float64Array(SLAB);
  readonly #previous = new Float64Array(SLAB);
  readonly #y: Float64Array;
  readonly #pending: Float64Array;
  readonly #partial: Float64Array;
  #filled = 0;
  #bound = UNDERFLOW;

  /**
   * Starts with a matrix without rows.
   *
   * @param columns Number of columns.
   */
  constructor(columns: number) {
    this.columns = columns;
    this.entries = new Float64Array(columns ** 2);
    this.#slab = new Float64Array(SLAB * columns);
    this.#y = new Float64Array(columns);
    this.#pending = new Float64Array(columns);
    this.#partial = new Float64Array(columns);
  }

  /**
   * Adds rows.
   *
   * @param rows Their entries, row-major.
   * @param scale Power of two that they are multiplied by. Default: 1.
   * @returns Nothing, after a step for each reflection.
   */
  *add(rows: ArrayLike<number>, scale: number = 1): Steps<void> {
    const room = this.#slab.length;
    for (let at = 0; at < rows.length;) {
      const taken = Math.min(rows.length - at, room - this.#filled);
      scaleInto(this.#slab, this.#filled, { from: rows, at, count: taken, scale });
      at += taken;
      this.#filled += taken;
      if (this.#filled === room) yield* this.#reflect();
    }
  }

  /**
   * Ends the factorisation.
   *
   * @returns Bound: the singular values of R are those of a matrix within it of the one given;
   * after a step for each reflection.
   */
  *finish(): Steps<number> {
    if (this.#filled > 0) yield* this.#reflect();
    return this.#bound;
  }

  /** Reflects the rows of the slab into the triangle. */
  *#reflect(): Steps<void> {
    const n = this.columns, rows = this.#filled / n, r = this.entries, slab = this.#slab;
    const y = this.#y, partial = this.#partial;
    const share = reflectionBound(rows + 1, projectionRoundings(rows) + 1);
    const x = new Float64Array(rows + 1);
    let u = this.#u, z = this.#previous.fill(0), pending = this.#pending.fill(0), w = y;
    const whole = sumOfSquares(slab, 0, rows * n) * (1 + 2 ** -20);
    let left = whole, most = whole, moved = 0;
    for (let k = 0; k < n; k++) {
      const row = r.subarray(k * n, (k + 1) * n), before = sumOfSquares(row, k, n);
      x[0] = row[k];
      for (let i = 0; i < rows; i++) x[i + 1] = slab[i * n + k] - z[i] * pending[k];
      const { head, factor } = reflect(x, 0, rows + 1);
      const first = x[0];
      u.set(x.subarray(1));
      most = Math.max(most, left + before);
      const rounding = 2 * Math.sqrt(most) * moved + moved ** 2 + 8 * n * U64 * most;
      moved += share * Math.sqrt(Math.max(0, left) + rounding + before * (1 + 2 ** -20));
      w.fill(0);
      for (let from = 0; from < rows; from += PARTIAL) {
        partial.fill(0);
        const range = { columns: n, first: k + 1, from, to: Math.min(rows, from + PARTIAL) };
        updateAndProject(slab, range, { z, v: pending }, u, partial);
        for (let j = k + 1; j < n; j++) w[j] += partial[j];
      }
      row[k] = head;
      for (let j = k + 1; j < n; j++) {
        w[j] = factor * (w[j] + first * row[j]);
        row[j] -= first * w[j];
      }
      left += before - sumOfSquares(row, k, n) * (1 - 2 ** -20);
      [u, z] = [z, u];
      [w, pending] = [pending, w];
      yield;
    }
    this.#bound += moved;
    this.#filled = 0;
  }
}
