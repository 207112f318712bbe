/**
 * The figure of pre-training: for each case loss and terminal rank over the time of training, and
 * the rank at the start.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { ordinalAxis } from "../../plot/core/ordinal_axis.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { greyInk, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries, drawMedian, drawSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { type Probe, terminalRank } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { PretrainingRun } from "./networks.ts";
import { architectures, type PretrainingPlan } from "./plan.ts";

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
  /** Task and activation. */
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
      const steps = [...new Set(networks.flatMap(({ probes }) => probes.map(({ step }) => step)))]
        .sort((a, b) => a - b);
      return {
        label: `${task}, ${activation}${architectures[architecture].label}`,
        epsilon,
        training: `${[inputs, ...hidden, outputs].join("-")}, ${optimizer.name} ${optimizer.learningRate}`,
        steps,
        targets,
        curves: methods.map((method) => {
          const own = networks.filter((network) => network.method === method);
          const series = (value: (probe: Probe) => number) =>
            own.map(({ probes }) => {
              const values = new Map(probes.map((probe) => [probe.step, value(probe)]));
              return steps.map((step) => values.get(step) ?? NaN);
            });
          return {
            method,
            startSteps: own[0]?.startSteps ?? 0,
            loss: series(({ loss }) => loss),
            rank: series((probe) => terminalRank(probe).rank),
          };
        }),
      };
    }),
  });
}

const plotHeight = 165, columnGap = 24, startWidth = 104, rowGap = 12;
const targetStyle: LineStyle = { color: greyInk, dash: "2 4", width: 1 };

/**
 * Draws the rows. Curves begin where their start has taken its time: a dashed line leads to them.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function pretrainingFigure(data: PretrainingFigureData): string {
  const parts = data.rows.map((row) => ({ row, ...axesOf(row) }));
  const side = (pick: "losses" | "ranks") => Math.max(0, ...parts.map((part) => frameSide(part[pick])));
  const left = pageMargin + side("losses"), between = columnGap + side("ranks");
  const width = (pageWidth - left - between - columnGap - startWidth - pageMargin) / 2;
  const rowHeight = frameHead + plotHeight + frameFoot + rowGap;
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: parts.length * rowHeight,
    draw: (parent) =>
      parts.forEach(({ row, losses, ranks, styles }, index) => {
        const last = row.steps[row.steps.length - 1] ?? 1;
        const x = stepAxis([0, last], width);
        const panel = (at: number, label: string, width: number, axis: Axis, y: Axis, names: PanelNames) => {
          const group = appendGroup(parent, "panel", at, frameHead + index * rowHeight);
          drawFrame(group, { label, width, height: plotHeight, x: axis, y, ...names });
          return clipped(group, { width, height: plotHeight });
        };
        const time = "time, in optimisation steps";
        const first = panel(left, `${row.label}, ${epsilonLabel(row.epsilon)}`, width, x, losses, {
          xName: time,
          yName: "loss",
        });
        for (const target of row.targets) {
          const y = losses.scale(target);
          drawLine(first, "target", [{ x: 0, y }, { x: width, y }], "straight", targetStyle);
        }
        const second = panel(left + width + between, row.training, width, x, ranks, {
          xName: time,
          yName: "terminal ε-rank",
        });
        const names = row.curves.map((_, m) => m);
        const starts = {
          ...ordinalAxis(names, startWidth),
          ticks: [],
          reading: { places: [], at: [] },
        };
        const third = panel(
          left + 2 * width + between + columnGap,
          "at start",
          startWidth,
          starts,
          ranks,
          { xName: null, yName: null },
        );
        row.curves.forEach((curve, m) => {
          drawCurve(first, "loss", row.steps, curve.startSteps, curve.loss, x, losses, styles[m]);
          drawCurve(second, "rank", row.steps, curve.startSteps, curve.rank, x, ranks, styles[m]);
          drawStart(third, curve, starts.scale(m), ranks, styles[m]);
        });
      }),
  });
}

/** Names of the axes of a panel. */
interface PanelNames {
  readonly xName: string | null;
  readonly yName: string | null;
}

function axesOf({ curves, steps }: PretrainingRow) {
  const all = (pick: (curve: PretrainingCurves) => readonly (readonly number[])[]) =>
    curves.flatMap((curve) => {
      const { low, high } = summarize(pick(curve), steps.length);
      return [...low, ...high];
    });
  return {
    losses: lossAxis(all(({ loss }) => loss), plotHeight),
    ranks: rankAxis(all(({ rank }) => rank), plotHeight),
    styles: curves.map((_, m) => lineStyle(m)),
  };
}

/** Draws median and band, after the time of the start. */
function drawCurve(
  parent: Group,
  name: "loss" | "rank",
  steps: readonly number[],
  startSteps: number,
  values: readonly (readonly number[])[],
  x: Axis,
  y: Axis,
  style: LineStyle,
): void {
  const summary = summarize(values, steps.length);
  const course = name === "rank" ? "step" : "straight";
  const at = steps.map((step) => x.scale(step + startSteps));
  if (values.length > 1) {
    drawSpread(parent, `${name}-band`, at, summary, y.scale, course, style.color);
  }
  if (startSteps > 0 && at.length > 0) {
    const level = y.scale(summary.median[0]);
    const lead = [{ x: x.scale(0), y: level }, { x: at[0], y: level }];
    drawLine(parent, "lead", lead, "straight", { ...style, dash: "3 3" });
  }
  drawMedian(parent, name, at, summary, y.scale, course, style);
}

/** Draws a dot for each network's rank at the start. */
function drawStart(parent: Group, { rank }: PretrainingCurves, x: number, y: Axis, style: LineStyle): void {
  rank.forEach(([start], replica) => {
    if (!Number.isFinite(start)) return;
    // Side by side, so that equal ranks are seen.
    const aside = (replica - (rank.length - 1) / 2) * Math.min(2.2, 12 / rank.length);
    parent.append("circle").attr("class", "start").attr("cx", px(x + aside)).attr("cy", px(y.scale(start)))
      .attr("r", 2.6).attr("fill", style.color).attr("fill-opacity", 0.75);
  });
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
