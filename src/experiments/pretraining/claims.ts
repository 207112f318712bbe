/**
 * The claims about pre-training.
 *
 * @module
 */
import { mean } from "../../stats/mean.ts";
import { terminalRank } from "../../train/trace.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import {
  lossAfter,
  type PretrainingNetwork,
  type PretrainingRun,
  stairsClimbed,
  stepsTo,
} from "./networks.ts";
import { caseText } from "./cases.ts";
import { pretrainedMethods, type PretrainingPlan } from "./plan.ts";

/**
 * Compares a pre-trained network with the others of its replica; NaN where there is nothing to
 * compare.
 */
type Statistic = (own: PretrainingNetwork, plain: readonly PretrainingNetwork[]) => number;

/**
 * States the claims about each pre-trained start of each case. Each network is compared with the
 * best of the other starts of the same replica: the best in what is compared, or for stairs the one
 * with the lowest loss. A replica with nothing to compare does not count.
 *
 * @param runs Networks of all cases.
 * @param plan All starts; networks of each.
 * @returns The claims: that pre-training raises the terminal ε-rank at the start; that it saves
 * time to the targets; that it ends with a lower loss after the same time; and that it leaves fewer
 * stairs. Times include that of pre-training. A target that is not reached within the time of the
 * training counts as reached at its end.
 */
export function pretrainingClaims(
  runs: readonly PretrainingRun[],
  { methods, replicasOfEach }: Pick<PretrainingPlan, "methods" | "replicasOfEach">,
): Claim[] {
  return runs.flatMap((run) =>
    methods.filter((method) => pretrainedMethods.includes(method)).flatMap((method) => {
      const claim = (text: string, statistic: string, demand: Demand, value: Statistic): Claim => ({
        text: `${caseText(run)}, ${method}: ${text}`,
        statistic,
        values: byReplica(replicasOfEach, pairs(run, method), ([{ own, plain }]) => {
          const found = value(own, plain);
          return Number.isNaN(found) ? null : found;
        }),
        demand,
      });
      const after = (network: PretrainingNetwork) => lossAfter(network, run.steps);
      return [
        claim(
          "a higher terminal ε-rank at the start",
          "ranks above the best other start",
          { above: 0 },
          (own, plain) => startRank(own) - Math.max(...plain.map(startRank)),
        ),
        claim(
          "less time to given losses, its own counted",
          "mean share of the best other start's time that is saved",
          { above: 0 },
          (own, plain) => savedShare(run, own, plain),
        ),
        claim(
          "a lower loss after the same time",
          "log₁₀ of the loss by that of the best other start",
          { below: 0 },
          (own, plain) => Math.log10(after(own) / Math.min(...plain.map(after))),
        ),
        claim(
          "fewer stairs left",
          "stairs more than with the other start of the lowest loss",
          { below: 0 },
          (own, plain) => stairsClimbed(own) - stairsClimbed(lowest(plain)),
        ),
      ];
    })
  );
}

/** Pairs each network of a start with those of the same replica that were not pre-trained. */
function pairs({ networks }: PretrainingRun, method: string) {
  const plain = networks.filter((network) => !pretrainedMethods.includes(network.method));
  return networks.filter((network) => network.method === method)
    .map((own) => {
      const { replica } = own;
      return { replica, own, plain: plain.filter((other) => other.replica === replica) };
    })
    .filter((pair) => pair.plain.length > 0);
}

function startRank({ probes }: PretrainingNetwork): number {
  return terminalRank(probes[0]).rank;
}

/**
 * Finds the network with the lowest loss at the end: one that learns nothing climbs no stairs, but
 * has them all left.
 */
function lowest(networks: readonly PretrainingNetwork[]): PretrainingNetwork {
  const loss = ({ probes }: PretrainingNetwork) => probes[probes.length - 1].loss;
  return networks.reduce((best, each) => loss(each) < loss(best) ? each : best);
}

/** NaN where no network reaches a target in time. */
function savedShare(
  { targets, steps }: PretrainingRun,
  own: PretrainingNetwork,
  plain: readonly PretrainingNetwork[],
): number {
  const shares = targets.flatMap((loss) => {
    const time = (network: PretrainingNetwork) => Math.min(stepsTo(network, loss) ?? steps, steps);
    const taken = time(own), best = Math.min(...plain.map(time));
    // Nothing can be saved where the best took no time, or where no network came.
    return best === 0 || (taken === steps && best === steps) ? [] : [1 - taken / best];
  });
  return mean(shares);
}
