/**
 * The panels of the ranks of the layers.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { greyInk } from "../../plot/core/palette.ts";
import { rankAxis } from "../../plot/core/scales.ts";
import { drawStairStrip, stripHeight } from "../../plot/core/stair_strip.ts";
import { heightOn } from "../../plot/core/summary_marks.ts";
import { significantStairs } from "../../rank/stairs/significant_stairs.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { computed } from "../deps.ts";
import { otherStyle } from "../views/loss_view.ts";
import { drawRanks } from "../views/rank_view.ts";
import { drawCursor, drawDot, type PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";
import {
  courseText,
  cursorX,
  epsilonStyle,
  layerLabel,
  layerName,
  leaveCursor,
  moveCursor,
  ownStyle,
  sharedSteps,
} from "./panel_parts.ts";

/** Room above a panel of ranks for the strip of stairs. */
const STRIP = stripHeight + 6;

/**
 * Makes the panel of the ranks of a layer.
 *
 * @param model The run.
 * @param l Index of the layer, from 0.
 * @returns The panel.
 */
export function rankPanel(model: RunModel, l: number): PanelParts {
  const { columns, view, state, stairs, cursor, recorded } = model,
    { fixed, own, others } = model.rankLines[l];
  const highest = computed(() =>
    Math.max(...view.runs.value.map((run) => run.rankLines[l]?.highest.value ?? 1))
  );
  return {
    name: `rank-${l + 1}`,
    heading:
      () => [`ε-rank of ${layerName(model, l)}`, `ε-rank of ${layerLabel(model, l)}`, layerLabel(model, l)],
    describe: () =>
      `At ε = ${scientific(state.epsilon.value)}: ${courseText(own.value.values.line, thousands)}`,
    height: 170,
    head: STRIP,
    xName: null,
    axes: (width, height) => ({ x: sharedSteps(model, width), y: rankAxis([highest.value], height) }),
    layers: [
      (parent, { x, y }) => {
        const { steps } = columns.value;
        for (const { at, ranks } of model.trends[l].value) {
          const points = at.map((p, k) => ({ x: x.scale(steps[p]), y: y.scale(ranks[k]) }));
          drawLine(parent, "trend", points, "step", { color: greyInk, dash: null, width: 0.9 });
        }
      },
      (parent, frame) => {
        for (const { epsilon, ranks } of fixed.value) {
          // The threshold that is set has a line of its own.
          if (epsilon !== columns.peek().epsilons[recorded.value]) {
            drawRanks(parent, ranks, frame, epsilonStyle(view.shape.value, epsilon));
          }
        }
      },
      (parent, frame) => {
        if (others.value) drawRanks(parent, others.value, frame, otherStyle);
        drawRanks(parent, own.value, frame, { ...ownStyle(model), width: 2.6 });
      },
      (parent, frame) => {
        const x = cursorX(model, frame), height = heightOn(frame.y);
        const step = columns.value.steps[cursor.value];
        drawCursor(parent, x, frame.height);
        const at = own.value.steps as readonly number[], k = at.findLastIndex((each) => each <= step);
        drawDot(parent, x, height(own.value.values.line[k]), ownStyle(model).color);
      },
    ],
    over: (parent, { x }) => {
      const found = stairs[l].value;
      if (!found || columns.value.steps.length < 2) return;
      // While a run grows, its first probes are one stair because no level can be told yet.
      if (view.isLive && found.doubt !== null && found.stairs.length < 2) return;
      drawStairStrip(appendGroup(parent, "strip", 0, -STRIP), significantStairs(found), x);
    },
    onPoint: ({ x }, frame, isPressed) => moveCursor(model, x, frame, isPressed),
    onLeave: () => leaveCursor(model),
  };
}
