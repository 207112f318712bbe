/**
 * Programs on the command line: flags, help, progress and text tables.
 *
 * @example Parse flags.
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFlags } from "./mod.ts";
 *
 * const flags = [{ name: "steps", kind: "number", default: 100, help: "updates" }] as const;
 * assert.equal(parseFlags(flags, ["--steps", "20"]).flags.steps, 20);
 * ```
 *
 * @module
 */
export type { NumberRange } from "../check.ts";
export {
  type BooleanFlag,
  type CamelCase,
  type Flag,
  type FlagBase,
  type FlagValue,
  type FlagValues,
  type GivenValue,
  type NumberFlag,
  type NumbersFlag,
  type ParsedArguments,
  parseFlags,
  type StringFlag,
} from "./flags.ts";
export { type HelpSubject, helpText, type Positionals } from "./help.ts";
export { execute, type Program, type ProgramCall, runProgram } from "./program.ts";
export { adapterFlag, autotuneFlag, quietFlag, runFlags, runJsonFlag, seedFlag } from "./program_flags.ts";
export {
  createProgress,
  type Progress,
  progressLines,
  type ProgressOptions,
  type ProgressOutlet,
} from "./progress.ts";
export { type NamedRanks, rankTable } from "./rank_table.ts";
export { textTable } from "./text_table.ts";
