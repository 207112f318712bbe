/**
 * The panels of a run: loss, ranks of each layer, spectra.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { ink, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { rankAxis, stepAxis } from "../../plot/core/scales.ts";
import { drawStairStrip, stripHeight } from "../../plot/core/stair_strip.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { computed } from "../deps.ts";
import { intervalsOf, ranksAt } from "../data/ranks_at.ts";
import type { RunReport } from "../data/run_file.ts";
import { stepsAxis, valueAt, valueAxis } from "../views/axes.ts";
import { drawFloor, drawLoss, otherStyle } from "../views/loss_view.ts";
import { drawRanks, ranksOverSteps } from "../views/rank_view.ts";
import { lineAndBand, type Picked, rowsOf } from "../views/series.ts";
import {
  drawSpectrum,
  drawThreshold,
  drawWaterfall,
  spectrumAxis,
  spectrumDomain,
} from "../views/spectrum_views.ts";
import { drawCursor, drawDot, type PanelFrame, type PanelParts } from "./panel.ts";
import { type RunModel, sidesOf, spectrumAtCursor } from "./run_model.ts";

/** Room above a panel of ranks for the strip of stairs. */
const STRIP = stripHeight + 6;

/** What of the replicas is drawn. */
function pickedOf({ state }: RunModel): Picked {
  return { replica: state.replica.value, hasBand: state.hasBand.value };
}

/** What of another run is drawn. */
function otherPicked({ columns }: RunReport): Picked {
  return { replica: columns.replicas > 1 ? null : 0, hasBand: false };
}

/** Axis of the steps of both runs. */
function sharedSteps({ report, other, state }: RunModel, width: number) {
  const steps = [...report.columns.steps, ...other.value?.columns.steps ?? []].sort((a, b) => a - b);
  return stepsAxis(steps, width, state.stepAxis.value);
}

/** Moves the time cursor to the step next to a place. */
function moveCursor({ report: { columns: { steps } }, state }: RunModel, x: number, frame: PanelFrame): void {
  let best = 0, least = Infinity;
  for (let p = 0; p < steps.length; p++) {
    const distance = Math.abs(frame.x.scale(steps[p]) - x);
    if (distance < least) [best, least] = [p, distance];
  }
  state.cursor.value = best;
}

/** Place of the time cursor on the axis of steps. */
function cursorX({ report: { columns: { steps } }, state }: RunModel, { x }: PanelFrame): number {
  return x.scale(steps[state.cursor.value] ?? NaN);
}

/** Name of a layer. */
export function layerName({ columns: { layers } }: RunReport, l: number): string {
  const isTerminal = layers.length > 1 && l === layers.length - 1;
  return `hidden layer ${l + 1}${isTerminal ? ", terminal" : ""} · ${thousands(layers[l].width)} neurons`;
}

/**
 * Style of the thresholds of the run, the smallest first as in the figures, and of another.
 *
 * @param model The run.
 * @param e Index of the threshold; −1 for another.
 * @returns The style.
 */
export function epsilonStyle({ report: { columns: { epsilons } } }: RunModel, e: number): LineStyle {
  if (e < 0) return { color: ink, dash: null, width: 2.2 };
  return lineStyle(epsilons.toSorted((a, b) => a - b).indexOf(epsilons[e]));
}

/**
 * Makes the panel of the loss.
 *
 * @param model The run.
 * @returns The panel.
 */
