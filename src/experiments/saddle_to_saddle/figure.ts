/**
 * The figure of the staircase in weights: loss, ranks and directions over time, one below the
 * other, and the lengths of plateaus; a column for each activation.
 *
 * @module
 */
import { type CurvePanel, layOutPanels, type PanelCurve } from "../../plot/core/curve_panels.ts";
import { scientific } from "../../plot/core/format.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, guideStyle, ink, ladderStyle, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { extent } from "../../stats/extent.ts";
import { fitLine } from "../../stats/line_fit.ts";
import { predictedSlope } from "./claims.ts";
import { plateauLengths, type SaddleNetwork, type SaddlePoint } from "./networks.ts";
import type { SaddlePlan } from "./plan.ts";

/** Losses below this share of the largest are cut off: they only shrink behind the last drop. */
const LEAST = 1e-5;
const weightStyle: LineStyle = { color: ink, dash: null, width: 2.2 };
const featureStyle: LineStyle = { ...lineStyle(1), dash: "4 3", width: 2 };
const largeStyle: LineStyle = { color: greyInk, dash: null, width: 1.2 };
const dropStyle: LineStyle = { ...guideStyle, width: 1 };
const predictedStyle: LineStyle = { ...guideStyle, color: ink };

/**
 * Draws a column of four panels for each activation.
 *
 * @param plan The experiment.
 * @param rows Its networks.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function saddleFigure(plan: SaddlePlan, rows: readonly SaddleNetwork[]): string {
  const { activations, deltas, rates, learningRate, seed } = plan, [most, ...small] = deltas;
  const styleOf = (delta: number) =>
    delta === most ? largeStyle : ladderStyle(small.indexOf(delta), small.length);
  const columns = activations.map((activation) => columnOf(plan, rows, activation, styleOf));
  const grid = layOutPanels({
    // The panels of a row share the labels of its first one.
    panels: columns[0].flatMap((_, row) =>
      columns.map((panels, column) => column === 0 ? panels[row] : { ...panels[row], yName: null })
    ),
    columns: columns.map(() => 1),
    heights: [190, 120, 100, 170],
  });
  return drawPage({
    title: "From saddle to saddle: the staircase in weights",
    subtitle: `${plan.inputs}-${plan.width}-${rates.length} without biases · rates ${rates.join(", ")} · ` +
      `gradient descent in steps of ${learningRate} · network 0 of ${plan.replicasOfEach}, seed ${seed}`,
    description: describe(plan, rows),
    legend: legendOf(plan, styleOf),
    ...grid,
  });
}

/** Makes the panels of an activation, on axes that all activations share. */
function columnOf(
  { deltas, rates, steps, learningRate }: SaddlePlan,
  rows: readonly SaddleNetwork[],
  activation: string,
  styleOf: (delta: number) => LineStyle,
): CurvePanel[] {
  const own = rows.filter((network) => network.activation === activation);
  const [large, ...ladder] = deltas.map((delta) => own.find((network) => network.delta === delta));
  const slow = ladder.at(-1), points = rows.flatMap(({ points }) => points);
  const losses = points.map(({ loss }) => loss), least = LEAST * extent(losses)[1];
  const over = (
    style: LineStyle,
    value: (point: SaddlePoint) => number,
    of: readonly SaddlePoint[] = [],
    course: PanelCurve["course"] = "straight",
  ): PanelCurve => ({ style, course, at: of.map(({ time }) => time), values: [of.map(value)] });
  const time = {
    x: (width: number) => stepAxis([0, steps * learningRate], width),
    xMeaning: "time, steps × learning rate",
    guides: (slow?.drops ?? []).map((at) => ({
      value: slow!.points[at].time,
      axis: "x" as const,
      style: dropStyle,
    })),
  };
  return [{
    ...time,
    label: `${activation}: loss`,
    xName: null,
    yName: "loss",
    yAxis: (_, height) => lossAxis(losses.filter((loss) => loss >= least), height),
    // Lines leave the frame at its lower edge.
    curves: [large, ...ladder].flatMap((network) =>
      network ? [over(styleOf(network.delta), ({ loss }) => Math.max(loss, least / 4), network.points)] : []
    ),
  }, {
    ...time,
    label: "ranks of hidden weights and features",
    xName: null,
    yName: "rank",
    yAxis: (_, height) => rankAxis(points.map(({ weights }) => weights.rank), height),
    curves: [
      over(largeStyle, ({ weights }) => weights.rank, large?.points, "step"),
      over(weightStyle, ({ weights }) => weights.rank, slow?.points, "step"),
      over(featureStyle, ({ features }) => features.rank, slow?.points, "step"),
    ],
  }, {
    ...time,
    label: "small weights, to the plateau's end",
    xName: time.xMeaning,
    yName: "cosine",
    yAxis: (_, height) => shareAxis(height),
    curves: (slow?.plateaus ?? []).map(({ ends: [from, , to], rank }) =>
      over(lineStyle(rank), ({ cosine }) => cosine, slow!.points.slice(from, to + 1))
    ),
  }, {
    label: "lengths of the plateaus",
    x: (width) => decadeAxis([0.4 / deltas[1], 2.5 / deltas.at(-1)!], [0, width], 8),
    xName: "1 / δ",
    yName: "time",
    yAxis: (_, height) => rankAxis(rows.flatMap(plateauLengths), height),
    ...lengthsOf(
      own.filter(({ delta, drops }) => delta < deltas[0] && drops.length === rates.length),
      rates,
      activation === "identity",
    ),
  }];
}

