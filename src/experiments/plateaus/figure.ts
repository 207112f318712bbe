/**
 * The figure of plateaus: loss, change of patterns and rank over logarithmic time, a row of panels
 * for each arm.
 *
 * @module
 */
import { clipped, drawFrame, frameFoot, frameHead, frameSide } from "../../plot/core/frame.ts";
import { type LegendEntry, lineSwatch, swatchWidth } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawBand, drawLine } from "../../plot/core/marks.ts";
import { drawPage, pageMargin, pageWidth } from "../../plot/core/page.ts";
import { bandOpacity, greyInk, lineStyle } from "../../plot/core/palette.ts";
import { lossAxis, rankAxis } from "../../plot/core/scales.ts";
import { appendGroup } from "../../plot/core/svg.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { mean } from "../../stats/mean.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { plateauShare } from "./claims.ts";
import type { PlateauNetwork, PlateauPoint } from "./networks.ts";
import { plateauArmNames, type PlateauPlan } from "./plan.ts";

const plotHeight = 84, columnGap = 20, rowGap = 10;
const firstStyle = lineStyle(0), otherStyle = { color: greyInk, dash: null, width: 0.7 };

/**
 * Draws the study. The plateaus of network 0 of each arm are shaded.
 *
 * @param result The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawPlateaus({ plan, rows }: ExperimentResult<PlateauPlan, PlateauNetwork>): string {
  const { task, width: neurons, waypoints, replicas, seed, epsilon } = plan;
  const points = rows.flatMap((network) => network.points);
  const columns = [
    { name: "loss", axis: lossAxis, of: ({ loss }: PlateauPoint) => loss },
    { name: "changed, %", axis: rankAxis, of: ({ changed }: PlateauPoint) => 100 * changed },
    { name: "ε-rank", axis: rankAxis, of: ({ rank }: PlateauPoint) => rank.rank },
  ].map((column) => ({ ...column, y: column.axis(points.map(column.of), plotHeight) }));
  const side = Math.max(...columns.map(({ y }) => frameSide(y)));
  const width = (pageWidth - 2 * pageMargin - 2 * columnGap) / 3 - side;
  const x = decadeAxis([waypoints[0], waypoints[waypoints.length - 1]], [0, width], 6);
  const rowHeight = frameHead + plotHeight + rowGap;
  return drawPage({
    title: "Plateaus of the loss, activation patterns and ε-rank",
    subtitle: `${task.description} · ${neurons} neurons · ${replicas} networks of each arm, seed ${seed} · ` +
      epsilonLabel(epsilon),
    description: describe(rows),
    legend: legendOf(replicas),
    height: plateauArmNames.length * rowHeight + frameFoot,
    draw: (parent) =>
      plateauArmNames.forEach((arm, row) => {
        const own = rows.filter((network) => network.arm === arm).reverse();
        const isLast = row === plateauArmNames.length - 1;
        columns.forEach(({ name, y, of }, column) => {
          const left = pageMargin + side + column * (width + side + columnGap);
          const panel = appendGroup(parent, "panel", left, frameHead + row * rowHeight);
          const label = column === 0 ? arm : "", xName = isLast ? "step" : null;
          drawFrame(panel, { label, width, height: plotHeight, x, y, xName, xMeaning: "step", yName: name });
          const inside = clipped(panel, { width, height: plotHeight });
          for (const { replica, points, course } of own) {
            const at = points.map((point) => ({ x: x.scale(point.step), y: y.scale(of(point)) }));
            for (const { from, to } of replica === 0 ? course.plateaus : []) {
              const spans = [from, to].map((i) => ({ x: at[i].x, top: 0, bottom: plotHeight }));
              drawBand(inside, "plateau", spans, "straight", { color: greyInk, opacity: bandOpacity });
            }
            const between = name === "ε-rank" ? "step" : "straight";
            drawLine(inside, "network", at, between, replica === 0 ? firstStyle : otherStyle);
          }
        });
      }),
  });
}

function legendOf(replicas: number): LegendEntry[] {
  return [
    { label: "network 0", swatch: lineSwatch(firstStyle) },
    ...replicas > 1 ? [{ label: "other networks", swatch: lineSwatch(otherStyle) }] : [],
    {
      label: "plateaus of network 0",
      swatch: (parent) =>
        void parent.append("rect").attr("y", -5).attr("width", swatchWidth).attr("height", 10)
          .attr("fill", greyInk).attr("fill-opacity", bandOpacity),
    },
    { label: "changed: share of the pattern, per doubling of the steps", swatch: () => {} },
  ];
}

/** Describes the figure in words. */
function describe(rows: readonly PlateauNetwork[]): string {
  return plateauArmNames.map((arm) => {
    const own = rows.filter((network) => network.arm === arm);
    return `${arm}: ${(100 * mean(own.map(plateauShare))).toFixed(0)} % of the logarithmic time on plateaus.`;
  }).join(" ");
}
