/**
 * Runs experiments.
 *
 * @module
 */
import { completeValues, type GivenOptions, type OptionTable } from "../../cli/options.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Divergence, Experiment, ExperimentPlan, ExperimentResult, RunStatus } from "./experiment.ts";
import { judge } from "./verdict.ts";

/** Signal and progress of an experiment. */
export interface RunOptions {
  /** Stops the experiment early. Measurements up to there are kept. */
  readonly signal?: AbortSignal;
  /**
   * Reports progress.
   *
   * @param steps Steps made, of all runs together.
   * @param text A few words on the state.
   */
  readonly onProgress?: (steps: number, text: string) => void;
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
  return await runPlan(gpu, experiment, plan, how);
}

/**
 * Runs an experiment whose options are checked.
 *
 * @param gpu Device.
 * @param experiment The experiment.
 * @param plan The plan.
 * @param how Signal and progress.
 * @returns As {@linkcode runExperiment}.
 */
export async function runPlan<Plan extends ExperimentPlan, Row>(
  gpu: Gpu,
  experiment: Pick<Experiment<OptionTable, Plan, Row>, "runs" | "claims">,
  plan: Plan,
  { signal, onProgress = () => {} }: RunOptions = {},
): Promise<ExperimentResult<Plan, Row>> {
  const runs = experiment.runs(plan);
  const rows: Row[] = [], diverged: Divergence[] = [];
  // `over`: planned steps of the finished runs; diverged runs make fewer. `steps`: steps made.
  let over = 0, steps = 0, milliseconds = 0, reached: RunStatus = "done";
  let networks = 0;
  for (const [index, run] of runs.entries()) {
    // The first run always begins, so that there is a result.
    if (index > 0 && signal?.aborted) reached = "stopped";
    if (reached === "stopped") break;
    let text = runs.length > 1 ? run.label : "";
    const outcome = await run.execute({
      gpu,
      signal,
      onProgress: (made, words = "") => {
        text = [...runs.length > 1 ? [run.label] : [], ...words === "" ? [] : [words]].join(", ");
        onProgress(over + made, text);
      },
    });
    rows.push(...outcome.rows);
    diverged.push(...outcome.diverged.map((each) => ({ ...each, replica: networks + each.replica })));
    networks += run.networks;
    steps += outcome.steps;
    milliseconds += outcome.milliseconds;
    if (outcome.status === "stopped") reached = "stopped";
    if (reached === "stopped") break;
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
