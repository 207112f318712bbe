/**
 * Files with the results of a sweep, made of the outcomes of its batches.
 *
 * @module
 */
import { join } from "node:path";
import { StaircaseError } from "../../errors.ts";
import { count } from "../../format.ts";
import { type FileContent, writeAtomically } from "../../io/atomic.ts";
import { prettyJson, snakeCase } from "../../io/json.ts";
import { provenance } from "../../io/provenance.ts";
import type { Sweep } from "./batch.ts";
import { sweepFigureData } from "./figure_data.ts";
import type { TrialOutcome } from "./outcome.ts";
import { readOutcomes } from "./sweep_folder.ts";
import { sweepColumns } from "./sweep_table.ts";
import type { Trial } from "./trial.ts";
import type { BatchOutcome } from "./trials_file.ts";
import { columnHelp, parquet, type TypedColumn, typedCsv } from "./typed_table.ts";

/** Names of the files that {@linkcode writeResults} writes. */
export const RESULT_FILES: readonly string[] = [
  "run.json",
  "sweep.csv",
  "sweep.parquet",
  "sweep.svg",
  "batches.csv",
];

/** A sweep in a few numbers, for `run.json` and `--json`. */
export interface SweepSummary {
  /** `done` if all trials are; `diverged` if they all diverged; otherwise `stopped`. */
  readonly status: "done" | "stopped" | "diverged";
  /** Number of trials of the plan. */
  readonly trials: number;
  /** Trials that are done, those that diverged among them. */
  readonly done: number;
  /** Trials that diverged. */
  readonly diverged: number;
  /** Number of batches of the plan. */
  readonly batches: number;
}

/** Results of a sweep. */
export interface SweepResults {
  /** The sweep in a few numbers. */
  readonly summary: SweepSummary;
  /** Trials without an outcome. */
  readonly missing: readonly Trial[];
  /** Paths of the files, `run.json` first. */
  readonly paths: readonly string[];
}

/** Outcomes of trials by their ids, and the batches that they are from. */
export interface Collected {
  /** Outcomes by the ids of trials. */
  readonly outcomes: ReadonlyMap<string, TrialOutcome>;
  /** Batches with a trial of the plan. */
  readonly batches: readonly BatchOutcome[];
}

/**
 * Collects the outcomes of a plan from folders of sweeps. Batches of earlier plans count as well.
 *
 * @param sweep The sweep.
 * @param folders The folders.
 * @returns The outcomes.
 * @throws {StaircaseError} If two outcomes of one trial differ.
 */
export async function collectOutcomes({ plan }: Sweep, folders: readonly string[]): Promise<Collected> {
  const wanted = new Set(plan.trials.map(({ id }) => id));
  const outcomes = new Map<string, TrialOutcome>(), from = new Map<string, string>();
  const batches = new Map<string, BatchOutcome>();
  for (const folder of folders) {
    for (const batch of await readOutcomes(folder)) {
      const mine = batch.trials.filter(({ id }) => wanted.has(id));
      if (mine.length > 0 && !batch.isCopy && !batches.has(batch.id)) batches.set(batch.id, batch);
      for (const outcome of mine) {
        const other = outcomes.get(outcome.id);
        if (other && !isSame(other, outcome)) {
          throw new StaircaseError(
            `trial ${outcome.id} has other numbers in ${folder} than in ${
              from.get(outcome.id)
            }: adapters or ` +
              "versions differ (batches.csv names them); merge one of the two",
          );
        }
        outcomes.set(outcome.id, outcome);
        from.set(outcome.id, folder);
      }
    }
  }
  return { outcomes, batches: [...batches.values()] };
}

/** Compares outcomes number by number; NaN is the same as NaN. */
function isSame(a: TrialOutcome, b: TrialOutcome): boolean {
  const text = (outcome: TrialOutcome) =>
    JSON.stringify(outcome, (_, value) => typeof value === "number" ? String(value) : value);
  return text(a) === text(b);
}

