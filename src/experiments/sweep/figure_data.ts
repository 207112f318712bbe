/**
 * Data of the figure of a sweep, from its plan and its outcomes.
 *
 * @module
 */
import { count } from "../../format.ts";
import { extent } from "../../stats/extent.ts";
import { lowerMedian } from "../../stats/median.ts";
import type { TrialOutcome, TrialSeries } from "./outcome.ts";
import { keyText, type SweptValue, sweptValue, valueText } from "./swept_value.ts";
import type { SweepPlan, Trial } from "./trial.ts";

/**
 * Median and quartiles of some trials at each probe, of fewer than five their range; not finite
 * where there is nothing to draw.
 */
export interface Quartiles {
  /** Lower quartile. */
  readonly low: readonly number[];
  /** Lower median. */
  readonly median: readonly number[];
  /** Upper quartile. */
  readonly high: readonly number[];
}

/** Trials that differ in their seed alone. */
export interface SweepCurve {
  /** Place of its value among those of the colours. */
  readonly color: number;
  /** Steps of the probes. */
  readonly steps: readonly number[];
  /** Loss. A trial that diverged counts as infinite from there on. */
  readonly loss: Quartiles;
  /** ε-rank of the last hidden layer, of the trials that have one. */
  readonly rank: Quartiles;
}

/** Trials that share all but the seed and the value of the colours. */
export interface SweepPanel {
  /** What they share, as `width 20`; empty if nothing else is swept. */
  readonly label: string;
  /** Its curves. */
  readonly curves: readonly SweepCurve[];
  /** Trials that diverged. */
  readonly diverged: number;
}

/** Data of the figure. */
export interface SweepFigureData {
  /** Heading. */
  readonly title: string;
  /** Trials and what is swept, in one line. */
  readonly subtitle: string;
  /** Name of the vertical axis of the ranks. */
  readonly rankName: string;
  /** What the colours mean; empty if there is one. */
  readonly colorName: string;
  /** Values of the colours, in the order of the plan. */
  readonly colors: readonly SweptValue[];
  /** The panels. */
  readonly panels: readonly SweepPanel[];
  /** Values of the option that varies fastest from panel to panel; 1 if none does. */
  readonly fastest: number;
  /** Trials behind a curve, at most. */
  readonly seeds: number;
}

/** Most panels. More would not be read. */
const MOST_PANELS = 12;

/**
 * Arranges the outcomes of a sweep for its figure. The first swept option beside the seed gives the
 * colours, the others the panels.
 *
 * @param plan The plan.
 * @param outcomes Outcomes by the ids of their trials.
 * @returns The data.
 */
export function sweepFigureData(
  plan: SweepPlan,
  outcomes: ReadonlyMap<string, TrialOutcome>,
): SweepFigureData {
  const [colorKey, ...panelKeys] = plan.keys.filter((key) => key !== "seed");
  const found = plan.trials.flatMap((trial) => {
    const outcome = outcomes.get(trial.id);
    return outcome ? [{ trial, outcome }] : [];
  });
  const colorOf = (trial: Trial) => colorKey === undefined ? null : sweptValue(trial, colorKey);
  const colors = [...new Set(found.map(({ trial }) => colorOf(trial)))];
  const groups = [...Map.groupBy(found, ({ trial }) => combinationOf(trial, panelKeys))];
  const panels = groups.slice(0, MOST_PANELS).map(([, members]): SweepPanel => ({
    label: labelOf(members[0].trial, panelKeys),
    curves: [...Map.groupBy(members, ({ trial }) => colorOf(trial))].map(([value, trials]) =>
      curveOf(trials, colors.indexOf(value))
    ),
    diverged: members.filter(({ outcome }) => outcome.status === "diverged").length,
  }));
  const sizes = groups.flatMap(([, members]) =>
    [...Map.groupBy(members, ({ trial }) => colorOf(trial)).values()].map(({ length }) => length)
  );
  return {
    title: titleOf(found.map(({ trial }) => trial)),
    subtitle: subtitleOf(plan, found.length, groups.length),
    rankName: rankName(found.map(({ trial }) => trial)),
    colorName: colorKey === undefined ? "" : keyText(colorKey),
    colors,
    panels,
    fastest: fastestOf(found.map(({ trial }) => trial), panelKeys),
    seeds: Math.max(0, extent(sizes)[1]),
  };
}

