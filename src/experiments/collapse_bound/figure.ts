/**
 * The figure of the bound of neural rank collapse: distances against their bounds.
 *
 * @module
 */
import { scientific } from "../../plot/core/format.ts";
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { drawLine } from "../../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { guideStyle, ink, ladderStyle } from "../../plot/core/palette.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { drawMark, spaciousAxis } from "../rank_collapse/panels.ts";
import type { RankCollapsePlan } from "../rank_collapse/plan.ts";
import { type BoundRow, isNearest } from "./claims.ts";

const plotHeight = 250, gap = 30;

/**
 * Draws a row of panels for plain networks and one for residual ones, a panel for each deviation:
 * distances of all weight matrices to rank K against their bounds by the features that enter them.
 *
 * @param result The experiment.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawCollapseBound({ plan, rows }: ExperimentResult<RankCollapsePlan, BoundRow>): string {
  const { task, hidden, activation, deviations, weightDecays, steps, replicasOfEach, seed } = plan;
  const near = rows.filter(isNearest);
  const y = spaciousAxis(near.map(({ distance }) => distance), [plotHeight, 0]);
  const left = pageMargin + frameSide(y);
  const width = (pageWidth - left - 2 * pageMargin - (deviations.length - 1) * gap) / deviations.length;
  const x = spaciousAxis(near.map(({ bound }) => bound), [0, width]);
  const rowHeight = frameHead + plotHeight + frameFoot + 16;
  const decays = weightDecays.filter((decay) => decay > 0);
  const colorOf = (decay: number) =>
    decay === 0 ? ink : ladderStyle(decays.indexOf(decay), decays.length).color;
  const largest = scientific(weightDecays[weightDecays.length - 1]);
  return drawPage({
    title: `Distance of weights to rank ${task.outputs} and its bound: ${task.outputs} Gaussian classes`,
    subtitle: `${[task.inputs, ...hidden, task.outputs].join("-")} ${activation} · ${steps} steps on ` +
      `${task.train.count} samples · ${replicasOfEach} networks for each λ, seed ${seed}`,
    description: describe(near),
    legend: [
      ...weightDecays.map((decay) => ({
        label: decay === 0 ? `λ = 0, judged by ${largest}` : `λ = ${scientific(decay)}`,
        swatch: (parent: Parameters<typeof drawMark>[0]) =>
          drawMark(parent, { x: swatchWidth / 2, y: 0 }, +(decay === 0), colorOf(decay)),
      })),
      { label: "distance = bound: critical points lie below", swatch: lineSwatch(guideStyle) },
    ],
    height: 2 * rowHeight,
    draw: (parent) =>
      [false, true].forEach((residual, row) =>
        deviations.forEach((deviation, column) => {
          const at = [left + column * (width + gap), frameHead + row * rowHeight] as const;
          const panel = appendGroup(parent, "panel", ...at);
          const label = `${residual ? "residual" : "plain"} networks, deviation ${deviation}`;
          const yName = column === 0 ? "distance to rank K" : null;
          drawFrame(panel, {
            label,
            width,
            height: plotHeight,
            x,
            y,
            xName: "bound by cluster variation",
            yName,
          });
          const clip = clipped(panel, { width, height: plotHeight });
          const ends = x.domain.map((value) => ({ x: x.scale(value), y: y.scale(value) }));
          drawLine(clip, "bound", ends, "straight", guideStyle);
          for (const point of near) {
            if (point.residual !== residual || point.deviation !== deviation) continue;
            if (!(point.distance > 0 && point.bound > 0)) continue;
            const place = { x: x.scale(point.bound), y: y.scale(point.distance) };
            drawMark(clip, place, +(point.weightDecay === 0), colorOf(point.weightDecay));
          }
        })
      ),
  });
}

/** Describes the figure in words. */
function describe(near: readonly BoundRow[]): string {
  const count = (rows: readonly BoundRow[]) =>
    `${rows.filter(({ distance, bound }) => distance > bound).length} of ${rows.length}`;
  return `Above their bounds are ${count(near.filter(({ weightDecay }) => weightDecay > 0))} matrices ` +
    `trained with weight decay, and ${count(near.filter(({ weightDecay }) => weightDecay === 0))} without.`;
}
