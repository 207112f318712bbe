/**
 * The table of a sweep: one row for each trial, layer and threshold.
 *
 * @module
 */
import { snakeName } from "../../io/json.ts";
import type { LayerOutcome, RankOutcome, TrialOutcome } from "./outcome.ts";
import { sweptHelp, sweptKind, sweptValue, type ValueKind } from "./swept_value.ts";
import type { SweepPlan, Trial } from "./trial.ts";
import type { TypedColumn } from "./typed_table.ts";

/** A row: one threshold of one layer of one trial. */
interface Row {
  readonly trial: Trial;
  readonly outcome: TrialOutcome;
  readonly layer: number;
  readonly epsilon: number;
  /** The layer; `null` if the trial diverged before its first probe. */
  readonly measured: LayerOutcome | null;
  readonly rank: RankOutcome | null;
}

/** A column: its kind, its explanation, its value in a row. */
type Spec = readonly [kind: ValueKind, help: string, value: (row: Row) => TypedColumn["values"][number]];

/** A p-value; an empty cell where there was too little to test. */
const p = (key: keyof RankOutcome["pValues"]) => ({ rank }: Row): number | null => {
  const value = rank?.pValues[key] ?? NaN;
  return Number.isNaN(value) ? null : value;
};

const known = (value: number): number | null => Number.isNaN(value) ? null : value;
const unless = "empty if the trial diverged before its first probe";
const untested = "empty where there is too little to test";

/** Columns after those of what is swept. */
const COLUMNS: Readonly<Record<string, Spec>> = {
  status: ["text", "done, or diverged if its loss became NaN or infinite", ({ outcome }) => outcome.status],
  diverged_at: [
    "integer",
    "first step whose loss was not finite; empty if there is none",
    ({ outcome }) => outcome.divergedAt,
  ],
  last_step: ["integer", `step of the last probe; ${unless}`, ({ outcome }) => outcome.lastStep],
  loss: [
    "number",
    `loss over all training samples at the last probe; ${unless}`,
    ({ outcome }) => known(outcome.loss),
  ],
  least_loss: ["number", `least loss at any probe; ${unless}`, ({ outcome }) => known(outcome.leastLoss)],
  least_loss_step: [
    "integer",
    `step of the first probe with the least loss; ${unless}`,
    ({ outcome }) => outcome.leastLossStep,
  ],
  accuracy: [
    "number",
    "share of samples classified right at the last probe, from 0 to 1: of the held-out ones, or of the training " +
    "samples if none are held out; empty where the task has no classes",
    ({ outcome }) => outcome.accuracy,
  ],
  relative_error: [
    "number",
    "‖u − u*‖ / ‖u*‖ of the solution of a differential equation at the last probe; empty for other tasks",
    ({ outcome }) => outcome.relativeError,
  ],
  floor_holds: [
    "boolean",
    "whether the loss lies on or above its floor at every probe that has one; empty if none has",
    ({ outcome }) => outcome.floorHolds,
  ],
  hidden_layers: [
    "integer",
    "number of hidden layers; the last of them is the terminal one",
    ({ trial }) => trial.settings.hidden.length,
  ],
  layer: ["integer", "index of the hidden layer, from 1 for the one next to the input", ({ layer }) => layer],
  epsilon: [
    "number",
    "threshold ε, above 0; where thresholds are relative, as a share of the largest eigenvalue λ₁",
    ({ epsilon }) => epsilon,
  ],
  rank_first: ["integer", `ε-rank at the first probe; ${unless}`, ({ rank }) => rank?.initial ?? null],
  rank: ["integer", `ε-rank at the last probe; ${unless}`, ({ rank }) => rank?.rank ?? null],
  rank_low: [
    "integer",
    "least rank there that the bounds of the eigenvalues allow; the rank is certain where it equals rank_high",
    ({ rank }) => rank?.low ?? null,
  ],
  rank_high: [
    "integer",
    "largest rank there that the bounds of the eigenvalues allow",
    ({ rank }) => rank?.high ?? null,
  ],
  rank_largest: ["integer", "largest ε-rank at any probe", ({ rank }) => rank?.largestRank ?? null],
  rank_largest_step: [
    "integer",
    "step of the first probe with the largest ε-rank",
    ({ rank }) => rank?.largestRankStep ?? null,
  ],
  certain_share: [
    "number",
    "share of the probes whose rank is certain, from 0 to 1",
    ({ rank }) => rank?.certainShare ?? null,
  ],
  stairs: [
    "integer",
    "runs of probes over which the rank stays, flicker apart",
    ({ rank }) => rank?.stairs ?? null,
  ],
  jumps: [
    "integer",
    "steps between stairs that neither flicker nor a rounded trend makes",
    ({ rank }) => rank?.jumps ?? null,
  ],
  p_sharp: ["number", `p-value of no such jump; ${untested}`, p("sharp")],
  p_trend: ["number", `p-value of levels that last as along a smooth trend; ${untested}`, p("trend")],
  p_loss: [
    "number",
    `p-value of a loss that falls no faster at jumps than between them; ${untested}`,
    p("loss"),
  ],
  p_lag: ["number", `the same, a little before or behind the jumps; ${untested}`, p("lag")],
  p_change: ["number", `p-value of rank and loss that change independently; ${untested}`, p("change")],
  p_floor: ["number", `p-value of a loss that does not wait at its floor; ${untested}`, p("floor")],
  effective_rank: [
    "number",
    "exponential of the entropy of the layer's singular values, of its last spectrum",
    ({ measured }) => measured?.effectiveRank ?? null,
  ],
  rank_me: ["number", "the same with 10⁻⁷ added to each share", ({ measured }) => measured?.rankMe ?? null],
  stable_rank: [
    "number",
    "Σλ / λ₁ of the layer's last spectrum",
    ({ measured }) => measured?.stableRank ?? null,
  ],
  participation_ratio: [
    "number",
    "(Σλ)² / Σλ² of the layer's last spectrum",
    ({ measured }) => measured?.participationRatio ?? null,
  ],
  nuclear_norm_ratio: [
    "number",
    "Σσ / σ₁ of the layer's last spectrum",
    ({ measured }) => measured?.nuclearNormRatio ?? null,
  ],
};

/**
 * Arranges the outcomes of a sweep as its table, in the order of the plan.
 *
 * @param plan The plan.
 * @param outcomes Outcomes by the ids of their trials; trials without one have no rows.
 * @returns The columns: the trial, what is swept, and what was measured.
 */
export function sweepColumns(plan: SweepPlan, outcomes: ReadonlyMap<string, TrialOutcome>): TypedColumn[] {
  const rows = plan.trials.flatMap((trial) => rowsOf(trial, outcomes.get(trial.id)));
  const specs: [string, Spec][] = [
    ["trial", ["text", "identity of the trial, by all that it trains", ({ trial }) => trial.id]],
    ...plan.keys.map((key): [string, Spec] => [
      snakeName(key),
      [sweptKind(key), sweptHelp(key), ({ trial }) => sweptValue(trial, key)],
    ]),
    ...Object.entries(COLUMNS),
  ];
  return specs.map(([name, [kind, help, value]]) => ({ name, kind, help, values: rows.map(value) }));
}

function rowsOf(trial: Trial, outcome: TrialOutcome | undefined): Row[] {
  if (!outcome) return [];
  const { settings: { hidden, epsilons } } = trial;
  return hidden.flatMap((_, l) =>
    epsilons.map((epsilon, e) => {
      const measured = outcome.layers.at(l) ?? null;
      return { trial, outcome, layer: l + 1, epsilon, measured, rank: measured?.ranks[e] ?? null };
    })
  );
}
