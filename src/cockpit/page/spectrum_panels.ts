/**
 * The panels of spectra: over the steps, and at the time cursor.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import { fontSize } from "../../plot/core/palette.ts";
import { stepAxis } from "../../plot/core/scales.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { computed, signal } from "../deps.ts";
import { intervalsOf } from "../data/ranks_at.ts";
import { valueAt } from "../views/axes.ts";
import {
  drawSpectrum,
  drawThreshold,
  drawWaterfall,
  spectrumAxis,
  thresholdStyle,
} from "../views/spectrum_views.ts";
import { drawCursor, drawDot, type PanelFrame, type PanelParts } from "./panel.ts";
import { cursorX, layerLabel, layerName, leaveCursor, moveCursor, sharedSteps } from "./panel_parts.ts";
import type { RunModel } from "./run_model.ts";
import { sidesOf, type SpectrumAt, spectrumAtCursor } from "./spectrum_at.ts";

/** An eigenvalue with its bound, and on which side of the threshold it certainly is. */
function eigenvalueText(
  { intervals: { eigenvalues, most } }: SpectrumAt,
  i: number,
  isAbove: boolean | null,
): string {
  const side = isAbove === null ? "not certain" : isAbove ? "above ε" : "below ε";
  return `λ ${i + 1} = ${eigenvalues[i].toExponential(4)} ± ${
    (most[i] - eigenvalues[i]).toExponential(1)
  }, ${side}`;
}

/** Ends of the axis of the eigenvalues of the layer that is picked, for all runs. */
function domainOf({ view }: RunModel): readonly [number, number] {
  const ends = view.runs.value.map(({ eigenvalues, layer }) => eigenvalues[layer.value].value);
  return [Math.min(...ends.map(([low]) => low)), Math.max(...ends.map(([, high]) => high))];
}

/**
 * Makes the panels of the spectra of the layer that is picked: over the steps, and at the time
 * cursor.
 *
 * @param model The run.
 * @returns The two panels.
 */
export function spectrumPanels(model: RunModel): readonly [PanelParts, PanelParts] {
  const { columns, state, shownReplica, layer } = model;
  const at = computed(() => Array.from(columns.value.spectrumAt, (p) => columns.value.steps[p]));
  const domain = computed(() => domainOf(model));
  const spectra = computed(() => {
    const { spectrumAt: { length: S }, isSolved } = columns.value, first = shownReplica.value * S;
    return intervalsOf(columns.value, layer.value).slice(first, first + S)
      .map((spectrum, s) => isSolved[first + s] ? spectrum : null);
  });
  const who = () => model.replicas > 1 ? `, replica ${shownReplica.value}` : "";
  const setEpsilon = (y: number, frame: PanelFrame) => {
    // Of a relative threshold it is a share of the largest eigenvalue that is under the pointer.
    const scale = state.threshold.value === "relative"
      ? spectrumAtCursor(model, layer.value)?.intervals.eigenvalues[0] ?? 1
      : 1;
    const epsilon = valueAt(frame.y, frame.height, y) / scale;
    if (epsilon > 0 && epsilon < Infinity) state.epsilon.value = Number(epsilon.toPrecision(3));
  };
  const waterfall: PanelParts = {
    name: "waterfall",
    heading: () => [
      `eigenvalues λ of ${layerName(model, layer.value)}${who()}`,
      `eigenvalues λ of ${layerLabel(model, layer.value)}${who()}`,
      "eigenvalues λ",
    ],
    describe: () => `${at.value.length} spectra.`,
    height: 230,
    xName: "optimisation step",
    axes: (width, height) => ({ x: sharedSteps(model, width), y: spectrumAxis(domain.value, height) }),
    layers: [
      (parent, frame) => drawWaterfall(parent, at.value, spectra.value, frame),
      (parent, frame) => {
        const largest = spectra.value.map((spectrum) => spectrum?.eigenvalues[0] ?? NaN);
        const threshold = { epsilon: state.epsilon.value, threshold: state.threshold.value };
        drawThreshold(parent, at.value, largest, threshold, frame);
      },
      (parent, frame) => drawCursor(parent, cursorX(model, frame), frame.height),
    ],
    onPoint: ({ x, y }, frame, isPressed) =>
      isPressed ? setEpsilon(y, frame) : moveCursor(model, x, frame, false),
    onLeave: () => leaveCursor(model),
  };
  const found = computed(() => spectrumAtCursor(model, layer.value));
  const picked = signal<number | null>(null);
  const spectrum: PanelParts = {
    name: "spectrum",
    heading: () => {
      const step = found.value && thousands(found.value.step);
      return step === null ? ["no spectrum yet"] : [`spectrum at step ${step}${who()}`, `step ${step}`];
    },
    describe: () => "Eigenvalues with their bounds, largest first.",
    height: 230,
    xName: "index of the eigenvalue",
    axes: (width, height) => {
      const n = model.widths[layer.value];
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
      (parent, frame) => {
        const i = picked.value, { eigenvalues } = found.value?.intervals ?? { eigenvalues: [] };
        if (!found.value || i === null || i >= eigenvalues.length) return;
        const x = frame.x.scale(i + 1);
        drawCursor(parent, x, frame.height);
        drawDot(parent, x, heightOn(frame.y)(eigenvalues[i]), thresholdStyle.color);
        parent.append("text").attr("class", "cursor").attr("x", frame.width - 6).attr("y", 16)
          .attr("text-anchor", "end").attr("font-size", fontSize.text)
          .text(eigenvalueText(found.value, i, sidesOf(found.value, state)(i)));
      },
    ],
    onPoint: ({ x, y }, frame, isPressed) => {
      picked.value = Math.max(0, Math.round((frame.x.domain[1] * x) / frame.width) - 1);
      if (isPressed) setEpsilon(y, frame);
    },
  };
  return [waterfall, spectrum];
}
