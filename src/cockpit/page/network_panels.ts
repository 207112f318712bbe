/**
 * The panels of a run's networks: output and target, features, eigenfunctions.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { guideStyle, ladderStyle, lineStyle } from "../../plot/core/palette.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { computed, type ReadonlySignal } from "../deps.ts";
import {
  eigenfeatures,
  evaluateNetwork,
  type LayerValues,
  leadingEigenvectors,
  type NetworkColumns,
} from "../data/networks.ts";
import {
  drawCells,
  drawDots,
  drawFunction,
  drawNames,
  drawValues,
  extentOf,
  plainAxis,
} from "../views/function_views.ts";
import type { PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";

/** Inputs at which functions of one input are drawn, and cells a side of those of two. */
const POINTS = 241, CELLS = 36;

/** Eigenfunctions that are drawn. */
const EIGENFUNCTIONS = 5;

/** Most neurons whose eigenvectors are computed while the cursor moves: about 20 ms. */
const MOST_NEURONS = 128;

/** Most targets that are drawn as dots; more are a line. */
const MOST_DOTS = 60;

/** Points from one to the next of those at which features are drawn: there are many of them. */
const COARSE = 2;

/** Most features that are drawn: more cannot be told apart. */
const MOST_FEATURES = 60;

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

/** The panels of the networks of a run. */
export interface NetworkPanels {
  /** Target, output, features. */
  readonly functions: readonly PanelParts[];
  /** Eigenfunctions. */
  readonly eigenfunctions: PanelParts;
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

/** What the panels draw. */
interface NetworkValues extends ReturnType<typeof gridOf> {
  readonly basis: NetworkColumns;
  /** Output at the grid; none before the first network. */
  readonly output: ReadonlySignal<ArrayLike<number>>;
  /** Features of the picked layer at the grid; `null` before the first network. */
  readonly features: ReadonlySignal<LayerValues | null>;
  /** Leading eigenfunctions at the grid; none of a layer that is too wide. */
  readonly psi: ReadonlySignal<readonly Float64Array[]>;
  /** When, of which replica and layer, in words. */
  readonly when: () => string;
  readonly who: () => string;
  readonly layer: () => string;
}

/** Evaluates the networks at the time cursor. */
function networkValues(model: RunModel, basis: NetworkColumns): NetworkValues {
  const { columns, cursor, shownReplica, state } = model, { widths, x, weights } = basis;
  const outputs = widths[widths.length - 1], grid = gridOf(basis);
  // A cursor that moves between two snapshots changes nothing.
  const snapshot = computed(() => {
    const steps = model.networks.value?.steps ?? basis.steps;
    if (state.cursor.value === null) return steps.length - 1;
    const step = columns.value.steps[cursor.value] ?? 0;
    return Math.min(steps.length - 1, Math.max(0, steps.findLastIndex((each) => each <= step)));
  });
  const parameters = computed(() => model.networks.value?.parameters[snapshot.value]);
  const replica = computed(() => Math.min(shownReplica.value, basis.replicas - 1));
  const evaluate = (at: ArrayLike<number>) => {
    const own = parameters.value;
    if (!own) return null;
    return evaluateNetwork({ ...basis, parameters: [own] }, { snapshot: 0, replica: replica.value }, at);
  };
  const onGrid = computed(() => evaluate(grid.points));
  const output = computed(() => {
    const values = onGrid.value?.[widths.length - 2].values ?? new Float64Array(0);
    return outputs === 1 ? values : values.filter((_, i) => i % outputs === 0);
  });
  const features = computed(() => onGrid.value?.[model.layer.value] ?? null);
  const psi = computed(() => {
    const l = model.layer.value;
    if (widths[l + 1] > MOST_NEURONS) return [];
    const own = features.value, atSamples = evaluate(x)?.[l];
    return own && atSamples
      ? eigenfeatures(own, leadingEigenvectors(atSamples, weights, EIGENFUNCTIONS))
      : [];
  });
  return {
    ...grid,
    basis,
    output,
    features,
    psi,
    when: () => `step ${thousands(model.networks.value?.steps[snapshot.value] ?? 0)}`,
    who: () => model.replicas > 1 ? `, replica ${replica.value}` : "",
    layer: () => `layer ${model.layer.value + 1}`,
  };
}

const SUBSCRIPTS = ["₁", "₂", "₃", "₄", "₅"];

/** The parts of a panel that all of them have in common. */
function baseOf({ basis, when, who }: NetworkValues, name: string, heading: PanelParts["heading"]) {
  return {
    name,
    heading,
    describe: () => `The network at ${when()}${who()}.`,
    height: HEIGHT,
    xName: basis.widths[0] === 1 ? "input x" : "input x₁; upwards x₂",
  };
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

/** Panels of functions of two inputs. */
function planePanels(values: NetworkValues): NetworkPanels {
  const { basis, ends, output, psi, when, who, layer } = values, { widths, targetX, targetY } = basis;
  const plane = (width: number, height: number) => ({
    x: plainAxis(ends[0], [0, width], Math.max(2, Math.floor(width / 70))),
    y: plainAxis(ends[1], [height, 0], 5),
  });
  const outputs = widths[widths.length - 1], target = targetY.filter((_, i) => i % outputs === 0);
  const range = computed(() => extentOf([output.value, target]));
  const span = ([low, high]: readonly [number, number]) =>
    `from ${scientific(low)} (dark) to ${scientific(high)}`;
  const functions: PanelParts[] = [
    ...target.length === 0 ? [] : [
      {
        ...baseOf(values, "target", () => ["target, in the colours of the output", "target"]),
        axes: plane,
        layers: [(parent, frame) => drawValues(parent, targetX, target, frame, range.value)],
      } satisfies PanelParts,
    ],
    {
      ...baseOf(
        values,
        "output",
        () => [`output at ${when()}${who()}, ${span(range.value)}`, `output, ${when()}`],
      ),
      axes: plane,
      layers: [
        (parent, { width, height }) =>
          drawCells(parent, output.value, { cells: CELLS, domain: range.value, width, height }),
      ],
    },
  ];
  const eigenfunctions: PanelParts = {
    ...baseOf(values, "eigenfunctions", () => [
      psi.value.length > 0
        ? `eigenfunction ψ${SUBSCRIPTS[psi.value.length - 1]} of ${layer()}`
        : `${layer()} is too wide for eigenfunctions`,
      "eigenfunction",
    ]),
    axes: plane,
    layers: [(parent, { width, height }) => {
      const last = psi.value.at(-1);
      if (last) drawCells(parent, last, { cells: CELLS, domain: extentOf([last]), width, height });
    }],
  };
  return { functions, eigenfunctions };
}
