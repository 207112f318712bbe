/**
 * What `--help` prints.
 *
 * @module
 */
import type { Flag } from "./flags.ts";
import { describeRange } from "../check.ts";

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

/** What the help needs to know of a program. */
export interface HelpSubject {
  /** Its name, as in `deno task NAME`. */
  readonly name: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** Its flags. */
  readonly flags: readonly Flag[];
  /** Its other arguments, if it takes any. */
  readonly positionals?: Positionals;
}

const PLACEHOLDERS = {
  string: "TEXT",
  number: "X",
  integer: "N",
  numbers: "X,…",
  integers: "N,…",
  boolean: "",
};

function left(flag: Flag): string {
  if (flag.kind === "boolean") return flag.default ? `--[no-]${flag.name}` : `--${flag.name}`;
  return `--${flag.name} ${flag.placeholder ?? PLACEHOLDERS[flag.kind]}`;
}

function right(flag: Flag): string {
  const notes: string[] = [];
  if (flag.kind === "string") {
    if (flag.choices) notes.push(flag.choices.join(", "));
  } else if (flag.kind !== "boolean") {
    const bounded = flag.min !== undefined || flag.max !== undefined || flag.positive;
    if (bounded) {
      notes.push(
        describeRange({ ...flag, integer: flag.kind.startsWith("integer") }).replace(/^a .*?number /, ""),
      );
    }
  }
  const value = flag.kind === "boolean" ? (flag.default ? "on" : "off") : String(flag.default ?? "none");
  notes.push(`default ${value}`);
  return `${flag.help} (${notes.join("; ")})`;
}

/** Breaks a text into lines of at most `width` characters, a longer word aside. */
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

/**
 * Writes the help of a program: what it does, and every flag with its bounds and its default.
 *
 * @param program The program.
 * @param width Characters in a line.
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
 *   flags: [{ name: "steps", kind: "integer", min: 1, default: 1000, help: "updates to make" }],
 * });
 * assert.match(text, /--steps N +updates to make \(of at least 1; default 1000\)/);
 * ```
 */
export function helpText(program: HelpSubject, width = 100): string {
  const { positionals } = program;
  const operand = positionals &&
    (positionals.min ? positionals.placeholder : `[${positionals.placeholder}]`) +
      ((positionals.max ?? Infinity) > 1 ? "…" : "");
  const entries: [string, string][] = program.flags.map((flag) => [left(flag), right(flag)]);
  if (positionals) entries.unshift([operand!, positionals.help]);
  entries.push(["--debug", "show the stack of an error (default off)"], ["--help", "show this text"]);
  const indent = Math.min(28, Math.max(...entries.map(([flag]) => flag.length)) + 4);
  const lines = entries.flatMap(([flag, help]) => {
    const [first, ...others] = wrap(help, width - indent).map((line) => " ".repeat(indent) + line);
    const start = `  ${flag}`;
    const fits = start.length + 2 <= indent;
    return fits ? [start + first.slice(start.length), ...others] : [start, first, ...others];
  });
  const usage = [program.name, "[flags]", ...(operand ? [operand] : [])].join(" ");
  return [`${program.name}: ${program.summary}`, "", `usage: ${usage}`, "", ...lines, ""].join("\n");
}
