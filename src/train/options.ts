/**
 * Options of a training run, completed by the defaults of its task and checked.
 *
 * @module
 */
import { checkKeys } from "../check.ts";
import { type OptimizerOptions, parseOptimizerName } from "../nn/optim/optimizer.ts";
import type { Schedule } from "../nn/optim/schedule.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Precision } from "../rank/spectra/feature_spectrum.ts";
import { checkTask } from "../tasks/check_task.ts";
import { taskDefaults } from "../tasks/defaults.ts";
import type { Task } from "../tasks/task.ts";
import { checkOptions } from "./check_options.ts";

/** What to train, and how. Options without a default take that of the task, see `taskDefaults`. */
export interface TrainingOptions {
  /** Task to learn. */
  readonly task: Task;
  /** Widths of the hidden layers. */
  readonly hidden?: readonly number[];
  /** Activation of the hidden layers, or one for each: see {@linkcode parseActivation}. */
  readonly activation?: string | readonly string[];
  /** Initialiser: see {@linkcode parseInitializer}. */
  readonly initializer?: string;
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
   * floor. The first and the last probe always solve. Default: 1, all of them. All of them solve as
   * well if ranks cannot be counted: with thresholds relative to λ₁, layers of more than 256
   * neurons, more than 16,384 samples, or an adapter without double-single arithmetic.
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
  /** Seed of the random streams. Default: 0. */
  readonly seed?: number;
  /** Signal that stops the run early. The trace up to there is kept. */
  readonly signal?: AbortSignal;
}

/** {@linkcode TrainingOptions} with every choice made. */
export type CompleteOptions = Required<Omit<TrainingOptions, "signal">>;

const KEYS: Readonly<Record<keyof TrainingOptions, true>> = {
  task: true,
  hidden: true,
  activation: true,
  initializer: true,
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
  seed: true,
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
  const complete: CompleteOptions = {
    task,
    hidden: options.hidden ?? defaults.hidden,
    activation: options.activation ?? defaults.activation,
    initializer: options.initializer ?? defaults.initializer,
    optimizer: options.optimizer ?? {
      name: parseOptimizerName(defaults.optimizer),
      learningRate: defaults.learningRate,
    },
    schedule: options.schedule ?? { kind: "constant" },
    batch: options.batch === undefined ? defaults.batch : options.batch,
    steps: options.steps ?? defaults.steps,
    probeEvery: options.probeEvery ?? defaults.probeEvery,
    spectraEvery: options.spectraEvery ?? 1,
    epsilons: options.epsilons ?? defaults.epsilons,
    threshold: options.threshold ?? "absolute",
    precision: options.precision ?? "auto",
    replicas: options.replicas ?? 1,
    seed: options.seed ?? 0,
  };
  checkOptions(complete, options.signal);
  return complete;
}
