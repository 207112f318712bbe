/**
 * The command that repeats a run of the live page.
 *
 * @module
 */
import { type RunSettings, settingNames, settings } from "./settings.ts";

/** Quotes an argument for a shell where it needs that. */
function shellWord(text: string): string {
  return /^[\w.,:^/=+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * Lists the arguments of the program `staircase` that repeat a run.
 *
 * @param texts Settings of the run.
 * @returns The arguments. Every probe solves for spectra, as in the page.
 */
export function commandArguments(texts: RunSettings): string[] {
  const given = settingNames.filter((name) => texts[name].trim() !== "");
  return [
    ...given.flatMap((name) => {
      const text = texts[name].trim();
      // Lists of a command line have no blanks; those of a formula may stay.
      return [`--${settings[name].flag}`, name === "task" ? text : text.replaceAll(/\s*,\s*/g, ",")];
    }),
    "--spectra-every",
    "1",
  ];
}

/**
 * Writes the command that repeats a run.
 *
 * @param texts Settings of the run.
 * @returns A line for a shell.
 */
export function commandLine(texts: RunSettings): string {
  return ["deno task staircase", ...commandArguments(texts).map(shellWord)].join(" ");
}