/** Counts the values of the last option that has several. */
function fastestOf(trials: readonly Trial[], keys: readonly string[]): number {
  const counts = keys.map((key) => new Set(trials.map((trial) => sweptValue(trial, key))).size);
  return counts.findLast((values) => values > 1) ?? 1;
}

/** Tells apart the values of some options. */
function combinationOf(trial: Trial, keys: readonly string[]): string {
  return JSON.stringify(keys.map((key) => sweptValue(trial, key)));
}

function labelOf(trial: Trial, keys: readonly string[]): string {
  return keys.map((key) => `${keyText(key)} ${shortText(sweptValue(trial, key))}`).join(", ");
}

/**
 * Writes a value with the digits that a reader of a figure needs.
 *
 * @param value The value.
 * @returns The text; of a number at most four digits.
 */
export function shortText(value: SweptValue): string {
  return valueText(typeof value === "number" ? Number(value.toPrecision(4)) : value);
}

function titleOf(trials: readonly Trial[]): string {
  const tasks = [...new Set(trials.map(({ task }) => task.description))];
  return `Loss and ε-rank: ${tasks.length === 1 ? tasks[0] : `a sweep of ${count(tasks.length, "task")}`}`;
}

function subtitleOf(plan: SweepPlan, found: number, groups: number): string {
  const keys = plan.keys.map((key) => {
    const values = [...new Set(plan.trials.map((trial) => shortText(sweptValue(trial, key))))];
    return `${keyText(key)} ${
      values.length > 6 ? `${values[0]} … ${values.at(-1)} (${values.length})` : values.join(", ")
    }`;
  });
  const all = plan.trials.length;
  return [
    found === all ? count(all, "trial") : `${found} of ${count(all, "trial")}`,
    ...keys,
    ...groups > MOST_PANELS ? [`the first ${MOST_PANELS} of ${groups} combinations`] : [],
  ].join(" · ");
}

/** Least threshold of a trial. */
const strictest = ({ settings: { epsilons } }: Trial) => Math.min(...epsilons);

function rankName(trials: readonly Trial[]): string {
  const epsilons = [...new Set(trials.map(strictest))];
  const isRelative = trials.some(({ settings }) => settings.threshold === "relative");
  const unit = isRelative ? " λ₁" : "";
  return epsilons.length === 1 ? `ε-rank, ε = ${valueText(epsilons[0])}${unit}` : "ε-rank, least ε";
}

function curveOf(
  trials: readonly { readonly trial: Trial; readonly outcome: TrialOutcome }[],
  color: number,
): SweepCurve {
  const all = trials.map(({ outcome }) => outcome.series);
  // Trials that diverged end early; their steps are among those of the others.
  const { steps } = all.reduce((longest, each) => each.steps.length > longest.steps.length ? each : longest);
  const rows = (values: (series: TrialSeries, index: number) => number[], end: number) =>
    all.map((series, index) => {
      const byStep = new Map(series.steps.map((step, i) => [step, values(series, index)[i]]));
      return steps.map((step) => byStep.get(step) ?? end);
    });
  const at = trials.map(({ trial }) => trial.settings.epsilons.indexOf(strictest(trial)));
  return {
    color,
    steps,
    loss: quartiles(rows(({ losses }) => losses as number[], Infinity), steps.length),
    rank: quartiles(rows(({ ranks }, index) => (ranks[at[index]] ?? []) as number[], NaN), steps.length),
  };
}

/** Computes median and quartiles of several rows at each probe, of the values that are numbers. */
function quartiles(rows: readonly (readonly number[])[], probes: number): Quartiles {
  const low: number[] = [], median: number[] = [], high: number[] = [];
  for (let probe = 0; probe < probes; probe++) {
    const sorted = rows.map((row) => row[probe]).filter((value) => !Number.isNaN(value)).sort((a, b) =>
      a - b
    );
    const last = sorted.length - 1, outer = Math.floor(last / 4);
    low.push(sorted[outer] ?? NaN);
    median.push(lowerMedian(sorted));
    high.push(sorted[last - outer] ?? NaN);
  }
  return { low, median, high };
}
