/**
 * Options of a training run, completed by the defaults of its task and checked.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber, type NumberRange } from "../check.ts";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import type { Skip } from "../nn/layout.ts";
import { checkLayerRates } from "../nn/optim/layer_rates.ts";
import { checkSearch } from "../nn/optim/lbfgs.ts";
import { type OptimizerOptions, optimizers, parseOptimizerName } from "../nn/optim/optimizer.ts";
import { type RandomStream, randomStreams } from "../nn/random_stream.ts";
import type { Schedule } from "../nn/optim/schedule.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Precision } from "../rank/spectra/feature_spectrum.ts";
import { checkTask } from "../tasks/check_task.ts";
import { taskDefaults } from "../tasks/defaults.ts";
import type { Task } from "../tasks/task.ts";
import { defaultSpectraEvery } from "./probe_schedule.ts";
import type { TrainingState } from "./state.ts";
import { checkStart, type NetworkStart } from "./start.ts";
import { MOST_EPSILONS, MOST_LAYERS, MOST_REPLICAS, MOST_STEPS } from "./limits.ts";

/** What to train, and how. Options without a default take that of the task, see `taskDefaults`. */
export interface TrainingOptions {
  /** Task to learn. */
  readonly task: Task;
  /** Widths of the hidden layers. */
  readonly hidden?: readonly number[];
  /** Activation of the hidden layers, or one for each: see {@linkcode parseActivation}. */
  readonly activation?: string | readonly string[];
  /**
   * Initialiser: see {@linkcode parseInitializer}. `structured` is `xavier-normal` but for the
   * first layer, whose neurons are spread over the samples: see `structuredLayer`.
   */
  readonly initializer?: string;
  /**
   * Skip connections around each hidden layer as wide as the layer below, or the input, whose
   * features a they add: a + σ(a W + b), or with `adaptive` (1 − α) a + α σ(a W + b), where α is
   * trained from 0; or with `gated` gates between two encoders of the input, see
   * {@linkcode Skip}. Default: `false`.
   */
  readonly skip?: Skip;
  /** Optimiser and its settings. */
  readonly optimizer?: OptimizerOptions;
  /** Learning-rate schedule. Default: constant. */
  readonly schedule?: Schedule;
  /**
   * Samples of a mini-batch; `null` for the full batch. A differential equation takes the full
   * batch only.
   */
  readonly batch?: number | null;
  /** Number of updates. */
  readonly steps?: number;
  /** Updates from one probe to the next. The last step is probed as well. */
  readonly probeEvery?: number;
  /**
   * Probes from one that solves for the spectra of all layers to the next. The probes between only
   * count ranks, just as reliably and several times faster; they have no eigenvalues and no loss
   * floor. The first and the last probe always solve. Default: such that about a hundred probes
   * solve, which are all in a run of fewer than 200; 1 for all. All of them solve as well if ranks
   * cannot be counted: with thresholds relative to λ₁, layers of more than 256 neurons, more than
   * 16,384 samples, or an adapter without double-single arithmetic.
   */
  readonly spectraEvery?: number;
  /** Thresholds ε > 0 of the ε-ranks. */
  readonly epsilons?: readonly number[];
  /** Whether the thresholds are absolute or relative to λ₁. Default: absolute. */
  readonly threshold?: Threshold;
  /**
   * Arithmetic of the spectra: `single` precision; `double` for double-single arithmetic; or
   * `auto`: single first, then double-single for the spectra that leave a rank uncertain. Default:
   * `auto`.
   */
  readonly precision?: Precision;
  /** Number of replicas, which differ in their random streams. Default: 1. */
  readonly replicas?: number;
  /**
   * Parameters that the networks begin with: for each replica, or for one that all replicas are,
   * those of each layer. Default: drawn by the initialiser.
   */
  readonly start?: NetworkStart;
  /** Seed of the random streams. Default: 0. */
  readonly seed?: number;
  /**
   * Random stream of each replica, from which its initial parameters and its mini-batches are
   * drawn. Replicas with the same stream start from the same parameters, so that settings can be
   * compared in pairs. Default: `null`, the stream (seed, r) for replica r.
   */
  readonly streams?: readonly RandomStream[] | null;
  /**
   * Whether the run ends once one replica has diverged. Default: `false`, the others go on.
   */
  readonly stopOnDivergence?: boolean;
  /**
   * Whether `Training.trace` keeps all chunks. Default: `true`; with `false` it keeps none, so that
   * memory does not grow with the run.
   */
  readonly retain?: boolean;
  /** Signal that stops the run early. The trace up to there is kept. */
  readonly signal?: AbortSignal;
}

