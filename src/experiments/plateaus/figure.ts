/**
 * The figure of plateaus: loss, change of patterns and rank over logarithmic time, a row of panels
 * for each arm.
 *
 * @module
 */
import { type CurvePanel, layOutPanels } from "../../plot/core/curve_panels.ts";
import { lineSwatch } from "../../plot/core/legend.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { drawPage } from "../../plot/core/page.ts";
import { greyInk, type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis } from "../../plot/core/scales.ts";
import { areaEntry, bandEntries } from "../../plot/core/summary_marks.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { alignSteps } from "../../stats/align_steps.ts";
import { mean } from "../../stats/mean.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { plateauShare } from "./claims.ts";
import type { PlateauNetwork, PlateauPoint } from "./networks.ts";
import { plateauArmNames, type PlateauPlan } from "./plan.ts";

const firstStyle = lineStyle(0), medianStyle: LineStyle = { color: greyInk, dash: null, width: 1 };

/** A column of panels. */
interface Measure {
  readonly yName: string;
  readonly axis: (values: readonly number[], height: number) => Axis;
  readonly course: "straight" | "step";
  readonly of: (point: PlateauPoint) => number;
}

const measures: readonly Measure[] = [
  { yName: "loss", axis: lossAxis, course: "straight", of: ({ loss }) => loss },
  { yName: "changed, %", axis: rankAxis, course: "straight", of: ({ changed }) => 100 * changed },
  { yName: "ε-rank", axis: rankAxis, course: "step", of: ({ rank }) => rank.rank },
];

/**
 * Draws the study. The plateaus of network 0 of each arm are shaded.
 *
 * @param result The study.
 * @returns A standalone SVG document, 900 pixels wide.
 */
export function drawPlateaus({ plan, rows }: ExperimentResult<PlateauPlan, PlateauNetwork>): string {
  const { task, width: neurons, waypoints, replicas, seed, epsilon } = plan;
  const all = rows.flatMap(({ points }) => points);
  const panels = plateauArmNames.flatMap((arm, row) => {
    const own = rows.filter((network) => network.arm === arm),
      first = own.filter(({ replica }) => replica === 0);
    return measures.map(({ yName, axis, course, of }, column): CurvePanel => {
      const curve = (networks: readonly PlateauNetwork[], style: LineStyle) => ({
        style,
        course,
        ...alignSteps(networks.map(({ points }) => points), of),
      });
      return {
        label: column === 0 ? arm : "",
        x: (width) => decadeAxis([waypoints[0], waypoints[waypoints.length - 1]], [0, width], 6),
        xName: row === plateauArmNames.length - 1 ? "step" : null,
        xMeaning: "step",
        yName,
        yAxis: (_, height) => axis(all.map(of), height),
        curves: [curve(own, medianStyle), curve(first, firstStyle)],
        spans: first.flatMap(({ points, course: { plateaus } }) =>
          plateaus.map(({ from, to }) => [points[from].step, points[to].step] as const)
        ),
      };
    });
  });
  return drawPage({
    title: "Plateaus of the loss, activation patterns and ε-rank",
    subtitle: `${task.description} · ${neurons} neurons · ${replicas} networks of each arm, seed ${seed} · ` +
      epsilonLabel(epsilon),
    description: plateauArmNames.map((arm) => {
      const shares = rows.filter((network) => network.arm === arm).map(plateauShare);
      return `${arm}: ${(100 * mean(shares)).toFixed(0)} % of the logarithmic time on plateaus.`;
    }).join(" "),
    legend: [
      { label: "network 0", swatch: lineSwatch(firstStyle) },
      areaEntry("its plateaus"),
      ...bandEntries(replicas, "networks", "grey lines are medians"),
      { label: "changed: share of the pattern, per doubling of the steps", swatch: () => {} },
    ],
    ...layOutPanels({ panels, columns: [1, 1, 1], heights: 84 }),
  });
}