export function lossPanel(model: RunModel): PanelParts {
  const { report, state, other, recorded } = model, { columns, facts } = report;
  const rows = rowsOf(columns.loss, columns.replicas);
  const loss = computed(() => lineAndBand(rows, pickedOf(model)));
  const others = computed(() =>
    other.value &&
    lineAndBand(rowsOf(other.value.columns.loss, other.value.columns.replicas), otherPicked(other.value))
  );
  const floor = computed(() => {
    const floors = recorded.value < 0 ? undefined : columns.floors?.[recorded.value];
    return floors && lineAndBand(rowsOf(floors, columns.replicas), { ...pickedOf(model), hasBand: false }).line;
  });
  return {
    name: "loss",
    heading: () => facts.lossName + (floor.value ? `, and its floor at ε = ${scientific(state.epsilon.value)} (dotted)` : ""),
    describe: () => `From ${scientific(loss.value.line[0])} to ${scientific(loss.value.line.at(-1) ?? NaN)}.`,
    height: 190,
    xName: null,
    axes: (width, height) => {
      const shown = [...loss.value.line, ...others.value?.line ?? []];
      if (loss.value.band) shown.push(...loss.value.band.low, ...loss.value.band.high);
      return { x: sharedSteps(model, width), y: valueAxis(shown, height, state.lossAxis.value) };
    },
    layers: [
      (parent, frame) => {
        if (floor.value) drawFloor(parent, columns.steps, floor.value, frame);
      },
      (parent, frame) => {
        if (other.value && others.value) {
          drawLoss(parent, { steps: other.value.columns.steps, values: others.value }, frame, otherStyle);
        }
        drawLoss(parent, { steps: columns.steps, values: loss.value }, frame);
      },
      (parent, frame) => {
        const x = cursorX(model, frame);
        drawCursor(parent, x, frame.height);
        drawDot(parent, x, heightOn(frame.y)(loss.value.line[state.cursor.value]), ink);
      },
    ],
    onPoint: ({ x }, frame) => moveCursor(model, x, frame),
  };
}

/**
 * Makes the panel of the ranks of a layer.
 *
 * @param model The run.
 * @param l Index of the layer, from 0.
 * @returns The panel.
 */
export function rankPanel(model: RunModel, l: number): PanelParts {
  const { report, state, other, ranks, stairs, recorded } = model, { columns } = report;
  const { steps, replicas, threshold, epsilons } = columns;
  const shown = (series: Parameters<typeof ranksOverSteps>[1]) =>
    ranksOverSteps(steps, series, { ...pickedOf(model), replicas });
  const fixed = computed(() =>
    state.epsilons.value.map((e) => ({
      e,
      ranks: shown(ranksAt(columns, l, { epsilon: epsilons[e], threshold })),
    }))
  );
  const own = computed(() => shown(ranks[l].value));
  const others = computed(() => {
    if (other.value === null || l >= other.value.columns.layers.length) return null;
    const { columns } = other.value;
    const at = { epsilon: state.epsilon.value, threshold: state.threshold.value };
    return ranksOverSteps(columns.steps, ranksAt(columns, l, at), {
      ...otherPicked(other.value),
      replicas: columns.replicas,
    });
  });
  const highest = computed(() => {
    let most = 1;
    const see = (values: readonly number[]) => {
      for (const value of values) if (value > most) most = value;
    };
    for (const { ranks: { high, values: { band } } } of fixed.value) [high, band?.high ?? []].forEach(see);
    [own.value.high, own.value.values.band?.high ?? [], others.value?.high ?? []].forEach(see);
    return most;
  });
  return {
    name: `rank-${l + 1}`,
    heading: () => `ε-rank of ${layerName(report, l)}`,
    describe: () => {
      const { values: { line } } = own.value;
      return `At ε = ${scientific(state.epsilon.value)} from ${line[0]} to ${line.at(-1)}.`;
    },
    height: 170,
    head: STRIP,
    xName: null,
    axes: (width, height) => ({ x: sharedSteps(model, width), y: rankAxis([highest.value], height) }),
    layers: [
      (parent, frame) => {
        for (const { e, ranks } of fixed.value) drawRanks(parent, ranks, frame, epsilonStyle(model, e));
      },
      (parent, frame) => {
        if (others.value) drawRanks(parent, others.value, frame, otherStyle);
        const style = epsilonStyle(model, recorded.value);
        drawRanks(parent, own.value, frame, { ...style, width: 2.6 });
      },
      (parent, frame) => {
        const x = cursorX(model, frame), height = heightOn(frame.y), step = steps[state.cursor.value];
        drawCursor(parent, x, frame.height);
        const at = own.value.steps as readonly number[], k = at.findLastIndex((each) => each <= step);
        drawDot(parent, x, height(own.value.values.line[k]), epsilonStyle(model, recorded.value).color);
      },
    ],
    over: (parent, { x }) => {
      const { stairs: found, jumps } = stairs[l].value;
      if (found.length === 0 || own.value.steps.length < 2) return;
      drawStairStrip(
        appendGroup(parent, "strip", 0, -STRIP),
        found.map((stair, i) => ({
          ...stair,
          isSignificant: Boolean(jumps[i - 1]?.isSignificant || jumps[i]?.isSignificant),
        })),
        x,
      );
    },
    onPoint: ({ x }, frame) => moveCursor(model, x, frame),
  };
}

