/**
 * The record of an experiment, which `run.json` holds.
 *
 * @module
 */
import { PrecisionError, StaircaseError } from "../../errors.ts";
import { type Backend, backendOf } from "../../gpu/backend.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import type { Choice } from "../../gpu/tune/tuner.ts";
import {
  type PrecisionSelfTest,
  tryDoubleSingle,
} from "../../linalg/double_single/double_single_self_test.ts";
import type { Task } from "../../tasks/task.ts";
import { environmentVariable } from "../../io/host.ts";
import { divergenceOrigin } from "../../train/divergence.ts";
import { VERSION } from "../../version.ts";
import type { Divergence, Experiment, ExperimentPlan, ExperimentResult, RunStatus } from "./experiment.ts";
import type { OptionTable } from "../../cli/options.ts";
import type { Table } from "../../io/table.ts";
import type { Verdict } from "./verdict.ts";

/** A task without its samples. */
export interface TaskConfiguration
  extends Pick<Task, "name" | "description" | "inputs" | "outputs" | "loss"> {
  /** Number of training samples. */
  readonly samples: number;
  /** Number of held-out samples. */
  readonly heldOut: number;
}

/**
 * The plan of an experiment; of a task only its name, description and sizes, of given parameters
 * the number of networks.
 */
export type Configuration<Plan extends ExperimentPlan = ExperimentPlan> =
  & {
    readonly [Key in keyof Plan]: Key extends "task" ? TaskConfiguration
      : Key extends "start" ? { readonly networks: number } | undefined
      : Key extends "tasks" ? readonly TaskConfiguration[]
      : Plan[Key];
  }
  & {
    /** Number of runs. */
    readonly runs: number;
  };

/** The adapter of a run. */
export interface AdapterRecord {
  /** Name of the GPU as its driver gives it. */
  readonly name: string;
  /** Whether it is the CPU in place of a GPU. */
  readonly software: boolean;
  /** Implementation of WebGPU: `wgpu` or `dawn`. */
  readonly implementation: string;
  /** Interface of the system that it is reached through; `null` where it cannot be told. */
  readonly backend: Backend | null;
}

/** The record of an experiment. */
export interface ExperimentRecord<Plan extends ExperimentPlan = ExperimentPlan> {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Authors and number of the paper whose claims it tests. */
  readonly source: string | null;
  /** `done`; `stopped` before its end; `diverged` if all networks did. */
  readonly status: RunStatus;
  /** Options, checked and completed. */
  readonly configuration: Configuration<Plan>;
  /** Versions of Staircase, Deno, V8 and TypeScript. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU, and the implementation of WebGPU: `wgpu` or `dawn`. */
  readonly adapter: AdapterRecord;
  /** Form in which the adapter keeps the digits of double-single arithmetic, or why it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
  /** Variants of kernels chosen by timing, and the time that this took. */
  readonly choices: readonly Choice[];
  /** The experiment in a few numbers. */
  readonly summary: object;
  /** Whether all claims hold, and the verdict on each; `null` if none is tested. */
  readonly verdict: { readonly holds: boolean; readonly claims: readonly Verdict[] } | null;
  /** Networks that are left out of the statistics. */
  readonly diverged: readonly Divergence[];
  /**
   * Steps made and planned, time in all and per step in milliseconds, times of kernels if wanted.
   */
  readonly timings: {
    readonly steps: number;
    readonly planned: number;
    readonly milliseconds: number;
    readonly millisecondsPerStep: number;
    readonly kernels: readonly KernelTime[] | null;
  };
  /** Explanations of the columns of the tables, by file, then by column. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/**
 * Describes an experiment.
 *
 * @param gpu Device that it ran on.
 * @param experiment The experiment.
 * @param result Its result.
 * @param tables Its tables by the names of their files.
 * @returns The record, for `run.json`.
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
    adapter: adapterOf(gpu),
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

/**
 * Describes an experiment that runs.
 *
 * @param gpu Device that it runs on.
 * @param experiment The experiment.
 * @param plan Its plan.
 * @returns The part of its record that is known.
 */
export function runningRecord<Plan extends ExperimentPlan, Row>(
  gpu: Gpu,
  experiment: Experiment<OptionTable, Plan, Row>,
  plan: Plan,
): Pick<ExperimentRecord<Plan>, "experiment" | "source" | "configuration" | "versions" | "adapter"> & {
  readonly status: "running";
} {
  return {
    experiment: experiment.name,
    source: experiment.source,
    status: "running",
    configuration: configurationOf(plan, experiment.runs(plan).length),
    versions: { staircase: VERSION, ...Deno.version },
    adapter: adapterOf(gpu),
  };
}

/**
 * Describes the adapter of a device.
 *
 * @param gpu The device.
 * @returns Its entry in the record.
 */
export function adapterOf(gpu: Gpu): ExperimentRecord["adapter"] {
  const { adapterName: name, software, implementation } = gpu;
  const backend = backendOf(gpu, environmentVariable("DENO_WEBGPU_BACKEND"));
  return { name, software, implementation, backend };
}

/** Replaces the tasks of a plan by their descriptions. */
function configurationOf<Plan extends ExperimentPlan>(plan: Plan, runs: number): Configuration<Plan> {
  const { task, tasks, start } = plan;
  return {
    ...plan,
    ...start && { start: { networks: start.length } },
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

/** Tests double-single arithmetic on the adapter. A run in single precision does not need it. */
async function precisionSelfTest(gpu: Gpu): Promise<PrecisionSelfTest | string> {
  const found = await tryDoubleSingle(gpu);
  return found instanceof PrecisionError ? found.message : found;
}

/**
 * Fails a program whose experiment has nothing to judge. It is called once the files are written.
 *
 * @param record The experiment.
 * @throws {StaircaseError} If every network diverged.
 */
export function failIfDiverged(
  { status, diverged, configuration }: Pick<ExperimentRecord, "status" | "diverged"> & {
    readonly configuration: { readonly replicas?: number | undefined };
  },
): void {
  if (status !== "diverged") return;
  if (diverged.length < (configuration.replicas ?? 0)) {
    const [{ replica, step, description = `replica ${replica} diverged at step ${step}` }] = diverged;
    throw new StaircaseError(
      `${description}, and the run stopped there: lower the learning rate, or let it go on`,
    );
  }
  const what = diverged.length > 1
    ? "every network diverged"
    : `the loss is no longer finite from step ${diverged[0].step} on${divergenceOrigin(diverged[0])}`;
  throw new StaircaseError(`${what}: lower the learning rate, or choose another initialiser`);
}
