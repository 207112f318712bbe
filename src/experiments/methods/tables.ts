/**
 * Tables of a comparison of methods.
 *
 * @module
 */
import { csv } from "../../io/csv.ts";
import { learningMethods } from "./options.ts";
import type { MethodOutcome } from "./outcome.ts";

/**
 * Writes what the methods came to: a row for each task, method, seed and ε.
 *
 * @param outcomes What came of the methods.
 * @returns CSV with the columns `task`, `method`, `kind`, `seed`, `epsilon`, `rank_start`, `rank_start_low`, `rank_start_high`,
 * `rank_end`, `jumps`, `loss`, `held_out_error` and `coefficient_norm`.
 */
export function methodTable(outcomes: readonly MethodOutcome[]): string {
  const rows = outcomes.flatMap((outcome) =>
    outcome.jumps.map((jumps, e) => ({
      outcome,
      jumps,
      start: outcome.ranks[0][e],
      end: outcome.ranks[outcome.ranks.length - 1][e],
    }))
  );
  return csv([
    ["task", rows.map(({ outcome }) => outcome.task)],
    ["method", rows.map(({ outcome }) => outcome.method)],
    ["kind", rows.map(({ outcome }) => learningMethods[outcome.method].kind)],
    ["seed", rows.map(({ outcome }) => outcome.seed)],
    ["epsilon", rows.map(({ start }) => start.epsilon)],
    ["rank_start", rows.map(({ start }) => start.rank)],
    ["rank_start_low", rows.map(({ start }) => start.low)],
    ["rank_start_high", rows.map(({ start }) => start.high)],
    ["rank_end", rows.map(({ end }) => end.rank)],
    ["jumps", rows.map(({ jumps }) => jumps)],
    ["loss", rows.map(({ outcome: { losses } }) => losses[losses.length - 1])],
    ["held_out_error", rows.map(({ outcome }) => outcome.heldOut)],
    ["coefficient_norm", rows.map(({ outcome }) => outcome.coefficients)],
  ]);
}

/**
 * Writes ranks and losses over time: a row for each task, method, seed, probe and ε.
 *
 * @param outcomes What came of the methods.
 * @returns CSV with the columns `task`, `method`, `seed`, `step`, `loss`, `epsilon`, `rank`, `rank_low` and `rank_high`.
 */
export function methodTrace(outcomes: readonly MethodOutcome[]): string {
  const rows = outcomes.flatMap((outcome) =>
    outcome.steps.flatMap((step, i) =>
      outcome.ranks[i].map((rank) => ({ outcome, step, loss: outcome.losses[i], rank }))
    )
  );
  return csv([
    ["task", rows.map(({ outcome }) => outcome.task)],
    ["method", rows.map(({ outcome }) => outcome.method)],
    ["seed", rows.map(({ outcome }) => outcome.seed)],
    ["step", rows.map(({ step }) => step)],
    ["loss", rows.map(({ loss }) => loss)],
    ["epsilon", rows.map(({ rank }) => rank.epsilon)],
    ["rank", rows.map(({ rank }) => rank.rank)],
    ["rank_low", rows.map(({ rank }) => rank.low)],
    ["rank_high", rows.map(({ rank }) => rank.high)],
  ]);
}
