/**
 * The claims about the rank along depth.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import type { Probe, SpectrumProbe } from "../../train/trace.ts";
import { byReplica, type Claim } from "../core/verdict.ts";

/** A replica at the start and after training. */
export interface DepthEnds {
  /** First probe. */
  readonly start: SpectrumProbe;
  /** Last probe. */
  readonly end: SpectrumProbe;
}

/**
 * States the claims for the smallest ε: ranks rise along depth at the start, they rise along depth
 * after training, and training raises them.
 *
 * @param ends First and last probe of each replica that counts.
 * @param plan Thresholds of the ranks; number of replicas.
 * @returns The claims.
 */
export function depthClaims(
  ends: readonly DepthEnds[],
  { epsilons, replicas }: { readonly epsilons: readonly number[]; readonly replicas: number },
): Claim[] {
  const epsilon = Math.min(...epsilons), smallest = epsilons.indexOf(epsilon);
  const rank = ({ layers }: Probe) => layers.map(({ ranks }) => ranks[smallest].rank);
  const along = (probe: Probe) => spearman(probe.layers.map(({ layer }) => layer), rank(probe));
  // Not a correlation, which is undefined if all layers have the same rank.
  const gained = (probe: Probe) => rank(probe)[probe.layers.length - 1] - rank(probe)[0];
  const raised = ({ start, end }: DepthEnds) => {
    const before = rank(start);
    return rank(end).reduce((sum, after, l) => sum + after - before[l], 0) / before.length;
  };
  const of = (statistic: (ends: DepthEnds) => number) =>
    byReplica(
      replicas,
      ends.map((own) => ({ replica: own.start.replica, own })),
      ([{ own }]) => statistic(own),
    );
  return [
    {
      text: `at the start the last layer ranks above the first, ε = ${epsilon}`,
      statistic: "difference of their ranks",
      values: of(({ start }) => gained(start)),
      demand: { above: 0 },
    },
    {
      text: `after training later layers rank above earlier ones, ε = ${epsilon}`,
      statistic: "Spearman's ρ of layer and rank",
      values: of(({ end }) => along(end)),
      kind: "correlation",
      demand: { above: 0 },
    },
    {
      text: `training raises the rank, ε = ${epsilon}`,
      statistic: "mean over layers of the rank gained",
      values: of(raised),
      demand: { above: 0 },
    },
  ];
}
