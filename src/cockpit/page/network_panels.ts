/**
 * The panels of a run's networks: output and target, features, eigenfunctions.
 *
 * @module
 */
import { guideStyle, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import type { NetworkColumns } from "../data/networks.ts";
import { drawDots, drawFunction, drawNames, extentOf, plainAxis } from "../views/function_views.ts";
import {
  baseOf,
  MOST_FEATURES,
  type NetworkPanels,
  type NetworkValues,
  networkValues,
  SUBSCRIPTS,
} from "./network_values.ts";
import type { PanelParts } from "./panel.ts";
import { planePanels } from "./plane_panels.ts";
import type { RunModel } from "./run_model.ts";

/** Most targets that are drawn as dots; more are a line. */
const MOST_DOTS = 60;

/** Points from one to the next of those at which features are drawn: there are many of them. */
const COARSE = 2;

/** Order of the target's points by their input, of one input. */
function sortedTarget({ targetX, targetY, widths }: NetworkColumns): readonly [Float64Array, Float64Array] {
  const outputs = widths[widths.length - 1];
  const order = Array.from(targetX, (_, k) => k).sort((a, b) => targetX[a] - targetX[b]);
  return [Float64Array.from(order, (k) => targetX[k]), Float64Array.from(order, (k) => targetY[k * outputs])];
}

/**
 * Makes the panels of the networks.
 *
 * @param model The run.
 * @param basis Its networks, of one or two inputs; of those that grow, as they are now.
 * @returns The panels.
 */
export function networkPanels(model: RunModel, basis: NetworkColumns): NetworkPanels {
  const values = networkValues(model, basis);
  return basis.widths[0] === 1 ? linePanels(values) : planePanels(values);
}

/** Panels of functions of one input. */
function linePanels(values: NetworkValues): NetworkPanels {
  const { basis, ends, points, output, features, psi, when, who, layer } = values;
  const [targetX, target] = sortedTarget(basis), hasTarget = target.length > 0;
  const isDotted = target.length <= MOST_DOTS;
  const coarse = points.filter((_, k) => k % COARSE === 0);
  const xAxis = (width: number) => plainAxis(ends[0], [0, width], Math.max(2, Math.floor(width / 70)));
  const yAxis = (all: readonly ArrayLike<number>[], height: number) =>
    plainAxis(extentOf(all, 0.05), [height, 0], 5);
  const functions: PanelParts[] = [
    {
      ...baseOf(values, "output", () => {
        const what = `output${hasTarget ? ` and target (${isDotted ? "dots" : "dashed"})` : ""}`;
        return [`${what}, ${when()}${who()}`, `${what}, ${when()}`, what, "output"];
      }),
      axes: (width, height) => ({ x: xAxis(width), y: yAxis([output.value, target], height) }),
      layers: [(parent, frame) => {
        if (isDotted) drawDots(parent, "target", targetX, target, frame);
        else drawFunction(parent, "target", targetX, target, frame, guideStyle);
        drawFunction(parent, "output", points, output.value, frame, { ...lineStyle(0), width: 2 });
      }],
    },
    {
      ...baseOf(values, "features", () => [
        `features φ of ${layer()}, ${when()}${who()}`,
        `features φ of ${layer()}, ${when()}`,
        `features of ${layer()}`,
      ]),
      axes: (width, height) => ({ x: xAxis(width), y: yAxis([features.value?.values ?? []], height) }),
      layers: [(parent, frame) => {
        const { columns: n, values } = features.value ?? { columns: 0, values: new Float64Array(0) };
        const every = Math.max(1, Math.ceil(n / MOST_FEATURES));
        const own = new Float64Array(coarse.length);
        for (let j = 0; j < n; j += every) {
          for (let k = 0; k < own.length; k++) own[k] = values[COARSE * k * n + j];
          drawFunction(parent, "feature", coarse, own, frame, { ...ladderStyle(j, n), width: 0.9 });
        }
      }],
    },
  ];
  const eigenfunctions: PanelParts = {
    ...baseOf(values, "eigenfunctions", () => [
      psi.value.length > 0
        ? `eigenfunctions ψ of ${layer()}, of norm 1`
        : `${layer()} is too wide for eigenfunctions`,
      "eigenfunctions ψ",
    ]),
    axes: (width, height) => ({ x: xAxis(width), y: yAxis(psi.value, height) }),
    layers: [(parent, frame) => {
      for (const [i, values] of psi.value.entries()) {
        drawFunction(parent, "eigenfunction", points, values, frame, lineStyle(i));
      }
    }],
    over: (parent, { width, height, y }) => {
      const names = psi.value.map((values, i) => ({
        text: `ψ${SUBSCRIPTS[i]}`,
        y: y.scale(values[values.length - 1]),
        color: lineStyle(i).color,
      })).filter(({ y }) => Number.isFinite(y));
      drawNames(appendGroup(parent, "names", width + 5), names, height);
    },
  };
  return { functions, eigenfunctions };
}
