/**
 * Data of the figure of neural rank collapse.
 *
 * @module
 */
import type { RankCollapseFigureData } from "./figure.ts";
import type { CollapseRow } from "./layers.ts";
import type { RankCollapsePlan } from "./plan.ts";

/**
 * Sorts layers into the panels of the figure. The output layer is left out: it has no rank above K
 * to lose.
 *
 * @param rows Layers.
 * @param plan The experiment.
 * @returns Data of the figure.
 */
export function collapseFigureData(
  rows: readonly CollapseRow[],
  plan: RankCollapsePlan,
): RankCollapseFigureData {
  const { task, hidden, activation, optimizer: { name, learningRate }, steps, seed } = plan;
  const { weightDecays, replicasOfEach } = plan;
  const layers = hidden.map((_, l) => l + 1);
  const deviations = [...new Set(rows.map(({ deviation }) => deviation))];
  const widths = [task.inputs, ...hidden, task.outputs].join("-");
  return {
    title: `Rank collapse under weight decay: ${task.name}, ${task.outputs} classes`,
    subtitle: `${widths} ${activation} · ${name}, learning rate ${learningRate}, ${steps} steps · ` +
      `${task.train.count} samples · ${replicasOfEach} networks for each λ, seed ${seed}`,
    classes: task.outputs,
    layers,
    weightDecays,
    networks: replicasOfEach,
    groups: deviations.map((deviation) => {
      const ofDeviation = rows.filter((row) => row.deviation === deviation && row.layer <= hidden.length);
      const pick = (layer: number, weightDecay: number) =>
        ofDeviation.filter((row) => row.layer === layer && row.weightDecay === weightDecay);
      return {
        label: deviation === null ? "" : `deviation ${deviation}`,
        ranks: layers.map((layer) =>
          Array.from(
            { length: replicasOfEach },
            (_, s) =>
              weightDecays.map((weightDecay) =>
                pick(layer, weightDecay).find((row) => row.replica === s)?.rank ?? NaN
              ),
          )
        ),
        spectra: layers.map((layer) =>
          weightDecays.map((weightDecay) =>
            pick(layer, weightDecay).map(({ singularValues }) =>
              Array.from(singularValues, (value) => value / singularValues[0])
            )
          )
        ),
        points: ofDeviation.filter(({ weightDecay }) => weightDecay > 0)
          .map(({ layer, variation, weightDecay, distance }) => ({
            layer,
            x: variation / weightDecay,
            y: distance,
          })),
      };
    }),
  };
}
