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
import { type LineStyle, lineStyle } from "../../plot/core/palette.ts";
import { type Axis, lossAxis, rankAxis } from "../../plot/core/scales.ts";
import { areaEntry } from "../../plot/core/summary_marks.ts";
import { epsilonLabel } from "../../plot/staircase/staircase_panel.ts";
import { mean } from "../../stats/mean.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { plateauShare } from "./claims.ts";
import type { PlateauNetwork, PlateauPoint } from "./networks.ts";
import { plateauArmNames, type PlateauPlan } from "./plan.ts";

const firstStyle = lineStyle(0), otherStyle: LineStyle = { ...lineStyle(1), width: 0.7 };

/** A column of panels. */
interface Measure {
  readonly heading: string;
  readonly yName: string;
  readonly axis: (values: readonly number[], height: number) => Axis;
  /** Whether all panels have one axis. */
  readonly isShared: boolean;
  readonly course: "straight" | "step";
  readonly of: (point: PlateauPoint) => number;
}

const measures: readonly Measure[] = [
  { heading: "", yName: "loss", axis: lossAxis, isShared: true, course: "straight", of: ({ loss }) => loss },
  {
    heading: "change per doubling",
    yName: "pattern, %",
    axis: rankAxis,
    isShared: false,
    course: "straight",
    of: ({ changed }) => 100 * changed,
  },
  {
    heading: "rank of the features",
    yName: "ε-rank",
    axis: rankAxis,
    isShared: true,
    course: "step",
    of: ({ rank }) => rank.rank,
  },
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
    const own = rows.filter((network) => network.arm === arm), points = own.flatMap(({ points }) => points);
    const first = own.filter(({ replica }) => replica === 0);
    return measures.map(({ heading, yName, axis, isShared, course, of }, column): CurvePanel => {
      const shown = (isShared ? all : points).map(of);
      return {
        label: column === 0 ? arm : row === 0 ? heading : "",
        x: (width) => decadeAxis([waypoints[0], waypoints[waypoints.length - 1]], [0, width], 6),
        xName: row === plateauArmNames.length - 1 ? "step" : null,
        xMeaning: "step",
        yName,
        yAxis: (_, height) => axis(shown, height),
        // Network 0 is on top.
        curves: own.toReversed().map(({ replica, points }) => ({
          style: replica === 0 ? firstStyle : otherStyle,
          course,
          at: points.map(({ step }) => step),
          values: [points.map(of)],
        })),
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
    description: [...Map.groupBy(rows, ({ arm }) => arm)].map(([arm, own]) =>
      `${arm}: ${(100 * mean(own.map(plateauShare))).toFixed(0)} % of the logarithmic time on plateaus.`
    ).join(" "),
    legend: [
      { label: "network 0", swatch: lineSwatch(firstStyle) },
      { label: "other networks", swatch: lineSwatch(otherStyle) },
      areaEntry("plateaus of network 0"),
    ],
    ...layOutPanels({ panels, columns: [1, 1, 1], heights: 84 }),
  });
}
