/**
 * What `run.json` says of a staircase run.
 *
 * @module
 */
import { PrecisionError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { KernelTime } from "../../gpu/measure/profiler.ts";
import type { Choice } from "../../gpu/tune/tuner.ts";
import {
  type PrecisionSelfTest,
  tryDoubleSingle,
} from "../../linalg/double_single/double_single_self_test.ts";
import type { Task } from "../../tasks/task.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { TraceSummary } from "../../train/summary.ts";
import type { StaircaseResult } from "../staircase/mod.ts";
import { VERSION } from "../../version.ts";

/** A task without its samples. */
export interface TaskConfiguration
  extends Pick<Task, "name" | "description" | "inputs" | "outputs" | "loss"> {
  /** Number of training samples. */
  readonly samples: number;
  /** Number of held-out samples. */
  readonly heldOut: number;
}

/** Options of an experiment with a task, or with many. */
export interface TaskOptions {
  /** The task. */
  readonly task?: Task;
  /** The tasks. */
  readonly tasks?: readonly Task[];
}

/** What was trained, and how; of a task only its name, description and sizes. */
export type Configuration<Options extends TaskOptions = CompleteOptions> = {
  readonly [Key in keyof Options]: Key extends "task" ? TaskConfiguration
    : Key extends "tasks" ? readonly TaskConfiguration[]
    : Options[Key];
};

/** The record of a run. */
export interface RunRecord {
  /** `done`, `diverged` (every replica), or `interrupted`. */
  readonly status: "done" | "diverged" | "interrupted";
  /** What was trained, and how. */
  readonly configuration: Configuration;
  /** Versions of Staircase and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Whether the adapter keeps the digits of double-single arithmetic, and in which form; why not, if it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
  /** Variants of kernels that were chosen by timing, and the time that it took. */
  readonly choices: readonly Choice[];
  /** The run in a few numbers. */
  readonly summary: TraceSummary;
  /** Steps trained, the time they took, and that per step, in milliseconds. */
  readonly timings: {
    readonly steps: number;
    readonly milliseconds: number;
    readonly millisecondsPerStep: number;
    readonly kernels: readonly KernelTime[] | null;
  };
}

/**
 * Describes a run.
 *
 * @param gpu Device that it ran on.
 * @param result The run.
 * @returns What to write to `run.json`.
 */
export async function runRecord(gpu: Gpu, result: StaircaseResult): Promise<RunRecord> {
  const { options, summary, timing, divergence } = result;
  return {
    status: divergence ? "diverged" : timing.steps < options.steps ? "interrupted" : "done",
    configuration: configurationOf(options),
    versions: { staircase: VERSION, ...Deno.version },
    adapter: { name: gpu.adapterName, software: gpu.software },
    precisionSelfTest: await precisionSelfTest(gpu),
    choices: gpu.choices,
    summary,
    timings: {
      ...timing,
      millisecondsPerStep: timing.milliseconds / Math.max(1, timing.steps),
      kernels: await gpu.profiler?.report() ?? null,
    },
  };
}

/**
 * Options as a record has them.
 *
 * @param options Options of a training run, or of an experiment.
 * @returns The same without samples.
 */
export function configurationOf<Options extends TaskOptions>(options: Options): Configuration<Options> {
  const { task, tasks } = options;
  return {
    ...options,
    ...task && { task: withoutSamples(task) },
    ...tasks && { tasks: tasks.map(withoutSamples) },
  } as Configuration<Options>;
}

function withoutSamples({ name, description, inputs, outputs, loss, train, test }: Task): TaskConfiguration {
  return { name, description, inputs, outputs, loss, samples: train.count, heldOut: test?.count ?? 0 };
}

/**
 * Tests double-single arithmetic on the adapter. A run in single precision is none the worse for one that has no more.
 *
 * @param gpu Device.
 * @returns What the self-test found, or in a line why there is no such arithmetic.
 */
export async function precisionSelfTest(gpu: Gpu): Promise<PrecisionSelfTest | string> {
  const found = await tryDoubleSingle(gpu);
  return found instanceof PrecisionError ? found.message : found;
}
