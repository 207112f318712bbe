/**
 * The study in a few numbers.
 *
 * @module
 */
import { lowerMedian } from "../../stats/median.ts";
import type { CountRow, EigenvalueRow, MethodKey } from "./rows.ts";

/** Share of λ₁ below which a Gram matrix in single precision has no information. */
export const SINGLE_DEPTH = 1e-7;

/** Accuracy of a method. */
export interface MethodSummary extends MethodKey {
  /** Ranks judged. */
  readonly ranks: number;
  /** Number of wrong ranks among them. */
  readonly wrong: number;
  /** Ranks judged at ε < 10⁻⁷ λ₁, and the wrong ones among them. */
  readonly deep: { readonly ranks: number; readonly wrong: number };
  /** Share of the ranks that were certain; `null` if the method proves nothing. */
  readonly certain: number | null;
  /** Number of certain ranks that were wrong; must be 0. */
  readonly certainButWrong: number;
  /** Number of intervals without the true rank; must be 0. */
  readonly outside: number;
  /** Largest error of an eigenvalue as a share of λ₁; `null` if the method finds none. */
  readonly largestError: number | null;
  /** Number of eigenvalues with errors above their bounds; must be 0. */
  readonly beyondBounds: number;
  /** Median of bound / error, over errors that float64 resolves; `null` without finite bounds. */
  readonly slack: number | null;
}

/**
 * Sums up the accuracy of each method.
 *
 * @param counts Ranks.
 * @param eigenvalues Eigenvalues.
 * @returns A summary for each method, in the order of their first rows.
 */
export function summarizeMethods(
  counts: readonly CountRow[],
  eigenvalues: readonly EigenvalueRow[],
): MethodSummary[] {
  const key = ({ method, precision }: MethodKey) => `${method} ${precision}`;
  const spectra = Map.groupBy(eigenvalues, key);
  return [...Map.groupBy(counts, key)].map(([name, rows]) => {
    const values = spectra.get(name) ?? [];
    const { method, precision } = rows[0];
    const deep = rows.filter(({ share }) => share < SINGLE_DEPTH);
    const wrong = (some: readonly CountRow[]) => some.filter(({ error }) => error !== 0).length;
    const proven = rows.filter(({ low }) => low !== null);
    const certain = proven.filter(({ low, high }) => low === high);
    const outside = proven.filter(({ low, high, truthLow, truthHigh }) =>
      low! > truthHigh || high! < truthLow
    );
    const slacks = values.flatMap(({ bound, error, referenceError }) =>
      bound !== null && bound < Infinity && error > referenceError ? [bound / error] : []
    );
    return {
      method,
      precision,
      ranks: rows.length,
      wrong: wrong(rows),
      deep: { ranks: deep.length, wrong: wrong(deep) },
      certain: proven.length > 0 ? certain.length / rows.length : null,
      certainButWrong: outside.filter(({ low, high }) => low === high).length,
      outside: outside.length,
      largestError: values.length > 0 ? values.reduce((most, { error }) => Math.max(most, error), 0) : null,
      beyondBounds: values.filter(({ bound, error, referenceError }) =>
        bound !== null && error > bound + referenceError
      ).length,
      slack: slacks.length > 0 ? lowerMedian(slacks) : null,
    };
  });
}
