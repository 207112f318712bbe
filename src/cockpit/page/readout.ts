/// <reference lib="dom" />
/**
 * Numbers at the time cursor, and the stairs, as tables.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { countIntervals } from "../../rank/certificates/rank_interval.ts";
import { lowerMedian } from "../../stats/median.ts";
import { effect } from "../deps.ts";
import { element, tableElement } from "./dom.ts";
import type { FloorSeries } from "./floor_model.ts";
import type { RunModel } from "./run_model.ts";
import { spectrumAtCursor } from "./spectrum_at.ts";

/** A number with nine digits, as many as single precision can tell apart; a dash for none. */
function exact(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? "–" : String(Number(value.toPrecision(9)));
}

/** An eigenvalue with its bound. */
function bounded(value: number | undefined, bound: number | undefined): string {
  return value === undefined || Number.isNaN(value)
    ? "–"
    : `${value.toExponential(4)} ± ${bound?.toExponential(1)}`;
}

/** A rank, with its interval where it is not certain. */
function rankText(rank: number, low: number, high: number): string {
  return rank < 0 ? "–" : low === high ? `${rank}, certain` : `${rank} in [${low}, ${high}]`;
}

/** The last floor up to a step. */
function floorAtCursor(floor: FloorSeries | null, step: number): number | undefined {
  if (floor === null) return undefined;
  const { steps, values } = floor;
  return values.findLast((value, i) => steps[i] <= step && !Number.isNaN(value));
}

/** Rows of what was measured at the time cursor. */
function measured(
  { columns, cursor, replica: { value: replica }, floor, other }: RunModel,
): [string, string][] {
  const { steps, loss, accuracy, relativeError, floors, replicas } = columns.value, P = steps.length;
  const p = cursor.value;
  const at = (values: Float64Array) => {
    if (replica !== null) return values[replica * P + p];
    return lowerMedian(Array.from({ length: replicas }, (_, r) => values[r * P + p]).filter(Number.isFinite));
  };
  const rows: [string, string][] = [["step", thousands(steps[p] ?? 0)], ["loss", exact(at(loss))]];
  if (floors) rows.push(["its floor at ε", exact(floorAtCursor(floor.value, steps[p]))]);
  if (accuracy) rows.push(["accuracy", exact(at(accuracy))]);
  if (relativeError) rows.push(["relative error", exact(at(relativeError))]);
  if (other.value) {
    const { columns } = other.value, q = columns.steps.findLastIndex((step) => step <= steps[p]);
    const values = Array.from(
      { length: columns.replicas },
      (_, r) => columns.loss[r * columns.steps.length + q] ?? NaN,
    );
    rows.push(["loss of the other run", exact(lowerMedian(values.filter(Number.isFinite)))]);
  }
  return rows;
}

/** Rows of the layers at the time cursor. */
function certificates(model: RunModel): string[][] {
  const { facts, columns: { value: columns }, state, ranks, shownReplica, cursor } = model;
  const { epsilon, threshold } = state, step = columns.steps[cursor.value], P = columns.steps.length;
  return columns.layers.map((layer, l) => {
    const { at, rank, low, high, isRecorded } = ranks[l].value, found = spectrumAtCursor(model, l);
    const k = at.findLastIndex((p) => columns.steps[p] <= step), i = shownReplica.value * at.length + k;
    const text = k < 0 ? "–" : rankText(rank[i], low[i], high[i]);
    if (!found) return [facts.layers?.[l]?.name ?? String(l + 1), text, "–", "–", "–"];
    const { intervals: { eigenvalues, most }, step: of } = found;
    const { rank: r } = countIntervals(found.intervals, epsilon.value, threshold.value);
    const shown = (j: number) => bounded(eigenvalues[j], most[j] - eigenvalues[j]);
    const isDouble = layer.isDouble[shownReplica.value * P + columns.steps.indexOf(of)] === 1;
    // Between spectra, the run has counted the ranks that it recorded.
    const source = !isRecorded || of === step ? "" : `, step ${thousands(of)}`;
    return [
      facts.layers?.[l]?.name ?? String(l + 1),
      text,
      r > 0 ? shown(r - 1) : "–",
      r < eigenvalues.length ? shown(r) : "–",
      (isDouble ? "double-single" : "single") + source,
    ];
  });
}

/**
 * Makes the tables at the time cursor.
 *
 * @param model The run.
 * @returns The element that holds them.
 */
export function runReadout(model: RunModel): HTMLElement {
  // These stay while their tables change, so that they keep the focus.
  const numbers = element("div", {});
  const ranks = element("div", {
    class: "scroll",
    tabindex: 0,
    role: "region",
    "aria-label": "Ranks at the time cursor",
  });
  effect(() => {
    numbers.replaceChildren(tableElement("At the time cursor", ["what", "value"], measured(model)));
  });
  effect(() => {
    const who = model.replicas > 1 ? ` of replica ${model.shownReplica.value}` : "";
    ranks.replaceChildren(tableElement(
      `Ranks at ε = ${scientific(model.state.epsilon.value)}${who}`,
      ["layer", "rank", "last λ above", "first λ below", "arithmetic"],
      certificates(model),
    ));
  });
  return element("section", { class: "readout", "aria-label": "At the time cursor" }, numbers, ranks);
}
