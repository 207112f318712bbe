/**
 * The claims that a phase diagram tests.
 *
 * @module
 */
import { mean } from "../../stats/mean.ts";
import { combinePValues, monteCarloPValue } from "../../stats/p_values.ts";
import { localQuantiles } from "../../stats/shifts.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim, type Demand, SIGNIFICANT } from "../core/verdict.ts";
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
export function phaseClaims(networks: readonly PhaseNetwork[], plan: PhasePlan): Claim[] {
  const { epsilons: [epsilon], replicasOfEach } = plan;
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
      text: `the final loss falls where the final ε-rank rises with the initial scale, ε = ${epsilon}`,
      statistic: "changes of rank and log loss from scale to scale against shifts of the map",
      values: byReplica(replicasOfEach, networks, (own) =>
        combinePValues(
          [...Map.groupBy(own, ({ width }) => width).values()].map((map) => oppositeMaps(map, plan)),
        )),
      kind: "p-value",
      demand: SIGNIFICANT,
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

/** Neighbours to either side among which a change is ranked, and least shift of the null. */
const NEIGHBORS = 3;

/**
 * Tests whether the loss of a map falls where its rank rises, apart from their trends.
 *
 * - Data: the changes of rank and log loss from one initial scale to the next, at the learning
 *   rates at which no network of the map diverged. A change counts by its quantile among those of
 *   the three scales before and behind it (`localQuantiles`), so that no trend is left.
 * - Statistic: −ρ, Spearman's ρ of the quantiles of the whole map.
 * - Null: one map is shifted against the other in a circle, by at least three scales and by any
 *   number of learning rates, which keeps what neighbouring networks have in common within each.
 * - Tail: one-sided.
 *
 * @param own Networks of one width and one replica.
 * @param plan The diagram.
 * @returns The p-value; NaN with fewer than seven scales, or where each rate has a divergence.
 */
export function oppositeMaps(
  own: readonly PhaseNetwork[],
  { initScales, learningRates }: Pick<PhasePlan, "initScales" | "learningRates">,
): number {
  const byRate = Map.groupBy(own, ({ learningRate }) => learningRate);
  const lines = learningRates.map((rate) => byRate.get(rate) ?? []).filter((line) =>
    line.length === initScales.length && line.every(({ ranks }) => ranks)
  ).map((line) => line.toSorted((a, b) => a.initScale - b.initScale));
  const count = initScales.length - 1, rates = lines.length;
  if (count < 2 * NEIGHBORS || rates === 0) return NaN;
  const quantiles = (value: (network: PhaseNetwork) => number) =>
    lines.map((line) => {
      const values = line.map(value);
      return localQuantiles(values.slice(1).map((each, i) => each - values[i]), NEIGHBORS);
    });
  const ranks = quantiles((network) => network.ranks![0].rank);
  const losses = quantiles(({ loss }) => Math.log(loss));
  const flat = ranks.flatMap((line) => [...line]);
  const shifted = (scale: number, rate: number) =>
    -spearman(
      flat,
      ranks.flatMap((line, r) => [...line].map((_, s) => losses[(r + rate) % rates][(s + scale) % count])),
    );
  const draws = Array.from(
    { length: (count - 2 * NEIGHBORS + 1) * rates },
    (_, i) => shifted(NEIGHBORS + Math.floor(i / rates), i % rates),
  );
  return monteCarloPValue(shifted(0, 0), draws);
}
