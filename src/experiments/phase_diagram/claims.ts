/**
 * The claims that a phase diagram tests.
 *
 * @module
 */
import { mean } from "../../stats/mean.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import type { PhaseNetwork } from "./cells.ts";
import type { PhasePlan } from "./plan.ts";

/**
 * States the claims about ranks, for the first threshold, and about divergence.
 *
 * Statistics of a replica are means over lines of the diagram, along which one quantity varies, of
 * Spearman's ρ. ρ counts as 0 where one side is constant. The claims on ranks count networks that
 * have learnt: others are still as they were drawn.
 *
 * @param networks Networks of the diagram.
 * @param plan The diagram.
 * @returns The claims.
 */
export function phaseClaims(
  networks: readonly PhaseNetwork[],
  { epsilons: [epsilon], replicasOfEach }: Pick<PhasePlan, "epsilons" | "replicasOfEach">,
): Claim[] {
  const learnt = networks.filter(({ hasLearnt }) => hasLearnt);
  const edges = edgesOf(networks);
  const correlation = <Row extends { readonly replica: number }>(
    text: string,
    [statistic, demand]: readonly [string, Demand],
    rows: readonly Row[],
    { along, line, value }: Lines<Row>,
  ): Claim => ({
    text,
    statistic,
    values: byReplica(replicasOfEach, rows, (own) => {
      const lines = [...Map.groupBy(own, line).values()].filter((each) => each.length > 1);
      const correlations = lines.map((each) => spearman(each.map(along), each.map(value)) || 0);
      return correlations.length > 0 ? mean(correlations) : null;
    }),
    kind: "correlation",
    demand,
  });
  const overScales = {
    along: ({ initScale }: PhaseNetwork) => initScale,
    line: ({ width, learningRate }: PhaseNetwork) => [width, learningRate].join(),
  };
  return [
    correlation(
      `networks that have learnt end at a lower ε-rank from smaller initial weights, ε = ${epsilon}`,
      ["mean over the map of Spearman's ρ of initial scale and rank", { above: 0 }],
      learnt,
      { ...overScales, value: ({ ranks }) => ranks![0].rank },
    ),
    correlation(
      `they change their ε-rank less from larger initial weights (lazy training), ε = ${epsilon}`,
      ["mean over the map of Spearman's ρ of initial scale and change of rank", { below: 0 }],
      learnt,
      { ...overScales, value: ({ ranks, startRanks }) => Math.abs(ranks![0].rank - startRanks![0].rank) },
    ),
    correlation(
      "wider networks diverge at lower learning rates",
      ["mean over initial scales of Spearman's ρ of width and the first rate that diverges", { below: 0 }],
      edges,
      { along: ({ width }) => width, line: ({ initScale }) => `${initScale}`, value: ({ rate }) => rate },
    ),
    correlation(
      "larger initial weights diverge at lower learning rates",
      ["mean over widths of Spearman's ρ of initial scale and the first rate that diverges", { below: 0 }],
      edges,
      { along: ({ initScale }) => initScale, line: ({ width }) => `${width}`, value: ({ rate }) => rate },
    ),
    {
      text: "beyond the first learning rate that diverges all diverge",
      statistic: "networks beyond it that do not",
      values: byReplica(
        replicasOfEach,
        edges.filter(({ rate }) => rate < Infinity),
        (own) => own.reduce((sum, { beyond }) => sum + beyond, 0),
      ),
      demand: { equals: 0 },
    },
    {
      text: `at one place of the map, networks of a higher ε-rank have a lower loss, ε = ${epsilon}`,
      statistic: "Spearman's ρ of how far rank and log loss lie from those of the replicas before",
      values: Array.from({ length: replicasOfEach }, (_, replica) => deviations(learnt, replica)),
      kind: "correlation",
      demand: { below: 0 },
    },
  ];
}

/** Lines along which a quantity varies. */
interface Lines<Row> {
  /** The quantity. */
  readonly along: (row: Row) => number;
  /** Name of the line. */
  readonly line: (row: Row) => string;
  /** What is compared with it. */
  readonly value: (row: Row) => number;
}

/** Where a network begins to diverge as its learning rate grows. */
export interface PhaseEdge {
  /** Neurons of each hidden layer. */
  readonly width: number;
  /** Factor of the initial parameters. */
  readonly initScale: number;
  /** Index of the network among those of its cells. */
  readonly replica: number;
  /** Smallest learning rate at which it diverges; infinite if there is none. */
  readonly rate: number;
  /** Larger rates at which it does not. */
  readonly beyond: number;
}

/**
 * Finds the edges of divergence.
 *
 * @param networks Networks of a diagram.
 * @returns The edge of each width, initial scale and replica.
 */
export function edgesOf(networks: readonly PhaseNetwork[]): PhaseEdge[] {
  const keyOf = ({ width, initScale, replica }: PhaseNetwork) => [width, initScale, replica].join();
  return [...Map.groupBy(networks, keyOf).values()].map((own): PhaseEdge => {
    const [{ width, initScale, replica }] = own;
    const isLost = ({ divergedAt }: PhaseNetwork) => divergedAt !== null;
    const rate = Math.min(...own.filter(isLost).map(({ learningRate }) => learningRate));
    const beyond = own.filter((each) => each.learningRate > rate && !isLost(each)).length;
    return { width, initScale, replica, rate, beyond };
  });
}

/**
 * Correlates rank and loss where nothing but the seed differs: over all cells, Spearman's ρ of how
 * far the rank of a replica lies from the mean of the replicas before it, and how far its log loss
 * does. Whatever follows from width, scale and rate is the same for all networks of a cell, and
 * falls out. Differences from the replicas *before*, unlike those from the mean of all, are
 * uncorrelated from one replica to the next, so that each replica is a test of its own.
 *
 * @param learnt Networks that have learnt. Cells of which one up to this replica has not are left
 * out.
 * @param replica Index of the replica.
 * @returns ρ; `null` of the first replica, and where ranks or losses do not differ.
 */
export function deviations(learnt: readonly PhaseNetwork[], replica: number): number | null {
  const keyOf = ({ width, initScale, learningRate }: PhaseNetwork) => [width, initScale, learningRate].join();
  const upTo = learnt.filter((network) => network.replica <= replica);
  const cells = [...Map.groupBy(upTo, keyOf).values()].filter(({ length }) => length === replica + 1);
  const along = (value: (network: PhaseNetwork) => number) =>
    cells.map((cell) => {
      const before = cell.filter((network) => network.replica < replica);
      return value(cell.find((network) => network.replica === replica)!) - mean(before.map(value));
    });
  const rho = spearman(along(({ ranks }) => ranks![0].rank), along(({ loss }) => Math.log(loss)));
  return Number.isNaN(rho) ? null : rho;
}
