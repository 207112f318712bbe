/**
 * The panel of the loss and its floor.
 *
 * @module
 */
import { scientific } from "../../plot/core/format.ts";
import { ink } from "../../plot/core/palette.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { computed } from "../deps.ts";
import { valueAxis } from "../views/axes.ts";
import { drawFloor, drawLoss, otherStyle } from "../views/loss_view.ts";
import { lineAndBand, rowsOf } from "../views/series.ts";
import { drawCursor, drawDot, type PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";
import { courseText, cursorX, leaveCursor, moveCursor, sharedSteps } from "./panel_parts.ts";
import { otherPicked } from "./run.ts";

/**
 * Makes the panel of the loss.
 *
 * @param model The run.
 * @returns The panel.
 */
export function lossPanel(model: RunModel): PanelParts {
  const { columns, facts, view, state, other, loss, floor, cursor } = model;
  const others = computed(() =>
    other.value &&
    lineAndBand(rowsOf(other.value.columns.loss, other.value.columns.replicas), otherPicked(other.value))
  );
  return {
    name: "loss",
    heading: () => {
      if (!floor.value) return [facts.lossName, "loss"];
      const at = scientific(state.epsilon.value);
      return [
        `${facts.lossName}; dotted: its floor by the rank at ε = ${at}`,
        `${facts.lossName}; dotted: floor`,
        "loss; dotted: floor",
      ];
    },
    describe: () => courseText(loss.value.line, scientific),
    height: 190,
    xName: null,
    axes: (width, height) => {
      const shown = [...others.value?.line ?? []];
      for (const { loss: { value: { line, band } } } of view.runs.value) {
        for (const values of [line, band?.low ?? [], band?.high ?? []]) {
          for (const value of values) shown.push(value);
        }
      }
      return { x: sharedSteps(model, width), y: valueAxis(shown, height, state.lossAxis.value) };
    },
    layers: [
      (parent, frame) => {
        if (floor.value) drawFloor(parent, floor.value.steps, floor.value.values, frame);
      },
      (parent, frame) => {
        if (other.value && others.value) {
          drawLoss(parent, { steps: other.value.columns.steps, values: others.value }, frame, otherStyle);
        }
        drawLoss(parent, { steps: columns.value.steps, values: loss.value }, frame);
      },
      (parent, frame) => {
        const x = cursorX(model, frame);
        drawCursor(parent, x, frame.height);
        drawDot(parent, x, heightOn(frame.y)(loss.value.line[cursor.value]), ink);
      },
    ],
    onPoint: ({ x }, frame, isPressed) => moveCursor(model, x, frame, isPressed),
    onLeave: () => leaveCursor(model),
  };
}
