/**
 * The figure of methods seen through the ε-rank: a column for each target; rank over time, loss
 * over time, and loss in the end against the rank at the start.
 *
 * @module
 */
import { clearTicks } from "../../plot/core/clear_ticks.ts";
import { thousands } from "../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { fontSize, greyInk, ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { summarize } from "../../stats/quantiles.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { bandEntries, drawMedian, drawSpread, heightOn, isSpread } from "../../plot/core/summary_marks.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { wrapText } from "../../plot/core/text.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { MethodOutcome } from "./outcome.ts";
import { learningMethods, type MethodsPlan } from "./plan.ts";

/** One network, or one set of features with a solved output layer. */
export interface MethodSeries extends Pick<MethodOutcome, "steps" | "losses" | "heldOut"> {
  /** ε-rank at each probe. */
  readonly ranks: readonly number[];
}

/** Contents of the figure. */
export interface MethodsFigureData {
  /** Heading. */
  readonly title: string;
  /** Networks and training. */
  readonly subtitle: string;
  /** Threshold of the ranks. */
  readonly epsilon: number;
  /** Steps of a training run. */
  readonly steps: number;
  /** Methods, the plain network first, and whether they train or solve. */
  readonly methods: readonly { readonly label: string; readonly kind: "trained" | "solved" }[];
  /** Targets, and the outcomes of each method: `series[method][replica]`. */
  readonly tasks: readonly {
    readonly name: string;
    readonly description: string;
    readonly series: readonly (readonly MethodSeries[])[];
  }[];
}

/**
 * Draws a comparison, with ranks at the smallest ε.
 *
 * @param result The comparison.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawMethods(
  { plan, rows: outcomes }: ExperimentResult<MethodsPlan, MethodOutcome>,
): string {
  const { tasks, methods, width, hidden, activation, optimizer, steps, replicas, seed, epsilons } = plan;
  const epsilon = Math.min(...epsilons), e = epsilons.indexOf(epsilon);
  return methodsFigure({
    title: "Methods seen through the ε-rank",
    subtitle:
      `${width} features · networks with ${hidden.length} hidden layers, ${activation}, ${optimizer.name}, learning ` +
      `rate ${optimizer.learningRate}, ${steps} steps · ${replicas} replicas, seed ${seed}`,
    epsilon,
    steps,
    methods: methods.map((method) => ({
      label: learningMethods[method].title,
      kind: learningMethods[method].kind,
    })),
    tasks: tasks.map(({ name, description }) => ({
      name,
      description,
      series: methods.map((method) =>
        outcomes.filter((outcome) => outcome.task === name && outcome.method === method)
          .map((outcome) => ({ ...outcome, ranks: outcome.ranks.map((each) => each[e].rank) }))
      ),
    })),
  });
}

/** Most columns side by side. */
const COLUMNS = 3;
const plotHeight = 190, gap = 38;
/** Room above a column for three lines of heading, and of all its rows. */
const head = frameHead + 32, rowHeight = plotHeight + frameFoot + 16, columnHeight = head + 3 * rowHeight;

/**
 * Draws three rows of panels, a column a target; beyond three targets more rows follow.
 *
 * @param data What to draw.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function methodsFigure(data: MethodsFigureData): string {
  const { tasks } = data;
  const all = tasks.flatMap(({ series }) => series.flat());
  const ranks = rankAxis(all.flatMap((series) => series.ranks), plotHeight);
  const losses = lossAxis(
    all.flatMap(({ losses, heldOut }) => [...losses, ...heldOut === null ? [] : [heldOut]]),
    plotHeight,
  );
  const left = pageMargin + Math.max(frameSide(ranks), frameSide(losses));
  const columns = Math.min(COLUMNS, Math.max(1, tasks.length));
  const width = (pageWidth - left - 2 * pageMargin - (columns - 1) * gap) / columns;
  const places = [...new Set([0, Math.round(data.steps / 2), data.steps])];
  const ends = clearTicks(places, (step) => step / data.steps * width, thousands);
  const x = { ...stepAxis([0, data.steps], width), ticks: ends };
  const along = rankAxis(all.flatMap((series) => series.ranks), width);
  const rankX: Axis = { ...along, scale: (value) => width - along.scale(value) };
  return drawPage({
    title: data.title,
    subtitle: data.subtitle,
    description: describe(data),
    legend: legend(data),
    height: columnHeight * Math.ceil(tasks.length / COLUMNS),
    draw: (parent) =>
      tasks.forEach(({ name, description, series }, t) => {
        const column = t % COLUMNS, top = head + columnHeight * Math.floor(t / COLUMNS);
        const group = appendGroup(parent, "task", left + column * (width + gap), top);
        drawHeading(group, name, description, width);
        const panel = (row: number, x: Axis, y: Axis, xName: string, yName: string) => {
          const own = appendGroup(group, "panel", 0, row * rowHeight), side = column === 0 ? yName : null;
          drawFrame(own, { label: "", width, height: plotHeight, x, y, xName, yName: side });
          return clipped(own, { width, height: plotHeight });
        };
        const step = "optimisation step", rank = `rank, ${epsilonLabel(data.epsilon)}`;
        const first = panel(0, x, ranks, step, rank);
        const second = panel(1, x, losses, step, "loss");
        const third = panel(2, rankX, losses, `${rank}, at the start`, "loss in the end");
        series.forEach((own, m) => {
          const style = methodStyle(data, m);
          drawSeries(first, "rank", own, data.steps, ({ ranks }) => ranks, x, ranks, style);
          drawSeries(second, "loss", own, data.steps, ({ losses }) => losses, x, losses, style);
          drawEnds(third, own, rankX, losses, style);
        });
      }),
  });
}

/**
 * Draws the name of a target in one line and its description in two, the domain in a line of its
 * own; the rest is cut off.
 */
