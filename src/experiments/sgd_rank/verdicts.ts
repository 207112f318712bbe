/**
 * What a grid of networks trained by SGD says of its rank bias.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import type { SgdRankNetwork } from "./network.ts";
import {
  type CompleteSgdRankOptions,
  type SgdRankComparison,
  type SgdRankKnob,
  sgdRankKnobs,
} from "./options.ts";
import { type Demand, judge, type Verdict } from "../core/verdict.ts";

/**
 * Judges the claims by the numerical ranks of all weight matrices but the last, whose rank the outputs bound.
 *
 * The statistic of a seed is the mean, over these matrices and over the rest of the grid, of Spearman's ρ between what is
 * varied and the rank; 0 where the rank stays the same.
 *
 * @param options Options of the study.
 * @param networks Its networks; those that have learnt nothing do not count.
 * @returns The verdicts: of the batch size with the same number of updates and of epochs, of learning rate, of weight decay.
 */
export function sgdRankVerdicts(
  options: Pick<CompleteSgdRankOptions, "seeds">,
  networks: readonly SgdRankNetwork[],
): Verdict[] {
  const all = Array.from(
    { length: options.seeds },
    (_, seed) => networks.filter((network) => network.seed === seed && network.hasLearnt),
  );
  const verdict = (claim: string, knob: SgdRankKnob, equal: SgdRankComparison, demand: Demand) =>
    judge(
      claim,
      `mean over the grid of Spearman's ρ of ${sgdRankKnobs[knob]} and rank`,
      // A seed of which nothing is left to compare has no say.
      all.map((own) => meanCorrelation(own.filter((network) => network.equal.includes(equal)), knob))
        .filter((value) => !Number.isNaN(value)),
      demand,
    );
  return [
    verdict("with as many updates, smaller batches lower the rank", "batch", "updates", { above: 0 }),
    verdict("with as many epochs, smaller batches lower the rank", "batch", "epochs", { above: 0 }),
    verdict("larger learning rates lower the rank", "learningRate", "updates", { below: 0 }),
    verdict("stronger weight decay lowers the rank", "weightDecay", "updates", { below: 0 }),
  ];
}

/** Mean of ρ over matrices and over the values of the other two; NaN where there is nothing to compare. */
function meanCorrelation(networks: readonly SgdRankNetwork[], knob: SgdRankKnob): number {
  const others = (Object.keys(sgdRankKnobs) as SgdRankKnob[]).filter((other) => other !== knob);
  const lines = new Map<string, SgdRankNetwork[]>();
  for (const network of networks) {
    const key = others.map((other) => network[other]).join();
    lines.set(key, [...lines.get(key) ?? [], network]);
  }
  const correlations = [...lines.values()].filter((line) => line.length > 1).flatMap((line) =>
    line[0].layers.slice(0, -1).map((_, l) =>
      // Undefined where the rank is constant.
      spearman(line.map((network) => network[knob]), line.map(({ layers }) => layers[l].rank)) || 0
    )
  );
  return correlations.reduce((sum, value) => sum + value, 0) / correlations.length;
}
