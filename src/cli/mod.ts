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
  FLAG_GROUPS,
  type FlagBase,
  type FlagGroup,
  type FlagValue,
  type FlagValues,
  type GivenValue,
  type NumberFlag,
  type NumbersFlag,
  type ParsedArguments,
  parseFlags,
  type StringFlag,
} from "./flags.ts";
export {
  type HelpExample,
  type HelpOptions,
  type HelpSubject,
  helpText,
  type Positionals,
  type ShownDefaults,
} from "./help.ts";
export { type ImplementationName, loadImplementation, type MachineFlags, openGpu } from "./implementation.ts";
export {
  choice,
  completeValues,
  flagsOf,
  type GivenOptions,
  integer,
  integers,
  number,
  numbers,
  type Option,
  type OptionChanges,
  type OptionFlag,
  type OptionMaker,
  type OptionRange,
  type OptionSpec,
  type OptionTable,
  type OptionValues,
  pick,
  type PickedOptions,
  type TableOf,
  text,
  toggle,
} from "./options.ts";
export { print, say } from "./output.ts";
export { execute, type Program, type ProgramCall, type ProgramSignals, runProgram } from "./program.ts";
export {
  adapterFlag,
  autotuneFlag,
  builtInFlags,
  folderFlags,
  formatsFlag,
  implementationFlag,
  implementationNames,
  machineFlags,
  quietFlag,
  runFlags,
  runJsonFlag,
  watchFlag,
} from "./program_flags.ts";
export {
  type Bar,
  type BarOutlet,
  createProgress,
  type Progress,
  progressBar,
  progressLines,
  type ProgressOptions,
  type ProgressOutlet,
} from "./progress.ts";
export type { WatchedRun } from "./display.ts";
export { rankTable } from "./rank_table.ts";
export { runPath } from "./run_path.ts";
export { Interruption } from "./signals.ts";
export { parseBatch, parseLayers } from "./sizes.ts";
export { textTable } from "../display/text_table.ts";
export { taskOf, trainingOptions } from "./training_flags.ts";
export { trainingTable, type TrainingValues } from "./training_table.ts";
export {
  exportFlag,
  type RankedFeatures,
  type VerdictCounts,
  verdictJson,
  verdictLine,
  Verification,
  verificationFlags,
} from "./verification.ts";
export {
  failUnlessVerified,
  readTrainingRun,
  type RecordedRun,
  type Repetition,
  sampleSteps,
  verificationSeconds,
  verifyRun,
  type VerifyRunOptions,
} from "./verify_run.ts";
