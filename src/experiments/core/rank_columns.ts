/**
 * Columns of ranks in the tables of experiments.
 *
 * @module
 */
import type { Columns } from "../../io/table.ts";

/** A rank and the interval in which it certainly lies. */
export interface CertifiedRank {
  /** The rank. */
  readonly rank: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end. */
  readonly high: number;
}

/**
 * Makes the three columns of a certified rank: `NAME`, `NAME_low`, `NAME_high`.
 *
 * @param name Name of the first column.
 * @param help Explanation of the rank.
 * @param of Gives the rank in a row.
 * @returns The columns.
 */
export function rankColumns<Row>(name: string, help: string, of: (row: Row) => CertifiedRank): Columns<Row> {
  return {
    [name]: { help, value: (row) => of(row).rank },
    [`${name}_low`]: { help: "lower end of its certified interval", value: (row) => of(row).low },
    [`${name}_high`]: { help: "upper end of that interval", value: (row) => of(row).high },
  };
}
