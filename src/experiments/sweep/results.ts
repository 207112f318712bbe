/**
 * Files with the results of a sweep, made of the outcomes of its batches.
 *
 * @module
 */
import { join } from "node:path";
import { figureMakers } from "../../convert/draw.ts";
import { figureFiles, type FigureFormat, figureFormats, parseFormats } from "../../convert/formats.ts";
import { StaircaseError } from "../../errors.ts";
import { count } from "../../format.ts";
import { type FileContent, writeAtomically } from "../../io/atomic.ts";
import { prettyJson, snakeCase } from "../../io/json.ts";
import { readRun } from "../../io/read_run.ts";
import { provenance } from "../../io/provenance.ts";
import { type Columns, table } from "../../io/table.ts";
import { REPORT_FILE } from "../core/run_outputs.ts";
import type { Sweep } from "./batch.ts";
import { sweepFigureData } from "./figure_data.ts";
import type { TrialOutcome } from "./outcome.ts";
import { type SweepRow, sweepRows, viewSweep } from "./results_view.ts";
import { readOutcomes } from "./sweep_folder.ts";
import { sweepColumns } from "./sweep_table.ts";
import type { Trial } from "./trial.ts";
import type { BatchOutcome } from "./trials_file.ts";
import { columnHelp, parquet, typedCsv } from "./typed_table.ts";

/** Which files a sweep gets. */
export interface ResultOptions {
  /** Formats of the figure. Default: SVG. */
  readonly formats?: readonly FigureFormat[] | undefined;
  /** Whether `report.html` is written. Default: it is not. */
  readonly hasReport?: boolean;
}

/**
 * Names the files that {@linkcode writeResults} writes.
 *
 * @param options Formats of the figure; whether there is a page.
 * @returns Their names, `run.json` first.
 */
export function resultFiles({ formats = ["svg"], hasReport = false }: ResultOptions = {}): string[] {
  const tables = ["run.json", "sweep.csv", "sweep.parquet"];
  return [...tables, ...figureFiles(["sweep.svg"], formats), "trials.csv", ...hasReport ? [REPORT_FILE] : []];
}

/**
 * Finds the formats that the figures of sweeps were asked for in.
 *
 * @param folders Folders of sweeps, which need not exist.
 * @returns The formats of all of them; SVG where there is no figure yet.
 */
export async function formatsIn(folders: readonly string[]): Promise<FigureFormat[]> {
  const found = await Promise.all(folders.map(async (folder) => {
    const { formats } = await readRun<{ readonly formats?: unknown }>(folder).catch(() => ({
      formats: null,
    }));
    return typeof formats === "string" ? parseFormats(formats) : [];
  }));
  const all = figureFormats.filter((format) => found.flat().includes(format));
  return all.length > 0 ? all : ["svg"];
}

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
  /** The table, a row for each layer and threshold of each trial, in the order of the plan. */
  readonly rows: Iterable<SweepRow>;
  /** Paths of the files, `run.json` first. */
  readonly paths: readonly string[];
}

/** Where a trial ran. */
export interface TrialPlace {
  /** Its batch. */
  readonly batch: BatchOutcome;
  /** Index of its replica there. */
  readonly replica: number;
}

/** Outcomes of trials, and where they ran. */
export interface Collected {
  /** Outcomes by the ids of trials. */
  readonly outcomes: ReadonlyMap<string, TrialOutcome>;
  /** Where the trials ran, by their ids. */
  readonly places: ReadonlyMap<string, TrialPlace>;
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
  const places = new Map<string, TrialPlace>();
  for (const folder of folders) {
    for (const batch of await readOutcomes(folder)) {
      for (const [replica, outcome] of batch.trials.entries()) {
        const { id } = outcome, other = outcomes.get(id);
        if (!wanted.has(id)) continue;
        if (other && !isSame(other, outcome)) {
          throw new StaircaseError(
            `trial ${id} has other numbers in ${folder} than in ${
              from.get(id)
            }: adapters or versions differ ` +
              "(trials.csv names them); merge one of the two",
          );
        }
        if (!other) {
          outcomes.set(id, outcome);
          from.set(id, folder);
        }
        if (!other || places.get(id)!.batch.isCopy) places.set(id, { batch, replica });
      }
    }
  }
  return { outcomes, places };
}

/** Compares outcomes number by number; NaN is the same as NaN. */
function isSame(a: TrialOutcome, b: TrialOutcome): boolean {
  const text = (outcome: TrialOutcome) =>
    JSON.stringify(outcome, (_, value) => typeof value === "number" ? String(value) : value);
  return text(a) === text(b);
}

/** A row of `trials.csv`. */
interface PlacedTrial extends TrialPlace {
  readonly trial: Trial;
}

