/**
 * Checks of a plan: of the JSON in a file, and of the grid of a command line.
 *
 * @module
 */
import { suggestion } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { quoted, shown } from "../../format.ts";
import { parseValues } from "./grid_text.ts";
import { MOST_TRIALS } from "./limits.ts";
import { trialKeys } from "./options.ts";
import type { TrialOptions, TrialValue } from "./trial.ts";
import { readValue, unknownKey } from "./trial_value.ts";

/** A plan, checked: options of all trials, a grid, and trials beside it. */
export interface PlanRequest {
  /** Options that all trials have unless they say otherwise. */
  readonly base: TrialOptions;
  /** Values of options by their names; their product gives a trial for each combination. */
  readonly grid: Readonly<Record<string, readonly (TrialValue | null)[]>>;
  /** Trials beside those of the grid. */
  readonly trials: readonly TrialOptions[];
}

/** Third-party code, by a name that is no literal: most programs need none of it. */
const THIRD_PARTY: string = "./deps.ts";

/** The parts of a plan. */
const PARTS = ["base", "grid", "trials"];

/** A place in a plan: `grid.learningRate[1]`. */
function placeOf(path: readonly { readonly key: unknown }[] | undefined): string {
  return (path ?? []).map(({ key }, i) =>
    typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${shown(String(key), 60)}`
  ).join("");
}

/**
 * Checks a plan.
 *
 * @param given A plan, as parsed from JSON: `{ "base": {…}, "grid": {…}, "trials": [{…}, …] }`. The
 * values of a key of the grid are a list, or a text as on the command line: `"0..9"`.
 * @param what Name of the plan, for errors: its file.
 * @returns The plan.
 * @throws {InputError} If it is no plan. The line names the place: `grid.learningRate[1]: …`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkPlan } from "./plan_schema.ts";
 *
 * const { grid } = await checkPlan({ grid: { width: [20, 50], seed: "0..2" } }, "plan.json");
 * assert.deepEqual(grid, { width: [20, 50], seed: [0, 1, 2] });
 * await assert.rejects(checkPlan({ grid: { learningRate: [0.1, -3] } }, "plan.json"), {
 *   message: "plan.json: grid.learningRate[1]: must be a number above 0, not -3",
 * });
 * ```
 */
export async function checkPlan(given: unknown, what: string): Promise<PlanRequest> {
  const { valibot: v } = await import(THIRD_PARTY) as typeof import("./deps.ts");
  const valueOf = (key: string) =>
    v.pipe(
      v.unknown(),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const read = readValue(key, dataset.value);
        if (!("problem" in read)) return read.value;
        addIssue({ message: read.problem });
        return NEVER;
      }),
    );
  // The text of a grid gives a list; its errors name the place within the text.
  const listOf = (key: string) =>
    v.pipe(
      v.unknown(),
      v.rawTransform(({ dataset: { value }, addIssue, NEVER }) => {
        if (typeof value !== "string") return value;
        try {
          return parseValues(value, quoted(value));
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          addIssue({ message: error.message });
          return NEVER;
        }
      }),
      v.array(valueOf(key), `must be a list of values, or a text as "0..9"`),
      v.minLength(1, "is an empty list: give at least one value"),
      v.maxLength(MOST_TRIALS, `has more than ${MOST_TRIALS} values`),
    );
  const keyed = <Entry>(entry: (key: string) => Entry) =>
    Object.fromEntries(trialKeys.map((key) => [key, entry(key)]));
  const unknown = (issue: { readonly path?: unknown }) => {
    const path = issue.path as readonly { readonly key: string }[] | undefined;
    return unknownKey(path?.[path.length - 1].key ?? "");
  };
  // A list is an object as well.
  const object = v.custom<object>(
    (value) => typeof value === "object" && value !== null && !Array.isArray(value),
    "must be an object of options by their names",
  );
  const options = v.pipe(object, v.strictObject(keyed((key) => v.optional(valueOf(key))), unknown));
  if (Array.isArray(given)) given = null;
  const plan = v.strictObject(
    {
      base: v.optional(options, {}),
      grid: v.optional(
        v.pipe(object, v.strictObject(keyed((key) => v.optional(listOf(key))), unknown)),
        {},
      ),
      trials: v.optional(
        v.pipe(
          v.array(options, "must be a list of objects"),
          v.maxLength(MOST_TRIALS, `has more than ${MOST_TRIALS}`),
        ),
        [],
      ),
    },
    ({ expected, path }) =>
      expected === "never" && path
        ? `is no part of a plan;${suggestion(path[0].key, PARTS)} give base, grid, trials`
        : 'must be an object: give {"base": {…}, "grid": {…}} or {"trials": [{…}, …]}',
  );
  const found = v.safeParse(plan, given, { abortEarly: true });
  if (!found.success) {
    const [{ path, message }] = found.issues, place = placeOf(path as readonly { key: unknown }[]);
    throw new InputError(`${what}: ${place === "" ? "" : `${place}: `}${message}`);
  }
  // In the order in which the plan has them: a checked object has the order of the table.
  const order = Object.keys((given as { readonly grid?: object }).grid ?? {});
  const { base, grid, trials } = found.output as unknown as PlanRequest;
  return { base, grid: Object.fromEntries(order.map((key) => [key, grid[key]])), trials };
}
