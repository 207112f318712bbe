/**
 * The claims about nearly orthogonal samples.
 *
 * @module
 */
import { formatNumber } from "../../format.ts";
import { extent } from "../../stats/extent.ts";
import { lowerMedian } from "../../stats/median.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import { type NearOrthogonalRow, TOLERANCE } from "./networks.ts";
import type { NearOrthogonalPlan } from "./plan.ts";

/** What stable ranks of leaky ReLU stay below: 1 + ((1 − γ)/(1 + γ))² is at most 2 for any γ. */
export const LOW = 2;
/**
 * Shares: of points, from which on a boundary counts as linear; of the largest margin, from which
 * on margins count as equal; of the stable rank, that large weights keep in a step; and of that of
 * random steps, below which ReLU stays, for which the theory has a constant without a value.
 */
const LINEAR = 0.99, EVEN = 0.9, KEPT = 0.9, HALF = 0.5;

/**
 * States the claims. The statistic of a replica is that of its own samples and weights.
 *
 * @param rows Networks that did not diverge, at all waypoints.
 * @param plan The study.
 * @returns Claims about orthogonal samples and small weights; about normal samples; about large
 * weights; about ReLU.
 */
export function nearOrthogonalClaims(
  rows: readonly NearOrthogonalRow[],
  { cases, initScales, replicasOfEach: replicas, ratios, waypoints }: Pick<
    NearOrthogonalPlan,
    "cases" | "initScales" | "replicasOfEach" | "ratios" | "waypoints"
  >,
): Claim[] {
  const names = cases.map(({ name }) => name), [orthogonal, nearly] = names;
  const [farthest, relu] = names.slice(-2);
  const small = initScales[0], large = initScales[initScales.length - 1];
  const end = waypoints[waypoints.length - 1];
  const rowsOf = (name: string, scale: number) =>
    rows.filter((row) => row.name === name && row.initScale === scale);
  const later = (name: string) => rowsOf(name, small).filter(({ step }) => step > 0);
  const most = (own: readonly NearOrthogonalRow[], value: Measure) => extent(own.map(value))[1];
  const claim = (name: string, text: string, statistic: string, rest: Pick<Claim, "values" | "demand">) => ({
    text: `${name}, ω = ${formatNumber(small)}: ${text}`,
    statistic,
    ...rest,
  });
  /** A claim about the largest of a measure, which steps without structure would exceed. */
  const low = (name: string, text: string, statistic: string, own: readonly NearOrthogonalRow[], {
    value = upper,
    below = LOW,
  } = {}): Claim => ({
    ...claim(name, text, statistic, {
      values: byReplica(replicas, own, (each) => most(each, value)),
      demand: { below },
    }),
    null: {
      text: "steps as long, of random combinations of the samples",
      pValues: byReplica(replicas, own, (each) => most(each, ({ pValue }) => pValue)),
    },
  });
  const last = (name: string, text: string, statistic: string, value: Measure, demand: Demand): Claim => {
    const own = rowsOf(name, small).filter(({ step }) => step === end);
    return claim(name, text, statistic, { values: byReplica(replicas, own, ([row]) => value(row)), demand });
  };
  const third: Measure = (row) => row.third, agreement: Measure = (row) => row.agreement;
  const alike = "share of points classified as by Σ a_j w_j";
  return [
    low(
      orthogonal,
      "one step cuts the stable rank",
      "stable rank after it",
      later(orthogonal).filter(({ step }) => step === 1),
    ),
    low(orthogonal, "it stays low", "largest stable rank from then on", later(orthogonal)),
    last(orthogonal, "in the end the rank is two", "σ₃ / σ₁", third, { below: TOLERANCE }),
    last(orthogonal, "in the end the decision boundary is linear", alike, agreement, { above: LINEAR }),
    last(
      orthogonal,
      "in the end all margins are equal",
      "least margin divided by the largest",
      ({ margins: [least, largest] }) => least / largest,
      { above: EVEN },
    ),
    low(nearly, "the stable rank stays low", "largest stable rank after a step", later(nearly)),
    {
      text: "the fewer dimensions of normal samples, the farther from rank two",
      statistic: "Spearman's ρ of d/n and σ₃ / σ₁ at the end",
      values: byReplica(
        replicas,
        names.slice(1, -1).flatMap((name, i) =>
          rowsOf(name, small).filter(({ step }) => step === end).map((row) => ({ ...row, ratio: ratios[i] }))
        ),
        (own) => own.length < 2 ? null : spearman(own.map(({ ratio }) => ratio), own.map(third)),
      ),
      kind: "correlation",
      demand: { below: 0 },
    },
    claim(farthest, "the stable rank does not stay low", "largest stable rank after a step", {
      values: byReplica(
        replicas,
        later(farthest),
        (own) => most(own, ({ stableRank: { value, bound } }) => value - bound),
      ),
      demand: { above: LOW },
    }),
    last(farthest, "in the end the decision boundary is not linear", alike, agreement, { below: LINEAR }),
    {
      text: `${orthogonal}, ω = ${formatNumber(large)}: one step does not cut the stable rank`,
      statistic: "stable rank after it divided by that before",
      values: byReplica(replicas, rowsOf(orthogonal, large), (own) => {
        const [before, after] = [0, 1].map((at) => own.find(({ step }) => step === at)?.stableRank.value);
        return (after ?? NaN) / (before ?? NaN);
      }),
      demand: { above: KEPT },
    },
    low(
      relu,
      "the stable rank stays below half of that of random steps",
      "largest quotient of the two",
      later(relu),
      { value: (row) => upper(row) / lowerMedian(row.drawn), below: HALF },
    ),
  ];
}

/** A number that is taken from a row. */
type Measure = (row: NearOrthogonalRow) => number;

/** Certified upper end of the stable rank. */
function upper({ stableRank: { value, bound } }: NearOrthogonalRow): number {
  return value + bound;
}
