/**
 * Neural rank collapse: weight decay lowers the ranks of weight matrices, the more the less the samples of a class differ
 * (Zangrando, Deidda, Brugiapaglia, Guglielmi, Tudisco, arXiv:2402.03991).
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { OptimizerOptions } from "../../nn/optim/optimizer.ts";
import { rankCollapseFigure } from "./figure.ts";
import { taskDefaults } from "../../tasks/defaults.ts";
import type { Task } from "../../tasks/task.ts";
import { type CompleteOptions, completeOptions, type TrainingOptions } from "../../train/options.ts";
import type { Probe } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { collapsedLayers, type CollapseRow } from "./layers.ts";
import { collapseFigureData } from "./figure_data.ts";
import { collapseTable, singularValueTable } from "./tables.ts";
import { collapseVerdicts } from "./verdicts.ts";
import type { Divergence, ExperimentResult } from "../core/record.ts";
import { follow } from "../../train/follow.ts";

/** Decays by default, and networks that are trained with each: the seeds of the statistics. */
const WEIGHT_DECAYS = [0, 1e-3, 2e-3, 5e-3, 2e-2], SEEDS = 5;

/** A task of classes, and the deviation within them. */
export interface CollapseTask {
  /** Standard deviation of a class about its centre; `null` where the samples have the one that they have. */
  readonly deviation: number | null;
  /** The task. */
  readonly task: Task;
}

/** What to train, and how; what is left out the tasks decide. */
export interface RankCollapseOptions extends Pick<TrainingOptions, "signal" | "schedule"> {
  /** Tasks of the same classes that differ by their deviation, each of which is a training run. */
  readonly tasks: readonly CollapseTask[];
  /** Widths of the hidden layers. */
  readonly hidden?: readonly number[];
  /** Activation of the hidden layers, or one for each. */
  readonly activation?: string | readonly string[];
  /** Initialiser. */
  readonly initializer?: string;
  /** Optimiser and its settings, but for the weight decay. */
  readonly optimizer?: Omit<OptimizerOptions, "weightDecay">;
  /** Decays λ ≥ 0. Default: 0, 10⁻³, 2·10⁻³, 5·10⁻³ and 2·10⁻². */
  readonly weightDecays?: readonly number[];
  /** Samples of a mini-batch; `null` for the full batch. */
  readonly batch?: number | null;
  /** Number of updates. */
  readonly steps?: number;
  /** Networks for each decay, which differ in their initial weights. Default: 5. */
  readonly seeds?: number;
  /** Seed of the random streams. Default: 0. */
  readonly seed?: number;
}

/** Options of the training run of the first task, every choice made, and what varies over runs and replicas. */
export interface CompleteCollapseOptions extends CompleteOptions {
  /** Training runs: one a task. */
  readonly runs: number;
  /** What was varied, and its values. */
  readonly swept: {
    /** Deviations of the tasks, where they were set. */
    readonly deviation?: readonly number[];
    /** Decays λ. */
    readonly weightDecay: readonly number[];
    /** Indices of the networks of each. */
    readonly seed: readonly number[];
  };
}

/** A finished run: its record, its verdicts, its tables and its picture. */
export interface RankCollapseResult extends ExperimentResult<CompleteCollapseOptions> {
  /** All layers of all networks that count. */
  readonly rows: readonly CollapseRow[];
  /** The table of layers, as CSV. */
  readonly table: string;
  /** The table of singular values, as CSV. */
  readonly singularValues: string;
  /** The figure, as SVG. */
  readonly figure: string;
}

/**
 * Trains networks with a ladder of weight decays, some of each, side by side, on tasks of more and less variable classes, and
 * measures the ranks of their weights and the variability of what enters their layers. The networks of a task share its
 * samples: confidence intervals are over their initial weights and mini-batches.
 *
 * After S steps of learning rate η and momentum μ some e^(−Sηλ/(1−μ)) of the initial weights is left: what a small λ leaves
 * earlier than that tells of the start, not of the limit.
 *
 * @param gpu Device.
 * @param options What to train, and how.
 * @param onProgress Called as results arrive, with the number of updates made in all runs, and the loss of a network.
 * @returns The run. Where networks diverged, or the signal stopped it, it is returned as far as it came.
 * @throws {InputError} Where an option is out of range, a task has no classes, or tasks do not belong together.
 */
