/**
 * What `run.json` says of an experiment that judges claims, and a terminal.
 *
 * @module
 */
import type { Gpu } from "../gpu/device.ts";
import type { PrecisionSelfTest } from "../linalg/double_single_self_test.ts";
import type { CompleteOptions } from "../train/options.ts";
import { VERSION } from "../version.ts";
import { type Configuration, configurationOf, precisionSelfTest } from "./run_record.ts";
import { type Verdict, verdictLines } from "./verdict.ts";

/** A replica that is left out of the statistics. */
export interface Divergence {
  /** Index of the replica. */
  readonly replica: number;
  /** Step at which its loss became NaN or infinite. */
  readonly step: number;
  /** What it was trained with, where replicas differ by more than their seed. */
  readonly name?: string;
}

/** What an experiment hands over to be recorded. */
export interface ExperimentResult {
  /** Options, every choice made; where there are several training runs, those of the first. */
  readonly options: CompleteOptions;
  /** Number of training runs, of as many replicas each. Default: 1. */
  readonly runs?: number;
  /** What was varied over runs and replicas, by name, and its values. Default: nothing. */
  readonly swept?: Readonly<Record<string, readonly (number | string)[]>>;
  /** Whether it was stopped before its end. Default: whether there are steps of `options` without results. */
  readonly isStopped?: boolean;
  /** What the data say of the claims. */
  readonly verdicts: readonly Verdict[];
  /** Replicas that diverged. */
  readonly diverged: readonly Divergence[];
  /** Updates whose results arrived, and the time that they took, in milliseconds. */
  readonly timing: { readonly steps: number; readonly milliseconds: number };
}

/** The record of an experiment. */
export interface ExperimentRecord {
  /** `done`, `diverged` (every replica), or `interrupted`. */
  readonly status: "done" | "diverged" | "interrupted";
  /** What was trained, and how; of several runs the first. */
  readonly configuration: Configuration;
  /** What was varied over runs and replicas, by name, and its values. */
  readonly swept?: Readonly<Record<string, readonly (number | string)[]>>;
  /** Versions of Staircase and of what it ran on. */
  readonly versions: Readonly<Record<string, string>>;
  /** The GPU. */
  readonly adapter: { readonly name: string; readonly software: boolean };
  /** Whether the adapter keeps the digits of double-single arithmetic, and in which form; why not, if it does not. */
  readonly precisionSelfTest: PrecisionSelfTest | string;
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
export async function experimentRecord(gpu: Gpu, result: ExperimentResult): Promise<ExperimentRecord> {
  const { options, runs = 1, swept, verdicts, diverged, timing } = result;
  const { isStopped = timing.steps < options.steps } = result;
  const isOver = diverged.length === options.replicas * runs;
  return {
    status: isOver ? "diverged" : isStopped ? "interrupted" : "done",
    configuration: configurationOf(options),
    ...swept && { swept },
    versions: { staircase: VERSION, ...Deno.version },
    adapter: { name: gpu.adapterName, software: gpu.software },
    precisionSelfTest: await precisionSelfTest(gpu),
    verdict: { holds: verdicts.every(({ holds }) => holds), claims: verdicts },
    diverged,
    timings: { ...timing, millisecondsPerStep: timing.milliseconds / Math.max(1, timing.steps) },
  };
}

/**
 * Writes what an experiment came to.
 *
 * @param record The experiment.
 * @returns Lines for a terminal.
 */
export function experimentText(
  { configuration, adapter, timings, verdict, diverged }: ExperimentRecord,
): string {
  return [
    `${configuration.task.name} on ${adapter.name}${adapter.software ? " (software: the CPU, no GPU)" : ""}`,
    `${timings.steps} steps of ${configuration.replicas} replicas in ${
      (timings.milliseconds / 1000).toFixed(1)
    } s`,
    ...diverged.map(({ replica, step, name }) =>
      `replica ${replica}${name ? ` (${name})` : ""} diverged at step ${step}, and does not count`
    ),
    "",
    ...verdictLines(verdict.claims),
  ].join("\n");
}
