/**
 * What flows from small weights say of early directional convergence.
 *
 * @module
 */
import { spearman } from "../../stats/spearman.ts";
import { judge, type Verdict } from "../core/verdict.ts";
import type { CaseResult, FlowPath } from "./study_case.ts";

/** Cosine above which a direction counts as that of the KKT point, and σ₂/σ₁ below which a matrix counts as of rank one. */
export const ALIGNED = 0.99, RANK_ONE = 0.05;
/** Mean KKT residual below which the ascent counts as at a KKT point. */
const STATIONARY = 0.01;

/**
 * Judges the claims for a case, each seed by its own flows and its own KKT point.
 *
 * The theory has all weight matrices of rank one. They are judged apart, the first and the others: where activations have kinks
 * the first one gets there by exponentials alone, whose rates lie close to each other.
 *
 * @param result What came of the case.
 * @param deltas The ladder, descending.
 * @returns The verdicts: that ascents reach KKT points; that at the smallest δ the direction is that of the KKT point while the
 * loss is within 1 % of its start; that a smaller δ brings it closer; that hidden weight matrices have rank one there.
 */
export function directionalVerdicts(result: CaseResult, deltas: readonly number[]): Verdict[] {
  const { name, kkt, paths, hidden } = result;
  const smallest = deltas[deltas.length - 1];
  const ends = paths.filter(({ delta }) => delta === smallest);
  // A single δ that is left of a seed has nothing to be compared with.
  const ladders = [...Map.groupBy(paths, ({ seed }) => seed).values()].filter(({ length }) => length > 1);
  const rankOne = (which: string, statistic: string, ratios: (path: FlowPath) => readonly number[]) =>
    judge(
      `${name}: ${which} of rank one at δ = ${smallest}`,
      statistic,
      ends.map((path) => Math.max(...ratios(path))),
      { below: RANK_ONE },
    );
  return [
    judge(
      `${name}: projected ascent reaches a KKT point`,
      "mean KKT residual of its last steps",
      kkt.map(({ drift }) => drift),
      { below: STATIONARY },
    ),
    judge(
      `${name}: weights align with the KKT point before the loss moves, δ = ${smallest}`,
      "cosine when the loss has fallen by 1 %",
      ends.map(({ early }) => early.cosine),
      { above: ALIGNED },
    ),
    judge(
      `${name}: the smaller δ, the closer`,
      "Spearman's ρ of δ and cosine",
      ladders.map((own) => spearman(own.map(({ delta }) => delta), own.map(({ early }) => early.cosine))),
      { below: 0 },
    ),
    rankOne("the first weight matrix is", "σ₂/σ₁", ({ early }) => early.ratios.slice(0, 1)),
    ...hidden.length < 2
      ? []
      : [rankOne("the other hidden weight matrices are", "largest σ₂/σ₁", ({ early }) =>
        early.ratios.slice(1))],
  ];
}
