/**
 * The figure of the staircase in weights: loss, ranks and directions over time, one below the
 * other, and the lengths of plateaus; a column for each activation.
 *
 * @module
 */
import { scientific } from "../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { greyInk, guideStyle, ink, ladderStyle, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { extent } from "../../stats/extent.ts";
import { fitLine } from "../../stats/line_fit.ts";
import { predictedSlope } from "./claims.ts";
import { plateauLengths, type SaddleNetwork, type SaddlePoint } from "./networks.ts";
import type { SaddlePlan } from "./plan.ts";

const gap = 62, rowGap = 10, heights = [190, 120, 100, 170], [, , , lowest] = heights;
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
  const { activations, deltas, rates, steps, learningRate, seed } = plan, [most, ...small] = deltas;
  const points = rows.flatMap(({ points }) => points);
  const least = LEAST * extent(points.map(({ loss }) => loss))[1];
  const axes = [
    lossAxis(points.map(({ loss }) => loss).filter((loss) => loss >= least), heights[0]),
    rankAxis(points.map(({ weights }) => weights.rank), heights[1]),
    shareAxis(heights[2]),
    rankAxis(rows.flatMap(plateauLengths), lowest),
  ];
  const left = pageMargin + Math.max(...axes.map(frameSide));
  const width = (pageWidth - left - pageMargin - (activations.length - 1) * gap) / activations.length;
  const time = stepAxis([0, steps * learningRate], width);
  const inverse = decadeAxis([0.4 / small[0], 2.5 / small.at(-1)!], [0, width], 8);
  const styleOf = (delta: number) =>
    delta === most ? largeStyle : ladderStyle(small.indexOf(delta), small.length);
  const tops = heights.map((_, row) =>
    heights.slice(0, row).reduce((top, height) => top + height + frameHead + rowGap, frameHead) +
    (row === 3 ? frameFoot : 0)
  );
  const rowNames = ["loss", "rank", "cosine", "time"];
  const drawColumn = (parent: Group, activation: string, column: number) => {
    const own = rows.filter((network) => network.activation === activation);
    const [large, ...ladder] = deltas.map((delta) => own.find((network) => network.delta === delta));
    const slow = ladder.at(-1);
    const panel = (row: number, label: string, x: Axis, xName: string) => {
      const height = heights[row], y = axes[row], yName = column === 0 ? rowNames[row] : null;
      const group = appendGroup(parent, "panel", left + column * (width + gap), tops[row]);
      drawFrame(group, { label, width, height, x, y, xName: row > 1 ? xName : null, xMeaning: xName, yName });
      return clipped(group, { width, height });
    };
    const over = (row: number, label: string) => {
      const group = panel(row, label, time, "time, steps × learning rate");
      for (const at of slow?.drops ?? []) {
        const x = time.scale(slow!.points[at].time);
        drawLine(group, "drop", [{ x, y: 0 }, { x, y: heights[row] }], "straight", dropStyle);
      }
      type Value = (point: SaddlePoint) => number;
      return (name: string, style: LineStyle, value: Value, of: readonly SaddlePoint[] = []) => {
        const line = of.map((point) => ({ x: time.scale(point.time), y: axes[row].scale(value(point)) }));
        drawLine(group, name, line, row === 1 ? "step" : "straight", style);
      };
    };
    const losses = over(0, `${activation}: loss`), [bottom] = axes[0].domain;
    for (const network of [large, ...ladder]) {
      if (!network) continue;
      losses("loss", styleOf(network.delta), ({ loss }) => Math.max(loss, bottom / 2), network.points);
    }
    const ranks = over(1, "ranks of hidden weights and features");
    ranks("large", largeStyle, ({ weights }) => weights.rank, large?.points);
    ranks("weights", weightStyle, ({ weights }) => weights.rank, slow?.points);
    ranks("features", featureStyle, ({ features }) => features.rank, slow?.points);
    const turns = over(2, "small weights, to the plateau's end");
    for (const { ends: [from, , to], rank } of slow?.plateaus ?? []) {
      turns("cosine", lineStyle(rank), ({ cosine }) => cosine, slow!.points.slice(from, to + 1));
    }
    const whole = own.filter(({ delta, drops }) => delta < most && drops.length === rates.length);
    const last = panel(3, "lengths of the plateaus", inverse, "1 / δ");
    drawLengths(last, whole, { rates, x: inverse, y: axes[3], isLinear: activation === "identity" });
  };
  return drawPage({
    title: "From saddle to saddle: the staircase in weights",
    subtitle: `${plan.inputs}-${plan.width}-${rates.length} without biases · rates ${rates.join(", ")} · ` +
      `gradient descent in steps of ${learningRate} · network 0 of ${plan.replicasOfEach}, seed ${seed}`,
    description: describe(plan, rows),
    legend: legendOf(plan, styleOf),
    height: tops[3] + lowest + frameFoot,
    draw: (parent) => activations.forEach((activation, column) => drawColumn(parent, activation, column)),
  });
}

/** Draws lengths of plateaus against 1/δ with fitted lines, and the slopes of a linear network. */
function drawLengths(
  parent: Group,
  networks: readonly SaddleNetwork[],
  { rates, x, y, isLinear }: Pick<SaddlePlan, "rates"> & { x: Axis; y: Axis; isLinear: boolean },
): void {
  const logs = networks.map(({ delta }) => -Math.log(delta)), ends = extent(logs), [from] = ends;
  rates.forEach((_, k) => {
    const values = networks.map((network) => plateauLengths(network)[k]), style = lineStyle(k);
    const { slope, intercept } = fitLine(logs, values), start = intercept + slope * from;
    const through = (name: string, slope: number, style: LineStyle) => {
      const line = ends.map((log) => ({
        x: x.scale(Math.exp(log)),
        y: y.scale(start + slope * (log - from)),
      }));
      drawLine(parent, name, line, "straight", style);
    };
    if (ends[0] < ends[1]) {
      through("fit", slope, style);
      if (isLinear) through("predicted", predictedSlope(rates, k), predictedStyle);
    }
    values.forEach((value, i) => {
      const dot = parent.append("circle").attr("class", "length").attr("r", 3).attr("fill", style.color);
      dot.attr("cx", px(x.scale(Math.exp(logs[i])))).attr("cy", px(y.scale(value))).attr("fill-opacity", 0.7);
    });
  });
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
