/**
 * The claims about early directional convergence.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import { spearman } from "../../stats/spearman.ts";
import { byReplica, type Claim, type Demand } from "../core/verdict.ts";
import type { DirectionalPlan } from "./plan.ts";
import type { CaseResult, FlowPath } from "./study_case.ts";

/**
 * Cosine above which a direction counts as that of the KKT point, and σ₂/σ₁ below which a matrix
 * counts as of rank one.
 */
export const ALIGNED = 0.99, RANK_ONE = 0.05;
/** Mean KKT residual below which the ascent counts as at a KKT point. */
const STATIONARY = 0.01;

/**
 * States the claims for a case. The statistic of a replica is that of its own flows and its own KKT
 * point.
 *
 * In the theory all weight matrices become of rank one. The first and the others are judged apart:
 * if activations have kinks, the first one gets there by exponentials alone, whose rates lie close
 * to each other.
 *
 * @param result Result of the case.
 * @param plan The ladder, descending; number of directions, which are the replicas.
 * @returns The claims: ascents reach KKT points; at the smallest δ the direction is that of the KKT
 * point while the loss is within 1 % of its start; a smaller δ brings it closer; hidden weight
 * matrices have rank one there.
 */
export function directionalClaims(
  result: CaseResult,
  { deltas, directions }: Pick<DirectionalPlan, "deltas" | "directions">,
): Claim[] {
  const { name, kkt, paths, hidden } = result;
  const smallest = deltas[deltas.length - 1];
  const ends = paths.filter(({ delta }) => delta === smallest);
  const claim = (text: string, statistic: string, values: Claim["values"], demand: Demand): Claim => ({
    text,
    statistic,
    values,
    demand,
  });
  const rankOne = (which: string, statistic: string, ratios: (path: FlowPath) => readonly number[]) =>
    claim(
      `${name}: ${which} of rank one at δ = ${smallest}`,
      statistic,
      byReplica(directions, ends, ([path]) => extent(ratios(path))[1]),
      { below: RANK_ONE },
    );
  return [
    claim(
      `${name}: projected ascent reaches a KKT point`,
      "mean KKT residual of its last steps",
      byReplica(directions, kkt, ([{ drift }]) => drift),
      { below: STATIONARY },
    ),
    claim(
      `${name}: weights align with the KKT point before the loss moves, δ = ${smallest}`,
      "cosine when the loss has fallen by 1 %",
      byReplica(directions, ends, ([{ early }]) => early.cosine),
      { above: ALIGNED },
    ),
    {
      text: `${name}: the smaller δ, the closer`,
      statistic: "Spearman's ρ of δ and cosine",
      // A replica that has a single δ left has nothing to compare.
      values: byReplica(
        directions,
        paths,
        (own) =>
          own.length < 2
            ? null
            : spearman(own.map(({ delta }) => delta), own.map(({ early }) => early.cosine)),
      ),
      kind: "correlation",
      demand: { below: 0 },
    },
    rankOne("the first weight matrix is", "σ₂/σ₁", ({ early }) => early.ratios.slice(0, 1)),
    ...hidden.length < 2
      ? []
      : [rankOne("the other hidden weight matrices are", "largest σ₂/σ₁", ({ early }) =>
        early.ratios.slice(1))],
  ];
}
