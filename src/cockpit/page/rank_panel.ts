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
import { ranksAt } from "../data/ranks_at.ts";
import { otherStyle } from "../views/loss_view.ts";
import { drawRanks, ranksOverSteps } from "../views/rank_view.ts";
import { drawCursor, drawDot, type PanelParts } from "./panel.ts";
import type { RunModel } from "./run_model.ts";
import {
  courseText,
  cursorX,
  epsilonStyle,
  layerName,
  moveCursor,
  otherPicked,
  pickedOf,
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
  const most = (...all: readonly (readonly number[] | undefined)[]) => {
    let most = 1;
    for (const values of all) for (const value of values ?? []) if (value > most) most = value;
    return most;
  };
  const fixedMost = computed(() =>
    most(...fixed.value.flatMap(({ ranks: { high, values: { band } } }) => [high, band?.high]))
  );
  /** The axis grows in leaps, so that what does not follow ε is seldom drawn anew. */
  const highest = computed(() => {
    const dragged = most(own.value.high, own.value.values.band?.high, others.value?.high);
    const leaps = Math.ceil(Math.log(dragged / fixedMost.value) / Math.log(1.25));
    return Math.ceil(fixedMost.value * 1.25 ** Math.max(0, leaps));
  });
  return {
    name: `rank-${l + 1}`,
    heading: () => [`ε-rank of ${layerName(report, l)}`, `ε-rank of layer ${l + 1}`, `layer ${l + 1}`],
    describe: () =>
      `At ε = ${scientific(state.epsilon.value)}: ${courseText(own.value.values.line, thousands)}`,
    height: 170,
    head: STRIP,
    xName: null,
    axes: (width, height) => ({ x: sharedSteps(model, width), y: rankAxis([highest.value], height) }),
    layers: [
      (parent, { x, y }) => {
        for (const { at, ranks } of model.trends[l].value) {
          const points = at.map((p, k) => ({ x: x.scale(steps[p]), y: y.scale(ranks[k]) }));
          drawLine(parent, "trend", points, "step", { color: greyInk, dash: null, width: 0.9 });
        }
      },
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
      if (!stairs[l].value || steps.length < 2) return;
      drawStairStrip(appendGroup(parent, "strip", 0, -STRIP), significantStairs(stairs[l].value), x);
    },
    onPoint: ({ x }, frame) => moveCursor(model, x, frame),
  };
}
