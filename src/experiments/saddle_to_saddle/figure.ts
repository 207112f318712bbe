/**
 * The figure of the staircase in weights: loss, ranks and directions over time, one below the other,
 * and the lengths of plateaus; a column for each activation.
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

const gap = 62, heights = [190, 120, 100, 170], rowGap = 10;
/** Losses below this share of the largest are cut off: behind the last drop the loss only shrinks. */
const LEAST = 1e-5;
const weightStyle: LineStyle = { color: ink, dash: null, width: 2.2 };
const featureStyle: LineStyle = { ...lineStyle(1), dash: "4 3", width: 2 };
const largeStyle: LineStyle = { color: greyInk, dash: null, width: 1.2 };

/**
 * Draws a column of four panels for each activation.
 *
 * @param plan The experiment.
 * @param rows Its networks.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function saddleFigure(plan: SaddlePlan, rows: readonly SaddleNetwork[]): string {
  const { activations, deltas, rates, steps, learningRate, inputs, width: neurons, seed, replicasOfEach } =
    plan;
  const losses = rows.flatMap(({ points }) => points.map(({ loss }) => loss));
  const least = LEAST * extent(losses.filter(Number.isFinite))[1];
  const loss = lossAxis(losses.filter((each) => each >= least), heights[0]);
  const ranks = rankAxis(rows.flatMap(({ points }) => points.map(({ weights }) => weights.rank)), heights[1]);
  const share: Axis = {
    scale: (value) => heights[2] * (1 - value / 1.05),
    domain: [0, 1.05],
    ticks: [0, 0.5, 1].map((value) => ({ value, label: `${value}` })),
  };
  const lengths = rankAxis(rows.flatMap(plateauLengths), heights[3]);
  const left = pageMargin + Math.max(...[loss, ranks, share, lengths].map(frameSide));
  const width = (pageWidth - left - pageMargin - (activations.length - 1) * gap) / activations.length;
  const time = stepAxis([0, steps * learningRate], width);
  const small = deltas.filter((_, i) => i > 0);
  const inverse = decadeAxis([0.4 / small[0], 2.5 / small.at(-1)!], [0, width], 8);
  const styleOf = (delta: number) =>
    delta === deltas[0] ? largeStyle : ladderStyle(small.indexOf(delta), small.length);
  const tops = heights.map((_, r) =>
    heights.slice(0, r).reduce((sum, height) => sum + height + frameHead + rowGap, frameHead) +
    (r === 3 ? frameFoot : 0)
  );
  return drawPage({
    title: "From saddle to saddle: the staircase in weights",
    subtitle:
      `${inputs}-${neurons}-${rates.length} without biases · teacher of ${rates.length} neurons, rates ` +
      `${
        rates.join(", ")
      } · gradient descent in steps of ${learningRate} · network 0 of ${replicasOfEach}, seed ${seed}`,
    description: describe(plan, rows),
    legend: legendOf(plan, styleOf),
    height: tops[3] + heights[3] + frameFoot,
    draw: (parent) =>
      activations.forEach((activation, column) => {
        const own = rows.filter((network) => network.activation === activation);
        const first = deltas.flatMap((delta) => own.find((network) => network.delta === delta) ?? []);
        const slow = first.find(({ delta }) => delta === deltas.at(-1)),
          large = first.find(({ delta }) => delta === deltas[0]);
        const panel = (row: number, label: string, x: Axis, y: Axis, yName: string, xName: string) => {
          const group = appendGroup(parent, "panel", left + column * (width + gap), tops[row]),
            height = heights[row];
          const names = {
            xName: row > 1 ? xName : null,
            xMeaning: xName,
            yName: column === 0 ? yName : null,
          };
          drawFrame(group, { label, width, height, x, y, ...names });
          const inside = clipped(group, { width, height });
          if (row < 3) {
            for (const at of slow?.drops ?? []) {
              const place = x.scale(slow!.points[at].time);
              drawLine(inside, "drop", [{ x: place, y: 0 }, { x: place, y: height }], "straight", {
                ...guideStyle,
                width: 1,
              });
            }
          }
          return inside;
        };
        const line = (
          group: Group,
          name: string,
          points: readonly SaddlePoint[],
          value: (point: SaddlePoint) => number,
          y: Axis,
          style: LineStyle,
        ) =>
          drawLine(
            group,
            name,
            points.map((point) => ({ x: time.scale(point.time), y: y.scale(value(point)) })),
            /rank/.test(name) ? "step" : "straight",
            style,
          );
        const clock = "time, steps × learning rate";
        const losses = panel(0, `${activation}: loss`, time, loss, "loss", clock);
        for (const { delta, points } of first) {
          line(
            losses,
            "loss",
            points,
            (point) => Math.max(point.loss, loss.domain[0] / 2),
            loss,
            styleOf(delta),
          );
        }
        const stairs = panel(
          1,
          "ranks of hidden weights and features",
          time,
          ranks,
          "rank",
          clock,
        );
        if (large) line(stairs, "large rank", large.points, ({ weights }) => weights.rank, ranks, largeStyle);
        if (slow) {
          line(stairs, "weight rank", slow.points, ({ weights }) => weights.rank, ranks, weightStyle);
          line(stairs, "feature rank", slow.points, ({ features }) => features.rank, ranks, featureStyle);
        }
        const turns = panel(2, "small weights, to the plateau's end", time, share, "cosine", clock);
        for (const { ends: [from, , to], rank } of slow?.plateaus ?? []) {
          line(
            turns,
            "cosine",
            slow!.points.slice(from, to + 1),
            ({ cosine }) => cosine,
            share,
            lineStyle(rank),
          );
        }
        const last = panel(3, "lengths of the plateaus", inverse, lengths, "time", "1 / δ");
        drawLengths(
          last,
          plan,
          own.filter(({ delta, drops }) => delta < deltas[0] && drops.length === rates.length),
          inverse,
          lengths,
          activation === "identity",
        );
      }),
  });
}

/** Draws lengths of plateaus against 1/δ with fitted lines, and the slopes of a linear network. */
function drawLengths(
  parent: Group,
  { rates }: SaddlePlan,
  networks: readonly SaddleNetwork[],
  x: Axis,
  y: Axis,
  isLinear: boolean,
): void {
  const logs = networks.map(({ delta }) => -Math.log(delta)), ends = extent(logs);
  rates.forEach((_, k) => {
    const style = lineStyle(k), values = networks.map((network) => plateauLengths(network)[k]);
    const { slope, intercept } = fitLine(logs, values);
    const through = (slope: number, intercept: number, style: LineStyle, name: string) =>
      drawLine(
        parent,
        name,
        ends.map((log) => ({ x: x.scale(Math.exp(log)), y: y.scale(intercept + slope * log) })),
        "straight",
        style,
      );
    if (new Set(logs).size > 1) {
      through(slope, intercept, style, "fit");
      const predicted = predictedSlope(rates, k), [from] = ends;
      if (isLinear) {
        through(
          predicted,
          intercept + (slope - predicted) * from,
          { ...guideStyle, color: ink },
          "predicted",
        );
      }
    }
    values.forEach((value, i) =>
      parent.append("circle").attr("class", "length").attr("cx", px(x.scale(Math.exp(logs[i])))).attr(
        "cy",
        px(y.scale(value)),
      )
        .attr("r", 3).attr("fill", style.color).attr("fill-opacity", 0.7)
    );
  });
}

