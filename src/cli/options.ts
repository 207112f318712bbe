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

/**
 * One option. Its flag is named by its key in the table: `learningRates` becomes
 * `--learning-rates`.
 */
export interface Option<Value> {
  /** The flag, without its name. */
  readonly flag: WithoutName<Flag>;
  /** Carries the type of the value; never set. */
  readonly value?: Value;
}

type WithoutName<F> = F extends unknown ? Omit<F, "name"> : never;

/** Options by their names, in camel case. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** Values of all options of a table. */
export type OptionValues<Table extends OptionTable> = {
  readonly [Key in keyof Table]: Table[Key] extends Option<infer Value> ? Value : never;
};

/**
 * Options as a caller gives them: those left out take their defaults, or with `full` their larger
 * values.
 */
export type GivenOptions<Table extends OptionTable> = Partial<OptionValues<Table>>;

/** What every option has. */
interface Spec<Value> {
  /**
   * Value if none is given; `null` for one that follows from other options, which the help then
   * explains.
   */
  readonly default: Value;
  /** Value under `--full`. */
  readonly full?: Wide<NonNullable<Value>>;
  /** What it does, in one line. */
  readonly help: string;
  /** Heading of the help under which it stands. */
  readonly group?: FlagGroup;
  /** What stands for the value in the help. */
  readonly placeholder?: string;
  /** Former names of the flag. */
  readonly was?: readonly string[];
}

/** The type of which a literal is one. */
type Wide<Value> = Value extends number ? number : Value extends string ? string : Value;

type Range = Omit<NumberRange, "integer">;

function option<Value>(kind: Flag["kind"], spec: object): Option<Value> {
  return { flag: { group: "experiment", ...spec, kind } as WithoutName<Flag> };
}

/**
 * Declares a whole number.
 *
 * @param spec Default, range, help.
 * @returns The option.
 */
export function integer<Default extends number | null>(
  spec: Spec<Default> & Range,
): Option<Widened<Default>> {
  return option("integer", spec);
}

/**
 * Declares a number.
 *
 * @param spec Default, range, help.
 * @returns The option.
 */
export function number<Default extends number | null>(spec: Spec<Default> & Range): Option<Widened<Default>> {
  return option("number", spec);
}

/**
 * Declares a list of whole numbers.
 *
 * @param spec Default, range of each number, help.
 * @returns The option.
 */
export function integers<Default extends readonly number[] | null>(
  spec: Spec<Default> & Range,
): Option<Widened<Default>> {
  return option("integers", spec);
}

/**
 * Declares a list of numbers.
 *
 * @param spec Default, range of each number, help.
 * @returns The option.
 */
export function numbers<Default extends readonly number[] | null>(
  spec: Spec<Default> & Range,
): Option<Widened<Default>> {
  return option("numbers", spec);
}

/**
 * Declares a switch.
 *
 * @param spec Default, help.
 * @returns The option.
 */
export function toggle(spec: Spec<boolean>): Option<boolean> {
  return option("boolean", spec);
}

/**
 * Declares a text, which the experiment reads: a name with parameters, a list of names, a file.
 *
 * @typeParam Parsed What a caller of the library may give instead of the text, such as a task of
 * his own.
 * @param spec Default, help.
 * @returns The option.
 */
export function text<Parsed = never, Default extends string | null = string | null>(
  spec: Spec<Default>,
): Option<string | Parsed | Extract<Default, null>> {
  return option("string", spec);
}

/**
 * Declares one of several names.
 *
 * @param spec Default, names, help.
 * @returns The option.
 */
export function choice<const Name extends string>(
  spec: Spec<Name> & { readonly choices: readonly Name[] },
): Option<Name> {
  return option("string", spec);
}

/** The type of a value by that of its default. */
type Widened<Default> =
  | (Default extends number ? number : never)
  | (Default extends readonly number[] ? readonly number[] : never)
  | Extract<Default, null>;

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
 * const table = { learningRates: numbers({ default: [0.1, 0.2], positive: true, help: "learning rates of SGD" }) };
 * assert.deepEqual(flagsOf(table).map(({ name, kind }) => [name, kind]), [["learning-rates", "numbers"]]);
 * ```
 */
export function flagsOf<Table extends OptionTable>(table: Table): Flag[] {
  return Object.entries(table).map(([key, { flag }]) =>
    ({ ...flag, name: key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`) }) as Flag
  );
}

/** Changes of some options of a table. */
type Changes<Table extends OptionTable, Key extends keyof Table> = {
  readonly [K in Key]?: Partial<Spec<NonNullable<OptionValues<Table>[K]>> & Range>;
};

/** Options taken from a table. Those that get a default are never `null`. */
type Picked<Table extends OptionTable, Key extends keyof Table, Given> = {
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
  Given extends Changes<Table, Key> = Record<never, never>,
>(table: Table, keys: readonly Key[], changes?: Given): Picked<Table, Key, Given> {
  return Object.fromEntries(
    keys.map((key) => [key, { flag: { ...table[key].flag, ...changes?.[key] } }]),
  ) as unknown as Picked<Table, Key, Given>;
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

function checkValue(key: string, flag: WithoutName<Flag>, value: unknown): void {
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
