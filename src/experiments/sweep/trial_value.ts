/**
 * Checks of single options of a trial, by the table of options.
 *
 * @module
 */
import { describeRange, isInRange, suggestion } from "../../check.ts";
import type { OptionFlag } from "../../cli/options.ts";
import { isDecimal } from "../../cli/parse_number.ts";
import { REFUSED, trialKeys, trialTable } from "./options.ts";
import type { TrialValue } from "./trial.ts";

/** A value that an option takes, or what is wrong with it. */
export type ReadValue = { readonly value: TrialValue | null } | { readonly problem: string };

/** Options whose text a grid or a file may give as a number: `layers=50`, `batch=32`. */
const NUMERIC_TEXTS: ReadonlySet<string> = new Set(["layers", "batch"]);

/** Options whose text may be given as a list, one a layer. */
const LISTED_TEXTS: ReadonlySet<string> = new Set(["layers", "activation"]);

/**
 * Reads the value of an option of a trial.
 *
 * @param key Name of the option, one of the table.
 * @param given Any value.
 * @returns The value that a plan holds, or what is wrong, to follow a place and a colon.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readValue } from "./trial_value.ts";
 *
 * assert.deepEqual(readValue("layers", [50, 50]), { value: "50,50" });
 * assert.deepEqual(readValue("steps", -1), {
 *   problem: "must be a whole number from 0 to 4294967295, not -1",
 * });
 * ```
 */
export function readValue(key: string, given: unknown): ReadValue {
  const { flag } = trialTable[key as keyof typeof trialTable];
  if (given === null && flag.default === null) return { value: null };
  switch (flag.kind) {
    case "boolean":
      return typeof given === "boolean" ? { value: given } : refused("true or false", given);
    case "number":
    case "integer": {
      const range = { ...flag, integer: flag.kind === "integer" };
      return isInRange(given, range) ? { value: given } : refused(describeRange(range), given);
    }
    case "numbers":
    case "integers":
      return readNumbers(flag, given);
    case "string":
      return readText(key, flag, given);
  }
}

/** Reads a list of numbers, which a grid gives as one number or as a text. */
function readNumbers(
  flag: OptionFlag & { readonly kind: "numbers" | "integers" },
  given: unknown,
): ReadValue {
  const range = { ...flag, integer: flag.kind === "integers" };
  const list = Array.isArray(given)
    ? given
    : typeof given === "string"
    ? given.split(",").map((text) => isDecimal(text.trim()) ? Number(text) : text)
    : [given];
  if (list.length === 0) return { problem: "is an empty list: give at least one number" };
  const wrong = list.find((each) => !isInRange(each, range));
  if (wrong === undefined && list.every((each) => each !== undefined)) return { value: list };
  return refused(`a list of numbers, each ${describeRange(range)}`, given);
}

function readText(key: string, flag: OptionFlag & { readonly kind: "string" }, given: unknown): ReadValue {
  const text = NUMERIC_TEXTS.has(key) && typeof given === "number"
    ? String(given)
    : LISTED_TEXTS.has(key) && Array.isArray(given)
    ? given.map(String).join()
    : given;
  if (typeof text !== "string" || text === "") return refused("a text", given);
  const { choices } = flag;
  if (choices && !choices.includes(text)) {
    return {
      problem: `must be one of ${choices.join(", ")}, not ${show(given)};${suggestion(text, choices)}`,
    };
  }
  return { value: text };
}

/**
 * Describes a name that no option of a trial has.
 *
 * @param key The name.
 * @returns What is wrong, to follow a place and a colon.
 */
export function unknownKey(key: string): string {
  if (Object.hasOwn(REFUSED, key)) return `is no option of a trial: ${REFUSED[key]}`;
  return `is no option of a trial;${suggestion(key, trialKeys)} give one of ${trialKeys.join(", ")}`;
}

function refused(wanted: string, given: unknown): ReadValue {
  return { problem: `must be ${wanted}, not ${show(given)}` };
}

/** A value as an error shows it, shortened. */
function show(given: unknown): string {
  const text = JSON.stringify(given) ?? String(given);
  return typeof given === "number"
    ? String(given)
    : text.length > 60
    ? `${text.slice(0, 57)}…`.toWellFormed()
    : text;
}