/** Domain of the eigenvalues of a layer. */
function domainOf({ report: { columns } }: RunModel, l: number): readonly [number, number] {
  const solved = intervalsOf(columns, l).filter((_, i) => columns.isSolved[i]);
  return spectrumDomain(solved, columns.threshold === "absolute" ? columns.epsilons : []);
}

/**
 * Makes the panels of the spectra of the layer that is picked: over the steps, and at the time
 * cursor.
 *
 * @param model The run.
 * @returns The two panels.
 */
export function spectrumPanels(model: RunModel): readonly [PanelParts, PanelParts] {
  const { report, state, shownReplica } = model, { columns } = report;
  const { spectrumAt, isSolved, steps } = columns, S = spectrumAt.length;
  const at = Array.from(spectrumAt, (p) => steps[p]);
  const domain = computed(() => domainOf(model, state.layer.value));
  const spectra = computed(() => {
    const first = shownReplica.value * S;
    return intervalsOf(columns, state.layer.value).slice(first, first + S)
      .map((spectrum, s) => isSolved[first + s] ? spectrum : null);
  });
  const who = () => columns.replicas > 1 ? `, replica ${shownReplica.value}` : "";
  const setEpsilon = (y: number, frame: PanelFrame) => {
    // Of a relative threshold it is a share of the largest eigenvalue that is under the pointer.
    const scale = state.threshold.value === "relative"
      ? spectrumAtCursor(model, state.layer.value)?.intervals.eigenvalues[0] ?? 1
      : 1;
    const epsilon = valueAt(frame.y, frame.height, y) / scale;
    if (epsilon > 0 && epsilon < Infinity) state.epsilon.value = Number(epsilon.toPrecision(3));
  };
  const waterfall: PanelParts = {
    name: "waterfall",
    heading: () => `Eigenvalues λ of ${layerName(report, state.layer.value)}${who()}`,
    describe: () => `${at.length} spectra.`,
    height: 230,
    xName: "optimisation step",
    axes: (width, height) => ({ x: sharedSteps(model, width), y: spectrumAxis(domain.value, height) }),
    layers: [
      (parent, frame) => drawWaterfall(parent, at, spectra.value, frame),
      (parent, frame) => {
        const largest = spectra.value.map((spectrum) => spectrum?.eigenvalues[0] ?? NaN);
        const threshold = { epsilon: state.epsilon.value, threshold: state.threshold.value };
        drawThreshold(parent, at, largest, threshold, frame);
      },
      (parent, frame) => drawCursor(parent, cursorX(model, frame), frame.height),
    ],
    onPoint: ({ x, y }, frame, isPressed) => isPressed ? setEpsilon(y, frame) : moveCursor(model, x, frame),
  };
  const found = computed(() => spectrumAtCursor(model, state.layer.value));
  const spectrum: PanelParts = {
    name: "spectrum",
    heading: () => found.value === null ? "no spectrum yet" : `Spectrum at step ${thousands(found.value.step)}${who()}`,
    describe: () => "Eigenvalues with their bounds, largest first.",
    height: 230,
    xName: "index of the eigenvalue",
    axes: (width, height) => {
      const n = columns.layers[state.layer.value]?.width ?? 1;
      const { scale, ticks } = stepAxis([0, n + 1], width);
      return {
        x: { scale, domain: [0, n + 1], ticks: ticks.filter(({ value }) => value >= 1 && value <= n) },
        y: spectrumAxis(domain.value, height),
      };
    },
    layers: [
      (parent, frame) => {
        if (found.value) drawSpectrum(parent, found.value.intervals, sidesOf(found.value, state), frame);
      },
      (parent, frame) => {
        const scale = state.threshold.value === "relative" ? found.value?.intervals.eigenvalues[0] ?? NaN : 1;
        const at = { epsilon: state.epsilon.value * scale, threshold: "absolute" as const };
        drawThreshold(parent, [], [], at, frame);
      },
    ],
    onPoint: ({ y }, frame, isPressed) => {
      if (isPressed) setEpsilon(y, frame);
    },
  };
  return [waterfall, spectrum];
}
