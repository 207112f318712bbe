/**
 * An experiment as one value: its name and source, options, runs and measurements, and the claims,
 * tables and figures that follow from the measurements.
 *
 * @module
 */
import type { HelpExample } from "../../cli/help.ts";
import type { GivenOptions, OptionTable, OptionValues } from "../../cli/options.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Task } from "../../tasks/task.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import type { SweptValues, TraceShape } from "../../io/mod.ts";
import type { Table } from "../../io/table.ts";
import type { ReportTexts } from "../../report/run_report.ts";
import type { NetworkStart } from "../../train/start.ts";
import type { DivergedLayer } from "../../train/state.ts";
import type { TrainingSession } from "./training_session.ts";
import type { Probe, Trace } from "../../train/trace.ts";
import type { Claim, Verdict } from "./verdict.ts";

/** Options of an experiment, checked and completed. `run.json` has them as its configuration. */
export interface ExperimentPlan {
  /** Seed of all that is random. */
  readonly seed: number;
  /** Networks that a run trains side by side; absent if none is trained. */
  readonly replicas?: number;
  /** The task, if there is one. */
  readonly task?: Task;
  /** The tasks, if there are several. */
  readonly tasks?: readonly Task[];
  /** Parameters that the networks begin with, if they are given. */
  readonly start?: NetworkStart;
}

/** What keeps the training of a run in files, so that it can go on after any end. */
export interface TrainingKeeper {
  /**
   * Finds what there is of the training.
   *
   * @param shape Replicas and thresholds.
   * @param trace Values that differ between replicas, for a training whose probes are the table
   * `trace.csv`; `null` for others.
   * @returns The training, at its last checkpoint or at its start.
   */
  open(shape: TraceShape, trace: SweptValues | null): Promise<TrainingSession>;
  /**
   * Reads what the run prepared before it trained.
   *
   * @returns The value; `null` if it has prepared nothing yet.
   */
  prepared(): Promise<{ readonly value: unknown } | null>;
  /**
   * Keeps what the run prepares before it trains.
   *
   * @param value Numbers, texts, lists, objects, typed arrays.
   */
  prepare(value: unknown): Promise<void>;
}

/** Device, signal and progress of a run. */
export interface RunContext {
  /** Device. */
  readonly gpu: Gpu;
  /** Stops the run early. */
  readonly signal: AbortSignal | undefined;
  /** Keeps the run's training in files; `null` where nothing is kept. */
  readonly keeper: TrainingKeeper | null;
  /**
   * Reports the loss that the first network of a training starts with, seconds before its first
   * probe where the driver still compiles that. Absent where nobody looks.
   *
   * @param loss The loss.
   */
  readonly onStart?: ((loss: number) => void) | undefined;
  /**
   * Reports progress.
   *
   * @param steps Steps made in this run.
   * @param text A few words on the state, such as the loss.
   */
  onProgress(steps: number, text?: string): void;
  /**
   * Reports a probe, in the order of step, then replica. A training that goes on reports those of
   * before as well.
   *
   * @param probe The probe.
   */
  onProbe(probe: Probe): void;
}

/** A network that is left out of the statistics. */
export interface Divergence {
  /** Index of the replica in its run. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite. */
  readonly step: number;
  /** Layer in which that began, see `DivergedReplica`; absent if it did not diverge. */
  readonly layer?: DivergedLayer;
  /** Its name and the reason, unless index and step are enough. */
  readonly description?: string;
}

/** State of a run, or of an experiment. */
export type RunStatus = "done" | "stopped" | "diverged";

/** The outcome of a run. */
export interface RunOutcome<Row> {
  /** Measurements. */
  readonly rows: readonly Row[];
  /** Networks that are left out. */
  readonly diverged: readonly Divergence[];
  /** `done`; `stopped` by the signal; `diverged` if all networks did. */
  readonly status: RunStatus;
  /** Steps made. */
  readonly steps: number;
  /** Time of these steps in milliseconds. */
  readonly milliseconds: number;
}

/** One run: a training, or any other piece of work whose steps can be counted. */
export interface Run<Row> {
  /** Name in a few words, for the progress line. */
  readonly label: string;
  /** Number of steps. */
  readonly steps: number;
  /** Networks that it trains; 0 if none can diverge. */
  readonly networks: number;
  /**
   * Does the work.
   *
   * @param context Device, signal, progress.
   * @returns The outcome.
   */
  execute(context: RunContext): Promise<RunOutcome<Row>>;
}

