/**
 * The claims about SGD's rank bias.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import { mean } from "../../stats/mean.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import type { SgdRankNetwork } from "./network.ts";
import { type SgdRankComparison, type SgdRankKnob, sgdRankKnobs } from "./plan.ts";

/**
 * States the claims about the numerical ranks of all weight matrices but the last, whose rank the
 * outputs bound.
 *
 * The statistic of a replica is the mean, over these matrices and over the rest of the grid, of
 * Spearman's ρ between the varied quantity and the rank; ρ counts as 0 if the rank stays the same.
 *
 * @param networks Networks of the grid. Those that have learnt nothing do not count.
 * @param replicas Networks of each kind.
 * @returns Claims about the batch size with the same number of steps and of epochs, the learning
 * rate, and the weight decay.
 */
export function sgdRankClaims(networks: readonly SgdRankNetwork[], replicas: number): Claim[] {
  const learnt = networks.filter(({ hasLearnt }) => hasLearnt);
  const claim = (text: string, knob: SgdRankKnob, equal: SgdRankComparison, demand: Demand): Claim => ({
    text,
    statistic: `mean over the grid of Spearman's ρ of ${sgdRankKnobs[knob]} and rank`,
    // A replica with nothing left to compare does not count.
    values: byReplica(replicas, learnt.filter((network) => network.equal.includes(equal)), (own) => {
      const value = meanCorrelation(own, knob);
      return Number.isNaN(value) ? null : value;
    }),
    kind: "correlation",
    demand,
  });
  return [
    claim("with as many steps, smaller batches lower the rank", "batchSize", "steps", { above: 0 }),
    claim("with as many epochs, smaller batches lower the rank", "batchSize", "epochs", { above: 0 }),
    claim("larger learning rates lower the rank", "learningRate", "steps", { below: 0 }),
    claim("stronger weight decay lowers the rank", "weightDecay", "steps", { below: 0 }),
  ];
}

/** Averages ρ over matrices and the values of the other two; NaN if there is nothing to compare. */
function meanCorrelation(networks: readonly SgdRankNetwork[], knob: SgdRankKnob): number {
  const others = (Object.keys(sgdRankKnobs) as SgdRankKnob[]).filter((other) => other !== knob);
  const lines = Map.groupBy(networks, (network) => others.map((other) => network[other]).join());
  return mean(
    [...lines.values()].filter((line) => line.length > 1).flatMap((line) =>
      line[0].layers.slice(0, -1).map((_, l) =>
        // Undefined if the rank is constant.
        spearman(line.map((network) => network[knob]), line.map(({ layers }) => layers[l].rank)) || 0
      )
    ),
  );
}
