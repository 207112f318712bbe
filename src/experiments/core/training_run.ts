/**
 * Runs that train a network and measure it.
 *
 * @module
 */
import type { SweptValues } from "../../io/mod.ts";
import { type CompleteOptions, completeOptions, type TrainingOptions } from "../../train/options.ts";
import { divergencePlace } from "../../train/divergence.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import type { Probe } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { follow } from "../../train/follow.ts";
import type { Divergence, Run, RunContext, RunOutcome, RunStatus } from "./experiment.ts";

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
export interface MeasuredTraining<Row, Prepared = void> {
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
   * Whether divergence is among what is measured: networks that diverge are then neither named nor
   * left out, and a training of which all do is done. Default: `false`.
   */
  readonly measuresDivergence?: boolean;
  /**
   * Makes the probes the table `trace.csv`, which grows while the networks train, with the values
   * that differ between replicas.
   */
  readonly trace?: { readonly swept: SweptValues };
  /** Steps whose networks are measured. Default: none. */
  readonly networksAt?: readonly number[];
  /**
   * Prepares what the networks start with. It is kept, and not prepared again when the run goes on
   * after an interruption.
   *
   * @param training The training, at its start.
   * @param context Device, signal, progress.
   * @returns Numbers, texts, lists, objects, typed arrays.
   */
  prepare?(training: Training, context: RunContext): Prepared | Promise<Prepared>;
  /**
   * Changes the networks before they train.
   *
   * @param training The training, at its start.
   * @param prepared What was prepared.
   */
  apply?(training: Training, prepared: Prepared): void;
  /**
   * Measures the networks at the end of the training, or where the signal stopped it.
   *
   * @param training The training, at its end.
   * @param prepared What was prepared.
   * @param context Device, signal, progress.
   * @param networks Layers of each replica at the steps of `networksAt` that the training reached,
   * ascending.
   * @returns The measurements.
   */
  measure(
    training: Training,
    prepared: Prepared,
    context: RunContext,
    networks: ReadonlyMap<number, readonly (readonly LayerParameters[])[]>,
  ): Measurements<Row> | Promise<Measurements<Row>>;
}

/**
 * Makes a run of a training. Networks that diverge are named and left out; the others go on.
 *
 * @param options What to train and how to measure it.
 * @returns The run.
 */
export function trainingRun<Row, Prepared = void>(options: MeasuredTraining<Row, Prepared>): Run<Row> {
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
  const { task, hidden, activation, initializer, skip, optimizer, schedule, batch, steps } = plan;
  const {
    probeEvery,
    spectraEvery,
    epsilons,
    threshold,
    precision,
    replicas,
    seed,
    streams,
    stopOnDivergence,
    retain,
  } = plan;
  return {
    task,
    hidden,
    activation,
    initializer,
    skip,
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
    streams,
    stopOnDivergence,
    retain,
  };
}

/**
 * Scales the initial parameters of the networks.
 *
 * @param factors Factor of each replica.
 * @returns The parts of a training that do so.
 */
export function scaledStart(
  factors: readonly number[],
): Required<Pick<MeasuredTraining<unknown, Float32Array>, "prepare" | "apply">> {
  return {
    prepare: async ({ network: { parameters } }) => {
      const words = await parameters.read(), size = words.length / factors.length;
      return words.map((word, i) => word * factors[Math.floor(i / size)]);
    },
    apply: ({ network }, words) => network.parameters.write(words),
  };
}

async function execute<Row, Prepared>(
  measured: MeasuredTraining<Row, Prepared>,
  context: RunContext,
): Promise<RunOutcome<Row>> {
  const { training: wanted, measuresDivergence = false, trace, nameOf, prepare, apply, measure } = measured;
  const { gpu, signal, keeper, onStart, onProgress, onProbe } = context;
  const options = completeOptions(wanted);
  const session = await keeper?.open(options, trace?.swept ?? null) ?? null;
  const saved = session?.saved ?? null, before = session?.milliseconds ?? 0;
  using training = await Training.create(gpu, { ...options, ...signal && { signal } }, saved);
  saved?.trace?.probes.forEach((probe) => onProbe(probe));
  if (saved) onProgress(training.updates);
  const exported = measured.networksAt
    ? training.exportNetworks(measured.networksAt, session?.networks)
    : null;
  const kept = await keeper?.prepared();
  const prepared = kept ? kept.value as Prepared : await prepare?.(training, context) as Prepared;
  // What the signal has cut short is not what the run starts with.
  const isCut = prepare !== undefined && !kept && !!signal?.aborted;
  if (prepare && !kept && !isCut) await keeper?.prepare(prepared);
  // The state of a training that goes on has the parameters.
  if (!saved) apply?.(training, prepared);
  if (onStart && !saved && !isCut) onStart((await training.startLosses())[0]);
  let text = "";
  const made = () => training.updates;
  const timer = setInterval(() => onProgress(made(), text), PROGRESS_EVERY);
  const show = (probe: Probe) => {
    onProbe(probe);
    if (probe.replica !== 0) return;
    text = describe(probe);
    onProgress(probe.step, text);
  };
  try {
    await (session && !isCut
      ? session.follow(training, ({ probes }) => probes.forEach(show), exported)
      : follow(training, show));
  } finally {
    clearInterval(timer);
  }
  const networks = await exported?.networks() ?? new Map<number, LayerParameters[][]>();
  const { rows, leftOut = [] } = await measure(training, prepared, context, networks);
  const uncounted = measuresDivergence ? [] : training.divergedReplicas;
  const diverged = uncounted.map((each): Divergence => ({
    ...each,
    ...nameOf && { description: `${nameOf(each.replica)} diverged ${divergencePlace(each)}` },
  }));
  // A training that was followed to its end no longer runs.
  const status = training.status as RunStatus;
  return {
    rows,
    diverged: [...diverged, ...leftOut],
    status: measuresDivergence && status === "diverged" ? "done" : status,
    steps: made(),
    milliseconds: before + training.milliseconds,
  };
}

/** Loss and terminal rank of a probe, in a few words. */
function describe({ loss, layers }: Probe): string {
  const { ranks } = layers[layers.length - 1];
  return `loss ${loss.toExponential(2)}, rank ${ranks[ranks.length - 1].rank}`;
}
