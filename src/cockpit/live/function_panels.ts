/**
 * The panels of a network as a function: its output beside the target, and its terminal features.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { labeledTicks, thousands } from "../../plot/core/format.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { greyInk, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { type Group, px } from "../../plot/core/svg.ts";
import type { PanelParts } from "../page/panel.ts";
import type { ShownRun } from "./live_model.ts";

/** Most samples that are drawn as dots; more are a line. */
const MOST_DOTS = 60;

/** Most features that are drawn: more cannot be told apart. */
const MOST_FEATURES = 60;

/**
 * Makes a linear axis.
 *
 * @param domain Values at its ends.
 * @param range Pixels of these; the first is above 0 for a vertical axis.
 * @returns The axis.
 */
export function linearAxis(domain: readonly [number, number], range: readonly [number, number]): Axis {
  const scale = d3.scaleLinear(domain, range), length = Math.abs(range[1] - range[0]);
  const ticks = labeledTicks(
    domain[0],
    domain[1],
    Math.max(2, Math.floor(length / (range[0] > 0 ? 38 : 70))),
  );
  return {
    scale: (value) => scale(value),
    domain,
    ticks: ticks.map(({ value, label }) => ({ value, label: label.replace("-", "−") })),
  };
}

/** Ends of some numbers, with a margin. */
function span(values: Iterable<number>): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (!(low <= high)) return [-1, 1];
  const margin = 0.06 * (high - low) || 1;
  return [low - margin, high + margin];
}

/**
 * Makes the panel of the output and the target.
 *
 * @param shown The run, whose task is a curve.
 * @returns The panel.
 */
export function outputPanel(shown: ShownRun): PanelParts {
  const { run } = shown, samples = run.facts.value?.curve ?? [], isDotted = samples.length <= MOST_DOTS;
  const drawTarget = (parent: Group, { x, y }: { readonly x: Axis; readonly y: Axis }) => {
    const points = samples.map(([at, value]) => ({ x: x.scale(at), y: y.scale(value) }));
    if (!isDotted) {
      return drawLine(parent, "target", points, "straight", { color: greyInk, dash: "5 3", width: 1.4 });
    }
    for (const point of points) {
      parent.append("circle").attr("class", "target").attr("cx", px(point.x)).attr("cy", px(point.y)).attr(
        "r",
        2.6,
      )
        .attr("fill", greyInk);
    }
  };
  return {
    name: "output",
    heading: () =>
      samples.length === 0 ? ["Output"] : [`Output, target ${isDotted ? "dotted" : "dashed"}`, "Output"],
    describe: () => {
      const values = run.values.value;
      return values ? `The curve of the network's output at step ${thousands(values.step)}.` : "Nothing yet.";
    },
    height: 150,
    xName: "x",
    axes: (width, height) => {
      const values = run.values.value, xs = values?.points ?? Float32Array.from(samples, ([x]) => x);
      const ends: readonly [number, number] = xs.length > 1 ? [xs[0], xs[xs.length - 1]] : [-1, 1];
      return {
        x: linearAxis(ends[0] < ends[1] ? ends : [ends[0] - 1, ends[0] + 1], [0, width]),
        y: linearAxis(span([...samples.map(([, y]) => y), ...values?.output ?? []]), [height, 0]),
      };
    },
    layers: [
      drawTarget,
      (parent, { x, y }) => {
        const values = run.values.value;
        if (!values) return;
        const points = Array.from(
          values.points,
          (at, k) => ({ x: x.scale(at), y: y.scale(values.output[k]) }),
        );
        drawLine(parent, "output", points, "straight", lineStyle(0));
      },
    ],
  };
}

/**
 * Makes the panel of the terminal features.
 *
 * @param shown The run, whose task is a curve.
 * @returns The panel.
 */
export function featuresPanel({ run }: ShownRun): PanelParts {
  return {
    name: "features",
    heading: () => ["Terminal features φ", "Features φ"],
    describe: () => run.values.value ? "One curve for each neuron." : "Nothing yet.",
    height: 150,
    xName: "x",
    axes: (width, height) => {
      const values = run.values.value, xs = values?.points ?? [-1, 1];
      return {
        x: linearAxis([xs[0], xs[xs.length - 1]], [0, width]),
        y: linearAxis(span(values?.features ?? []), [height, 0]),
      };
    },
    layers: [
      (parent, { x, y }) => {
        const values = run.values.value;
        if (!values) return;
        const { points, features } = values, n = features.length / points.length;
        const every = Math.max(1, Math.ceil(n / MOST_FEATURES));
        for (let j = 0; j < n; j += every) {
          const line = Array.from(points, (at, k) => ({ x: x.scale(at), y: y.scale(features[k * n + j]) }));
          drawLine(parent, "feature", line, "straight", { ...ladderStyle(j, n), width: 1 });
        }
      },
    ],
  };
}