/** Columns of `batches.csv`: where and how fast batches ran, which is no part of the results. */
function batchColumns(batches: readonly BatchOutcome[]): TypedColumn[] {
  const column = (
    name: string,
    kind: TypedColumn["kind"],
    help: string,
    value: (batch: BatchOutcome) => string | number | null,
  ): TypedColumn => ({ name, kind, help, values: batches.map(value) });
  return [
    column("batch", "text", "identity of the batch, and name of its folder", ({ id }) => id),
    column("trials", "integer", "networks that trained side by side", ({ trials }) => trials.length),
    column(
      "seconds",
      "number",
      "time of its steps and probes, in seconds",
      ({ circumstances }) => circumstances.seconds,
    ),
    column("ended", "text", "time at which it ended, in UTC", ({ circumstances }) => circumstances.ended),
    column("host", "text", "name of the computer", ({ circumstances }) => circumstances.host),
    column("adapter", "text", "name of the GPU", ({ circumstances }) => circumstances.adapter),
    column(
      "implementation",
      "text",
      "implementation of WebGPU",
      ({ circumstances }) => circumstances.implementation,
    ),
    column(
      "backend",
      "text",
      "what the implementation runs on: vulkan, opengl, metal or d3d12; empty if it does not tell",
      ({ circumstances }) => circumstances.backend,
    ),
    column("version", "text", "version of Staircase", ({ circumstances }) => circumstances.version),
  ];
}

/**
 * Writes the results of a sweep: `run.json`, `sweep.csv`, `sweep.parquet`, `sweep.svg` and
 * `batches.csv`. The same outcomes give the same bytes, whoever ran what when; `batches.csv` and
 * `run.json` alone say where and how fast.
 *
 * @param folder Folder for the files.
 * @param sweep The sweep.
 * @param sources Folders with batches. Default: the folder itself.
 * @returns The results.
 */
export async function writeResults(
  folder: string,
  sweep: Sweep,
  sources: readonly string[] = [folder],
): Promise<SweepResults> {
  const collected = await collectOutcomes(sweep, sources);
  return await writeCollected(folder, sweep, collected);
}

/**
 * Writes the results of outcomes.
 *
 * @param folder Folder for the files.
 * @param sweep The sweep.
 * @param collected The outcomes.
 * @returns The results.
 */
export async function writeCollected(
  folder: string,
  { plan, batches }: Sweep,
  { outcomes, batches: ran }: Collected,
): Promise<SweepResults> {
  const missing = plan.trials.filter(({ id }) => !outcomes.has(id));
  const diverged = plan.trials.filter(({ id }) => outcomes.get(id)?.status === "diverged").length;
  const summary: SweepSummary = {
    status: missing.length > 0 ? "stopped" : diverged === plan.trials.length ? "diverged" : "done",
    trials: plan.trials.length,
    done: outcomes.size,
    diverged,
    batches: batches.length,
  };
  const columns = sweepColumns(plan, outcomes), timings = batchColumns(ran);
  const record = {
    experiment: "sweep",
    ...summary,
    missing: missing.map(({ id }) => id),
    ...await provenance(),
    adapters: [...new Set(ran.map(({ circumstances }) => circumstances.adapter))].sort(),
    seconds: ran.reduce((sum, { circumstances }) => sum + circumstances.seconds, 0),
    columns: { "sweep.csv": columnHelp(columns), "batches.csv": columnHelp(timings) },
  };
  const { sweepFigure } = await import("./figure.ts");
  const files: readonly (readonly [name: string, data: FileContent])[] = [
    ["sweep.csv", typedCsv(columns)],
    ["sweep.parquet", await parquet(columns)],
    ["sweep.svg", sweepFigure(sweepFigureData(plan, outcomes))],
    ["batches.csv", typedCsv(timings)],
    // Last: where it says that the sweep is done, the other files are there.
    ["run.json", prettyJson(snakeCase(record))],
  ];
  for (const [name, data] of files) await writeAtomically(join(folder, name), data);
  return { summary, missing, paths: RESULT_FILES.map((name) => join(folder, name)) };
}

/**
 * Reports results for a terminal.
 *
 * @param results The results.
 * @returns Lines.
 */
export function resultLines({ summary, paths }: SweepResults): string[] {
  const { trials, done, diverged, batches } = summary;
  const state = done === trials ? count(trials, "trial") : `${done} of ${count(trials, "trial")}`;
  return [
    `${state} in ${count(batches, "batch", "batches")}${diverged > 0 ? `; ${diverged} diverged` : ""}`,
    "",
    ...paths,
  ];
}
