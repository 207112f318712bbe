/**
 * The flags of a program: declared as a table, read from the command line with types, listed by `--help`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import { parseNumber } from "./parse_number.ts";

/** What every flag has. */
export interface FlagBase {
  /** Name on the command line, without dashes in front: `learning-rate`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly help: string;
  /** What stands for the value in the help: `FILE`, `N`. By default the kind's own. */
  readonly placeholder?: string;
  /** Former names. They are refused with a line that gives the present one. */
  readonly was?: readonly string[];
}

/** A flag with any text, or one of a few words, as its value. */
export interface StringFlag extends FlagBase {
  /** Kind of its value. */
  readonly kind: "string";
  /** Value if the flag is not given; `null` for none. */
  readonly default: string | null;
  /** The words allowed. Any text by default. */
  readonly choices?: readonly string[];
}

/** A flag with a number, or a whole number, as its value. */
export interface NumberFlag extends FlagBase, NumberRange {
  /** Kind of its value. */
  readonly kind: "number" | "integer";
  /** Value if the flag is not given; `null` for none. */
  readonly default: number | null;
}

/** A flag with a list of numbers, separated by commas, as its value: `1e-2,1e-4`. */
export interface NumbersFlag extends FlagBase, NumberRange {
  /** Kind of its value. */
  readonly kind: "numbers" | "integers";
  /** Value if the flag is not given; `null` for none. */
  readonly default: readonly number[] | null;
}

/** A flag that is on or off: `--name`, `--no-name`. */
export interface BooleanFlag extends FlagBase {
  /** Kind of its value. */
  readonly kind: "boolean";
  /** Value if the flag is not given. */
  readonly default: boolean;
}

/** One flag of a program. */
export type Flag = StringFlag | NumberFlag | NumbersFlag | BooleanFlag;

/** `learning-rate` as `learningRate`. */
export type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name;

/** Type of a flag's value where one is given. */
export type GivenValue<F extends Flag> = F extends { kind: "boolean" } ? boolean
  : F extends { kind: "number" | "integer" } ? number
  : F extends { kind: "numbers" | "integers" } ? readonly number[]
  : F extends { choices: readonly (infer Choice)[] } ? Choice
  : string;

/** Type of a flag's value: with `null` if that is its default. */
export type FlagValue<F extends Flag> = GivenValue<F> | (F extends { default: null } ? null : never);

/** Values of a table of flags by their names in camel case. */
export type FlagValues<Flags extends readonly Flag[]> = {
  readonly [F in Flags[number] as CamelCase<F["name"]>]: FlagValue<F>;
};

/** What a command line holds. */
export interface ParsedArguments<Flags extends readonly Flag[]> {
  /** Values of the flags, by their names in camel case. */
  readonly flags: FlagValues<Flags>;
  /** Arguments that are not flags. */
  readonly positionals: readonly string[];
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads the value of a flag that takes one. */
function readValue(flag: Exclude<Flag, BooleanFlag>, text: string): unknown {
  if (text === "") throw new InputError(`--${flag.name} is given no value; see --help`);
  switch (flag.kind) {
    case "string":
      if (flag.choices && !flag.choices.includes(text)) {
        const last = flag.choices.at(-1);
        const words = flag.choices.length > 1 ? `${flag.choices.slice(0, -1).join(", ")} or ${last}` : last;
        throw new InputError(`--${flag.name} must be ${words}, not ${JSON.stringify(text)}`);
      }
      return text;
    case "number":
    case "integer":
      return parseNumber(flag, text, flag.kind === "integer");
    case "numbers":
    case "integers":
      return text.split(",").map((item) => parseNumber(flag, item.trim(), flag.kind === "integers"));
  }
}

/**
 * Reads a command line. A value follows its flag as `--name value` or `--name=value`, negative numbers too; the last
 * of several wins; what comes after `--` is no flag.
 *
 * @param flags The flags there are.
 * @param args The command line, without the program's name.
 * @returns Values of all flags, and the other arguments.
 * @throws {InputError} If a flag is unknown, or lacks a value, or its value is not one it takes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFlags } from "./flags.ts";
 *
 * const { flags, positionals } = parseFlags([
 *   { name: "learning-rate", kind: "number", default: 1e-2, positive: true, help: "step size" },
 *   { name: "epsilon", kind: "numbers", default: [1e-6], positive: true, help: "thresholds of the rank" },
 *   { name: "optimiser", kind: "string", choices: ["sgd", "adam"], default: "sgd", help: "how to update" },
 * ], ["--epsilon", "1e-2,1e-4", "--optimiser=adam", "digits.npz"]);
 * const optimiser: "sgd" | "adam" = flags.optimiser;
 * assert.deepEqual({ ...flags }, { learningRate: 1e-2, epsilon: [1e-2, 1e-4], optimiser });
 * assert.deepEqual(positionals, ["digits.npz"]);
 * ```
 */
export function parseFlags<const Flags extends readonly Flag[]>(
  flags: Flags,
  args: readonly string[],
): ParsedArguments<Flags> {
  const byName = new Map(flags.map((flag) => [flag.name, flag] as const));
  // Not parseArgs's own strictness: it refuses `--x -1`, and its messages speak of its API.
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      flags.map(({ name, kind }) => [name, { type: kind === "boolean" ? "boolean" : "string" } as const]),
    ),
  });
  const values = Object.fromEntries(flags.map((flag) => [camelCase(flag.name), flag.default as unknown]));
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const negated = name.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
    const flag = byName.get(name) ?? (negated?.kind === "boolean" ? negated : undefined);
    if (!flag || !rawName.startsWith("--")) throw new InputError(`unknown flag ${rawName}; see --help`);
    if (flag.kind === "boolean") {
      if (value !== undefined) throw new InputError(`--${flag.name} takes no value; leave out =${value}`);
      values[camelCase(flag.name)] = flag.name === name;
    } else {
      // `--out --json` forgot a value; `--x -1` did not.
      const forgotten = value === undefined || !inlineValue && /^-(?![\d.])./.test(value);
      values[camelCase(name)] = readValue(flag, forgotten ? "" : value);
    }
  }
  return { flags: values as FlagValues<Flags>, positionals };
}