/** {@linkcode TrainingOptions} with every choice made. `start` is absent unless it was given. */
export type CompleteOptions =
  & Required<Omit<TrainingOptions, "signal" | "start">>
  & Pick<TrainingOptions, "start">;

const KEYS: Readonly<Record<keyof TrainingOptions, true>> = {
  task: true,
  hidden: true,
  activation: true,
  initializer: true,
  skip: true,
  optimizer: true,
  schedule: true,
  batch: true,
  steps: true,
  probeEvery: true,
  spectraEvery: true,
  epsilons: true,
  threshold: true,
  precision: true,
  replicas: true,
  start: true,
  seed: true,
  streams: true,
  stopOnDivergence: true,
  retain: true,
  signal: true,
};

/**
 * Fills in what the caller left to the task, and checks everything.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} If an option does not exist or is out of range, or a differential equation
 * is to be trained by mini-batches, or the task's data cannot be trained on.
 * @throws {ShapeError} If the samples or the conditions do not fit the task.
 */
export function completeOptions(options: TrainingOptions): CompleteOptions {
  checkKeys("training options", options, Object.keys(KEYS));
  const task = checkTask(options.task);
  const defaults = taskDefaults(task);
  const { steps = defaults.steps, probeEvery = defaults.probeEvery } = options;
  const complete: CompleteOptions = {
    task,
    hidden: options.hidden ?? defaults.hidden,
    activation: options.activation ?? defaults.activation,
    initializer: options.initializer ?? defaults.initializer,
    skip: options.skip ?? false,
    optimizer: options.optimizer ?? {
      name: parseOptimizerName(defaults.optimizer),
      learningRate: defaults.learningRate,
    },
    schedule: options.schedule ?? { kind: "constant" },
    batch: options.batch === undefined ? defaults.batch : options.batch,
    steps,
    probeEvery,
    spectraEvery: options.spectraEvery ?? defaultSpectraEvery(steps, probeEvery, options.replicas ?? 1),
    epsilons: options.epsilons ?? defaults.epsilons,
    threshold: options.threshold ?? "absolute",
    precision: options.precision ?? "auto",
    replicas: options.replicas ?? 1,
    seed: options.seed ?? 0,
    streams: options.streams ?? null,
    stopOnDivergence: options.stopOnDivergence ?? false,
    retain: options.retain ?? true,
    ...options.start && { start: options.start },
  };
  checkOptions(complete, options.signal);
  return complete;
}

/**
 * Checks that a run can go on from a state.
 *
 * @param options Options of the run.
 * @param state The state.
 * @throws {InputError} If it has made more steps than the run is to make, or if a cosine schedule
 * is to have another number of steps.
 */
export function checkSteps(
  { steps, schedule }: CompleteOptions,
  { step, steps: planned }: TrainingState,
): void {
  if (step > steps) {
    throw new InputError(
      `the training to go on with has made ${step} steps: give at least as many, not ${steps}`,
    );
  }
  if (schedule.kind === "cosine" && steps !== planned) {
    throw new InputError(
      `the cosine schedule of the training to go on with ends at step ${planned}: give as many steps, not ${steps}`,
    );
  }
}

const THRESHOLDS: readonly Threshold[] = ["absolute", "relative"];
const PRECISIONS: readonly Precision[] = ["auto", "single", "double"];

