/**
 * Command lines that repeat a run.
 *
 * @module
 */
import { flagsOf, type OptionTable } from "./options.ts";

/** A single quote within single quotes, for a shell. */
const QUOTE = "'\\''";

/** Quotes a word for a shell, where it needs it. */
function quoted(word: string): string {
  return /^[\w.,:=+@%\/-]+$/.test(word) ? word : `'${word.replaceAll("'", QUOTE)}'`;
}

/**
 * Writes the command line of a program with some options. Those that have their defaults are left
 * out.
 *
 * @param name Name of the program.
 * @param table Its options.
 * @param values Values of the options; other keys are left out.
 * @returns The command line; `null` if a value cannot be written on one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { commandLine } from "./command_line.ts";
 * import { integer, numbers } from "./options.ts";
 *
 * const table = {
 *   steps: integer({ default: 10, help: "updates" }),
 *   learningRates: numbers({ default: [0.1], help: "rates" }),
 * };
 * const values = { steps: 10, learningRates: [0.1, 0.2] };
 * assert.equal(commandLine("study", table, values), "deno task study --learning-rates 0.1,0.2");
 * ```
 */
export function commandLine(
  name: string,
  table: OptionTable,
  values: Readonly<Record<string, unknown>>,
): string | null {
  const keys = Object.keys(table), words = ["deno", "task", name];
  for (const [i, { name, default: usual }] of flagsOf(table).entries()) {
    const value = values[keys[i]];
    if (value === undefined || value === null || JSON.stringify(value) === JSON.stringify(usual)) continue;
    if (typeof value === "boolean") {
      words.push(value ? `--${name}` : `--no-${name}`);
      continue;
    }
    if (typeof value === "object" && !Array.isArray(value)) return null;
    const text = quoted(Array.isArray(value) ? value.join(",") : String(value));
    // What begins with a dash would be read as the next flag.
    words.push(/^'?-/.test(text) ? `--${name}=${text}` : `--${name} ${text}`);
  }
  return words.join(" ");
}
