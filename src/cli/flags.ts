/**
 * The flags of a program. A table declares them; the command line is read with their types, and
 * `--help` lists them.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { closest, type NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import { quoted, shown } from "../format.ts";
import { suggestFlag } from "./flag_suggestion.ts";
import { isDecimal, parseNumber } from "./parse_number.ts";

/** Groups of flags, in the order in which `--help` lists them. */
export const FLAG_GROUPS = [
  "what to train",
  "how to train",
  "what to probe",
  "experiment",
  "cluster",
  "output",
  "machine",
] as const;

/** Heading under which `--help` lists a flag. */
export type FlagGroup = typeof FLAG_GROUPS[number];

/** What every flag has. */
export interface FlagBase {
  /** Name on the command line, without dashes in front: `learning-rate`. */
  readonly name: string;
  /** What it does, in a phrase with ranges and units. */
  readonly help: string;
  /** Word for the value in the help: `FILE`, `N`. By default that of its kind. */
  readonly placeholder?: string;
  /** Heading under which the help lists it. By default it comes before all groups. */
  readonly group?: FlagGroup;
  /** Former names. They are refused with a line that gives the present one. */
  readonly was?: readonly string[];
}

/** A flag with any text, or one of a few words, as its value. */
export interface StringFlag extends FlagBase {
  /** Kind of its value. */
  readonly kind: "string";
  /** Value if the flag is not given; `null` for none. */
  readonly default: string | null;
  /** Value under `--full` if the flag is not given. By default that without `--full`. */
  readonly full?: string;
  /** The words allowed. Any text by default. */
  readonly choices?: readonly string[];
}

/** A flag with a number, or a whole number, as its value. */
export interface NumberFlag extends FlagBase, NumberRange {
  /** Kind of its value. */
  readonly kind: "number" | "integer";
  /** Value if the flag is not given; `null` for none. */
  readonly default: number | null;
  /** Value under `--full` if the flag is not given. By default that without `--full`. */
  readonly full?: number;
}

