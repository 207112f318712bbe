/**
 * The trials that a plan asks for, as options.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { MOST_TRIALS } from "./limits.ts";
import type { PlanRequest } from "./plan_schema.ts";
import type { TrialOptions } from "./trial.ts";

/** A trial that a plan asks for. */
export interface GivenTrial {
  /** Its options beside those of all trials. */
  readonly given: TrialOptions;
  /** Place in the plan: `trials[3]`, or the values of the grid. */
  readonly place: string;
}

/**
 * Lists the trials of a plan: the product of its grid, the last key fastest, then the trials beside
 * it.
 *
 * @param request The plan.
 * @returns The trials, and the names of the options that they give.
 * @throws {InputError} If there is none, or there are too many, or an option is given in two
 * places.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { expandPlan } from "./expand.ts";
 *
 * const grid = { width: [5, 9], seed: [0, 1] };
 * const { trials, keys } = expandPlan({ base: {}, grid, trials: [] });
 * assert.deepEqual([keys, trials[1].given], [["width", "seed"], { width: 5, seed: 1 }]);
 * ```
 */
export function expandPlan(
  { base, grid, trials }: PlanRequest,
): { readonly keys: readonly string[]; readonly trials: readonly GivenTrial[] } {
  const axes = Object.entries(grid);
  for (const [key, values] of axes) {
    if (Object.hasOwn(base, key)) {
      throw new InputError(`${key} is given for all trials and swept by the grid: leave one of them out`);
    }
    const seen = new Map<string, number>();
    for (const [i, value] of values.entries()) {
      const text = JSON.stringify(value), first = seen.get(text);
      if (first !== undefined) {
        throw new InputError(`grid.${key}[${i}]: repeats ${text} of grid.${key}[${first}]: leave it out`);
      }
      seen.set(text, i);
    }
  }
  const product = axes.length === 0 ? 0 : axes.reduce((sum, [, values]) => sum * values.length, 1);
  const total = product + trials.length;
  if (total === 0) throw new InputError("the plan has no trials: give a grid, as width=20,50 seed=0..9");
  if (total > MOST_TRIALS) {
    throw new InputError(`the plan has ${total} trials: give at most ${MOST_TRIALS}, or several sweeps`);
  }
  const expanded: GivenTrial[] = [];
  for (let index = 0; index < product; index++) {
    const given: [string, TrialOptions[string]][] = [];
    let rest = index;
    for (let k = axes.length - 1; k >= 0; k--) {
      const [key, values] = axes[k];
      given.push([key, values[rest % values.length]]);
      rest = Math.floor(rest / values.length);
    }
    given.reverse();
    expanded.push({ given: Object.fromEntries(given), place: trialText(Object.fromEntries(given)) });
  }
  for (const [i, given] of trials.entries()) {
    const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    expanded.push({ given: known, place: `trials[${i}]` });
  }
  const keys = new Set([
    ...Object.keys(grid),
    ...expanded.slice(product).flatMap(({ given }) => Object.keys(given)),
  ]);
  return { keys: [...keys], trials: expanded };
}

/**
 * Writes the options of a trial in a line: `width=20 learningRate=0.01`.
 *
 * @param options The options.
 * @returns The text.
 */
export function trialText(options: TrialOptions): string {
  return Object.entries(options).map(([key, value]) => `${key}=${value}`).join(" ");
}
