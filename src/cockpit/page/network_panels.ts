/**
 * The panels of a run's networks: output and target, features, eigenfunctions.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { guideStyle, lineStyle } from "../../plot/core/palette.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { computed } from "../deps.ts";
import {
  eigenfeatures,
  evaluateNetwork,
  leadingEigenvectors,
  type NetworkColumns,
} from "../data/networks.ts";
import {
  drawCells,
  drawFunction,
  drawNames,
  drawValues,
  extentOf,
  plainAxis,
} from "../views/function_views.ts";
import type { PanelFrame, PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";

/** Inputs at which functions of one input are drawn, and cells a side of those of two. */
const POINTS = 241, CELLS = 36;

/** Eigenfunctions that are drawn. */
const EIGENFUNCTIONS = 5;

/** Most neurons whose eigenvectors are computed while the cursor moves: about 20 ms. */
const MOST_NEURONS = 128;

const HEIGHT = 210;

/** Inputs at which the functions are drawn, and their range in each direction. */
function gridOf({ widths: [inputs], x, targetX }: NetworkColumns) {
  const ends = Array.from({ length: inputs }, (_, d) => {
    const own = (all: Float32Array) => all.filter((_, i) => i % inputs === d);
    return extentOf([own(x), own(targetX)]);
  });
  const at = ([low, high]: readonly [number, number], i: number, of: number) => low + (high - low) * i / of;
  if (inputs === 1) {
    return { ends, points: Float64Array.from({ length: POINTS }, (_, i) => at(ends[0], i, POINTS - 1)) };
  }
  // The middles of cells, from the lower left.
  const points = Array.from({ length: CELLS * CELLS }, (_, i) => [
    at(ends[0], (i % CELLS) + 0.5, CELLS),
    at(ends[1], Math.floor(i / CELLS) + 0.5, CELLS),
  ]);
  return { ends, points: Float64Array.from(points.flat()) };
}

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
 * @param networks Its networks, of one or two inputs.
 * @returns The panels.
 */