/** A flag with a list of numbers, separated by commas, as its value: `1e-2,1e-4`. */
export interface NumbersFlag extends FlagBase, NumberRange {
  /** Kind of its value. */
  readonly kind: "numbers" | "integers";
  /** Value if the flag is not given; `null` for none. */
  readonly default: readonly number[] | null;
  /** Value under `--full` if the flag is not given. By default that without `--full`. */
  readonly full?: readonly number[];
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
  /**
   * Names, in camel case, of the flags that the command line gives. The others have their defaults.
   */
  readonly given: ReadonlySet<string>;
  /** Arguments that are not flags. */
  readonly positionals: readonly string[];
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** Joins words: `sgd, momentum or adam`. */
function anyOf(words: readonly string[]): string {
  return words.length > 1 ? `${words.slice(0, -1).join(", ")} or ${words.at(-1)}` : words.join();
}

/** Reads the value of a flag that takes one. */
function readValue(flag: Exclude<Flag, BooleanFlag>, text: string): unknown {
  if (text === "") throw new InputError(`--${flag.name} needs a value; see --help`);
  switch (flag.kind) {
    case "string":
      if (flag.choices && !flag.choices.includes(text)) {
        const guess = closest(text, flag.choices);
        throw new InputError(
          `--${flag.name} must be ${anyOf(flag.choices)}, not ${quoted(text)}` +
            (guess === undefined ? "" : `; did you mean ${guess}?`),
        );
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
 * Refuses a list with a blank beside a comma, which the shell splits into several arguments: `1e-3,
 * 1e-6`.
 *
 * @param name Name of the flag.
 * @param first The first of these arguments: the flag's value.
 * @param rest The arguments after it.
 */
function refuseSplitList(name: string, first: string, rest: readonly string[]): void {
  const parts = [first];
  for (const next of rest) {
    if (!(parts[parts.length - 1].endsWith(",") || next.startsWith(","))) break;
    parts.push(next);
  }
  const whole = parts.join("");
  if (parts.length === 1 || !whole.split(",").every(isDecimal)) return;
  const where = first.endsWith(",") ? "after" : "before";
  throw new InputError(`--${name}: leave out the blank ${where} the comma, as in ${shown(whole)}`);
}

/** Describes a flag that is not in the table, and names the one that was probably meant. */
function unknownFlag(flags: readonly Flag[], argument: string): InputError {
  const given = argument.replace(/=.*$/s, ""), typed = shown(given);
  const name = given.replace(/^-+/, "");
  const find = (wanted: string, among: readonly Flag[], prefix: string): string | undefined => {
    const present = among.find(({ was }) => was?.includes(wanted));
    if (present) return `${typed} is now --${prefix}${present.name}`;
    const guess = suggestFlag(wanted, among.map((flag) => flag.name));
    return guess && `unknown flag ${typed}; did you mean --${prefix}${guess}?`;
  };
  const switches = flags.filter(({ kind }) => kind === "boolean");
  const found = (name.startsWith("no-") ? find(name.slice(3), switches, "no-") : undefined) ??
    find(name, flags, "");
  return new InputError(found ?? `unknown flag ${typed}; see --help`);
}

/**
 * Reads a command line. A value follows its flag as `--name value` or `--name=value`; it may be
 * negative. Of several values the last one counts. Arguments after `--` are no flags. If the table
 * has a flag `full` that is on, flags that are not given take their `full` values.
 *
 * @param flags The flags there are.
 * @param args The command line, without the program's name.
 * @returns Values of all flags, names of those given, and the other arguments.
 * @throws {InputError} If a flag is unknown, has another name now, lacks a value, or does not take
 * the value given.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFlags } from "./flags.ts";
 *
 * const { flags, given, positionals } = parseFlags([
 *   { name: "learning-rate", kind: "number", default: 1e-2, positive: true, help: "step size" },
 *   { name: "epsilons", kind: "numbers", default: [1e-6], positive: true, help: "thresholds" },
 *   { name: "optimizer", kind: "string", choices: ["sgd", "adam"], default: "sgd", help: "rule" },
 * ], ["--epsilons", "1e-2,1e-4", "--optimizer=adam", "digits.npz"]);
 * const optimizer: "sgd" | "adam" = flags.optimizer;
 * assert.deepEqual({ ...flags }, { learningRate: 1e-2, epsilons: [1e-2, 1e-4], optimizer });
 * assert.deepEqual([...given], ["epsilons", "optimizer"]);
 * assert.deepEqual(positionals, ["digits.npz"]);
 * ```
 */
export function parseFlags<const Flags extends readonly Flag[]>(
  flags: Flags,
  args: readonly string[],
): ParsedArguments<Flags> {
  const byName = new Map(flags.map((flag) => [flag.name, flag] as const));
  // The strictness of parseArgs itself refuses `--x -1`, and its messages speak of its API.
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
  const given = new Set<string>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") positionals.push(token.value);
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue, index } = token;
    const negated = name.startsWith("no-") ? byName.get(name.slice(3)) : undefined;
    const flag = byName.get(name) ?? (negated?.kind === "boolean" ? negated : undefined);
    if (!flag || !rawName.startsWith("--")) throw unknownFlag(flags, args[index]);
    given.add(camelCase(flag.name));
    if (flag.kind === "boolean") {
      if (value !== undefined) {
        throw new InputError(`--${flag.name} takes no value; leave out =${shown(value)}`);
      }
      values[camelCase(flag.name)] = flag.name === name;
    } else {
      // `--out --json` forgot a value; `--x -1` did not.
      const forgotten = value === undefined || !inlineValue && /^-(?![\d.])./.test(value);
      if (!forgotten && (flag.kind === "numbers" || flag.kind === "integers")) {
        refuseSplitList(name, value, args.slice(index + (inlineValue ? 1 : 2)));
      }
      values[camelCase(name)] = readValue(flag, forgotten ? "" : value);
    }
  }
  if (byName.get("full")?.kind === "boolean" && values.full === true) {
    for (const flag of flags) {
      const key = camelCase(flag.name);
      if (flag.kind !== "boolean" && flag.full !== undefined && !given.has(key)) values[key] = flag.full;
    }
  }
  return { flags: values as FlagValues<Flags>, given, positionals };
}
