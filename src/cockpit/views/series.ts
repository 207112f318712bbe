/**
 * Series of replicas as lines and bands.
 *
 * @module
 */
import { summarize, type Summary } from "../../stats/quantiles.ts";

/** What of several replicas is drawn. */
export interface Picked {
  /** Index of the replica that is a line; `null` for the lower median of all. */
  readonly replica: number | null;
  /** Whether the others are a band. */
  readonly hasBand: boolean;
}

/** A line and a band at K places. */
export interface LineAndBand {
  /** The line; NaN where it breaks. */
  readonly line: readonly number[];
  /** The band; `null` where it is not drawn. */
  readonly band: Summary | null;
}

/**
 * Gives the values of each replica.
 *
 * @param values Values of all, R × K.
 * @param replicas Number of replicas R.
 * @param of Value that is drawn. Default: the value itself.
 * @returns Rows of K numbers.
 */
export function rowsOf(
  values: ArrayLike<number>,
  replicas: number,
  of: (value: number) => number = (value) => value,
): number[][] {
  const K = values.length / Math.max(1, replicas);
  return Array.from(
    { length: replicas },
    (_, r) => Array.from({ length: K }, (_, k) => of(values[r * K + k])),
  );
}

/** Shows a rank; NaN where there is none. */
export const shownRank = (rank: number): number => rank < 0 ? NaN : rank;

/**
 * Arranges replicas for drawing.
 *
 * @param rows Values, `[replica][place]`.
 * @param picked What is drawn.
 * @returns Line and band.
 */
export function lineAndBand(rows: readonly (readonly number[])[], { replica, hasBand }: Picked): LineAndBand {
  const K = rows[0]?.length ?? 0, isMany = rows.length > 1;
  const summary = isMany && (hasBand || replica === null) ? summarize(rows, K) : null;
  return {
    line: replica === null ? summary?.median ?? rows[0] ?? [] : rows[replica] ?? [],
    band: isMany && hasBand ? summary : null,
  };
}
