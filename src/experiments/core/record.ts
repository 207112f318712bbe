/**
 * What `run.json` says of an experiment that judges claims, and a terminal.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Choice } from "../../gpu/tune/tuner.ts";
import type { PrecisionSelfTest } from "../../linalg/double_single/double_single_self_test.ts";
import type { CompleteOptions } from "../../train/options.ts";
import { VERSION } from "../../version.ts";
import { type Configuration, configurationOf, precisionSelfTest, type TaskOptions } from "./run_record.ts";
import { type Verdict, verdictLines } from "./verdict.ts";

/** A replica that is left out of the statistics. */
export interface Divergence {
  /** Index of the replica. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite. */
  readonly step: number;
  /** What it is and why it is left out, where index and step do not say so. */
  readonly description?: string;
}

/** What a record has to know of an experiment's options. */
export interface RecordedOptions extends TaskOptions {
  /** Replicas of a training run. */
  readonly replicas: number;
  /** Training runs. Default: 1. */
  readonly runs?: number;
  /** Updates of all runs together. */
  readonly steps: number;
}

/** What an experiment hands over to be recorded. */
export interface ExperimentResult<Options extends RecordedOptions = CompleteOptions> {
  /** Options, every choice made. */
  readonly options: Options;
  /** What the data say of the claims. */
  readonly verdicts: readonly Verdict[];
  /** Replicas that diverged. */
  readonly diverged: readonly Divergence[];
  /** Whether it was stopped before its end. Default: whether there are updates without results. */
  readonly isStopped?: boolean;
  /** Updates whose results arrived, and the time that they took, in milliseconds. */
  readonly timing: { readonly steps: number; readonly milliseconds: number };
}

/** The record of an experiment. */
export interface ExperimentRecord<Options extends RecordedOptions = CompleteOptions> {
  /** `done`, `diverged` (every replica), or `interrupted`. */
  readonly status: "done" | "diverged" | "interrupted";
  /** What was trained, and how. */
  readonly configuration: Configuration<Options>;
  /** Versions of Staircase and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Whether the adapter keeps the digits of double-single arithmetic, and in which form; why not, if it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
  /** Variants of kernels that were chosen by timing, and the time that it took. */
  readonly choices: readonly Choice[];
  /** Whether all claims hold, and each of them. */
  readonly verdict: { readonly holds: boolean; readonly claims: readonly Verdict[] };
  /** Replicas that are left out of the statistics. */
  readonly diverged: readonly Divergence[];
  /** Steps trained, the time they took, and that per step, in milliseconds. */
  readonly timings: {
    readonly steps: number;
    readonly milliseconds: number;
    readonly millisecondsPerStep: number;
  };
}

/**
 * Describes an experiment.
 *
 * @param gpu Device that it ran on.
 * @param result The experiment.
 * @returns What to write to `run.json`.
 */
export async function experimentRecord<Options extends RecordedOptions>(
  gpu: Gpu,
  result: ExperimentResult<Options>,
): Promise<ExperimentRecord<Options>> {
  const { options, verdicts, diverged, timing } = result;
  const { isStopped = timing.steps < options.steps } = result;
  const isOver = diverged.length === options.replicas * (options.runs ?? 1);
  return {
    status: isOver ? "diverged" : isStopped ? "interrupted" : "done",
    configuration: configurationOf(options),
    versions: { staircase: VERSION, ...Deno.version },
    adapter: { name: gpu.adapterName, software: gpu.software },
    precisionSelfTest: await precisionSelfTest(gpu),
    choices: gpu.choices,
    verdict: { holds: verdicts.every(({ holds }) => holds), claims: verdicts },
    diverged,
    timings: { ...timing, millisecondsPerStep: timing.milliseconds / Math.max(1, timing.steps) },
  };
}

/**
 * Fails a program whose experiment has nothing to judge: to be called when its files are written.
 *
 * @param record The experiment.
 * @throws {StaircaseError} Where every network diverged.
 */
export function failIfDiverged({ status }: Pick<ExperimentRecord, "status">): void {
  if (status !== "diverged") return;
  throw new StaircaseError("every network diverged: lower the learning rate, or choose another initialiser");
}

/**
 * Writes what an experiment came to.
 *
 * @param record The experiment.
 * @returns Lines for a terminal.
 */
export function experimentText(
  { configuration, adapter, timings, verdict, diverged }: ExperimentRecord<RecordedOptions>,
): string {
  const { task, tasks = [] } = configuration;
  const names = [...new Set((task ? [task] : tasks).map(({ name }) => name))].join(", ");
  return [
    `${names === "" ? "" : `${names} `}on ${adapter.name}${
      adapter.software ? " (software: the CPU, no GPU)" : ""
    }`,
    `${timings.steps} steps of ${configuration.replicas} replicas in ${
      (timings.milliseconds / 1000).toFixed(1)
    } s`,
    ...diverged.map(({ replica, step, description = `replica ${replica} diverged at step ${step}` }) =>
      `${description}, and does not count`
    ),
    "",
    ...verdictLines(verdict.claims),
  ].join("\n");
}
