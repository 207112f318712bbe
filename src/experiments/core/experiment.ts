/**
 * An experiment as one value: what it is called and where its claims come from, its options, its runs, what is measured, and the
 * claims, tables and figures that follow from the measurements.
 *
 * @module
 */
import type { HelpExample } from "../../cli/help.ts";
import type { GivenOptions, OptionTable, OptionValues } from "../../cli/options.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Task } from "../../tasks/task.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import type { Table } from "./table.ts";
import type { Claim, Verdict } from "./verdict.ts";

/** An experiment's options, checked and completed: what `run.json` says was done. */
export interface ExperimentPlan {
  /** Seed of all that is random. */
  readonly seed: number;
  /** Networks that a run trains side by side; absent where none is trained. */
  readonly replicas?: number;
  /** The task, where there is one. */
  readonly task?: Task;
  /** The tasks, where there are several. */
  readonly tasks?: readonly Task[];
}

/** What a run has to work with. */
export interface RunContext {
  /** Device. */
  readonly gpu: Gpu;
  /** Stops the run early. */
  readonly signal: AbortSignal | undefined;
  /**
   * Tells how far the run is.
   *
   * @param steps Steps made in this run.
   * @param text A few words on how it goes, such as the loss.
   */
  onProgress(steps: number, text?: string): void;
}

/** A network that is left out of the statistics. */
export interface Divergence {
  /** Index of the replica in its run. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite. */
  readonly step: number;
  /** What it is and why it is left out, where index and step do not say so. */
  readonly description?: string;
}

/** State of a run, or of an experiment. */
export type RunStatus = "done" | "stopped" | "diverged";

/** What a run gives. */
export interface RunOutcome<Row> {
  /** What was measured. */
  readonly rows: readonly Row[];
  /** Networks that are left out. */
  readonly diverged: readonly Divergence[];
  /** `done`; `stopped` by the signal; `diverged`, all networks. */
  readonly status: RunStatus;
  /** Steps made. */
  readonly steps: number;
  /** Time that they took, in milliseconds. */
  readonly milliseconds: number;
}

/** One run: a training, or any other piece of work whose steps can be counted. */
export interface Run<Row> {
  /** Its name, in a few words, for the progress line. */
  readonly label: string;
  /** Steps that it makes. */
  readonly steps: number;
  /** Networks that it trains; 0 where none can diverge. */
  readonly networks: number;
  /**
   * Does the work.
   *
   * @param context Device, signal, progress.
   * @returns What was measured.
   */
  execute(context: RunContext): Promise<RunOutcome<Row>>;
}

/** A finished experiment. Numbers only: tables and figures are made from it when they are wanted. */
export interface ExperimentResult<Plan extends ExperimentPlan = ExperimentPlan, Row = unknown> {
  /** Options, checked and completed. */
  readonly plan: Plan;
  /** What was measured. */
  readonly rows: readonly Row[];
  /** What the data say of the claims. */
  readonly verdicts: readonly Verdict[];
  /** Networks that are left out of the statistics. */
  readonly diverged: readonly Divergence[];
  /** `done`; `stopped` by the signal, with what was measured until then; `diverged`, all networks of all runs. */
  readonly status: RunStatus;
  /** Number of runs planned. */
  readonly runs: number;
  /** Steps made, of how many, and the time that they took, in milliseconds. */
  readonly timing: { readonly steps: number; readonly planned: number; readonly milliseconds: number };
}

/** A function of a result. It is declared as a method, so that experiments of all kinds fit into one list. */
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
  /** What it does, in one line that begins with a verb. */
  readonly summary: string;
  /** Whose claims it tests: authors and number of the paper; `null` where there are none. */
  readonly source: string | null;
  /** Two command lines to learn from. */
  readonly examples: readonly [HelpExample, HelpExample];
  /** Its options. */
  readonly options: Options;
  /** Word for the progress line. Default: the name of the task, or else that of the experiment. */
  readonly label?: string;
  /**
   * Checks the options together, loads tasks, and completes what follows from them.
   *
   * @param options Values of all options.
   * @returns What there is to do.
   * @throws {InputError} Where options do not fit each other.
   */
  plan(options: OptionValues<Options>): Plan | Promise<Plan>;
  /**
   * Lists the runs.
   *
   * @param plan What there is to do.
   * @returns The runs, in their order.
   */
  runs(plan: Plan): readonly Run<Row>[];
  /**
   * States the claims, with the statistic of each replica.
   *
   * @param rows What was measured.
   * @param plan What was to be done.
   * @returns The claims.
   */
  claims?(rows: readonly Row[], plan: Plan): readonly Claim[];
  /** Tables by the names of their files. */
  readonly tables: Readonly<Record<string, Maker<Plan, Row, Table>>>;
  /** Figures by the names of their files. They load d3, so each imports its module when it is called. */
  readonly figures: Readonly<Record<string, Maker<Plan, Row, Promise<string>>>>;
  /**
   * Sums up the measurements, for `run.json`.
   *
   * @param result The experiment.
   * @returns Numbers by their names.
   */
  summarize?(result: ExperimentResult<Plan, Row>): object;
  /**
   * Says more on the terminal than the verdicts do.
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
 * Defines an experiment. It is the value given: the function is there for the types, which TypeScript finds from the parts.
 *
 * @param experiment Its parts.
 * @returns The same.
 */
export function defineExperiment<const Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
): Experiment<Options, Plan, Row> {
  return experiment;
}