/** Settings of an optimiser that are numbers, with their ranges; lists give one to each replica. */
const SETTINGS = {
  learningRate: ["learning rate", { positive: true }],
  momentum: ["momentum", { min: 0 }],
  weightDecay: ["weight decay", { min: 0 }],
  betas: ["beta", { positive: true }],
  epsilon: ["epsilon of the optimiser", { positive: true }],
  history: ["history of lbfgs", { min: 1 }],
} as const satisfies Readonly<Record<string, readonly [name: string, range: NumberRange]>>;

/**
 * Checks the options of a run, except its task and the names of activations and initialisers.
 *
 * @param options The options.
 * @param signal Signal that ends the run, if there is one.
 * @throws {InputError} If one is out of range.
 */
function checkOptions(options: CompleteOptions, signal: AbortSignal | undefined): void {
  const { task, hidden, batch, steps, epsilons } = options;
  // Not safe integers only: whether a width fits is for the adapter to say.
  const isWidth = (width: unknown) => Number.isInteger(width) && (width as number) >= 1;
  if (!Array.isArray(hidden) || hidden.length === 0 || !hidden.every(isWidth)) {
    throw new InputError(
      `hidden widths ${
        shown(String(JSON.stringify(hidden)))
      }: give a list of at least one whole number from 1`,
    );
  }
  if (hidden.length > MOST_LAYERS) {
    throw new InputError(`${hidden.length} hidden layers: give at most ${MOST_LAYERS}`);
  }
  checkOptimizer(options);
  checkSchedule(options.schedule);
  if (optimizers[options.optimizer.name].searches) checkSearch(options);
  if (task.kind === "equation" && batch !== null) {
    throw new InputError(
      `task "${task.name}": a batch of ${batch} samples of a differential equation: give the full batch`,
    );
  }
  if (batch !== null) checkNumber("batch", batch, { min: 1, max: task.train.count, integer: true });
  checkNumber("steps", steps, { min: 0, max: MOST_STEPS, integer: true });
  checkNumber("replicas", options.replicas, { min: 1, max: MOST_REPLICAS, integer: true });
  checkNumber("steps between probes", options.probeEvery, { min: 1, max: MOST_STEPS, integer: true });
  // Its default depends on the three before.
  checkNumber("probes between spectra", options.spectraEvery, { min: 1, max: MOST_STEPS, integer: true });
  if (!Array.isArray(epsilons) || epsilons.length === 0) {
    throw new InputError("epsilons must be a list of thresholds: give at least one number above 0");
  }
  if (epsilons.length > MOST_EPSILONS) {
    throw new InputError(`${epsilons.length} thresholds ε: give at most ${MOST_EPSILONS}`);
  }
  for (const epsilon of epsilons) checkNumber("threshold ε", epsilon, { positive: true });
  checkName("kind of threshold", options.threshold, THRESHOLDS);
  checkName("precision", options.precision, PRECISIONS);
  checkNumber("seed", options.seed, { min: 0, max: 2 ** 32 - 1, integer: true });
  if (options.start) checkStart(options.start, options);
  if (options.streams !== null) randomStreams(options.replicas, options.seed, options.streams);
  const skip: unknown = options.skip;
  if (typeof skip !== "boolean" && skip !== "adaptive" && skip !== "gated") {
    throw new InputError(`skip must be true, false, "adaptive" or "gated", not ${skip}`);
  }
  for (const key of ["stopOnDivergence", "retain"] as const) {
    const value: unknown = options[key];
    if (typeof value !== "boolean") throw new InputError(`${key} must be true or false, not ${value}`);
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InputError("the signal is no AbortSignal: give the signal of an AbortController");
  }
}

function checkOptimizer({ optimizer, hidden, replicas }: CompleteOptions): void {
  checkKeys("optimiser settings", optimizer, ["name", "layers", ...Object.keys(SETTINGS)]);
  parseOptimizerName(optimizer.name);
  for (const [key, [name, range]] of Object.entries(SETTINGS)) {
    const value = optimizer[key as keyof typeof SETTINGS];
    if (value === undefined && key !== "learningRate") continue;
    for (const each of Array.isArray(value) ? value : [value]) checkNumber(name, each, range);
  }
  if (optimizer.layers !== undefined) checkLayerRates(optimizer.layers, hidden.length + 1, replicas);
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
