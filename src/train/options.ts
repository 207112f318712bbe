/**
 * Options of a training run, completed by the defaults of its task and checked.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { type OptimizerOptions, parseOptimizerName } from "../nn/optim/optimizer.ts";
import type { Schedule } from "../nn/optim/schedule.ts";
import type { Precision } from "../rank/spectra/feature_spectrum.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { Task } from "../tasks/task.ts";
import { checkEquation } from "./equation.ts";

/** What to train, and how; what is left out the task decides. */
export interface TrainingOptions {
  /** Problem to learn. */
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
  /** Samples of a mini-batch; `null` for the full batch, which a differential equation has to have. */
  readonly batch?: number | null;
  /** Number of updates. */
  readonly steps?: number;
  /** Updates from one probe to the next. The last step is probed as well. */
  readonly probeEvery?: number;
  /**
   * Probes from one that solves the spectra of all layers to the next. Those between only count ranks, as certain and several
   * times cheaper: they have no eigenvalues and no loss floor. The first and the last always solve. Default: 1, all do. Where
   * ranks can not be counted all do, too: with thresholds relative to λ₁, layers of more than 256 neurons, more than 16,384
   * samples, or an adapter without double-single arithmetic.
   */
  readonly spectraEvery?: number;
  /** Thresholds ε > 0 of the ε-ranks. */
  readonly epsilons?: readonly number[];
  /** Whether the thresholds are absolute or relative to λ₁. Default: absolute. */
  readonly threshold?: Threshold;
  /**
   * Arithmetic of the spectra: single precision; double-single for all; or, which is the default, `auto`: single first, and
   * double-single for the spectra that leave a rank uncertain.
   */
  readonly precision?: Precision;
  /** Number of replicas, which differ in their random streams. Default: 1. */
  readonly replicas?: number;
  /** Seed of the random streams. Default: 0. */
  readonly seed?: number;
  /** Stops the run early; the trace up to there is kept. */
  readonly signal?: AbortSignal;
}

/** {@linkcode TrainingOptions} with every choice made. */
export type CompleteOptions = Required<Omit<TrainingOptions, "signal">>;

/**
 * Fills in what the caller left to the task, and checks the numbers that no later stage checks.
 *
 * @param options Options as given.
 * @returns Options with every choice made.
 * @throws {InputError} Where a number is out of range, or a differential equation is to be trained by mini-batches.
 * @throws {ShapeError} Where the samples or the conditions do not fit the task.
 */
export function completeOptions(options: TrainingOptions): CompleteOptions {
  const { task } = options;
  const { defaults } = task;
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
    batch: options.batch === undefined ? fitting(defaults.batch, task) : options.batch,
    steps: options.steps ?? defaults.steps,
    probeEvery: options.probeEvery ?? defaults.probeEvery,
    spectraEvery: options.spectraEvery ?? 1,
    epsilons: options.epsilons ?? defaults.epsilons,
    threshold: options.threshold ?? "absolute",
    precision: options.precision ?? "auto",
    replicas: options.replicas ?? 1,
    seed: options.seed ?? 0,
  };
  checkInteger("steps", complete.steps, 0);
  checkInteger("steps between probes", complete.probeEvery, 1);
  checkInteger("probes between spectra", complete.spectraEvery, 1);
  for (const epsilon of complete.epsilons) {
    if (!(epsilon > 0 && epsilon < Infinity)) throw new InputError(`ε = ${epsilon}: give a number above 0`);
  }
  if (complete.epsilons.length === 0) throw new InputError("no ε: give at least one");
  for (const samples of [task.train, task.test]) {
    if (!samples) continue;
    const { count, x, y, weights } = samples;
    if (
      count < 1 || x.length !== count * task.inputs || y.length !== count * task.outputs ||
      weights.length !== count
    ) {
      throw new ShapeError(
        `task "${task.name}": ${count} samples of ${task.inputs} inputs and ${task.outputs} outputs need arrays of ` +
          `${count * task.inputs}, ${count * task.outputs} and ${count} numbers`,
      );
    }
  }
  checkEquation(task, complete.batch);
  return complete;
}

/** The task's own batch, or all samples where there are fewer. */
function fitting(batch: number | null, { train }: Task): number | null {
  return batch === null ? null : Math.min(batch, train.count);
}

function checkInteger(name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least || value >= 2 ** 32) {
    throw new InputError(`${value} ${name}: give a whole number from ${least}`);
  }
}
