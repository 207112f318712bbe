/**
 * Runs experiments.
 *
 * @module
 */
import { completeValues, type GivenOptions, type OptionTable } from "../../cli/options.ts";
import type { Gpu } from "../../gpu/device.ts";
import type {
  Divergence,
  Experiment,
  ExperimentPlan,
  ExperimentResult,
  Run,
  RunContext,
  RunOutcome,
  RunStatus,
} from "./experiment.ts";
import { viewResult } from "./result_view.ts";
import type { Probe } from "../../train/trace.ts";
import type { RunKeeper } from "./run_keeper.ts";
import { judge } from "./verdict.ts";

/** Signal and progress of an experiment. */
export interface RunOptions {
  /** Stops the experiment early. Measurements up to there are kept. */
  readonly signal?: AbortSignal;
  /** Reports the loss that the first run starts with, see `RunContext`. */
  readonly onStart?: RunContext["onStart"];
  /**
   * Reports progress.
   *
   * @param steps Steps made, of all runs together.
   * @param text A few words on the state.
   */
  readonly onProgress?: (steps: number, text: string) => void;
  /**
   * Reports a probe of a training, in the order of step, then replica. A training that goes on
   * reports those of before as well.
   *
   * @param probe The probe.
   * @param run The run that it is of.
   */
  readonly onProbe?: (probe: Probe, run: Pick<Run<unknown>, "label" | "steps" | "networks">) => void;
}

/**
 * Runs an experiment. The result holds numbers; tables and figures are functions of it.
 *
 * @param gpu Device.
 * @param experiment The experiment.
 * @param options Its options. Those left out take their defaults.
 * @param how Signal and progress.
 * @returns Measurements and verdicts. Networks that diverged are left out of both.
 * @throws {InputError} If an option is unknown or out of range, or options do not fit each other.
 * @throws {DeviceLostError} If the device is lost.
 *
 * @example
 * ```ts
 * import { Gpu } from "../../gpu/device.ts";
 * import { depthProfile } from "../depth_profile/mod.ts";
 * import { runExperiment } from "./run.ts";
 *
 * using gpu = await Gpu.open();
 * const options = { layers: "8,8,8", steps: 20, probeEvery: 20, replicas: 2 };
 * const { verdicts } = await runExperiment(gpu, depthProfile, options);
 * console.log(verdicts.map(({ claim, holds }) => `${claim}: ${holds}`));
 * ```
 */
export async function runExperiment<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  gpu: Gpu,
  experiment: Experiment<Options, Plan, Row>,
  options: GivenOptions<Options> = {},
  how: RunOptions = {},
): Promise<ExperimentResult<Plan, Row>> {
  const plan = await experiment.plan(completeValues(experiment.options, options, experiment.name));
  return viewResult(experiment, await runPlan({ gpu }, experiment, plan, how));
}

/** Devices to run on: one, or one after another. */
export interface Devices {
  /** The current device. */
  readonly gpu: Gpu;
  /**
   * Replaces a device that was lost.
   *
   * @param error What the work on it failed with.
   * @returns Whether the work can go on. Without it, the error ends the experiment.
   */
  recover?(error: unknown): Promise<boolean>;
}

/** How a plan is run. */
export interface PlanRunOptions extends RunOptions {
  /** Keeps what is done, and knows what is; without it all is done, and nothing kept. */
  readonly keeper?: RunKeeper;
}

/**
 * Runs an experiment whose options are checked.
 *
 * @param devices Devices.
 * @param experiment The experiment.
 * @param plan The plan.
 * @param how Signal, progress, what is done already.
 * @returns As {@linkcode runExperiment}.
 */
export async function runPlan<Plan extends ExperimentPlan, Row>(
  devices: Devices,
  experiment: Pick<Experiment<OptionTable, Plan, Row>, "runs" | "claims">,
  plan: Plan,
  { signal, onStart, onProgress = () => {}, onProbe = () => {}, keeper }: PlanRunOptions = {},
): Promise<ExperimentResult<Plan, Row>> {
  const runs = experiment.runs(plan);
  const rows: Row[] = [], diverged: Divergence[] = [];
  // `over`: planned steps of the finished runs; diverged runs make fewer. `steps`: steps made.
  let over = 0, steps = 0, milliseconds = 0, reached: RunStatus = "done";
  let networks = 0;
  for (const [index, run] of runs.entries()) {
    let text = runs.length > 1 ? run.label : "";
    let outcome = await keeper?.outcome(index, run) ?? null;
    // The first run always begins, so that there is a result.
    if (!outcome && index > 0 && signal?.aborted) reached = "stopped";
    if (reached !== "done") break;
    if (!outcome) {
      try {
        outcome = await execute(devices, run, {
          signal,
          keeper: keeper?.training(index, run) ?? null,
          onStart: index === 0 ? onStart : undefined,
          onProgress: (made, words = "") => {
            text = [...runs.length > 1 ? [run.label] : [], ...words === "" ? [] : [words]].join(", ");
            onProgress(over + made, text);
          },
          onProbe: (probe) => onProbe(probe, run),
        });
      } catch (error) {
        // Stopped before it had anything to measure: what the runs before have measured counts.
        if (index === 0 || !signal?.aborted || error !== signal.reason) throw error;
        reached = "stopped";
        break;
      }
      if (outcome.status !== "stopped") await keeper?.keep(index, run, outcome);
    }
    for (const row of outcome.rows) rows.push(row);
    for (const each of outcome.diverged) diverged.push({ ...each, replica: networks + each.replica });
    networks += run.networks;
    steps += outcome.steps;
    milliseconds += outcome.milliseconds;
    // One network that diverged ends a run that is to stop there; all of them end theirs alone.
    if (outcome.status === "diverged" && outcome.diverged.length < run.networks) reached = "diverged";
    if (outcome.status === "stopped") reached = "stopped";
    if (reached !== "done") break;
    over += run.steps;
    onProgress(over, text);
  }
  const all = runs.reduce((sum, run) => sum + run.networks, 0);
  const isLost = all > 0 && diverged.length >= all;
  const status: RunStatus = isLost ? "diverged" : reached;
  return {
    plan,
    rows,
    verdicts: (experiment.claims?.(rows, plan) ?? []).map(judge),
    diverged,
    status,
    runs: runs.length,
    timing: { steps, planned: runs.reduce((sum, run) => sum + run.steps, 0), milliseconds },
  };
}

/** Does a run, on another device each time one is lost. */
async function execute<Row>(
  devices: Devices,
  run: Run<Row>,
  context: Omit<RunContext, "gpu">,
): Promise<RunOutcome<Row>> {
  while (true) {
    try {
      return await run.execute({ gpu: devices.gpu, ...context });
    } catch (error) {
      if (!await devices.recover?.(error)) throw error;
    }
  }
}