/** Lengths of plateaus against 1/δ with fitted lines, and the slopes of a linear network. */
function lengthsOf(
  networks: readonly SaddleNetwork[],
  rates: readonly number[],
  isLinear: boolean,
): Pick<CurvePanel, "curves" | "dots"> {
  const inverse = networks.map(({ delta }) => 1 / delta), logs = inverse.map(Math.log);
  const lengths = rates.map((_, k) => networks.map((network) => plateauLengths(network)[k]));
  const [from, to] = extent(logs);
  const curves = lengths.flatMap((values, k): PanelCurve[] => {
    const { slope, intercept } = fitLine(logs, values), start = intercept + slope * from;
    const line = (slope: number, style: LineStyle) => ({
      style,
      at: [from, to].map(Math.exp),
      values: [[start, start + slope * (to - from)]],
    });
    if (!(from < to)) return [];
    return [line(slope, lineStyle(k)), ...isLinear ? [line(predictedSlope(rates, k), predictedStyle)] : []];
  });
  const dots = lengths.map((values, k) => ({
    color: lineStyle(k).color,
    points: values.map((value, i) => [inverse[i], value] as const),
  }));
  return { curves, dots };
}

/** The axis of cosines from 0 to 1, with room above. */
function shareAxis(height: number): Axis {
  const ticks = [0, 0.5, 1].map((value) => ({ value, label: `${value}` }));
  return { scale: (value) => height * (1 - value / 1.05), domain: [0, 1.05], ticks };
}

function legendOf({ deltas, rates }: SaddlePlan, styleOf: (delta: number) => LineStyle): LegendEntry[] {
  const entry = (label: string, style: LineStyle) => ({ label, swatch: lineSwatch(style) });
  return [
    ...deltas.map((delta) => entry(delta === 1 ? "δ = 1" : `δ = ${scientific(delta)}`, styleOf(delta))),
    entry("rank of weights, smallest δ", weightStyle),
    entry("ε-rank of features", featureStyle),
    entry("drops of the loss, smallest δ", dropStyle),
    ...rates.map((_, k) => entry(`plateau ${k}`, lineStyle(k))),
    entry("slope predicted for linear networks", predictedStyle),
  ];
}

/** Describes the figure in words. */
function describe({ activations, deltas }: SaddlePlan, rows: readonly SaddleNetwork[]): string {
  const drops = activations.map((name) => {
    const own = rows.filter(({ activation }) => activation === name);
    return `${name}: ${
      deltas.map((delta) => own.find((each) => each.delta === delta)?.drops.length ?? "none")
    }`;
  });
  return `Drops of the loss behind plateaus from δ = ${deltas.join(", ")}: ${drops.join("; ")}.`;
}
