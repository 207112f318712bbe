/**
 * What ranks of trained layers say of the claims about neural rank collapse.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import type { CollapseRow } from "./layers.ts";
import { judge, type Verdict } from "../core/verdict.ts";

/** What was trained. */
export interface CollapseDesign {
  /** Number of classes K. */
  readonly classes: number;
  /** Deviations within classes, ascending; `null` alone where they are what they are. */
  readonly deviations: readonly (number | null)[];
  /** Weight decays, ascending. */
  readonly weightDecays: readonly number[];
}

/**
 * Judges the claims by all layers but the output layer, whose K columns leave it no rank above K.
 *
 * @param rows Layers of the networks that count.
 * @param design What was trained.
 * @returns The verdicts: for each deviation, that ranks fall as weight decay grows; that the strongest decay and the least
 * deviation bring them down to K; where there are several deviations, that the least yields lower ranks than the greatest under
 * the same decay; and that distances to rank K grow with the total cluster variation by weight decay.
 */
export function collapseVerdicts(
  rows: readonly CollapseRow[],
  { classes, deviations, weightDecays }: CollapseDesign,
): Verdict[] {
  const output = Math.max(...rows.map(({ layer }) => layer));
  const inner = rows.filter(({ layer }) => layer < output);
  const [least, greatest] = [deviations[0], deviations[deviations.length - 1]];
  const strongest = weightDecays[weightDecays.length - 1];
  const decayed = inner.filter(({ weightDecay }) => weightDecay > 0);
  const at = (deviation: number | null) => deviation === null ? "" : ` at deviation ${deviation}`;
  const falls = deviations.map((deviation) =>
    judge(
      `ranks fall as weight decay grows${at(deviation)}`,
      "Spearman's ρ of weight decay and mean rank of the layers",
      bySeed(inner.filter((row) => row.deviation === deviation), (ofSeed) => {
        const networks = Map.groupBy(ofSeed, ({ weightDecay }) => weightDecay);
        return spearman([...networks.keys()], [...networks.values()].map(meanRank));
      }),
      { below: 0 },
    )
  );
  const limit = judge(
    `weight decay ${strongest}${at(least)} leaves rank ${classes}, the number of classes`,
    `mean over layers of |rank − ${classes}|`,
    bySeed(
      inner.filter(({ deviation, weightDecay }) => deviation === least && weightDecay === strongest),
      (ofSeed) => mean(ofSeed.map(({ rank }) => Math.abs(rank - classes))),
    ),
    { equals: 0 },
  );
  // A network counts where its counterpart at the other deviation does.
  const counterpart = new Map([[least, greatest], [greatest, least]]);
  const paired = decayed.filter((row) =>
    decayed.some((other) =>
      other.deviation === counterpart.get(row.deviation) && other.weightDecay === row.weightDecay &&
      other.seed === row.seed && other.layer === row.layer
    )
  );
  const spread = deviations.length < 2 ? [] : [judge(
    `under the same weight decay, ranks are lower at deviation ${least} than at ${greatest}`,
    "mean difference of their ranks",
    bySeed(paired, (ofSeed) => {
      const rankAt = (of: number | null) => meanRank(ofSeed.filter(({ deviation }) => deviation === of));
      return rankAt(least) - rankAt(greatest);
    }),
    { below: 0 },
  )];
  const grows = judge(
    `distances to rank ${classes} grow with the cluster variation by weight decay`,
    "Spearman's ρ of TCV / λ and distance",
    bySeed(decayed, (ofSeed) =>
      spearman(
        ofSeed.map(({ variation, weightDecay }) => variation / weightDecay),
        ofSeed.map(({ distance }) => distance),
      )),
    { above: 0 },
  );
  return [...falls, limit, ...spread, grows];
}

/** A statistic of each seed that has a row. */
function bySeed(rows: readonly CollapseRow[], statistic: (rows: readonly CollapseRow[]) => number): number[] {
  return [...Map.groupBy(rows, ({ seed }) => seed).values()].map(statistic);
}

function meanRank(rows: readonly CollapseRow[]): number {
  return mean(rows.map(({ rank }) => rank));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