/** Columns of `trials.csv`: where and how fast trials ran, which is no part of the results. */
const PLACE_COLUMNS: Columns<PlacedTrial> = {
  trial: { help: "identity of the trial, as in sweep.csv", value: ({ trial }) => trial.id },
  batch: {
    help: "identity of its batch: its trace is in batches/BATCH/trace.csv where it ran",
    value: ({ batch }) => batch.id,
  },
  replica: { help: "index of its network there, from 0", value: ({ replica }) => replica },
  batch_seconds: {
    help: "time of the steps and probes of the batch, in seconds",
    value: ({ batch }) => batch.circumstances.seconds,
  },
  ended: { help: "time at which the batch ended, in UTC", value: ({ batch }) => batch.circumstances.ended },
  host: { help: "name of the computer", value: ({ batch }) => batch.circumstances.host },
  adapter: { help: "name of the GPU", value: ({ batch }) => batch.circumstances.adapter },
  implementation: {
    help: "implementation of WebGPU: wgpu or dawn",
    value: ({ batch }) => batch.circumstances.implementation,
  },
  backend: {
    help: "what the implementation runs on: vulkan, opengl, metal or d3d12; empty if it does not tell",
    value: ({ batch }) => batch.circumstances.backend,
  },
  version: { help: "version of Staircase", value: ({ batch }) => batch.circumstances.version },
};

/**
 * Writes the results of a sweep: `run.json`, `sweep.csv`, `sweep.parquet`, `trials.csv` and the
 * figure. The same outcomes give the same bytes, whoever ran what when; `trials.csv`, `run.json`
 * and `report.html` alone say where and how fast.
 *
 * @param folder Folder with batches, for the files.
 * @param sweep The sweep.
 * @param options Formats of the figure; whether there is a page.
 * @returns The results.
 */
export async function writeResults(
  folder: string,
  sweep: Sweep,
  options: ResultOptions = {},
): Promise<SweepResults> {
  const collected = await collectOutcomes(sweep, [folder]);
  return await writeCollected(folder, sweep, collected, options);
}

/**
 * Writes the results of outcomes.
 *
 * @param folder Folder for the files.
 * @param sweep The sweep.
 * @param collected The outcomes.
 * @param options Formats of the figure; whether there is a page.
 * @returns The results.
 */
export async function writeCollected(
  folder: string,
  { plan, batches }: Sweep,
  { outcomes, places }: Collected,
  { formats = ["svg"], hasReport = false }: ResultOptions = {},
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
  const columns = sweepColumns(plan, outcomes);
  const placed = plan.trials.flatMap((trial) => {
    const place = places.get(trial.id);
    return place ? [{ trial, ...place }] : [];
  });
  const ran = [...new Set(placed.map(({ batch }) => batch))], where = table(placed, PLACE_COLUMNS);
  const origin = await provenance();
  const adapters = [...new Set(ran.map(({ circumstances }) => circumstances.adapter))].sort();
  const record = {
    experiment: "sweep",
    ...summary,
    missing: missing.map(({ id }) => id),
    ...origin,
    adapters,
    seconds: ran.reduce((sum, { circumstances }) => sum + circumstances.seconds, 0),
    columns: { "sweep.csv": columnHelp(columns), "trials.csv": where.columns },
    formats: formats.join(),
  };
  const { sweepFigure } = await import("./figure.ts");
  const drawn = sweepFigureData(plan, outcomes), svg = sweepFigure(drawn);
  const figure = figureMakers("sweep.svg", () => svg, formats);
  const files: (readonly [name: string, data: FileContent])[] = [
    ["sweep.csv", typedCsv(columns)],
    ["sweep.parquet", await parquet(columns)],
    ["trials.csv", where.pieces()],
  ];
  for (const [name, make] of Object.entries(figure)) files.push([name, await make()]);
  if (hasReport) {
    const { sweepReport } = await import("./sweep_report.ts");
    // Reports are sent to others, who need no names of computers.
    const { host: _, ...told } = PLACE_COLUMNS, { columns: help, pieces } = table(placed, told);
    const tables = [
      { file: "sweep.csv", help: columnHelp(columns), pieces: () => typedCsv(columns) },
      { file: "trials.csv", help, pieces },
    ];
    const { base, keys } = plan;
    files.push([
      REPORT_FILE,
      await sweepReport({ words: drawn, summary, base, keys, adapters, origin, svg, tables }),
    ]);
  }
  // Last: where it says that the sweep is done, the other files are there.
  files.push(["run.json", prettyJson(snakeCase(record))]);
  for (const [name, data] of files) await writeAtomically(join(folder, name), data);
  const paths = resultFiles({ formats, hasReport }).map((name) => join(folder, name));
  return viewSweep(plan, { summary, missing, rows: sweepRows(columns), paths }, { columns, figure: svg });
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
