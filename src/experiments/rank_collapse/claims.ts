/**
 * The claims about neural rank collapse.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import { spearman } from "../../stats/spearman.ts";
import { mean } from "../../stats/mean.ts";
import type { CollapseRow } from "./layers.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";

/** The design of the experiment. */
export interface CollapseDesign {
  /** Number of classes K. */
  readonly classes: number;
  /** Deviations within classes, ascending; `null` alone if they are not known. */
  readonly deviations: readonly (number | null)[];
  /** Weight decays, ascending. */
  readonly weightDecays: readonly number[];
  /** Networks of each kind. */
  readonly replicas: number;
}

/**
 * States the claims about all layers but the output layer, whose K columns leave it no rank above
 * K.
 *
 * @param rows Layers of the networks that count.
 * @param design The design.
 * @returns The claims. For each deviation, ranks fall as weight decay grows. The strongest decay
 * and the least deviation bring them down to K. If there are several deviations, the least yields
 * lower ranks than the greatest under the same decay. Distances to rank K grow with the total
 * cluster variation divided by the weight decay.
 */
export function collapseClaims(
  rows: readonly CollapseRow[],
  { classes, deviations, weightDecays, replicas }: CollapseDesign,
): Claim[] {
  const [, output] = extent(rows.map(({ layer }) => layer));
  const inner = rows.filter(({ layer }) => layer < output);
  const [least, greatest] = [deviations[0], deviations[deviations.length - 1]];
  const strongest = weightDecays[weightDecays.length - 1];
  const decayed = inner.filter(({ weightDecay }) => weightDecay > 0);
  const at = (deviation: number | null) => deviation === null ? "" : ` at deviation ${deviation}`;
  const claim = (text: string, statistic: string, values: Claim["values"], demand: Demand): Claim => ({
    text,
    statistic,
    values,
    demand,
  });
  const of = (
    rows: readonly CollapseRow[],
    statistic: (own: readonly CollapseRow[]) => number,
  ) => byReplica(replicas, rows, statistic);
  const correlation = (...parts: Parameters<typeof claim>): Claim => ({
    ...claim(...parts),
    kind: "correlation",
  });
  const falls = deviations.map((deviation) =>
    correlation(
      `ranks fall as weight decay grows${at(deviation)}`,
      "Spearman's ρ of weight decay and mean rank of the layers",
      of(inner.filter((row) => row.deviation === deviation), (ofReplica) => {
        const networks = Map.groupBy(ofReplica, ({ weightDecay }) => weightDecay);
        return spearman([...networks.keys()], [...networks.values()].map(meanRank));
      }),
      { below: 0 },
    )
  );
  const limit = claim(
    `weight decay ${strongest}${at(least)} leaves rank ${classes}, the number of classes`,
    `mean over layers of |rank − ${classes}|`,
    of(
      inner.filter(({ deviation, weightDecay }) => deviation === least && weightDecay === strongest),
      (ofReplica) => mean(ofReplica.map(({ rank }) => Math.abs(rank - classes))),
    ),
    { equals: 0 },
  );
  // A network counts if its counterpart at the other deviation does.
  const counterpart = new Map([[least, greatest], [greatest, least]]);
  const paired = decayed.filter((row) =>
    decayed.some((other) =>
      other.deviation === counterpart.get(row.deviation) && other.weightDecay === row.weightDecay &&
      other.replica === row.replica && other.layer === row.layer
    )
  );
  const spread = deviations.length < 2 ? [] : [claim(
    `under the same weight decay, ranks are lower at deviation ${least} than at ${greatest}`,
    "mean difference of their ranks",
    of(paired, (ofReplica) => {
      const rankAt = (of: number | null) => meanRank(ofReplica.filter(({ deviation }) => deviation === of));
      return rankAt(least) - rankAt(greatest);
    }),
    { below: 0 },
  )];
  const grows = correlation(
    `distances to rank ${classes} grow with the cluster variation by weight decay`,
    "Spearman's ρ of TCV / λ and distance",
    of(decayed, (ofReplica) =>
      spearman(
        ofReplica.map(({ variation, weightDecay }) => variation / weightDecay),
        ofReplica.map(({ distance }) => distance),
      )),
    { above: 0 },
  );
  return [...falls, limit, ...spread, grows];
}

function meanRank(rows: readonly CollapseRow[]): number {
  return mean(rows.map(({ rank }) => rank));
}
