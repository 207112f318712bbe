/**
 * Options of an experiment or a program, each declared once: value, range, help, the value under
 * `--full`. A table of them makes the flags of a program and checks what a caller of the library
 * gives.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber, type NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import type { Flag, FlagGroup } from "./flags.ts";

/** The flag of an option: a flag without its name. */
export type OptionFlag<Any = Flag> = Any extends unknown ? Omit<Any, "name"> : never;

/** One option. Its key in the table names its flag: `learningRates` becomes `--learning-rates`. */
export interface Option<Value> {
  /** The flag, without its name. */
  readonly flag: OptionFlag;
  /** Carries the type of the value; never set. */
  readonly value?: Value;
}

/** Options by their names, in camel case. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The table of options that have these values: one option for each field. */
export type TableOf<Values> = { readonly [Key in keyof Values]: Option<Values[Key]> };

/** Values of all options of a table. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> ? Value : never;
};

/**
 * Options that a caller gives. Those left out take their defaults, or with `full` their larger
 * values.
 */
export type GivenOptions<Table extends OptionTable> = Partial<OptionValues<Table>>;

/** What every option has. */
export interface OptionSpec<Value> {
  /** Value if none is given; `null` if it follows from other options, which the help explains. */
  readonly default: Value;
  /** Value under `--full`. */
  readonly full?: NonNullable<Value>;
  /** What it does, in one line. */
  readonly help: string;
  /** Heading of the help under which it stands. Default: `experiment`. */
  readonly group?: FlagGroup;
  /** Word that stands for the value in the help. */
  readonly placeholder?: string;
  /** Former names of the flag. */
  readonly was?: readonly string[];
}

/** Range of a number, or of each number of a list. */
export type OptionRange = Omit<NumberRange, "integer">;

function option<Value>(kind: Flag["kind"], spec: object): Option<Value> {
  return { flag: { group: "experiment", ...spec, kind } as OptionFlag };
}

/** Declares an option. Its value may be `null` if its default is. */
export interface OptionMaker<Value, Extra = unknown> {
  /**
   * @param spec Default, range, help.
   * @returns The option.
   */
  (spec: OptionSpec<Value> & Extra): Option<Value>;
  /**
   * @param spec Default, range, help.
   * @returns The option.
   */
  (spec: OptionSpec<Value | null> & Extra): Option<Value | null>;
}

function optionMaker<Value>(kind: Flag["kind"]): OptionMaker<Value> {
  return (spec: object) => option<never>(kind, spec);
}

/** Declares a whole number. */
export const integer: OptionMaker<number, OptionRange> = optionMaker("integer");

/** Declares a number. */
export const number: OptionMaker<number, OptionRange> = optionMaker("number");

/** Declares a list of whole numbers. */
export const integers: OptionMaker<readonly number[], OptionRange> = optionMaker("integers");

/** Declares a list of numbers. */
export const numbers: OptionMaker<readonly number[], OptionRange> = optionMaker("numbers");

/**
 * Declares a text, which the experiment reads: a name with parameters, a list of names, a file. In
 * a typed table its value may be anything else that a caller of the library gives instead, such as
 * a task.
 */
export const text: OptionMaker<string> = optionMaker("string");

/**
 * Declares a switch.
 *
 * @param spec Default, help.
 * @returns The option.
 */
export function toggle(spec: OptionSpec<boolean>): Option<boolean> {
  return option("boolean", spec);
}

/**
 * Declares one of several names.
 *
 * @param spec Default, names, help.
 * @returns The option.
 */
export function choice<const Name extends string>(
  spec: OptionSpec<Name> & { readonly choices: readonly Name[] },
): Option<Name> {
  return option("string", spec);
}

/** `learningRates` as `learning-rates`. */
export type KebabCase<Key extends string> = Key extends `${infer Head}${infer Tail}`
  ? Tail extends Uncapitalize<Tail> ? `${Lowercase<Head>}${KebabCase<Tail>}`
  : `${Lowercase<Head>}-${KebabCase<Tail>}`
  : Key;

/**
 * Makes the flags of a program.
 *
 * @param table Its options.
 * @returns A flag for each, in their order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { flagsOf, numbers } from "./options.ts";
 *
 * const learningRates = numbers({ default: [0.1, 0.2], positive: true, help: "learning rates" });
 * const [{ name, kind }] = flagsOf({ learningRates });
 * assert.deepEqual([name, kind], ["learning-rates", "numbers"]);
 * ```
 */
export function flagsOf<Table extends OptionTable>(table: Table): Flag[] {
  return Object.entries(table).map(([key, { flag }]) =>
    ({ ...flag, name: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) }) as Flag
  );
}

/** Changes of some options of a table: default, value under `--full`, range, help. */
export type OptionChanges<Table extends OptionTable, Key extends keyof Table> = {
  readonly [K in Key]?: Partial<OptionSpec<NonNullable<OptionValues<Table>[K]>> & OptionRange>;
};

/** Options taken from a table. Those that get a default are never `null`. */
export type PickedOptions<Table extends OptionTable, Key extends keyof Table, Given> = {
  readonly [K in Key]: K extends keyof Given
    ? Given[K] extends { readonly default: unknown } ? Option<NonNullable<OptionValues<Table>[K]>> : Table[K]
    : Table[K];
};

/**
 * Takes some options of a table, with other defaults where they are given.
 *
 * @param table The table.
 * @param keys Names of the options.
 * @param changes What is to be different, by name: default, value under `--full`, range, help.
 * @returns A table of these options.
 */
export function pick<
  Table extends OptionTable,
  const Key extends keyof Table & string,
  Given extends OptionChanges<Table, Key> = Record<never, never>,
>(table: Table, keys: readonly Key[], changes?: Given): PickedOptions<Table, Key, Given> {
  return Object.fromEntries(
    keys.map((key) => [key, { flag: { ...table[key].flag, ...changes?.[key] } }]),
  ) as unknown as PickedOptions<Table, Key, Given>;
}

/**
 * Fills in the options that a caller left out, and checks the others.
 *
 * @param table The options there are.
 * @param given Those given; `undefined` is as good as left out.
 * @param what What they are options of, for errors.
 * @returns Values of all options.
 * @throws {InputError} If an option is unknown, of the wrong kind, or out of range.
 */
export function completeValues<Table extends OptionTable>(
  table: Table,
  given: GivenOptions<Table>,
  what: string,
): OptionValues<Table> {
  checkKeys(`options of ${what}`, given, Object.keys(table));
  const isFull = (given as { readonly full?: unknown }).full === true;
  const values = Object.entries(table).map(([key, { flag }]) => {
    const value = given[key];
    if (value === undefined) {
      const { full } = flag as { readonly full?: unknown };
      return [key, isFull && full !== undefined ? full : flag.default];
    }
    if (value !== null || flag.default !== null) checkValue(key, flag, value);
    return [key, value];
  });
  return Object.fromEntries(values);
}

function checkValue(key: string, flag: OptionFlag, value: unknown): void {
  switch (flag.kind) {
    case "string":
      if (flag.choices) checkName(key, value, flag.choices);
      return;
    case "boolean":
      if (typeof value !== "boolean") throw new InputError(`${key} must be true or false, not ${value}`);
      return;
    case "number":
    case "integer":
      checkNumber(key, value, { ...flag, integer: flag.kind === "integer" });
      return;
    case "numbers":
    case "integers": {
      if (!Array.isArray(value)) throw new InputError(`${key} must be a list of numbers, not ${value}`);
      for (const each of value) {
        checkNumber(`each of ${key}`, each, { ...flag, integer: flag.kind === "integers" });
      }
    }
  }
}
