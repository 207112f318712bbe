/**
 * The figure of pre-training: for each case loss and terminal rank over the time of training, and
 * the rank at the start.
 *
 * @module
 */
import { type CurvePanel, layOutPanels, type PanelCurve } from "../../plot/core/curve_panels.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { alignSteps } from "../../stats/align_steps.ts";
import { summarize } from "../../stats/quantiles.ts";
import { lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { type Probe, terminalRank } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { PretrainingRun } from "./networks.ts";
import { caseText } from "./cases.ts";
import type { PretrainingPlan } from "./plan.ts";

/** The networks of one start. */
export interface PretrainingCurves {
  /** Name of the start. */
  readonly method: string;
  /** Time that the start took, in steps of training. */
  readonly startSteps: number;
  /** Loss, `[replica][probe]`; NaN where there is none. */
  readonly loss: readonly (readonly number[])[];
  /** Terminal ε-rank, likewise. */
  readonly rank: readonly (readonly number[])[];
}

/** A row of panels. */
export interface PretrainingRow {
  /** Task, activation and architecture. */
  readonly label: string;
  /** Threshold ε of the ranks. */
  readonly epsilon: number;
  /** Widths of the network, and optimiser. */
  readonly training: string;
  /** Step of each probe. */
  readonly steps: readonly number[];
  /** Losses to reach. */
  readonly targets: readonly number[];
  /** The starts, in the order of the legend. */
  readonly curves: readonly PretrainingCurves[];
}

/** Contents of the figure. */
export interface PretrainingFigureData {
  /** Heading. */
  readonly title: string;
  /** What all rows have in common. */
  readonly subtitle: string;
  /** Names of the starts. */
  readonly methods: readonly string[];
  /** Networks of each start. */
  readonly replicas: number;
  /** The rows. */
  readonly rows: readonly PretrainingRow[];
}

/**
 * Draws a comparison.
 *
 * @param result The comparison.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawPretraining(
  { plan: { methods, replicasOfEach, seed, tasks, cases }, rows: runs }: ExperimentResult<
    PretrainingPlan,
    PretrainingRun
  >,
): string {
  return pretrainingFigure({
    title: "Pre-training of the first hidden layer",
    subtitle: `networks that differ in their start, of seed ${seed}`,
    methods,
    replicas: replicasOfEach,
    rows: runs.map(({ task, activation, architecture, epsilon, networks, targets }, index) => {
      const { hidden, optimizer } = cases[index], { inputs, outputs } = tasks[index];
      const curves = [({ loss }: Probe) => loss, (probe: Probe) => terminalRank(probe).rank];
      const [loss, rank] = curves.map((value) => alignSteps(networks.map(({ probes }) => probes), value));
      return {
        label: caseText({ task, activation, architecture }),
        epsilon,
        training: `${[inputs, ...hidden, outputs].join("-")}, ${optimizer.name} ${optimizer.learningRate}`,
        steps: loss.at,
        targets,
        curves: methods.map((method) => {
          const isOwn = (_: unknown, index: number) => networks[index].method === method;
          return {
            method,
            startSteps: networks.find((network) => network.method === method)?.startSteps ?? 0,
            loss: loss.values.filter(isOwn),
            rank: rank.values.filter(isOwn),
          };
        }),
      };
    }),
  });
}

const targetStyle: LineStyle = { color: greyInk, dash: "2 4", width: 1 };

/**
 * Draws the rows. Curves begin where their start has taken its time: a dashed line leads to them.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function pretrainingFigure(data: PretrainingFigureData): string {
  const grid = layOutPanels({ panels: data.rows.flatMap(panelsOf), columns: [1, 1, 0.35], heights: 165 });
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    ...grid,
  });
}

/** Panels of the loss and of the rank over time, and of the ranks at the start. */
function panelsOf({ label, epsilon, training, steps, targets, curves }: PretrainingRow): CurvePanel[] {
  const time = {
    x: (width: number) => stepAxis([0, steps[steps.length - 1] ?? 1], width),
    xName: "time, in optimisation steps",
  };
  /** A curve from the end of its start on, and a dashed line that leads to it. */
  const over = (values: "loss" | "rank", course: "straight" | "step"): PanelCurve[] =>
    curves.flatMap((curve, m) => {
      const style = lineStyle(m), [level] = summarize(curve[values], 1).median;
      const at = steps.map((step) => step + curve.startSteps), lead = [0, curve.startSteps];
      return [
        ...curve.startSteps > 0
          ? [{ style: { ...style, dash: "3 3" }, at: lead, values: [[level, level]] }]
          : [],
        { style, at, course, values: curve[values] },
      ];
    });
  const ranks = curves.flatMap(({ rank }) => rank.flat());
  const losses = curves.flatMap(({ loss }) => loss.flat());
  return [{
    ...time,
    label,
    yName: "loss",
    yAxis: (_, height) => lossAxis(losses, height),
    curves: over("loss", "straight"),
    guides: targets.map((value) => ({ value, style: targetStyle })),
  }, {
    ...time,
    label: training,
    yName: `terminal rank, ${epsilonLabel(epsilon)}`,
    yAxis: rankAxis,
    curves: over("rank", "step"),
  }, {
    label: "at start",
    x: (width) => ({
      ...stepAxis([-0.5, curves.length - 0.5], width),
      ticks: [],
      reading: { places: [], at: [] },
    }),
    xName: null,
    yName: null,
    yAxis: (_, height) => rankAxis(ranks, height),
    curves: [],
    // Side by side, so that equal ranks are seen.
    dots: curves.map(({ rank }, m) => ({
      color: lineStyle(m).color,
      points: rank.map((
        [start],
        i,
      ) => [m + (i - (rank.length - 1) / 2) * Math.min(0.1, 0.5 / rank.length), start]),
    })),
  }];
}

function legend({ methods, replicas }: PretrainingFigureData): LegendEntry[] {
  const lines = methods.map((label, m): LegendEntry => ({ label, swatch: lineSwatch(lineStyle(m)) }));
  const others = [
    { label: "time of the start", swatch: lineSwatch({ ...lineStyle(1), color: ink, dash: "3 3" }) },
    { label: "losses to reach", swatch: lineSwatch(targetStyle) },
  ];
  return [...lines, ...others, ...bandEntries(replicas, "replicas")];
}

/** Describes the figure in words. */
function describe({ rows }: PretrainingFigureData): string {
  return rows.map(({ label, training, curves, steps }) =>
    `${label}, ${training}: ${
      curves.map(({ method, rank, loss }) => {
        const ranks = summarize(rank, steps.length).median, losses = summarize(loss, steps.length).median;
        return `${method} from rank ${ranks[0]} to loss ${losses[losses.length - 1]?.toPrecision(2)}`;
      }).join("; ")
    }.`
  ).join(" ");
}
