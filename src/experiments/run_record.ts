/**
 * What `run.json` says of a staircase run.
 *
 * @module
 */
import { PrecisionError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { KernelTime } from "../gpu/profiler.ts";
import type { Choice } from "../gpu/tuner.ts";
import { type PrecisionSelfTest, tryDoubleSingle } from "../linalg/double_single_self_test.ts";
import type { Task } from "../tasks/task.ts";
import type { CompleteOptions } from "../train/options.ts";
import type { TraceSummary } from "../train/summary.ts";
import type { StaircaseResult } from "./staircase.ts";
import { VERSION } from "../version.ts";

/** What was trained, and how; of the task only its name, description and sizes. */
export type Configuration<Options extends { readonly task: Task } = CompleteOptions> =
  & Omit<Options, "task">
  & {
    /** The task. */
    readonly task: {
      readonly name: string;
      readonly description: string;
      readonly inputs: number;
      readonly outputs: number;
      readonly loss: string;
      readonly samples: number;
      readonly heldOut: number;
    };
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
 * @param options Options of a training run.
 * @returns The same without samples.
 */
export function configurationOf<Options extends { readonly task: Task }>(
  { task, ...options }: Options,
): Configuration<Options> {
  const { name, description, inputs, outputs, loss, train, test } = task;
  const size = { samples: train.count, heldOut: test?.count ?? 0 };
  return { task: { name, description, inputs, outputs, loss, ...size }, ...options };
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
