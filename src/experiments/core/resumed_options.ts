/**
 * The options of a run that goes on: its own, and those that may change.
 *
 * @module
 */
import { join } from "node:path";
import type { MachineFlags } from "../../cli/implementation.ts";
import { figureFiles, type FigureFormat, figureFormats, parseFormats } from "../../convert/formats.ts";
import { completeValues, type GivenOptions, type OptionTable, type OptionValues } from "../../cli/options.ts";
import { InputError } from "../../errors.ts";
import { readRun } from "../../io/mod.ts";
import type { Experiment, ExperimentPlan } from "./experiment.ts";
import type { RunHistory } from "./run_history.ts";

/** Options that a run may change when it goes on. */
const CHANGEABLE = ["steps", "stopOnDivergence", "profile"];

/** The part of `run.json` that is read here. */
interface RunRecord extends Partial<RunHistory> {
  readonly experiment?: string;
  readonly status?: string;
  readonly configuration?: { readonly steps?: number; readonly spectraEvery?: number };
}

/** A run to go on with. */
export interface ResumedOptions<Options extends OptionTable> {
  /** Values of its options. */
  readonly values: OptionValues<Options>;
  /** Flags of machine and output that it was begun with and that are not given now. */
  readonly machine: Partial<MachineFlags & { readonly report: boolean }>;
  /** Formats of its figures: its own, and those given now. */
  readonly formats: readonly FigureFormat[];
  /** Whether it is done, and nothing is asked of it beyond. */
  readonly isDone: boolean;
}

/**
 * Reads the options of a run to go on with.
 *
 * @param folder Folder of the run.
 * @param experiment The experiment.
 * @param flags Flags that are given beside: options that may change, or are the same again, and
 * flags of other kinds.
 * @returns Its options.
 * @throws {InputError} If there is no run of the experiment, or a given option differs from its
 * own.
 */
export async function resumedOptions<Options extends OptionTable>(
  folder: string,
  { name, options, figures }: Pick<
    Experiment<Options, ExperimentPlan, unknown>,
    "name" | "options" | "figures"
  >,
  flags: Readonly<Record<string, unknown>>,
): Promise<ResumedOptions<Options>> {
  const record = await readRun<RunRecord>(folder);
  const { experiment, configuration, status, files = [] } = record;
  if (experiment !== name) {
    throw new InputError(`${folder}: is a run of ${experiment ?? "something else"}, not of ${name}`);
  }
  if (!record.options) {
    throw new InputError(
      `${folder}: its run.json has no options to go on by; go on by the script that made it`,
    );
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([key]) => Object.hasOwn(options, key)));
  const machine = Object.fromEntries(
    ["adapter", "implementation", "autotune", "report"].filter((key) => !Object.hasOwn(flags, key))
      .flatMap((key) => Object.hasOwn(record.options!, key) ? [[key, record.options![key]]] : []),
  );
  const own = Object.fromEntries(
    Object.entries(record.options).filter(([key]) => Object.hasOwn(options, key)),
  );
  for (const [key, value] of Object.entries(given)) {
    if (CHANGEABLE.includes(key) || JSON.stringify(value) === JSON.stringify(own[key])) continue;
    throw new InputError(
      `${flagOf(key)} ${text(value)} is not that of the run in ${folder}, ${text(own[key])}; ` +
        "leave it out, or begin another run",
    );
  }
  const { steps: wanted } = given, made = configuration?.steps;
  const isMore = typeof wanted === "number" && made !== undefined && wanted !== made;
  if (isMore && wanted < made) {
    throw new InputError(`--steps ${wanted}: the run in ${folder} is to make ${made}; give at least as many`);
  }
  // Spectra come as often as before: by default that follows from the number of steps.
  const spectra = Object.hasOwn(options, "spectraEvery") && configuration?.spectraEvery !== undefined
    ? { spectraEvery: configuration.spectraEvery }
    : {};
  const values = { ...own, ...spectra, ...given } as GivenOptions<Options>;
  const formats = formatsOf(record.options.formats, flags.formats);
  const all = [...files, ...figureFiles(Object.keys(figures), formats)];
  const isDone = status === "done" && !isMore && await allThere(folder, all);
  return { values: completeValues(options, values, name), machine, formats, isDone };
}

/** Finds the formats of the figures: those that a run had, and those that are given. */
function formatsOf(had: unknown, given: unknown): FigureFormat[] {
  const lists = [had, given].filter((list) => typeof list === "string").map(parseFormats);
  return lists.length === 0 ? ["svg"] : figureFormats.filter((format) => lists.flat().includes(format));
}

async function allThere(folder: string, files: readonly string[]): Promise<boolean> {
  for (const file of files) if (!await Deno.stat(join(folder, file)).catch(() => null)) return false;
  return true;
}

function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

function text(value: unknown): string {
  return value === null || value === undefined ? "left out" : String(value);
}
