/**
 * What `run.json` says of an experiment.
 *
 * @module
 */
import { PrecisionError, StaircaseError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import type { Choice } from "../../gpu/tune/tuner.ts";
import {
  type PrecisionSelfTest,
  tryDoubleSingle,
} from "../../linalg/double_single/double_single_self_test.ts";
import type { Task } from "../../tasks/task.ts";
import { VERSION } from "../../version.ts";
import type { Divergence, Experiment, ExperimentPlan, ExperimentResult, RunStatus } from "./experiment.ts";
import type { OptionTable } from "../../cli/options.ts";
import type { Table } from "./table.ts";
import type { Verdict } from "./verdict.ts";

/** A task without its samples. */
export interface TaskConfiguration
  extends Pick<Task, "name" | "description" | "inputs" | "outputs" | "loss"> {
  /** Number of training samples. */
  readonly samples: number;
  /** Number of held-out samples. */
  readonly heldOut: number;
}

/** What was done; of a task only its name, description and sizes. */
export type Configuration<Plan extends ExperimentPlan = ExperimentPlan> =
  & {
    readonly [Key in keyof Plan]: Key extends "task" ? TaskConfiguration
      : Key extends "tasks" ? readonly TaskConfiguration[]
      : Plan[Key];
  }
  & {
    /** Number of runs. */
    readonly runs: number;
  };

/** The record of an experiment. */
export interface ExperimentRecord<Plan extends ExperimentPlan = ExperimentPlan> {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Whose claims it tests. */
  readonly source: string | null;
  /** `done`; `stopped` before its end; `diverged`, all networks. */
  readonly status: RunStatus;
  /** What was done. */
  readonly configuration: Configuration<Plan>;
  /** Versions of Staircase and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Whether the adapter keeps the digits of double-single arithmetic, and in which form; why not, if it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
  /** Variants of kernels that were chosen by timing, and the time that it took. */
  readonly choices: readonly Choice[];
  /** The experiment in a few numbers. */
  readonly summary: object;
  /** Whether all claims hold, and each of them; `null` where none is tested. */
  readonly verdict: { readonly holds: boolean; readonly claims: readonly Verdict[] } | null;
  /** Networks that are left out of the statistics. */
  readonly diverged: readonly Divergence[];
  /** Steps made, of how many, the time they took, and that per step, in milliseconds; times of kernels where asked for. */
  readonly timings: {
    readonly steps: number;
    readonly planned: number;
    readonly milliseconds: number;
    readonly millisecondsPerStep: number;
    readonly kernels: readonly KernelTime[] | null;
  };
  /** What the columns of the tables hold: by file, then by column. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Describes an experiment.
 *
 * @param gpu Device that it ran on.
 * @param experiment The experiment.
 * @param result What was measured.
 * @param tables Its tables by the names of their files.
 * @returns What to write to `run.json`.
 */
export async function experimentRecord<Plan extends ExperimentPlan, Row>(
  gpu: Gpu,
  experiment: Experiment<OptionTable, Plan, Row>,
  result: ExperimentResult<Plan, Row>,
  tables: Readonly<Record<string, Table>> = {},
): Promise<ExperimentRecord<Plan>> {
  const { plan, verdicts, diverged, status, runs, timing: { steps, planned, milliseconds } } = result;
  return {
    experiment: experiment.name,
    source: experiment.source,
    status,
    configuration: configurationOf(plan, runs),
    versions: { staircase: VERSION, ...Deno.version },
    adapter: { name: gpu.adapterName, software: gpu.software },
    precisionSelfTest: await precisionSelfTest(gpu),
    choices: gpu.choices,
    summary: experiment.summarize?.(result) ?? {},
    verdict: experiment.claims ? { holds: verdicts.every(({ holds }) => holds), claims: verdicts } : null,
    diverged,
    timings: {
      steps,
      planned,
      milliseconds,
      millisecondsPerStep: milliseconds / Math.max(1, steps),
      kernels: await gpu.profiler?.report() ?? null,
    },
    columns: Object.fromEntries(Object.entries(tables).map(([file, { columns }]) => [file, columns])),
  };
}

/** A plan as a record has it. */
function configurationOf<Plan extends ExperimentPlan>(plan: Plan, runs: number): Configuration<Plan> {
  const { task, tasks } = plan;
  return {
    ...plan,
    ...task && { task: taskConfiguration(task) },
    ...tasks && { tasks: tasks.map(taskConfiguration) },
    runs,
  } as unknown as Configuration<Plan>;
}

function taskConfiguration(
  { name, description, inputs, outputs, loss, train, test }: Task,
): TaskConfiguration {
  return { name, description, inputs, outputs, loss, samples: train.count, heldOut: test?.count ?? 0 };
}

/** Tests double-single arithmetic on the adapter. A run in single precision is none the worse for one that has no more. */
async function precisionSelfTest(gpu: Gpu): Promise<PrecisionSelfTest | string> {
  const found = await tryDoubleSingle(gpu);
  return found instanceof PrecisionError ? found.message : found;
}

/**
 * Fails a program whose experiment has nothing to judge. Call it when the files are written.
 *
 * @param record The experiment.
 * @throws {StaircaseError} Where every network diverged.
 */
export function failIfDiverged({ status, diverged }: Pick<ExperimentRecord, "status" | "diverged">): void {
  if (status !== "diverged") return;
  const what = diverged.length > 1
    ? "every network diverged"
    : `the loss is no longer finite from step ${diverged[0].step} on`;
  throw new StaircaseError(`${what}: lower the learning rate, or choose another initialiser`);
}
