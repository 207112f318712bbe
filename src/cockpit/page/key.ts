/// <reference lib="dom" />
/**
 * The meaning of the lines, for paper and for files: on screen the controls say it.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { scientific } from "../../plot/core/format.ts";
import { layOutLegend, type LegendEntry, lineSwatch } from "../../plot/core/legend.ts";
import { greyInk } from "../../plot/core/palette.ts";
import type { Group } from "../../plot/core/svg.ts";
import { bandEntries } from "../../plot/core/summary_marks.ts";
import { floorStyle, otherStyle } from "../views/loss_view.ts";
import { epsilonStyle } from "./panel_parts.ts";
import type { RunModel } from "./run_model.ts";

/** Entries for what is on screen. */
function entriesOf(model: RunModel): LegendEntry[] {
  const { columns, view, state, recorded, floor, other } = model;
  const { epsilons, replicas, threshold } = columns.value, shape = view.shape.value;
  const name = (epsilon: number, kind: string) =>
    `ε = ${scientific(epsilon)}${kind === "relative" ? " λ₁" : ""}`;
  const entries: LegendEntry[] = [];
  if (recorded.value < 0) {
    const swatch = lineSwatch({ ...epsilonStyle(shape, null), width: 2.6 });
    entries.push({ label: name(state.epsilon.value, state.threshold.value), swatch });
  }
  for (const [e, epsilon] of epsilons.entries()) {
    const isPicked = e === recorded.value;
    if (!isPicked && !state.epsilons.value.includes(epsilon)) continue;
    const style = epsilonStyle(shape, epsilon);
    entries.push({
      label: name(epsilon, threshold),
      swatch: lineSwatch(isPicked ? { ...style, width: 2.6 } : style),
    });
  }
  if (floor.value) entries.push({ label: "floor of the loss by the rank", swatch: lineSwatch(floorStyle) });
  if (state.hasTrends.value) {
    const swatch = lineSwatch({ color: greyInk, dash: null, width: 0.9 });
    entries.push({ label: "smooth trends, rounded", swatch });
  }
  if (other.value) {
    const { title, subtitle } = other.value.facts;
    entries.push({ label: `${title} · ${subtitle}`, swatch: lineSwatch(otherStyle) });
  }
  if (state.hasBand.value) {
    const lines = state.replica.value === null
      ? "lines are medians"
      : `lines are replica ${state.replica.value}`;
    entries.push(...bandEntries(replicas, "replicas", lines));
  }
  return entries;
}

/**
 * Draws the meaning of the lines on screen.
 *
 * @param parent Element to draw into.
 * @param model The run.
 * @param width Width in pixels.
 * @returns Its height in pixels.
 */
export function drawKey(parent: SVGElement, model: RunModel, width: number): number {
  const legend = layOutLegend(entriesOf(model), width);
  legend.draw(d3.select(parent) as unknown as Group);
  return legend.height;
}
