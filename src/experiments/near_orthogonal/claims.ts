/**
 * The claims about nearly orthogonal samples.
 *
 * @module
 */
import { formatNumber } from "../../format.ts";
import { extent } from "../../stats/extent.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import { type NearOrthogonalRow, TOLERANCE } from "./networks.ts";
import type { NearOrthogonalPlan } from "./plan.ts";

/**
 * Constants that stable ranks are held against: 1 + ((1 − γ)/(1 + γ))² of leaky ReLU is at most 2
 * for any γ, and neurons of ReLU that each keep half of the samples of their sign come to 4. Then
 * the share of equal classifications and of equal margins from which on they count as equal, and
 * the share of the stable rank that large weights keep in a step.
 */
export const LEAKY = 2, RELU = 4, LINEAR = 0.99, EVEN = 0.9, KEPT = 0.9;

/**
 * States the claims. The statistic of a replica is that of its own samples and weights.
 *
 * @param rows Networks that did not diverge, at all waypoints.
 * @param plan The study.
 * @returns Claims about orthogonal samples and small weights, then about what follows without them,
 * then about ReLU.
 */
export function nearOrthogonalClaims(
  rows: readonly NearOrthogonalRow[],
  plan: Pick<NearOrthogonalPlan, "cases" | "initScales" | "replicas" | "ratios" | "waypoints">,
): Claim[] {
  const { cases, initScales, replicas, ratios, waypoints } = plan;
  const [orthogonal, nearly] = cases, farthest = cases[cases.length - 2], relu = cases[cases.length - 1];
  const small = initScales[0], large = initScales[initScales.length - 1];
  const end = waypoints[waypoints.length - 1];
  const rowsOf = (name: string, scale: number) =>
    rows.filter((row) => row.name === name && row.initScale === scale);
  const at = (name: string, scale: number, step: number) =>
    rowsOf(name, scale).filter((row) => row.step === step);
  const later = (name: string) => rowsOf(name, small).filter(({ step }) => step > 0);
  const largest = (own: readonly NearOrthogonalRow[], value: (row: NearOrthogonalRow) => number) =>
    extent(own.map(value))[1];
  const upper = ({ stableRank: { value, bound } }: NearOrthogonalRow) => value + bound;
  /** A claim that stable ranks stay low, as they would not after steps without structure. */
  const low = (text: string, statistic: string, own: readonly NearOrthogonalRow[], below: number): Claim => ({
    text,
    statistic,
    values: byReplica(replicas, own, (each) => largest(each, upper)),
    demand: { below },
    null: {
      text: "steps as long, of random coefficients of the samples",
      pValues: byReplica(replicas, own, (each) => largest(each, ({ pValue }) => pValue)),
    },
  });
  const last = (
    text: string,
    statistic: string,
    name: string,
    value: (row: NearOrthogonalRow) => number,
    demand: Demand,
  ): Claim => ({
    text,
    statistic,
    values: byReplica(replicas, at(name, small, end), ([row]) => value(row)),
    demand,
  });
  const first = `${orthogonal.name}, ω = ${formatNumber(small)}`;
  return [
    low(
      `${first}: one step cuts the stable rank`,
      "stable rank after it",
      at(orthogonal.name, small, 1),
      LEAKY,
    ),
    low(`${first}: it stays low`, "largest stable rank from then on", later(orthogonal.name), LEAKY),
    last(`${first}: in the end the rank is two`, "σ₃ / σ₁", orthogonal.name, ({ third }) => third, {
      below: TOLERANCE,
    }),
    last(
      `${first}: in the end the decision boundary is linear`,
      "share of points classified as by Σ a_j w_j",
      orthogonal.name,
      ({ agreement }) => agreement,
      { above: LINEAR },
    ),
    last(
      `${first}: in the end all margins are the same`,
      "least margin divided by the largest",
      orthogonal.name,
      ({ margins: [least, most] }) => least / most,
      { above: EVEN },
    ),
    low(
      `${nearly.name}, ω = ${formatNumber(small)}: it stays low`,
      "largest stable rank",
      later(nearly.name),
      LEAKY,
    ),
    {
      text: "the fewer dimensions, the farther from rank two",
      statistic: "Spearman's ρ of d/n and σ₃ / σ₁ at the end",
      values: byReplica(
        replicas,
        cases.slice(1, -1).flatMap(({ name }, i) =>
          at(name, small, end).map((row) => ({ ...row, ratio: ratios[i] }))
        ),
        (own) =>
          own.length < 2 ? null : spearman(own.map(({ ratio }) => ratio), own.map(({ third }) => third)),
      ),
      kind: "correlation",
      demand: { below: 0 },
    },
    {
      text: `${farthest.name}, ω = ${formatNumber(small)}: it does not stay low`,
      statistic: "largest stable rank",
      values: byReplica(
        replicas,
        later(farthest.name),
        (own) => largest(own, ({ stableRank: { value, bound } }) => value - bound),
      ),
      demand: { above: LEAKY },
    },
    {
      text: `${orthogonal.name}, ω = ${formatNumber(large)}: one step does not cut it`,
      statistic: "stable rank after it divided by that before",
      values: byReplica(
        replicas,
        rowsOf(orthogonal.name, large),
        (own) => stableRankAt(own, 1) / stableRankAt(own, 0),
      ),
      demand: { above: KEPT },
    },
    low(
      `${relu.name}, ω = ${formatNumber(small)}: it stays low`,
      "largest stable rank",
      later(relu.name),
      RELU,
    ),
  ];
}

/** Stable rank of a network at a step. */
function stableRankAt(own: readonly NearOrthogonalRow[], wanted: number): number {
  return own.find(({ step }) => step === wanted)?.stableRank.value ?? NaN;
}
