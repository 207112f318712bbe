/**
 * Settings of a run in the live page, as the texts that a person types. They are those of the
 * program `staircase`, so that a command line repeats a run.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { activationNames } from "../../nn/activation.ts";
import { initializerNames } from "../../nn/initializer.ts";
import { optimizerNames, parseOptimizerName } from "../../nn/optim/optimizer.ts";
import { digitsOf } from "../../tasks/digits/digits.ts";
import type { LoadOptions } from "../../tasks/options.ts";
import type { Task } from "../../tasks/task.ts";
import { loadTask, tasks } from "../../tasks/registry.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { Precision } from "../../rank/spectra/feature_spectrum.ts";
import { checkCurvature } from "../../train/equation.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { checkInitializer, STRUCTURED } from "../../train/pretrain/structured_start.ts";
import { parseActivation } from "../../nn/activation.ts";
import { fetchedDigits } from "./fetched_digits.ts";

/** Names of the settings. */
export type SettingName =
  | "task"
  | "samples"
  | "layers"
  | "activation"
  | "init"
  | "optimizer"
  | "learningRate"
  | "steps"
  | "replicas"
  | "seed"
  | "probeEvery"
  | "epsilons"
  | "precision";

/** Settings of a run. An empty text leaves the choice to the task, or to the adapter. */
export type RunSettings = Readonly<Record<SettingName, string>>;

/** A setting: what a form shows of it. */
export interface Setting {
  /** Name in a form. */
  readonly label: string;
  /** Flag of the program. */
  readonly flag: string;
  /** What it is, in a few words. */
  readonly help: string;
  /** The values that there are; `null` for any text or number. */
  readonly choices: readonly string[] | null;
  /** Values to suggest. Default: none. */
  readonly suggestions?: readonly string[];
  /** Words for an empty text. Default: the choice is the task's own. */
  readonly unset?: string;
}

/** Loads a task. A page has no files: its server has the images of digits. */
async function pageTask(name: string, options: Pick<LoadOptions, "samples" | "seed">): Promise<Task> {
  return name === "digits" ? digitsOf(await fetchedDigits(), options) : await loadTask(name, options);
}

/** The settings, in the order of a form. */
export const settings: Readonly<Record<SettingName, Setting>> = {
  task: {
    label: "task",
    flag: "task",
    help: "what to learn",
    choices: null,
    suggestions: Object.keys(tasks),
  },
  samples: { label: "samples", flag: "samples", help: "training samples", choices: null },
  layers: { label: "hidden widths", flag: "layers", help: "as 50,50", choices: null },
  activation: {
    label: "activation",
    flag: "activation",
    help: "of all hidden layers, or one for each as tanh,sine",
    choices: null,
    suggestions: activationNames,
  },
  init: {
    label: "initialisation",
    flag: "init",
    help: "structured spreads the first layer over the samples",
    choices: null,
    suggestions: [STRUCTURED, ...initializerNames],
  },
  optimizer: {
    label: "optimiser",
    flag: "optimizer",
    help: "how weights are updated",
    choices: optimizerNames,
  },
  learningRate: { label: "learning rate", flag: "learning-rate", help: "above 0", choices: null },
  steps: { label: "steps", flag: "steps", help: "updates of the weights", choices: null },
  replicas: {
    label: "replicas",
    flag: "replicas",
    help: "networks that differ in their seed",
    choices: null,
  },
  seed: { label: "seed", flag: "seed", help: "fixes all that is random", choices: null },
  probeEvery: {
    label: "probe every",
    flag: "probe-every",
    help: "steps from one probe to the next",
    choices: null,
  },
  epsilons: { label: "thresholds ε", flag: "epsilons", help: "as 1e-6,1e-4", choices: null },
  precision: {
    label: "arithmetic",
    flag: "precision",
    help: "of the ranks; auto takes double where single leaves one uncertain",
    choices: ["auto", "single", "double"],
    unset: "by adapter",
  },
};

/** Names of all settings. */
export const settingNames: readonly SettingName[] = Object.keys(settings) as SettingName[];

/** What a page begins with: the staircase of Xavier's initialisation. */
export const firstSettings: RunSettings = {
  task: "cosines",
  samples: "128",
  layers: "30,30",
  activation: "tanh",
  init: "xavier-normal",
  optimizer: "adam",
  learningRate: "0.001",
  steps: "5000",
  replicas: "1",
  seed: "0",
  probeEvery: "20",
  epsilons: "1e-6",
  precision: "",
};

/**
 * Fills in the arithmetic of the ranks where it is left open: `auto`, but `single` on software,
 * where kernels of double-single arithmetic take seconds to compile.
 *
 * @param texts Settings of a run.
 * @param isSoftware Whether the adapter is the CPU.
 * @returns The settings.
 */
export function forAdapter(texts: RunSettings, isSoftware: boolean): RunSettings {
  return texts.precision.trim() === "" ? { ...texts, precision: isSoftware ? "single" : "auto" } : texts;
}

/** Reads a number that the library checks further; an empty text is none. */
function readNumber(name: SettingName, text: string): number | undefined {
  if (text.trim() === "") return undefined;
  const value = Number(text);
  if (Number.isFinite(value)) return value;
  throw new InputError(`${settings[name].label} ${quoted(text)}: give a number`);
}

function readNumbers(name: SettingName, text: string): number[] | undefined {
  if (text.trim() === "") return undefined;
  return text.split(",").map((part) => {
    const value = readNumber(name, part);
    if (value !== undefined) return value;
    throw new InputError(`${settings[name].label} ${quoted(text)}: give numbers, separated by commas`);
  });
}

/** Takes the only one of several. */
function single<T>(values: readonly T[]): T | readonly T[] {
  return values.length === 1 ? values[0] : values;
}

/**
 * Reads the settings of a run.
 *
 * @param texts The settings.
 * @returns What to train, and how, checked. All probes solve for spectra.
 * @throws {InputError} If one is out of range; the message says what to give.
 */
export async function readSettings(texts: RunSettings): Promise<CompleteOptions> {
  const { task: name, activation, init, optimizer, precision } = texts;
  const number = (name: SettingName) => readNumber(name, texts[name]);
  const numbers = (name: SettingName) => readNumbers(name, texts[name]);
  const task = await pageTask(name.trim(), { samples: number("samples"), seed: number("seed") });
  const defaults = taskDefaults(task);
  const activations = (activation.trim() || defaults.activation).split(",").map((part) => part.trim());
  activations.forEach(parseActivation);
  checkCurvature(task, activations);
  const initializer = init.trim() || defaults.initializer;
  checkInitializer(initializer);
  return completeOptions({
    task,
    hidden: numbers("layers") ?? defaults.hidden,
    activation: single(activations),
    initializer,
    optimizer: {
      name: parseOptimizerName(optimizer.trim() || defaults.optimizer),
      learningRate: single(numbers("learningRate") ?? [defaults.learningRate]),
      momentum: 0.9,
      weightDecay: 0,
    },
    batch: defaults.batch,
    steps: number("steps") ?? defaults.steps,
    probeEvery: number("probeEvery") ?? defaults.probeEvery,
    // The page draws the spectrum of whichever probe is pointed at.
    spectraEvery: 1,
    epsilons: numbers("epsilons") ?? defaults.epsilons,
    replicas: number("replicas") ?? 1,
    seed: number("seed") ?? 0,
    precision: (precision.trim() || "auto") as Precision,
  });
}
