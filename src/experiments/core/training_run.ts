/**
 * Runs that train a network and measure it.
 *
 * @module
 */
import { divergencePlace } from "../../train/divergence.ts";
import type { CompleteOptions, TrainingOptions } from "../../train/options.ts";
import type { Probe } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { follow } from "../../train/follow.ts";
import type { Divergence, Run, RunContext, RunStatus } from "./experiment.ts";

/** Milliseconds from one report of progress to the next if probes are rarer. */
const PROGRESS_EVERY = 500;

/** Measurements of a training. */
export interface Measurements<Row> {
  /** Measurements; none if the training did not get far enough. */
  readonly rows: readonly Row[];
  /** Networks that do not count, apart from those that diverged. */
  readonly leftOut?: readonly Divergence[];
}

/** A training to measure. */
export interface MeasuredTraining<Row> {
  /** Name in a few words, for the progress line. Default: the task's. */
  readonly label?: string;
  /** Options of the training. */
  readonly training: TrainingOptions & { readonly steps: number };
  /**
   * Names a network that diverged.
   *
   * @param replica Index of the network.
   * @returns Its name, in a few words. Default: `replica N`.
   */
  nameOf?(replica: number): string;
  /**
   * Changes the networks before they train.
   *
   * @param training The training, at its start.
   * @param context Device, signal, progress.
   */
  prepare?(training: Training, context: RunContext): void | Promise<void>;
  /**
   * Measures the networks at the end of the training, or where the signal stopped it.
   *
   * @param training The training, at its end.
   * @param context Device, signal, progress.
   * @returns The measurements.
   */
  measure(training: Training, context: RunContext): Measurements<Row> | Promise<Measurements<Row>>;
}

/**
 * Makes a run of a training. Networks that diverge are named and left out; the others go on.
 *
 * @param options What to train and how to measure it.
 * @returns The run.
 */
export function trainingRun<Row>(options: MeasuredTraining<Row>): Run<Row> {
  const { training: { task, steps, replicas = 1 }, label = task.name } = options;
  return { label, steps, networks: replicas, execute: (context) => execute(options, context) };
}

/**
 * Takes the options of a training run out of a plan that has others as well, which a training would
 * refuse.
 *
 * @param plan The plan.
 * @returns The options of the training run.
 */
export function trainingPart(plan: CompleteOptions): CompleteOptions {
  const { task, hidden, activation, initializer, optimizer, schedule, batch, steps } = plan;
  const {
    probeEvery,
    spectraEvery,
    epsilons,
    threshold,
    precision,
    replicas,
    seed,
    stopOnDivergence,
    retain,
  } = plan;
  return {
    task,
    hidden,
    activation,
    initializer,
    optimizer,
    schedule,
    batch,
    steps,
    probeEvery,
    spectraEvery,
    epsilons,
    threshold,
    precision,
    replicas,
    seed,
    stopOnDivergence,
    retain,
  };
}

async function execute<Row>(
  { training: wanted, nameOf, prepare, measure }: MeasuredTraining<Row>,
  context: RunContext,
) {
  const { gpu, signal, onProgress } = context;
  using training = await Training.create(gpu, { ...wanted, ...signal && { signal } });
  await prepare?.(training, context);
  let text = "";
  const made = () => training.updates;
  const timer = setInterval(() => onProgress(made(), text), PROGRESS_EVERY);
  try {
    await follow(training, (probe) => {
      if (probe.replica !== 0) return;
      text = describe(probe);
      onProgress(probe.step, text);
    });
  } finally {
    clearInterval(timer);
  }
  const { rows, leftOut = [] } = await measure(training, context);
  const diverged = training.divergedReplicas.map((each): Divergence => ({
    ...each,
    ...nameOf && { description: `${nameOf(each.replica)} diverged ${divergencePlace(each)}` },
  }));
  return {
    rows,
    diverged: [...diverged, ...leftOut],
    // A training that was followed to its end no longer runs.
    status: training.status as RunStatus,
    steps: made(),
    milliseconds: training.milliseconds,
  };
}

/** Loss and terminal rank of a probe, in a few words. */
function describe({ loss, layers }: Probe): string {
  const { ranks } = layers[layers.length - 1];
  return `loss ${loss.toExponential(2)}, rank ${ranks[ranks.length - 1].rank}`;
}