function drawHeading(parent: Group, name: string, description: string, width: number): void {
  const [title = "", ...more] = wrapText(name, fontSize.text, width - 12, true);
  parent.append("text").attr("y", -40).attr("font-size", fontSize.text).attr("font-weight", "bold")
    .text(more.length > 0 ? `${title}…` : title);
  const lines = description.split(/ (?=on \[)/).flatMap((part) => wrapText(part, fontSize.small, width - 12));
  lines.slice(0, 2).forEach((line, i) =>
    parent.append("text").attr("y", 14 * i - 23).attr("font-size", fontSize.small).attr("fill", greyInk)
      .text(i === 1 && lines.length > 2 ? `${line}…` : line)
  );
}

/** Dashes of methods that solve. They differ because level lines often lie on one another. */
const dashes = ["8 4", "2 3", "9 3 2 3"];

/**
 * Chooses black for the plain network, a colour for each other method, and dashes where nothing is
 * trained.
 */
function methodStyle({ methods }: MethodsFigureData, index: number): LineStyle {
  const style = index === 0 ? { color: ink, dash: null, width: 2 } : lineStyle(index - 1);
  const solved = methods.slice(0, index).filter(({ kind }) => kind === "solved").length;
  return methods[index].kind === "solved"
    ? { ...style, dash: dashes[solved % dashes.length], width: 2 }
    : style;
}

/** Draws median and band of the replicas over time; level lines where there is no time. */
function drawSeries(
  parent: Group,
  name: "rank" | "loss",
  replicas: readonly MethodSeries[],
  end: number,
  values: (series: MethodSeries) => readonly number[],
  x: Axis,
  y: Axis,
  style: LineStyle,
): void {
  if (replicas.length === 0) return;
  const isSolved = replicas[0].steps.length === 1;
  const steps = isSolved ? [0, end] : replicas[0].steps;
  const rows = replicas.map((series) => isSolved ? [values(series)[0], values(series)[0]] : values(series));
  const summary = summarize(rows, steps.length), height = heightOn(y);
  const at = steps.map(x.scale), course = name === "rank" ? "step" : "straight";
  if (isSpread(summary)) drawSpread(parent, `${name}-band`, at, summary, height, course, style.color);
  drawMedian(parent, name, at, summary, height, course, style);
}

/**
 * Draws the loss of each replica, a dot, and the error on held-out samples, a ring, joined by a
 * line.
 */
function drawEnds(
  parent: Group,
  replicas: readonly MethodSeries[],
  x: Axis,
  y: Axis,
  { color }: LineStyle,
): void {
  for (const { ranks, losses, heldOut } of replicas) {
    const at = px(x.scale(ranks[0]));
    const [trained, held] = [losses[losses.length - 1], heldOut ?? NaN].map((value) => y.scale(value));
    if (!Number.isFinite(trained)) continue;
    if (Number.isFinite(held)) {
      parent.append("line").attr("x1", at).attr("x2", at).attr("y1", px(trained)).attr("y2", px(held))
        .attr("stroke", color).attr("stroke-opacity", 0.5);
      parent.append("circle").attr("class", "held-out").attr("cx", at).attr("cy", px(held)).attr("r", 4)
        .attr("fill", "white").attr("stroke", color).attr("stroke-width", 1.4);
    }
    parent.append("circle").attr("class", "outcome").attr("cx", at).attr("cy", px(trained)).attr("r", 3)
      .attr("fill", color);
  }
}

function legend(data: MethodsFigureData): LegendEntry[] {
  const all = data.tasks.flatMap(({ series }) => series.flat());
  const replicas = Math.max(0, ...data.tasks.flatMap(({ series }) => series.map((each) => each.length)));
  const dot = (filled: boolean): LegendEntry["swatch"] => (parent) =>
    void parent.append("circle").attr("cx", 14).attr("r", filled ? 3 : 4)
      .attr("fill", filled ? greyInk : "white").attr("stroke", greyInk).attr("stroke-width", 1.4);
  return [
    ...data.methods.map(({ label, kind }, m) => ({
      label: kind === "solved" ? `${label}, least squares` : label,
      swatch: lineSwatch(methodStyle(data, m)),
    })),
    ...bandEntries(replicas, "replicas"),
    { label: "loss in the end, each replica", swatch: dot(true) },
    ...all.some(({ heldOut }) => heldOut !== null)
      ? [{ label: "error between the samples", swatch: dot(false) }]
      : [],
  ];
}

/** Describes the figure in words. */
function describe({ tasks, methods }: MethodsFigureData): string {
  return tasks.map(({ name, series }) => {
    const ends = series.flatMap((own, m) => {
      if (own.length === 0) return [];
      const middle = (values: readonly number[]) => summarize(values.map((value) => [value]), 1).median[0];
      const start = middle(own.map(({ ranks }) => ranks[0]));
      const loss = middle(own.map(({ losses }) => losses[losses.length - 1]));
      return [`${methods[m].label}: rank ${start} at the start, loss ${loss.toPrecision(2)} in the end`];
    });
    return `${name}. ${ends.join("; ")}.`;
  }).join(" ");
}