export function networkPanels(model: RunModel, networks: NetworkColumns): PanelParts[] {
  const { report: { columns }, state, shownReplica } = model, { widths, x, weights, targetY } = networks;
  const inputs = widths[0], outputs = widths[widths.length - 1], { ends, points } = gridOf(networks);
  const which = computed(() => {
    const step = columns.steps[state.cursor.value] ?? 0;
    return {
      snapshot: Math.max(0, networks.steps.findLastIndex((each) => each <= step)),
      replica: Math.min(shownReplica.value, networks.replicas - 1),
    };
  });
  // A cursor that moves between two snapshots changes nothing.
  const snapshot = computed(() => which.value.snapshot), replica = computed(() => which.value.replica);
  const chosen = computed(() => ({ snapshot: snapshot.value, replica: replica.value }));
  const onGrid = computed(() => evaluateNetwork(networks, chosen.value, points));
  const output = computed(() => {
    const { values } = onGrid.value[widths.length - 2];
    return outputs === 1 ? values : values.filter((_, i) => i % outputs === 0);
  });
  const psi = computed(() => {
    const l = state.layer.value, features = onGrid.value[l];
    if (features.columns > MOST_NEURONS) return [];
    const atSamples = evaluateNetwork(networks, chosen.value, x)[l];
    return eigenfeatures(features, leadingEigenvectors(atSamples, weights, EIGENFUNCTIONS));
  });
  const when = () => `step ${thousands(networks.steps[snapshot.value])}`;
  const who = () => columns.replicas > 1 ? `, replica ${replica.value}` : "";
  const layer = () => `layer ${state.layer.value + 1}`;
  const subscripts = ["₁", "₂", "₃", "₄", "₅"];
  const base = (name: string, heading: PanelParts["heading"]): Pick<
    PanelParts,
    "name" | "heading" | "describe" | "height" | "xName"
  > => ({
    name,
    heading,
    describe: () => `The network at ${when()}${who()}.`,
    height: HEIGHT,
    xName: inputs === 1 ? "input x" : "input x₁; upwards x₂",
  });
  const xAxis = (width: number) => plainAxis(ends[0], [0, width], Math.max(2, Math.floor(width / 70)));
  const yAxis = (all: readonly ArrayLike<number>[], height: number) =>
    plainAxis(extentOf(all, 0.05), [height, 0], 5);

  if (inputs === 1) {
    const [targetX, target] = sortedTarget(networks);
    const hasTarget = target.length > 0;
    const rows = (l: number) => {
      const { columns: n, values } = onGrid.value[l];
      return Array.from({ length: n }, (_, i) => values.filter((_, k) => k % n === i));
    };
    return [
      {
        ...base(
          "output",
          () => {
            const what = `output${hasTarget ? " and target (dashed)" : ""}`;
            return [`${what}, ${when()}${who()}`, `${what}, ${when()}`, what, "output"];
          },
        ),
        axes: (width, height) => ({ x: xAxis(width), y: yAxis([output.value, target], height) }),
        layers: [(parent, frame) => {
          if (hasTarget) drawFunction(parent, "target", targetX, target, frame, guideStyle);
          drawFunction(parent, "output", points, output.value, frame, { ...lineStyle(0), width: 2 });
        }],
      },
      {
        ...base(
          "features",
          () => [
            `features φ of ${layer()}, ${when()}${who()}`,
            `features φ of ${layer()}, ${when()}`,
            `features of ${layer()}`,
          ],
        ),
        axes: (width, height) => ({
          x: xAxis(width),
          y: yAxis([onGrid.value[state.layer.value].values], height),
        }),
        layers: [(parent, frame) => {
          const style = { ...lineStyle(0), width: 0.8 };
          for (const values of rows(state.layer.value)) {
            drawFunction(parent, "feature", points, values, frame, style);
          }
        }],
      },
      {
        ...base("eigenfunctions", () => [
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
            text: `ψ${subscripts[i]}`,
            y: y.scale(values[values.length - 1]),
            color: lineStyle(i).color,
          })).filter(({ y }) => Number.isFinite(y));
          drawNames(appendGroup(parent, "names", width + 5), names, height);
        },
      },
    ];
  }
  const plane = (width: number, height: number) => ({
    x: xAxis(width),
    y: plainAxis(ends[1], [height, 0], 5),
  });
  const target = targetY.filter((_, i) => i % outputs === 0);
  const range = computed(() => extentOf([output.value, target]));
  const cells = (
    values: ArrayLike<number>,
    domain: readonly [number, number],
    { width, height }: PanelFrame,
  ) => ({ values, options: { cells: CELLS, domain, width, height } });
  const span = ([low, high]: readonly [number, number]) =>
    `from ${scientific(low)} (dark) to ${scientific(high)}`;
  return [
    ...target.length === 0 ? [] : [
      {
        ...base("target", () => ["target, in the colours of the output", "target"]),
        axes: plane,
        layers: [(parent, frame) => drawValues(parent, networks.targetX, target, frame, range.value)],
      } satisfies PanelParts,
    ],
    {
      ...base("output", () => [`output at ${when()}${who()}, ${span(range.value)}`, `output, ${when()}`]),
      axes: plane,
      layers: [(parent, frame) => {
        const { values, options } = cells(output.value, range.value, frame);
        drawCells(parent, values, options);
      }],
    },
    {
      ...base("eigenfunctions", () => [
        psi.value.length > 0
          ? `eigenfunction ψ${subscripts[psi.value.length - 1]} of ${layer()}`
          : `${layer()} is too wide for eigenfunctions`,
        "eigenfunction",
      ]),
      axes: plane,
      layers: [(parent, frame) => {
        const last = psi.value.at(-1);
        if (!last) return;
        const { values, options } = cells(last, extentOf([last]), frame);
        drawCells(parent, values, options);
      }],
    },
  ];
}
