/**
 * What the figures of weights show, as plain numbers.
 *
 * @module
 */
import { count, formatNumber } from "../format.ts";
import { marchenkoPasturQuantile } from "../stats/marchenko_pastur.ts";
import { matrixLabel, type MatrixPlan } from "./matrix_plan.ts";
import type { MatrixMeasures } from "./measure.ts";
import type { WeightRow } from "./tables.ts";

/** A point of a spectrum: index from 1, and a singular value as a share of σ₁. */
export type SpectrumPoint = readonly [index: number, share: number];

/** Panel of one matrix. */
export interface SpectrumPanel {
  /** Name. */
  readonly label: string;
  /** Ranks in a few words. */
  readonly note: string;
  /** Its spectrum. */
  readonly values: readonly SpectrumPoint[];
  /** Its spectrum in the first of several models; empty for one model. */
  readonly before: readonly SpectrumPoint[];
  /** Spectrum of a random matrix of the same shape and bulk; empty where there is none. */
  readonly random: readonly SpectrumPoint[];
  /** Power law of the tail, and whether it is plausible; `null` without one. */
  readonly law: { readonly points: readonly SpectrumPoint[]; readonly isPlausible: boolean } | null;
}

/** Ranks of one matrix over the steps, as shares of its shorter side. */
export interface CoursePanel {
  /** Name. */
  readonly label: string;
  /** Steps, or numbers of the checkpoints. */
  readonly steps: readonly number[];
  /** Numerical rank at each: the ends of its interval. */
  readonly numerical: readonly (readonly [low: number, high: number])[];
  /** Effective rank. */
  readonly effective: readonly number[];
  /** Stable rank. */
  readonly stable: readonly number[];
}

/** Words and panels of a figure. */
export interface WeightsFigureData<Panel> {
  readonly title: string;
  readonly subtitle: string;
  readonly panels: readonly Panel[];
}

/** The figure over a training. */
export interface CourseFigureData extends WeightsFigureData<CoursePanel> {
  /** What its horizontal axis counts: steps, or checkpoints whose paths name no step. */
  readonly xName: string;
}

/** Panels of a figure, at most: more take one out of several. */
const MOST_PANELS = 48;
/** Points of a line. */
const POINTS = 80;
/** p-value below which a power law is implausible. */
const PLAUSIBLE = 0.1;

/** Indices from 1 to n, evenly spread in their logarithm. */
function indices(n: number): number[] {
  const all = Array.from({ length: POINTS }, (_, i) => Math.round(n ** (i / (POINTS - 1))));
  return [...new Set(all)];
}

/** Takes at most so many of some things, evenly spread. */
function some<T>(all: readonly T[]): T[] {
  const every = Math.max(1, all.length / MOST_PANELS);
  return Array.from({ length: Math.min(all.length, MOST_PANELS) }, (_, i) => all[Math.floor(i * every)]);
}

function spectrumOf({ values }: MatrixMeasures): SpectrumPoint[] {
  return values[0] > 0 ? indices(values.length).map((i) => [i, values[i - 1] / values[0]]) : [];
}

function panelOf({ plan, measures }: Measured, before: MatrixMeasures | null): SpectrumPanel {
  const { values, numerical, effectiveRank, random, tail } = measures, first = values[0];
  const n = values.length, long = Math.max(plan.rows, plan.columns);
  const expected = (i: number) =>
    random!.deviation * Math.sqrt(long * marchenkoPasturQuantile((n - i + 0.5) / n, n / long)) / first;
  const lawAt = (k: number) =>
    Math.sqrt(tail!.least * (k / tail!.count) ** (-1 / (tail!.exponent - 1))) / first;
  const digits = (value: number) => formatNumber(Number(value.toPrecision(3)));
  return {
    label: matrixLabel(plan),
    note:
      `rank ${numerical.low === numerical.high ? numerical.low : `${numerical.low}–${numerical.high}`}, ` +
      `effective ${digits(effectiveRank.value)}`,
    values: spectrumOf(measures),
    before: before ? spectrumOf(before) : [],
    random: random ? indices(n).map((i) => [i, expected(i)]) : [],
    law: tail
      ? { points: [1, tail.count].map((k) => [k, lawAt(k)]), isPlausible: tail.p >= PLAUSIBLE }
      : null,
  };
}

/** A row with measures. */
type Measured = WeightRow & { readonly measures: MatrixMeasures };

const isMeasured = (row: WeightRow): row is Measured => row.measures !== null;

/** Words on what is left out. */
function omitted(all: number, shown: number): string {
  return shown < all ? ` · ${shown} of ${count(all, "matrix", "matrices")}` : "";
}

/**
 * Makes the data of the figure of spectra: a panel for each matrix of the last model.
 *
 * @param models Rows of each model, in order.
 * @returns The data; without panels where nothing was measured.
 */
export function spectraFigureData(
  models: readonly (readonly WeightRow[])[],
): WeightsFigureData<SpectrumPanel> {
  const last = models.at(-1)?.filter(isMeasured) ?? [], chosen = some(last);
  const first = models.length > 1 ? models[0] : [];
  const before = new Map(first.map(({ plan, measures }) => [matrixLabel(plan), measures]));
  return {
    title: "Singular values of weights",
    subtitle: `${last[0]?.model ?? ""} · shares of σ₁${omitted(last.length, chosen.length)}`,
    panels: chosen.map((row) => panelOf(row, before.get(matrixLabel(row.plan)) ?? null)),
  };
}

/**
 * Makes the data of the figure of ranks over the training: a panel for each matrix.
 *
 * @param models Rows of each model, in the order of their steps.
 * @returns The data.
 */
export function courseFigureData(models: readonly (readonly WeightRow[])[]): CourseFigureData {
  const isNamed = models.flat().every(({ step }) => step !== null);
  const measured = models.flatMap((rows, model) =>
    rows.filter(isMeasured).map((row) => ({ ...row, at: isNamed ? row.step! : model + 1 }))
  );
  const byMatrix = Map.groupBy(measured, ({ plan }) => matrixLabel(plan));
  const chosen = some([...byMatrix]);
  const paths = models.map((rows) => rows[0]?.model ?? "");
  return {
    title: "Ranks of weights during training",
    subtitle: `${count(models.length, "checkpoint")}, ${paths[0]} … ${paths.at(-1)} · ` +
      `shares of the shorter side${omitted(byMatrix.size, chosen.length)}`,
    xName: isNamed ? "step" : "checkpoint",
    panels: chosen.map(([label, rows]): CoursePanel => {
      const share = ({ plan }: { readonly plan: MatrixPlan }, rank: number) =>
        rank / Math.min(plan.rows, plan.columns);
      return {
        label,
        steps: rows.map(({ at }) => at),
        numerical: rows.map((row) => {
          const { low, high } = row.measures.numerical;
          return [share(row, low), share(row, high)];
        }),
        effective: rows.map((row) => share(row, row.measures.effectiveRank.value)),
        stable: rows.map((row) => share(row, row.measures.stableRank.value)),
      };
    }),
  };
}
