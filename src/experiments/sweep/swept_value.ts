/**
 * Values of the swept options of trials, for tables and figures.
 *
 * @module
 */
import { formatNumber } from "../../format.ts";
import type { Schedule } from "../../nn/optim/schedule.ts";
import { trialTable } from "./options.ts";
import type { Trial } from "./trial.ts";

/** Value of a swept option in a table. */
export type SweptValue = string | number | boolean | null;

/** Kind of the values of a column. */
export type ValueKind = "integer" | "number" | "text" | "boolean";

function scheduleText(schedule: Schedule): string {
  return schedule.kind === "step" ? `step:${schedule.every}:${schedule.factor}` : schedule.kind;
}

const VALUES: Readonly<Record<keyof typeof trialTable, (trial: Trial) => SweptValue>> = {
  task: ({ task }) => task.source.task,
  data: ({ task }) => task.source.data,
  samples: ({ task }) => task.samples,
  layers: ({ settings }) => settings.hidden.join(),
  width: ({ settings: { hidden } }) => hidden.every((width) => width === hidden[0]) ? hidden[0] : null,
  depth: ({ settings }) => settings.hidden.length,
  activation: ({ settings }) => String(settings.activation),
  init: ({ settings }) => settings.initializer,
  skip: ({ settings }) => settings.skip === true,
  adaptiveSkip: ({ settings }) => settings.skip === "adaptive",
  gates: ({ settings }) => settings.skip === "gated",
  optimizer: ({ settings }) => settings.optimizer.name,
  learningRate: ({ settings }) => settings.optimizer.learningRate as number,
  momentum: ({ settings }) => settings.optimizer.momentum as number,
  weightDecay: ({ settings }) => settings.optimizer.weightDecay as number,
  schedule: ({ settings }) => scheduleText(settings.schedule),
  batch: ({ settings }) => String(settings.batch ?? "full"),
  steps: ({ settings }) => settings.steps,
  seed: ({ settings }) => settings.seed,
  probeEvery: ({ settings }) => settings.probeEvery,
  spectraEvery: ({ settings }) => settings.spectraEvery,
  epsilons: ({ settings }) => settings.epsilons.map(formatNumber).join(),
  relative: ({ settings }) => settings.threshold === "relative",
  precision: ({ settings }) => settings.precision,
};

/**
 * Finds the value that an option has in a trial, that of the task where the trial leaves it open.
 *
 * @param trial The trial.
 * @param key Name of the option.
 * @returns The value. Lists are texts; so is a batch, which may be full.
 */
export function sweptValue(trial: Trial, key: string): SweptValue {
  return VALUES[key as keyof typeof trialTable](trial);
}

/**
 * Finds the kind of the values of an option.
 *
 * @param key Name of the option.
 * @returns The kind of its column.
 */
export function sweptKind(key: string): ValueKind {
  const { kind } = trialTable[key as keyof typeof trialTable].flag;
  return kind === "integer" || kind === "number" || kind === "boolean" ? kind : "text";
}

/**
 * Explains an option.
 *
 * @param key Name of the option.
 * @returns Its explanation in one line.
 */
export function sweptHelp(key: string): string {
  return `swept: ${trialTable[key as keyof typeof trialTable].flag.help}`;
}

/**
 * Writes the name of an option in words: `learning rate`.
 *
 * @param key Name of the option.
 * @returns The words.
 */
export function keyText(key: string): string {
  return key === "init" ? "initialiser" : key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/**
 * Writes the value of a swept option.
 *
 * @param value The value.
 * @returns The text; numbers in their shorter form.
 */
export function valueText(value: SweptValue): string {
  return typeof value === "number" ? formatNumber(value) : value === null ? "none" : String(value);
}
