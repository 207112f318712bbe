/**
 * Data of the figure of SGD's rank bias.
 *
 * @module
 */
import { mean } from "../../stats/mean.ts";
import type { SgdRankFigureData } from "./figure.ts";
import type { SgdRankNetwork } from "./network.ts";
import { type SgdRankComparison, type SgdRankKnob, sgdRankKnobs, type SgdRankPlan } from "./plan.ts";

/**
 * Averages a grid, replica by replica, over all but one of the quantities that it varies.
 *
 * @param plan The study.
 * @param networks Its networks. Those that have learnt nothing do not count.
 * @returns Data of the figure: the rank of each weight matrix but the last, and the held-out
 * accuracy.
 */
export function sgdRankFigureData(
  plan: SgdRankPlan,
  networks: readonly SgdRankNetwork[],
): SgdRankFigureData {
  const { task, hidden, activation, replicasOfEach, seed, steps, tolerance } = plan;
  const values = {
    batchSize: plan.batchSizes,
    learningRate: plan.learningRates,
    weightDecay: plan.weightDecays,
  };
  const keys = Object.keys(sgdRankKnobs) as SgdRankKnob[];
  const counted = networks.filter(({ hasLearnt }) => hasLearnt);
  const curves = (value: (network: SgdRankNetwork) => number) =>
    keys.map((key) =>
      (["steps", "epochs"] as const).map((equal: SgdRankComparison) =>
        Array.from({ length: replicasOfEach }, (_, own) =>
          values[key].map((at) =>
            mean(
              counted.filter((network) =>
                network.replica === own && network[key] === at && network.equal.includes(equal)
              ).map(value),
            )
          ))
      )
    );
  const largest = plan.batchSizes[plan.batchSizes.length - 1];
  const widths = [task.inputs, ...hidden, task.outputs];
  return {
    title: `The rank bias of SGD: ${task.description}`,
    subtitle: `${widths.join("-")} ${activation} · SGD, ${steps} steps with batches of ${largest} · ` +
      `${replicasOfEach} networks of each kind, seed ${seed} · ranks: σ > ${tolerance} σ₁`,
    knobs: keys.map((key) => ({ name: sgdRankKnobs[key], values: values[key] })),
    curves: ["the same number of steps", "the same number of epochs"],
    rows: [
      ...hidden.map((_, l) => ({
        label: `W${l + 1}, ${widths[l]} × ${widths[l + 1]}`,
        name: "rank",
        series: curves(({ layers }) => layers[l].rank),
      })),
      {
        label: task.test ? "held-out accuracy" : "accuracy",
        name: "per cent",
        series: curves(({ accuracy }) => 100 * accuracy),
      },
    ],
    replicas: replicasOfEach,
  };
}