export async function rankCollapse(
  gpu: Gpu,
  options: RankCollapseOptions,
  onProgress: (steps: number, loss: number) => void = () => {},
): Promise<RankCollapseResult> {
  const { weightDecays = WEIGHT_DECAYS, seeds = SEEDS, signal } = options;
  const tasks = checkTasks(options.tasks);
  checkLadder(weightDecays);
  const runs = tasks.map(({ deviation, task }) => ({ deviation, options: completed(task, options) }));
  const rows: CollapseRow[] = [], diverged: Divergence[] = [];
  let steps = 0, milliseconds = 0, isStopped = false;
  for (const run of runs) {
    // A run that never began is one cut short.
    isStopped = signal?.aborted ?? false;
    if (isStopped) break;
    using training = await Training.create(gpu, { ...run.options, ...signal && { signal } });
    const last = new Map<number, Probe>();
    await follow(training, (probe) => {
      last.set(probe.replica, probe);
      if (probe.replica === 0) onProgress(steps + probe.step, probe.loss);
    });
    const place = (replica: number) => ({
      deviation: run.deviation,
      weightDecay: weightDecays[replica % weightDecays.length],
      seed: Math.floor(replica / weightDecays.length),
    });
    for (const [replica, step] of training.diverged) {
      const description = `replica ${replica} (${nameOf(place(replica))}) diverged at step ${step}`;
      diverged.push({ replica, step, description });
    }
    const whole = [...last.keys()].filter((replica) => !training.diverged.has(replica));
    for (const layer of await collapsedLayers(training.network, run.options.task, whole)) {
      const { loss, accuracy } = last.get(layer.replica)!;
      rows.push({ ...layer, ...place(layer.replica), loss, accuracy: accuracy! });
    }
    steps += training.updates;
    milliseconds += training.milliseconds;
    isStopped = training.status === "stopped";
    if (isStopped) break;
  }
  const [{ options: first }] = runs;
  return {
    options: {
      ...first,
      runs: runs.length,
      swept: {
        ...tasks[0].deviation === null ? {} : { deviation: tasks.map(({ deviation }) => deviation!) },
        weightDecay: weightDecays,
        seed: Array.from({ length: seeds }, (_, seed) => seed),
      },
    },
    isStopped,
    rows,
    verdicts: collapseVerdicts(rows, {
      classes: first.task.outputs,
      deviations: tasks.map(({ deviation }) => deviation),
      weightDecays,
    }),
    diverged,
    table: collapseTable(rows),
    singularValues: singularValueTable(rows),
    figure: rankCollapseFigure(collapseFigureData(rows, first, { weightDecays, seeds })),
    timing: { steps, milliseconds },
  };
}

/** Options of one run: replicas are all decays of the first seed, then all of the next. */
function completed(task: Task, options: RankCollapseOptions): CompleteOptions {
  const { hidden, activation, initializer, schedule, batch, seed } = options;
  const { weightDecays = WEIGHT_DECAYS, seeds = SEEDS, steps = taskDefaults(task).steps } = options;
  if (!Number.isInteger(seeds) || seeds < 1) {
    throw new InputError(`${seeds} seeds: give a whole number from 1`);
  }
  if (steps < 1) throw new InputError("no update, nothing collapses: give one step at least");
  const { optimizer } = completeOptions({ task, ...options.optimizer && { optimizer: options.optimizer } });
  const given = { hidden, activation, initializer, schedule, batch, seed };
  return completeOptions({
    task,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    optimizer: { ...optimizer, weightDecay: Array.from({ length: seeds }, () => weightDecays).flat() },
    steps,
    // Probes tell how far the run is: nothing is read off their ranks.
    probeEvery: Math.ceil(steps / 10),
    precision: "single",
    replicas: weightDecays.length * seeds,
  });
}

/** Tasks from the least to the greatest deviation. */
function checkTasks(tasks: readonly CollapseTask[]): CollapseTask[] {
  if (tasks.length === 0) throw new InputError("no task: give one at least");
  const [{ task: { inputs, outputs } }] = tasks;
  for (const { deviation, task } of tasks) {
    if (task.loss !== "softmax-cross-entropy") {
      throw new InputError(`the task ${task.name} has no classes: choose one with a cross-entropy`);
    }
    if (task.inputs !== inputs || task.outputs !== outputs) {
      throw new InputError("tasks that are to be compared have one number of inputs and one of classes");
    }
    if (deviation === null && tasks.length > 1) {
      throw new InputError("tasks that are to be compared differ by a deviation: give that of each");
    }
  }
  if (new Set(tasks.map(({ deviation }) => deviation)).size < tasks.length) {
    throw new InputError("two tasks have the same deviation: give each one of its own");
  }
  return tasks.toSorted((a, b) => (a.deviation ?? 0) - (b.deviation ?? 0));
}

function checkLadder(weightDecays: readonly number[]): void {
  if (weightDecays.length === 0) throw new InputError("no weight decay: give one at least");
  if (weightDecays.some((decay, i) => i > 0 && !(decay > weightDecays[i - 1]))) {
    throw new InputError(`weight decays ${weightDecays.join(", ")}: give them in ascending order, each once`);
  }
}

/** A network in words. */
function nameOf({ deviation, weightDecay, seed }: Pick<CollapseRow, "deviation" | "weightDecay" | "seed">) {
  return [
    ...deviation === null ? [] : [`deviation ${deviation}`],
    `weight decay ${weightDecay}`,
    `seed ${seed}`,
  ].join(", ");
}
