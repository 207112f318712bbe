/**
 * Numbers as single precision computes them: their exact value in float64, and a bound of their
 * error, carried along from one operation to the next (running error analysis, first order in u =
 * 2⁻²⁴ for each rounding). A computation written in these is its own reference and its own
 * tolerance.
 *
 * @module
 */
import { gamma, U } from "./rounding.ts";

/** A number and a bound of what single precision makes of it. */
export interface Bounded {
  /** Exact value. */
  readonly value: number;
  /** Bound of the error. */
  readonly error: number;
}

/** A number that is known exactly. */
export function exact(value: number): Bounded {
  return { value, error: 0 };
}

/** Largest magnitude that a number may have been computed with. */
export function most({ value, error }: Bounded): number {
  return Math.abs(value) + error;
}

/** Product of some factors, in any order: one rounding less than there are factors. */
export function product(...factors: readonly Bounded[]): Bounded {
  const value = factors.reduce((all, factor) => all * factor.value, 1);
  const reach = factors.reduce((all, factor) => all * most(factor), 1);
  return { value, error: reach - Math.abs(value) + (factors.length - 1) * U * reach };
}

/**
 * Sum of some terms, in any order, by blocks or not.
 *
 * @param terms What to add.
 * @param more Additions of zeros, and roundings of the terms, that are not in them. Default: 0.
 */
export function sum(terms: readonly Bounded[], more = 0): Bounded {
  let value = 0, error = 0, reach = 0;
  for (const term of terms) {
    value += term.value;
    error += term.error;
    reach += most(term);
  }
  return { value, error: error + gamma(terms.length + more) * reach };
}
