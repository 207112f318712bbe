/**
 * Data of the figure of the loss floor.
 *
 * @module
 */
import type { CompleteOptions } from "../../train/options.ts";
import type { SpectrumProbe } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import { type LossFloorRun, rankOf, replicasOf, tightness } from "./claims.ts";
import { lossFloorFigure } from "./figure.ts";

/**
 * Draws the loss and its floors.
 *
 * @param result The experiment.
 * @returns A standalone SVG document.
 */
export function drawLossFloor(
  { plan, rows: [{ trace, leftOut, widths }] }: ExperimentResult<CompleteOptions, LossFloorRun>,
): string {
  const { optimizer: { name, learningRate }, activation, task, seed } = plan;
  const replicas = replicasOf(trace, leftOut);
  const series = (value: (probe: SpectrumProbe) => number | null) =>
    replicas.map((probes) => probes.map((probe) => value(probe) ?? NaN));
  const first = typeof activation === "string" ? activation : activation[0];
  return lossFloorFigure({
    title: `The loss and its floor: ${task.description}`,
    subtitle: `${widths.join("-")} ${first} · ${name}, learning rate ${learningRate} · ` +
      `${replicas.length} replicas of seed ${seed}`,
    steps: replicas[0]?.map(({ step }) => step) ?? [],
    loss: series(({ loss }) => loss),
    projectionError: series(({ projectionError }) => projectionError ?? null),
    thresholds: trace.epsilons.map((epsilon, e) => ({
      epsilon,
      rank: series((probe) => rankOf(probe, e)),
      floor: series(({ floors }) => floors![e]),
      tightness: series((probe) => tightness(probe, probe.floors![e])),
    })),
  });
}
