/**
 * The picture of a training in a terminal: its loss on a logarithmic axis, the ranks of its layers.
 *
 * @module
 */
import { formatNumber } from "../../format.ts";
import { drawPanel, type Paint, type Panel, type PanelLine } from "./panel.ts";
import type { ProbeSeries } from "./probe_series.ts";
import type { WatchedRun } from "../display.ts";

/** Least room that there is a picture in, in characters: that of a terminal of 40 by 13. */
const LEAST = { columns: 39, rows: 11 };
/** Largest size of a picture, in characters. */
const MOST = { columns: 160, rows: 26 };
/** Lines of the picture beside the rows of dots: two titles, the axis, its labels. */
const OTHERS = 4;
/** Most layers that are drawn, evenly from the first to the last: as many as there are colours. */
const MOST_LAYERS = 5;

/**
 * Draws a training.
 *
 * @param series Its probes.
 * @param run The run.
 * @param size Room for the picture, in characters.
 * @param paint Colours: 0 is that of text, then those of the layers.
 * @returns Its lines, each shorter than the room; none where there is no room, or no probe.
 */
export function drawFrame(
  series: ProbeSeries,
  run: WatchedRun,
  size: { readonly columns: number; readonly rows: number },
  paint: Paint,
): string[] {
  const { points, epsilon } = series;
  if (points.length === 0 || size.columns < LEAST.columns || size.rows < LEAST.rows) return [];
  const columns = Math.min(size.columns, MOST.columns), rows = Math.min(size.rows, MOST.rows) - OTHERS;
  const steps = Math.max(run.steps, points.at(-1)!.step, 1), across = [0, steps] as const;
  const of = run.networks > 1 ? `, median of ${run.networks} networks` : "";
  const upper = {
    ...lossPanel(points.map(({ step, loss }) => [step, loss] as const)),
    title: `${run.label}: loss${of}`,
    across,
  };
  const layers = points[0].ranks.length;
  const which = layers > MOST_LAYERS ? `${MOST_LAYERS} of ${layers} hidden layers` : "hidden layers";
  const lower = {
    ...rankPanel(points),
    title: `ε-rank of ${which}, ε = ${formatNumber(epsilon)}`,
    across,
  };
  const left = 1 + Math.max(...[...upper.ticks, ...lower.ticks].map(({ label }) => label.length));
  const right = Math.max(...[...upper.lines, ...lower.lines].map(({ label }) => label.length));
  const high = Math.floor(0.4 * rows), width = { columns, left, right };
  return [
    ...drawPanel(upper, { ...width, rows: high }, paint),
    ...drawPanel(lower, { ...width, rows: rows - high }, paint),
    ...drawSteps(steps, columns - right - 2, left + 1),
  ];
}

type Points = PanelLine["points"];

/** The loss, by its decimal logarithm. */
function lossPanel(points: Points): Omit<Panel, "title" | "across"> {
  const logs = points.map(([step, loss]) => [step, loss > 0 ? Math.log10(loss) : NaN] as const);
  let least = Infinity, most = -Infinity;
  for (const [, y] of logs) {
    if (!Number.isFinite(y)) continue;
    [least, most] = [Math.min(least, y), Math.max(most, y)];
  }
  if (least > most) [least, most] = [-1, 0];
  const up = [roundLog(least, "down"), roundLog(most, "up")] as const;
  const at = (y: number) => ({ at: y, label: formatNumber(Number((10 ** y).toPrecision(1))) });
  // About five labels.
  const span = up[1] - up[0], stride = [1, 2, 5, 10, 20, 50].find((stride) => span / stride < 5) ?? 100;
  const powers = Array.from(
    { length: Math.floor(up[1]) - Math.ceil(up[0]) + 1 },
    (_, i) => Math.ceil(up[0]) + i,
  );
  const [, last = NaN] = points.findLast(([, loss]) => Number.isFinite(loss)) ?? [];
  return {
    lines: [{ label: last.toExponential(2), ink: 0, points: logs, isStepped: false }],
    up: up[0] < up[1] ? up : [up[0] - 0.3, up[1] + 0.3],
    ticks: [at(up[1]), at(up[0]), ...powers.filter((power) => power % stride === 0).map(at)],
  };
}

/** Rounds a decimal logarithm to that of 1, 2 or 5 times a power of ten. */
function roundLog(log: number, way: "up" | "down"): number {
  const whole = Math.floor(log), part = log - whole, marks = [0, Math.log10(2), Math.log10(5), 1];
  // A hair's breadth is rounding.
  const found = way === "up"
    ? marks.find((mark) => mark >= part - 1e-9)
    : marks.findLast((mark) => mark <= part + 1e-9);
  return whole + (found ?? 0);
}

/** The ranks of some layers, from 0. */
function rankPanel(points: ProbeSeries["points"]): Omit<Panel, "title" | "across"> {
  const layers = points[0].ranks.length, drawn = Math.min(layers, MOST_LAYERS);
  const lines = Array.from({ length: drawn }, (_, i): PanelLine => {
    const layer = drawn < 2 ? 0 : Math.round(i * (layers - 1) / (drawn - 1));
    const ranks = points.map(({ step, ranks }) => [step, ranks[layer]] as const);
    const last = ranks.findLast(([, rank]) => Number.isFinite(rank))?.[1] ?? NaN;
    return { label: `${last} layer ${layer + 1}`, ink: 1 + i, points: ranks, isStepped: true };
  });
  let most = 4;
  for (const { points } of lines) for (const [, rank] of points) if (rank > most) most = rank;
  // Two, four or five parts of 1, 2 or 5 times a power of ten.
  const step = 10 ** roundLog(Math.log10(most / 4), "up"), top = step * Math.ceil(most / step);
  const heights = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => Math.round(i * step));
  const ends = [heights.at(-1)!, 0, ...heights];
  return { lines, up: [0, top], ticks: ends.map((at) => ({ at, label: formatNumber(at) })) };
}

/** Draws the horizontal axis, with labels at its ends and in the middle. */
function drawSteps(steps: number, end: number, start: number): string[] {
  const width = end - start, middle = start + Math.floor(width / 2);
  const axis = [..."─".repeat(Math.max(0, width))];
  const labels = [..." ".repeat(end + 1)];
  for (
    const [at, label] of [[start, "0"], [middle, String(Math.round(steps / 2))], [
      end,
      `${steps} steps`,
    ]] as const
  ) {
    if (at > start) axis[Math.min(at - start, axis.length) - 1] = "┬";
    // The last label ends with the axis.
    const from = at === end ? end - label.length + 1 : Math.max(0, at - Math.floor(label.length / 2));
    for (const [i, character] of [...label].entries()) labels[from + i] = character;
  }
  return [`${" ".repeat(start)}└${axis.join("")}`, labels.join("").trimEnd()];
}
