/**
 * Checks of what callers give, at the doors of the library: names, keys, numbers. Each throws one
 * line that says what is wrong and what to give instead.
 *
 * @module
 */
import { InputError } from "./errors.ts";
import { formatNumber, listed, quoted, shown } from "./format.ts";

/** Which numbers are allowed. */
export interface NumberRange {
  /** Least value. */
  readonly min?: number;
  /** Greatest value. */
  readonly max?: number;
  /** Whether the value must be above 0. */
  readonly positive?: boolean;
  /** Whether the value must be whole. */
  readonly integer?: boolean;
}

/**
 * Describes a range of numbers.
 *
 * @param range The range.
 * @returns A phrase such as `a whole number of at least 1`.
 */
export function describeRange({ min, max, positive, integer }: NumberRange): string {
  const bounds = [
    positive && !(min !== undefined && min > 0) ? "above 0" : "",
    min !== undefined && max !== undefined ? `from ${formatNumber(min)} to ${formatNumber(max)}` : "",
    min !== undefined && max === undefined ? `of at least ${formatNumber(min)}` : "",
    min === undefined && max !== undefined ? `of at most ${formatNumber(max)}` : "",
  ].filter((bound) => bound !== "");
  return [integer ? "a whole number" : "a number", bounds.join(" and ")].join(" ").trim();
}

/**
 * Tells whether a value is a number in a range.
 *
 * @param value Any value.
 * @param range The range.
 * @returns Whether it is a finite number in the range.
 */
export function isInRange(value: unknown, range: NumberRange): value is number {
  const { min = -Infinity, max = Infinity, positive = false, integer = false } = range;
  return typeof value === "number" && Number.isFinite(value) && value >= min && value <= max &&
    (!positive || value > 0) && (!integer || Number.isSafeInteger(value));
}

/**
 * Checks a number.
 *
 * @param what What the number is, for the error: `learning rate`.
 * @param value Any value.
 * @param range The range of numbers allowed.
 * @returns The number.
 * @throws {InputError} If it is not a number in the range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkNumber } from "./check.ts";
 *
 * assert.equal(checkNumber("steps", 10, { min: 1, integer: true }), 10);
 * assert.throws(() => checkNumber("steps", 2.5, { min: 1, integer: true }), {
 *   message: "steps must be a whole number of at least 1, not 2.5",
 * });
 * ```
 */
export function checkNumber(what: string, value: unknown, range: NumberRange): number {
  if (isInRange(value, range)) return value;
  throw new InputError(`${what} must be ${describeRange(range)}, not ${show(value)}`);
}

/**
 * Checks that a name is one of several.
 *
 * @param what What the name is of, for the error: `task`.
 * @param name Any value.
 * @param names Names that exist.
 * @returns The name.
 * @throws {InputError} If there is no such name; the message suggests the nearest one and lists
 * all.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkName } from "./check.ts";
 *
 * assert.throws(() => checkName("task", "cosine", ["cosines", "sines"]), {
 *   message: 'no task "cosine"; did you mean "cosines"? give one of cosines, sines',
 * });
 * ```
 */
export function checkName<const Name extends string>(
  what: string,
  name: unknown,
  names: readonly Name[],
): Name {
  if (names.includes(name as Name)) return name as Name;
  throw new InputError(`no ${what} ${show(name)};${suggestion(name, names)} give one of ${listed(names)}`);
}

/**
 * Checks that an object has no keys but known ones: a misspelt option must not be ignored.
 *
 * @param what What the object is, for the error: `training options`.
 * @param given The object.
 * @param known Keys that exist.
 * @throws {InputError} If there is an unknown key whose value is not `undefined`, or it is not an
 * object.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { checkKeys } from "./check.ts";
 *
 * assert.throws(() => checkKeys("training options", { step: 10 }, ["steps", "seed"]), {
 *   message: 'training options have no "step"; did you mean "steps"? give some of steps, seed',
 * });
 * ```
 */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  if (typeof given !== "object" || given === null) {
    throw new InputError(`${what} must be an object, not ${show(given)}`);
  }
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined || known.includes(key)) continue;
    throw new InputError(
      `${what} have no ${show(key)};${suggestion(key, known)} give some of ${listed(known)}`,
    );
  }
}

/** Characters of a name that may be a mistyped one, at most. */
const LONGEST_NAME = 100;

/**
 * Levenshtein's distance: the fewest insertions, deletions and replacements that turn one string
 * into the other.
 */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(from[i - 1] !== to[j - 1]));
    }
    row = next;
  }
  return row[to.length];
}

/**
 * Finds the name that a mistyped one most likely meant.
 *
 * @param name What was typed, of any case.
 * @param known Names that exist.
 * @returns The nearest known name by Levenshtein's distance, the first of several; `undefined` if
 * none has at least half of its letters in place.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { closest } from "./check.ts";
 *
 * assert.equal(closest("Cosine", ["sines", "cosines"]), "cosines");
 * assert.equal(closest("xyz", ["sines", "cosines"]), undefined);
 * ```
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST_NAME) return undefined;
  let best: string | undefined, least = Infinity;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits < least && edits <= candidate.length / 2) [best, least] = [candidate, edits];
  }
  return best;
}

/**
 * Suggests the nearest name, as a part of an error message.
 *
 * @param name What was given.
 * @param known Names that exist.
 * @returns ` did you mean "…"?`, or nothing where no name is near.
 */
export function suggestion(name: unknown, known: readonly string[]): string {
  const near = typeof name === "string" ? closest(name, known) : undefined;
  return near === undefined ? "" : ` did you mean "${near}"?`;
}

/** A value as an error message shows it: short, whatever it is. */
function show(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  try {
    return shown(String(value));
  } catch {
    // An object without a way to become text.
    return "an object";
  }
}