function legendOf({ deltas, rates }: SaddlePlan, styleOf: (delta: number) => LineStyle): LegendEntry[] {
  return [
    ...deltas.map((delta) => ({ label: `δ = ${scientific(delta)}`, swatch: lineSwatch(styleOf(delta)) })),
    { label: "rank of weights, smallest δ", swatch: lineSwatch(weightStyle) },
    { label: "ε-rank of features", swatch: lineSwatch(featureStyle) },
    { label: "drops of the loss, smallest δ", swatch: lineSwatch({ ...guideStyle, width: 1 }) },
    ...rates.map((_, k) => ({ label: `plateau ${k}`, swatch: lineSwatch(lineStyle(k)) })),
    { label: "slope predicted for linear networks", swatch: lineSwatch({ ...guideStyle, color: ink }) },
  ];
}

/** Describes the figure in words. */
function describe({ activations, deltas }: SaddlePlan, rows: readonly SaddleNetwork[]): string {
  return activations.map((activation) => {
    const drops = deltas.map((delta) =>
      rows.find((network) => network.activation === activation && network.delta === delta)?.drops.length ??
        "no network"
    );
    return `${activation}: drops of the loss behind plateaus from δ = ${deltas.join(", ")}: ${
      drops.join(", ")
    }.`;
  }).join(" ");
}
