/**
 * The networks of a run at the time cursor: what their panels draw.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import {
  eigenfeatures,
  evaluateNetwork,
  type LayerValues,
  leadingEigenvectors,
  type NetworkColumns,
} from "../data/networks.ts";
import { computed, type ReadonlySignal } from "../deps.ts";
import { extentOf } from "../views/function_views.ts";
import type { PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";

/** Inputs at which functions of one input are drawn. */
const POINTS = 241;

/** Cells a side at which functions of two inputs are drawn. */
export const CELLS = 36;

/** Eigenfunctions that are drawn. */
const EIGENFUNCTIONS = 5;

/** Most neurons whose eigenvectors are computed while the cursor moves: about 100 ms. */
const MOST_NEURONS = 128;

/** Most features that are drawn: more cannot be told apart. */
export const MOST_FEATURES = 60;

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

/** The panels of the networks of a run. */
export interface NetworkPanels {
  /** Target, output, features. */
  readonly functions: readonly PanelParts[];
  /** Eigenfunctions. */
  readonly eigenfunctions: PanelParts;
}

/** What the panels draw. */
export interface NetworkValues extends ReturnType<typeof gridOf> {
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

/**
 * Evaluates the networks at the time cursor.
 *
 * @param model The run.
 * @param basis Its networks, of one or two inputs; of those that grow, as they are now.
 * @returns Signals of their values.
 */
export function networkValues(model: RunModel, basis: NetworkColumns): NetworkValues {
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

/** Index of an eigenfunction, below its letter. */
export const SUBSCRIPTS = ["₁", "₂", "₃", "₄", "₅"];

/**
 * Makes the parts that all panels of networks have in common.
 *
 * @param values The networks.
 * @param name Name of the panel.
 * @param heading Its headings.
 * @returns The parts.
 */
export function baseOf({ basis, when, who }: NetworkValues, name: string, heading: PanelParts["heading"]) {
  return {
    name,
    heading,
    describe: () => `The network at ${when()}${who()}.`,
    height: HEIGHT,
    xName: basis.widths[0] === 1 ? "input x" : "input x₁; upwards x₂",
  };
}
