/**
 * Checks of the options of a training run.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber, type NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import { type OptimizerOptions, parseOptimizerName } from "../nn/optim/optimizer.ts";
import type { Schedule } from "../nn/optim/schedule.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Precision } from "../rank/spectra/feature_spectrum.ts";
import type { CompleteOptions } from "./options.ts";

/** Step counters of the GPU are 32-bit words. */
const MOST_STEPS = 2 ** 32 - 1;

const THRESHOLDS: readonly Threshold[] = ["absolute", "relative"];
const PRECISIONS: readonly Precision[] = ["auto", "single", "double"];

/** Settings of an optimiser that are numbers, with their ranges; lists give one to each replica. */
const SETTINGS = {
  learningRate: ["learning rate", { positive: true }],
  momentum: ["momentum", { min: 0 }],
  weightDecay: ["weight decay", { min: 0 }],
  betas: ["beta", { positive: true }],
  epsilon: ["epsilon of the optimiser", { positive: true }],
} as const satisfies Readonly<Record<string, readonly [name: string, range: NumberRange]>>;

/**
 * Checks the options of a run, except its task and the names of activations and initialisers.
 *
 * @param options The options.
 * @param signal Signal that ends the run, if there is one.
 * @throws {InputError} If one is out of range.
 */
export function checkOptions(options: CompleteOptions, signal: AbortSignal | undefined): void {
  const { task, hidden, batch, steps, epsilons } = options;
  // Not safe integers only: whether a width fits is for the adapter to say.
  const isWidth = (width: unknown) => Number.isInteger(width) && (width as number) >= 1;
  if (!Array.isArray(hidden) || hidden.length === 0 || !hidden.every(isWidth)) {
    throw new InputError(
      `hidden widths ${JSON.stringify(hidden)}: give a list of at least one whole number from 1`,
    );
  }
  checkOptimizer(options.optimizer);
  checkSchedule(options.schedule);
  if (task.kind === "equation" && batch !== null) {
    throw new InputError(
      `task "${task.name}": a batch of ${batch} samples of a differential equation: give the full batch`,
    );
  }
  if (batch !== null) checkNumber("batch", batch, { min: 1, max: task.train.count, integer: true });
  checkNumber("steps", steps, { min: 0, max: MOST_STEPS, integer: true });
  checkNumber("steps between probes", options.probeEvery, { min: 1, max: MOST_STEPS, integer: true });
  checkNumber("probes between spectra", options.spectraEvery, { min: 1, max: MOST_STEPS, integer: true });
  if (!Array.isArray(epsilons) || epsilons.length === 0) {
    throw new InputError("epsilons must be a list of thresholds: give at least one number above 0");
  }
  for (const epsilon of epsilons) checkNumber("threshold ε", epsilon, { positive: true });
  checkName("kind of threshold", options.threshold, THRESHOLDS);
  checkName("precision", options.precision, PRECISIONS);
  checkNumber("replicas", options.replicas, { min: 1, integer: true });
  checkNumber("seed", options.seed, { min: 0, max: 2 ** 32 - 1, integer: true });
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InputError("the signal is no AbortSignal: give the signal of an AbortController");
  }
}

function checkOptimizer(optimizer: OptimizerOptions): void {
  checkKeys("optimiser settings", optimizer, ["name", ...Object.keys(SETTINGS)]);
  parseOptimizerName(optimizer.name);
  for (const [key, [name, range]] of Object.entries(SETTINGS)) {
    const value = optimizer[key as keyof typeof SETTINGS];
    if (value === undefined && key !== "learningRate") continue;
    for (const each of Array.isArray(value) ? value : [value]) checkNumber(name, each, range);
  }
}

function checkSchedule(schedule: Schedule): void {
  const { kind } = schedule;
  checkName("schedule", kind, ["constant", "cosine", "step"]);
  checkKeys(
    `settings of the ${kind} schedule`,
    schedule,
    kind === "step" ? ["kind", "every", "factor"] : ["kind"],
  );
  if (schedule.kind !== "step") return;
  checkNumber("steps between changes of the learning rate", schedule.every, { min: 1, integer: true });
  checkNumber("factor of the learning rate", schedule.factor, { positive: true });
}
