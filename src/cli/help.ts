/**
 * The text of `--help`.
 *
 * @module
 */
import { describeRange } from "../check.ts";
import { formatNumber, formatNumbers } from "../format.ts";
import { type Flag, FLAG_GROUPS } from "./flags.ts";
import { builtInFlags } from "./program_flags.ts";

/** Arguments of a program that are not flags. */
export interface Positionals {
  /** What stands for one in the help: `FILE`. */
  readonly placeholder: string;
  /** What they are, in one line. */
  readonly help: string;
  /** Fewest that must be given. @default 0 */
  readonly min?: number;
  /** Most that may be given. @default Infinity */
  readonly max?: number;
}

/** A command line to learn from. */
export interface HelpExample {
  /** Arguments as a user types them: `--task digits --replicas 8`. */
  readonly args: string;
  /** What the program does then, in a phrase. */
  readonly help: string;
}

/** Parts of a program that its help describes. */
export interface HelpSubject {
  /** Its name, as in `deno task NAME`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its flags. */
  readonly flags: readonly Flag[];
  /** Its other arguments, if it takes any. */
  readonly positionals?: Positionals;
  /** Two command lines that work as they stand. */
  readonly examples: readonly [HelpExample, HelpExample];
}

/** Defaults by the names of flags. */
export type ShownDefaults = Readonly<Record<string, Flag["default"]>>;

/** Options of {@linkcode helpText}. */
export interface HelpOptions {
  /** Characters in a line. @default 100 */
  readonly width?: number;
  /** Defaults to print instead of those in the table, such as those of a task. */
  readonly defaults?: ShownDefaults;
}

const PLACEHOLDERS = {
  string: "TEXT",
  number: "X",
  integer: "N",
  numbers: "X,…",
  integers: "N,…",
};

/** Column at which the texts begin, at most. */
const LARGEST_INDENT = 28;

/** Writes a flag and the placeholder of its value. */
function left(flag: Flag): string {
  if (flag.kind === "boolean") return flag.default ? `--[no-]${flag.name}` : `--${flag.name}`;
  const choices = flag.kind === "string" && flag.choices !== undefined;
  return `--${flag.name} ${flag.placeholder ?? (choices ? "NAME" : PLACEHOLDERS[flag.kind])}`;
}

/** Writes a value as it is typed on the command line. */
function valueText(value: NonNullable<Flag["default"]>): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "string" ? value : formatNumbers(value).join(",");
}

/** Describes a flag: its purpose, the values that it takes, its defaults. */
function right(flag: Flag, value: Flag["default"]): string {
  const notes: string[] = [];
  if (flag.kind === "string") {
    if (flag.choices) notes.push(flag.choices.join(", "));
  } else if (flag.kind !== "boolean") {
    const range = describeRange(flag).replace(/^a number ?(of )?/, "");
    if (range !== "") notes.push(range);
  }
  // A flag that is off by default goes without saying.
  if (value !== null && value !== false) notes.push(`default ${valueText(value)}`);
  if (flag.kind !== "boolean" && flag.full !== undefined) notes.push(`--full: ${valueText(flag.full)}`);
  return notes.length === 0 ? flag.help : `${flag.help} (${notes.join("; ")})`;
}

/** Breaks a text into lines of at most `width` characters. A longer word has a line of its own. */
function wrap(text: string, width: number): string[] {
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** Sets texts beside their terms, or beneath terms that are too long. */
function layOut(entries: readonly (readonly [string, string])[], indent: number, width: number): string[] {
  return entries.flatMap(([term, text]) => {
    const [first, ...others] = wrap(text, width - indent).map((line) => " ".repeat(indent) + line);
    const start = `  ${term}`;
    const fits = start.length + 2 <= indent;
    return fits ? [start + first.slice(start.length), ...others] : [start, first, ...others];
  });
}

/** Writes an example: the command, and beneath it what it does. */
function exampleLines(name: string, { args, help }: HelpExample, width: number): string[] {
  const command = wrap(`deno task ${name} ${args}`.trimEnd(), width - 6).join(" \\\n      ");
  return [`  ${command}`, ...wrap(help, width - 6).map((line) => `      ${line}`)];
}

/**
 * Writes the help of a program: what it does, its flags in groups, and two examples. Each flag has
 * its range and its default.
 *
 * @param program The program.
 * @param options Width of the lines, and defaults to print instead of those in the table.
 * @returns The text, with a line feed at its end.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { helpText } from "./help.ts";
 *
 * const text = helpText({
 *   name: "staircase",
 *   summary: "watch the rank rise",
 *   flags: [
 *     {
 *       name: "steps",
 *       group: "how to train",
 *       kind: "integer",
 *       min: 1,
 *       default: 1000,
 *       full: 20_000,
 *       help: "updates",
 *     },
 *   ],
 *   examples: [
 *     { args: "", help: "trains for 1,000 steps" },
 *     { args: "--steps 10", help: "trains for 10 steps" },
 *   ],
 * });
 * assert.match(text, /how to train:\n {2}--steps N +updates \(at least 1; default 1000; --full:/);
 * ```
 */
export function helpText(program: HelpSubject, { width = 100, defaults = {} }: HelpOptions = {}): string {
  const { name, positionals, examples } = program;
  const operand = positionals &&
    (positionals.min ? positionals.placeholder : `[${positionals.placeholder}]`) +
      ((positionals.max ?? Infinity) > 1 ? "…" : "");
  const flags: readonly Flag[] = [...program.flags, ...builtInFlags];
  const entryOf = (flag: Flag) => {
    const value = Object.hasOwn(defaults, flag.name) ? defaults[flag.name] : flag.default;
    return [left(flag), right(flag, value)] as const;
  };
  const first = flags.filter(({ group }) => group === undefined).map(entryOf);
  const sections = [
    {
      heading: "",
      entries: operand === undefined ? first : [[operand, positionals!.help] as const, ...first],
    },
    ...FLAG_GROUPS.map((heading) => ({
      heading,
      entries: flags.filter(({ group }) => group === heading).map(entryOf),
    })),
  ].filter(({ entries }) => entries.length > 0);
  const terms = sections.flatMap(({ entries }) => entries.map(([term]) => term.length));
  const indent = Math.min(LARGEST_INDENT, Math.max(...terms) + 4);
  const usage = [name, "[flags]", ...(operand ? [operand] : [])].join(" ");
  return [
    ...wrap(`${name}: ${program.summary}`, width),
    "",
    `usage: ${usage}`,
    "",
    ...sections.flatMap(({ heading, entries }) => [
      ...(heading === "" ? [] : [`${heading}:`]),
      ...layOut(entries, indent, width),
      "",
    ]),
    "examples:",
    ...examples.flatMap((example) => exampleLines(name, example, width)),
    "",
  ].join("\n");
}
