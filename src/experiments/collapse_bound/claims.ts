/**
 * The claims about the bound of neural rank collapse.
 *
 * @module
 */
import { mean } from "../../stats/mean.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { permutation, uniform } from "../../stats/random.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim } from "../core/verdict.ts";
import type { CollapsePlace } from "../rank_collapse/plan.ts";
import type { LayerBound } from "../../rank/ranks/collapse_bounds.ts";

/** A bound of one weight matrix, and its network. */
export interface BoundRow extends Omit<LayerBound, "index">, CollapsePlace {
  /** Whether the network has skip connections. */
  readonly residual: boolean;
}

/** Orders of weight decays that are drawn under the null. */
const DRAWS = 999;

/**
 * Tells whether the features next to a matrix bound it: those of layer l − 1.
 *
 * @param row A bound.
 * @returns Whether they do.
 */
export function isNearest({ layer, from }: LayerBound | BoundRow): boolean {
  return from === layer - 1;
}

/**
 * States the claims, for plain networks and for residual ones: no distance to rank K exceeds the
 * bound with the gradient's term, nor without it after training with weight decay; without weight
 * decay the bound is exceeded; it says more than the norm of the matrix; distances fall as λ grows,
 * and follow their bounds.
 *
 * @param rows Bounds of the networks that count.
 * @param design Networks of each kind, and weight decays.
 * @returns The claims.
 */
export function boundClaims(
  rows: readonly BoundRow[],
  { replicas, weightDecays }: { readonly replicas: number; readonly weightDecays: readonly number[] },
): Claim[] {
  const decays = weightDecays.filter((decay) => decay > 0);
  return [false, true].flatMap((residual) => {
    const own = rows.filter((row) => row.residual === residual), whose = residual ? "residual" : "plain";
    const decayed = own.filter(({ weightDecay }) => weightDecay > 0), near = decayed.filter(isNearest);
    const of = (rows: readonly BoundRow[], statistic: (own: readonly BoundRow[]) => number) =>
      byReplica(replicas, rows, statistic);
    const share = (rows: readonly BoundRow[], is: (row: BoundRow) => boolean) =>
      of(rows, (own) => own.filter(is).length / own.length);
    const series = (text: string, what: string, sign: 1 | -1, x: (row: BoundRow) => number): Claim => ({
      text: `${whose} networks: ${text}`,
      statistic: `Spearman's ρ of ${what} and distance, mean over layers`,
      values: of(near, (own) => correlate(own, decays, x)),
      kind: "correlation",
      demand: sign > 0 ? { above: 0 } : { below: 0 },
      null: {
        text: "weight decays in any order",
        pValues: of(near, (own) => {
          const random = uniform(1),
            value = (order?: ArrayLike<number>) => sign * correlate(own, decays, x, order);
          const draws = Array.from({ length: DRAWS }, () => value(permutation(decays.length, random)));
          return monteCarloPValue(value(), draws);
        }),
      },
    });
    // What is not a number exceeds every bound.
    const isBeyond = (row: BoundRow, most: number) => !(row.leastDistance <= most);
    return [
      {
        text: `${whose} networks: distances to rank K are within the bound and the gradient's term`,
        statistic: "bounds exceeded",
        values: of(own, (own) => own.filter((row) => isBeyond(row, row.bound + row.gradient)).length),
        demand: { equals: 0 },
      },
      {
        text: `${whose} networks: with weight decay they are within the bound alone`,
        statistic: "bounds exceeded",
        values: of(decayed, (own) => own.filter((row) => isBeyond(row, row.bound)).length),
        demand: { equals: 0 },
      },
      ...weightDecays.length === decays.length ? [] : [{
        text: `${whose} networks: without weight decay they are not`,
        statistic: "share of bounds exceeded",
        values: share(
          own.filter(({ weightDecay }) => weightDecay === 0),
          ({ leastDistance, bound }) => leastDistance > bound,
        ),
        demand: { above: 0.5 },
      }],
      {
        text: `${whose} networks: bound and gradient's term are less than the norm of the matrix`,
        statistic: "share of matrices",
        values: share(near, ({ bound, gradient, norm }) => bound + gradient < norm),
        demand: { above: 0.5 },
      },
      series("distances fall as weight decay grows", "weight decay", -1, ({ weightDecay }) => weightDecay),
      series("distances follow their bounds over weight decays", "bound", 1, ({ bound }) => bound),
    ];
  });
}

/** Mean over deviations and layers of ρ over weight decays, distances taken in another order. */
function correlate(
  rows: readonly BoundRow[],
  decays: readonly number[],
  x: (row: BoundRow) => number,
  order: ArrayLike<number> = decays.map((_, i) => i),
): number {
  const matrices = Map.groupBy(rows, ({ deviation, layer }) => `${deviation} ${layer}`);
  return mean([...matrices.values()].map((own) => {
    const found = decays.map((decay) => own.find(({ weightDecay }) => weightDecay === decay));
    const distances = Array.from(order, (i) => found[i]?.distance ?? NaN);
    return spearman(found.map((row) => row ? x(row) : NaN), distances);
  }));
}
