/**
 * What trained networks say of the claims about pre-training.
 *
 * @module
 */
import { judge, type Verdict } from "../core/verdict.ts";
import {
  lossAfter,
  type PretrainingNetwork,
  type PretrainingRun,
  stairsClimbed,
  stepsTo,
  terminalRank,
} from "./networks.ts";
import { pretrainedMethods } from "./options.ts";

/**
 * Judges the claims, for each case and each pre-trained start, against the best of the other starts with the same seed: the best
 * in what is compared, or for stairs that of the lowest loss. A seed with nothing to compare has no say.
 *
 * @param runs Networks of all cases.
 * @param methods All starts.
 * @returns The verdicts: that pre-training raises the terminal ε-rank at the start; that it saves time to the targets, its own
 * counted, where what is not reached in the time of the training counts as reached at its end; that it ends with a lower loss after the same time; and that
 * it leaves fewer stairs.
 */
export function pretrainingVerdicts(runs: readonly PretrainingRun[], methods: readonly string[]): Verdict[] {
  return runs.flatMap((run) =>
    methods.filter((method) => pretrainedMethods.includes(method)).flatMap((method) => {
      const compare = (
        statistic: (own: PretrainingNetwork, plain: readonly PretrainingNetwork[]) => number,
      ) =>
        pairs(run, method).map(([own, plain]) => statistic(own, plain)).filter((value) =>
          !Number.isNaN(value)
        );
      const who = `${run.task}, ${run.activation}, ${method}:`;
      return [
        judge(
          `${who} a higher terminal ε-rank at the start`,
          "ranks above the best other start",
          compare((own, plain) => startRank(own) - Math.max(...plain.map(startRank))),
          { above: 0 },
        ),
        judge(
          `${who} less time to given losses, its own counted`,
          "mean share of the best other start's time that is saved",
          compare((own, plain) => savedShare(run, own, plain)),
          { above: 0 },
        ),
        judge(
          `${who} a lower loss after the same time`,
          "log₁₀ of the loss by that of the best other start",
          compare((own, plain) =>
            Math.log10(
              lossAfter(own, run.steps) / Math.min(...plain.map((each) => lossAfter(each, run.steps))),
            )
          ),
          { below: 0 },
        ),
        judge(
          `${who} fewer stairs left`,
          "stairs more than with the other start of the lowest loss",
          compare((own, plain) => stairsClimbed(own) - stairsClimbed(lowest(plain))),
          { below: 0 },
        ),
      ];
    })
  );
}

/** Each network of a start, with those of the same seed that were not pre-trained. */
function pairs({ networks }: PretrainingRun, method: string) {
  return networks.filter((network) => network.method === method)
    .map((own) =>
      [
        own,
        networks.filter((other) => other.seed === own.seed && !pretrainedMethods.includes(other.method)),
      ] as const
    )
    .filter(([, plain]) => plain.length > 0);
}

function startRank({ probes }: PretrainingNetwork): number {
  return terminalRank(probes[0]).rank;
}

/** The network that ended lowest: one that learns nothing climbs no stairs, but has them all left. */
function lowest(networks: readonly PretrainingNetwork[]): PretrainingNetwork {
  const loss = ({ probes }: PretrainingNetwork) => probes[probes.length - 1].loss;
  return networks.reduce((best, each) => loss(each) < loss(best) ? each : best);
}

/** NaN where nobody reaches a target in time. */
function savedShare(
  { targets, steps }: PretrainingRun,
  own: PretrainingNetwork,
  plain: readonly PretrainingNetwork[],
): number {
  const shares = targets.flatMap((loss) => {
    const time = (network: PretrainingNetwork) => Math.min(stepsTo(network, loss) ?? steps, steps);
    const taken = time(own), best = Math.min(...plain.map(time));
    // Nothing can be saved of no time, or where nobody came.
    return best === 0 || (taken === steps && best === steps) ? [] : [1 - taken / best];
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
