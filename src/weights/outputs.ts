/**
 * The files of a measurement of weights.
 *
 * @module
 */
import { figureMakers } from "../convert/draw.ts";
import { figureFiles, type FigureFormat } from "../convert/formats.ts";
import { prettyJson, snakeCase } from "../io/json.ts";
import { provenance } from "../io/provenance.ts";
import { RUN_FILE } from "../io/run_files.ts";
import type { RunFolder, SavedFiles } from "../io/run_folder.ts";
import { courseFigureData, spectraFigureData } from "./figure_data.ts";
import { matrixLabel } from "./matrix_plan.ts";
import { measuresTable, ranksTable, valuesTable, type WeightRow } from "./tables.ts";

const SPECTRA = "weights.svg", COURSE = "weights_over_steps.svg";

/**
 * Names the files.
 *
 * @param formats Formats of the figures.
 * @returns Those that there may be.
 */
export function weightFiles(formats: readonly FigureFormat[]): string[] {
  return ["weights.csv", "ranks.csv", "singular_values.csv", ...figureFiles([SPECTRA, COURSE], formats)];
}

/** What was measured. */
export interface WeightsResult {
  /** Rows of each model, in the order of the steps. */
  readonly models: readonly (readonly WeightRow[])[];
  /** Whether matrices are still measured, all are, or a signal or an error came first. */
  readonly status: "running" | "done" | "stopped" | "failed";
  /** What was asked for. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Names of arrays that are no matrices. */
  readonly skipped: { readonly vectors: readonly string[]; readonly integers: readonly string[] };
  /** Seconds that it took. */
  readonly seconds: number;
}

/**
 * Describes a measurement as `run.json` has it.
 *
 * @param result What was measured.
 * @returns The record.
 */
export async function weightsRecord(result: WeightsResult): Promise<object> {
  const { models, status, configuration, skipped, seconds } = result;
  const rows = models.flat(), tables = tablesOf(rows);
  return {
    experiment: "weights",
    status,
    configuration,
    summary: {
      models: models.length,
      matrices: rows.length,
      failed: rows.filter(({ measures }) => measures === null).map(({ model, plan, reason }) => ({
        model,
        matrix: matrixLabel(plan),
        reason,
      })),
      vectors: skipped.vectors.length,
      integers: skipped.integers,
      seconds,
    },
    columns: Object.fromEntries(Object.entries(tables).map(([name, { columns }]) => [name, columns])),
    provenance: await provenance(),
  };
}

const tablesOf = (rows: readonly WeightRow[]) => ({
  "weights.csv": measuresTable(rows),
  "ranks.csv": ranksTable(rows),
  "singular_values.csv": valuesTable(rows),
});

/**
 * Writes the files.
 *
 * @param folder Where.
 * @param result What was measured.
 * @param record What `run.json` says.
 * @param formats Formats of the figures.
 * @returns Paths of the files, and what could not be written.
 */
export async function saveWeights(
  folder: RunFolder,
  { models }: WeightsResult,
  record: object,
  formats: readonly FigureFormat[],
): Promise<SavedFiles> {
  const spectra = spectraFigureData(models), course = models.length > 1 ? courseFigureData(models) : null;
  const tables = Object.entries(tablesOf(models.flat()));
  return await folder.save({
    ...Object.fromEntries(tables.map(([name, table]) => [name, () => table.pieces()])),
    ...spectra.panels.length > 0 &&
      figureMakers(SPECTRA, async () => (await import("./figure.ts")).spectraFigure(spectra), formats),
    ...course && course.panels.length > 0 &&
      figureMakers(COURSE, async () => (await import("./figure.ts")).courseFigure(course), formats),
    [RUN_FILE]: prettyJson(snakeCase(record)),
  });
}
