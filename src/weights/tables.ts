/**
 * Measures of matrices as tables: files of comma-separated values, and text for a terminal.
 *
 * @module
 */
import { textTable } from "../display/text_table.ts";
import { count, formatNumber, printable } from "../format.ts";
import type { CsvValue } from "../io/csv.ts";
import { type Columns, type Table, table } from "../io/table.ts";
import type { RankInterval } from "../rank/certificates/rank_interval.ts";
import { matrixLabel, type MatrixPlan } from "./matrix_plan.ts";
import type { MatrixMeasures } from "./measure.ts";

/** A matrix of a model, and its measures. */
export interface WeightRow {
  /** Path of the model. */
  readonly model: string;
  /** Step of the training that the path names; `null` without one. */
  readonly step: number | null;
  /** The matrix. */
  readonly plan: MatrixPlan;
  /** Its measures; `null` if it could not be measured. */
  readonly measures: MatrixMeasures | null;
  /** Why not; empty if it was. */
  readonly reason: string;
}

/** Columns that name a matrix, in each table. */
const NAMING = {
  step: { help: "step of the training, from the path", value: ({ step }: WeightRow) => step },
  model: { help: "file, folder or index of the model", value: ({ model }: WeightRow) => model },
  matrix: {
    help: "name of the array, or of the layer of a product",
    value: ({ plan }: WeightRow) => plan.name,
  },
  part: { help: "block of it, or how it is unfolded", value: ({ plan }: WeightRow) => plan.part },
};

/** Makes a column of a measure, which is empty where there is none. */
const of = (help: string, value: (measures: MatrixMeasures) => number | null) => ({
  help,
  value: ({ measures }: WeightRow) => measures && value(measures),
});

/** Columns of all measures but the spectra. */
const MEASURES: Columns<WeightRow> = {
  ...NAMING,
  kind: { help: "matrix, convolution, or lora: a product B·A", value: ({ plan }) => plan.kind },
  dtype: { help: "type of the entries in the file", value: ({ plan }) => plan.arrays[0].dtype },
  rows: { help: "rows m", value: ({ plan }) => plan.rows },
  columns: { help: "columns n", value: ({ plan }) => plan.columns },
  norm: of("Frobenius norm", ({ norm }) => norm),
  sigmaFirst: of("largest singular value σ₁", ({ values }) => values[0]),
  sigmaFirstBound: of("bound on its error", ({ bounds }) => bounds[0]),
  sigmaLast: of("smallest singular value", ({ values }) => values[values.length - 1]),
  sigmaLastBound: of("bound on its error", ({ bounds }) => bounds[bounds.length - 1]),
  numericalRank: of("singular values above the tolerance times σ₁", ({ numerical }) => numerical.rank),
  numericalRankLow: of("certainly at least as many", ({ numerical }) => numerical.low),
  numericalRankHigh: of("certainly at most as many", ({ numerical }) => numerical.high),
  tolerance: of(
    "max(m, n) times the unit of the arithmetic, as in NumPy",
    ({ numerical }) => numerical.epsilon,
  ),
  stableRank: of("‖W‖_F² / σ₁²", ({ stableRank }) => stableRank.value),
  stableRankBound: of("bound on its error", ({ stableRank }) => stableRank.bound),
  effectiveRank: of("exponential of the entropy of σ / Σσ", ({ effectiveRank }) => effectiveRank.value),
  effectiveRankBound: of("bound on its error", ({ effectiveRank }) => effectiveRank.bound),
  randomDeviation: of(
    "deviation s of entries, by the bulk of the spectrum",
    (m) => m.random?.deviation ?? null,
  ),
  randomLow: of("lower edge of Marchenko and Pastur's bulk", (m) => m.random?.low ?? null),
  randomHigh: of("upper edge of the bulk", (m) => m.random?.high ?? null),
  randomMargin: of("what σ₁ of random entries exceeds once in 100 times", (m) => m.random?.margin ?? null),
  aboveRandom: of("singular values above this margin", (m) => m.random?.above ?? null),
  aboveRandomEnergy: of("share of ‖W‖_F² that they hold", (m) => m.random?.energy ?? null),
  randomDistance: of("Kolmogorov–Smirnov distance of σ² to the bulk", (m) => m.random?.distance ?? null),
  tailExponent: of("exponent α of a power law of the tail of σ²", (m) => m.tail?.exponent ?? null),
  tailStandardError: of("its standard error", (m) => m.tail?.standardError ?? null),
  tailLeast: of("σ² from which on the law is fitted", (m) => m.tail?.least ?? null),
  tailCount: of("singular values in the tail", (m) => m.tail?.count ?? null),
  tailDistance: of("Kolmogorov–Smirnov distance of the tail to the law", (m) => m.tail?.distance ?? null),
  tailP: of("p-value of the law; below 0.1 it is implausible", (m) => m.tail?.p ?? null),
  scale: { help: "factor alpha / r of a product, not applied", value: ({ plan }) => plan.scale },
  error: { help: "why the matrix could not be measured", value: ({ reason }) => reason || null },
};

/**
 * Makes the table of all measures but the spectra, a row for each matrix.
 *
 * @param rows The matrices.
 * @returns The table.
 */
