/**
 * The study as tables in tidy form.
 *
 * @module
 */
import { csv, type CsvColumn, type CsvValue } from "../../io/csv.ts";
import type { CostRow, CountRow, EigenvalueRow, GrowthRow } from "./rows.ts";
import type { KernelStudy } from "./study.ts";

/** The tables of a study, as CSV. */
export interface KernelStudyTables {
  /** A row for each rank. */
  readonly counts: string;
  /** A row for each eigenvalue; values are shares of λ₁. */
  readonly eigenvalues: string;
  /** A row for each method, order and batch. */
  readonly cost: string;
  /** A row for each method and size. */
  readonly growth: string;
  /** A row for each method on the tall matrix. */
  readonly tall: string;
}

/** Columns of a table: what each is called, and what it takes from a row. */
type Columns<Row> = Readonly<Record<string, (row: Row) => CsvValue>>;

const COUNTS: Columns<CountRow> = {
  family: ({ family }) => family,
  n: ({ columns }) => columns,
  m: ({ rows }) => rows,
  method: ({ method }) => method,
  precision: ({ precision }) => precision,
  epsilon: ({ share }) => share,
  rank: ({ rank }) => rank,
  rank_low: ({ low }) => low,
  rank_high: ({ high }) => high,
  true_low: ({ truthLow }) => truthLow,
  true_high: ({ truthHigh }) => truthHigh,
  error: ({ error }) => error,
};

const EIGENVALUES: Columns<EigenvalueRow> = {
  family: ({ family }) => family,
  n: ({ columns }) => columns,
  m: ({ rows }) => rows,
  method: ({ method }) => method,
  precision: ({ precision }) => precision,
  index: ({ index }) => index,
  value: ({ value }) => value,
  computed: ({ computed }) => computed,
  error: ({ error }) => error,
  bound: ({ bound }) => bound,
  reference_error: ({ referenceError }) => referenceError,
};

const COST: Columns<CostRow> = {
  method: ({ method }) => method,
  precision: ({ precision }) => precision,
  n: ({ columns }) => columns,
  m: ({ rows }) => rows,
  batch: ({ batch }) => batch,
  milliseconds: ({ milliseconds }) => milliseconds,
  gpu_milliseconds: ({ gpuMilliseconds }) => gpuMilliseconds,
  milliseconds_per_matrix: ({ milliseconds, batch }) => milliseconds / batch,
  dispatches: ({ dispatches }) => dispatches,
  submissions: ({ submissions }) => submissions,
  waits: ({ waits }) => waits,
  flops: ({ flops }) => flops,
  peak_share: ({ peakShare }) => peakShare,
  certain: ({ certain }) => certain,
  repeats: ({ repeats }) => repeats,
};

const GROWTH: Columns<GrowthRow> = { axis: ({ axis }) => axis === "columns" ? "n" : "m", ...COST };

function table<Row>(columns: Columns<Row>, rows: readonly Row[]): string {
  return csv(Object.entries(columns).map(([name, of]): CsvColumn => [name, rows.map(of)]));
}

/**
 * Writes the tables of a study.
 *
 * @param study The study.
 * @returns Its tables.
 */
export function kernelStudyTables(
  { counts, eigenvalues, cost, growth, tall }: KernelStudy,
): KernelStudyTables {
  return {
    counts: table(COUNTS, counts),
    eigenvalues: table(EIGENVALUES, eigenvalues),
    cost: table(COST, cost),
    growth: table(GROWTH, growth),
    tall: table(COST, tall),
  };
}