/** A finished experiment. It holds numbers only: tables and figures are made from it on demand. */
export interface ExperimentResult<Plan extends ExperimentPlan = ExperimentPlan, Row = unknown> {
  /** Options, checked and completed. */
  readonly plan: Plan;
  /** Measurements. */
  readonly rows: readonly Row[];
  /** Verdicts on the claims. */
  readonly verdicts: readonly Verdict[];
  /** Networks that are left out of the statistics. */
  readonly diverged: readonly Divergence[];
  /** `done`; `stopped` by the signal, with the measurements up to there; `diverged` if all did. */
  readonly status: RunStatus;
  /** Number of runs planned. */
  readonly runs: number;
  /** Steps made, steps planned, and the time in milliseconds. */
  readonly timing: { readonly steps: number; readonly planned: number; readonly milliseconds: number };
}

/**
 * A function of a result. Its type is that of a method, so that all experiments fit into one list.
 */
export type Maker<Plan extends ExperimentPlan, Row, Made> = {
  make(result: ExperimentResult<Plan, Row>): Made;
}["make"];

/** An experiment. */
export interface Experiment<
  Options extends OptionTable = OptionTable,
  Plan extends ExperimentPlan = ExperimentPlan,
  Row = unknown,
> {
  /** Name, as in `deno task NAME`. */
  readonly name: string;
  /** Summary in one line that begins with a verb. */
  readonly summary: string;
  /** Authors and number of the paper whose claims it tests; `null` if there is none. */
  readonly source: string | null;
  /** Two command lines for the help. */
  readonly examples: readonly [HelpExample, HelpExample];
  /** Table of its options. */
  readonly options: Options;
  /** Word for the progress line. Default: the name of the task, or else that of the experiment. */
  readonly label?: string;
  /**
   * Checks the options together, loads tasks, and completes what follows from them.
   *
   * @param options Values of all options.
   * @returns The plan.
   * @throws {InputError} If options do not fit each other.
   */
  plan(options: OptionValues<Options>): Plan | Promise<Plan>;
  /**
   * Lists the runs.
   *
   * @param plan The plan.
   * @returns The runs, in their order.
   */
  runs(plan: Plan): readonly Run<Row>[];
  /**
   * States the claims, with the statistic of each replica.
   *
   * @param rows Measurements.
   * @param plan The plan.
   * @returns The claims.
   */
  claims?(rows: readonly Row[], plan: Plan): readonly Claim[];
  /** Tables by the names of their files. */
  readonly tables: Readonly<Record<string, Maker<Plan, Row, Table>>>;
  /** Figures by the names of their files. Each imports its module, and d3, when it is called. */
  readonly figures: Readonly<Record<string, Maker<Plan, Row, Promise<string>>>>;
  /**
   * Takes the record of its training, which `spectra.npz` holds.
   *
   * @param result The experiment.
   * @returns The record.
   */
  trace?(result: ExperimentResult<Plan, Row>): Trace;
  /**
   * Says what `report.html` shows beside the record of the training, in an experiment that has one.
   *
   * @param result The experiment.
   * @returns Texts, and the record in a few numbers.
   */
  page?(result: ExperimentResult<Plan, Row>): ReportTexts;
  /**
   * Sums up the measurements, for `run.json`.
   *
   * @param result The experiment.
   * @returns Numbers by their names.
   */
  summarize?(result: ExperimentResult<Plan, Row>): object;
  /**
   * Writes lines for the terminal that go before the verdicts.
   *
   * @param result The experiment.
   * @param kernels Times of the kernels; `null` unless they were asked for.
   * @returns Lines.
   */
  report?(result: ExperimentResult<Plan, Row>, kernels: readonly KernelTime[] | null): readonly string[];
}

/** Options that a caller gives to an experiment. */
export type OptionsOf<E> = E extends Experiment<infer Options, infer _Plan, infer _Row>
  ? GivenOptions<Options>
  : never;

/** Result of an experiment. */
export type ResultOf<E> = E extends Experiment<infer _Options, infer Plan, infer Row>
  ? ExperimentResult<Plan, Row>
  : never;

/**
 * Defines an experiment. It returns its argument: TypeScript infers the types from the parts.
 *
 * @param experiment Its parts.
 * @returns The same value.
 */
export function defineExperiment<const Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
): Experiment<Options, Plan, Row> {
  return experiment;
}