export function measuresTable(rows: readonly WeightRow[]): Table {
  return table(rows, MEASURES);
}

/**
 * Makes the same rows as objects, for JSON.
 *
 * @param rows The matrices.
 * @returns An object for each, with the names of the columns in camel case.
 */
export function measuresJson(rows: readonly WeightRow[]): Record<string, CsvValue>[] {
  const columns = Object.entries(MEASURES);
  return rows.map((row) => Object.fromEntries(columns.map(([name, { value }]) => [name, value(row)])));
}

/**
 * Makes the table of ranks, a row for each matrix and threshold.
 *
 * @param rows The matrices.
 * @returns The table.
 */
export function ranksTable(rows: readonly WeightRow[]): Table {
  type Row = WeightRow & { readonly interval: RankInterval };
  const all = rows.flatMap((row): Row[] =>
    row.measures?.ranks.map((interval) => ({ ...row, interval })) ?? []
  );
  return table<Row>(all, {
    ...NAMING,
    epsilon: { help: "threshold, as a share of σ₁", value: ({ interval }) => interval.epsilon },
    rank: { help: "singular values above it", value: ({ interval }) => interval.rank },
    rankLow: { help: "certainly at least as many", value: ({ interval }) => interval.low },
    rankHigh: { help: "certainly at most as many", value: ({ interval }) => interval.high },
  });
}

/**
 * Makes the table of singular values, a row for each.
 *
 * @param rows The matrices.
 * @returns The table; its text is made piece by piece.
 */
export function valuesTable(rows: readonly WeightRow[]): Table {
  type Row = WeightRow & { readonly index: number };
  const all = {
    *[Symbol.iterator](): Generator<Row> {
      for (const row of rows) {
        for (let index = 0; index < (row.measures?.values.length ?? 0); index++) yield { ...row, index };
      }
    },
  };
  return table<Row>(all, {
    ...NAMING,
    index: { help: "index from 1, descending", value: ({ index }) => index + 1 },
    sigma: { help: "singular value", value: ({ measures, index }) => measures!.values[index] },
    bound: { help: "bound on its error", value: ({ measures, index }) => measures!.bounds[index] },
  });
}

const interval = ({ low, high }: RankInterval) => low === high ? `${low}` : `${low}–${high}`;
const digits = (value: number, most = 3) => formatNumber(Number(value.toPrecision(most)));

const pText = (p: number) => p < 0.01 ? "<0.01" : p.toFixed(2);

/** A number with as many of its digits as are certain, at most four. */
function certain(value: number, bound: number): string {
  return value > 2 * bound || bound === 0 ? digits(value, 4) : `<${digits(value + bound, 2)}`;
}

/**
 * Writes the measures of the matrices of one model for a terminal.
 *
 * @param rows The matrices.
 * @param width Characters in a line. Default: 160.
 * @returns Lines.
 */
export function weightsText(rows: readonly WeightRow[], width: number = 160): string[] {
  const measured = rows.flatMap(({ plan, measures }) => measures ? [{ plan, measures }] : []);
  const epsilons = measured[0]?.measures.ranks.map(({ epsilon }) => `${formatNumber(epsilon)}\u00a0σ₁`) ?? [];
  const header = [
    "matrix",
    "shape",
    "σ₁",
    "σ last",
    "rank",
    ...epsilons,
    "effective",
    "stable",
    "above",
    "α",
    "p",
  ];
  const body = measured.map(({ plan, measures }) => {
    const { values, bounds, numerical, ranks, effectiveRank, stableRank, random, tail } = measures;
    const last = values.length - 1;
    return [
      // A name is not broken at its blanks.
      printable(matrixLabel(plan)).replaceAll(" ", "\u00a0"),
      `${plan.rows}×${plan.columns}`,
      certain(values[0], bounds[0]),
      certain(values[last], bounds[last]),
      interval(numerical),
      ...ranks.map(interval),
      digits(effectiveRank.value),
      digits(stableRank.value),
      random ? String(random.above) : "–",
      tail ? digits(tail.exponent) : "–",
      tail ? pText(tail.p) : "–",
    ];
  });
  const failed = rows.filter(({ measures }) => measures === null);
  return [
    ...measured.length > 0 ? textTable([header, ...body], 1, width) : [],
    ...failed.map(({ plan, reason }) => `  ${printable(matrixLabel(plan))}: ${reason}`),
  ];
}

/**
 * Explains the columns of {@linkcode weightsText}.
 *
 * @param rows The matrices.
 * @returns Lines.
 */
export function explanation(rows: readonly WeightRow[]): string[] {
  const all = rows.flatMap(({ measures }) => measures ? [measures.numerical, ...measures.ranks] : []);
  const doubtful = all.filter(({ low, high }) => low !== high).length;
  return [
    "  rank: σ above max(m, n) · 2⁻²³ σ₁ (2⁻⁵² in float64), as numpy.linalg.matrix_rank; n σ₁: above that",
    "  above: σ beyond those of a random matrix; α, p: power law of the tail of σ², implausible below p = 0.1",
    doubtful === 0
      ? `  all ${count(all.length, "rank")} are certain`
      : `  ${count(doubtful, "rank")} of ${all.length} not certain, written a–b: at least a and at most b`,
  ];
}
