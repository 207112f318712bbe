/**
 * The files that an experiment writes into its folder.
 *
 * @module
 */
import { commandLine } from "../../cli/command_line.ts";
import type { OptionTable } from "../../cli/options.ts";
import { figureMakers } from "../../convert/draw.ts";
import { figureFiles, type FigureFormat } from "../../convert/formats.ts";
import { type FileMaker, spectraPieces } from "../../io/mod.ts";
import type { Table } from "../../io/table.ts";
import { readNetworks } from "../../report/run_networks.ts";
import type { RunReportInput } from "../../report/run_report.ts";
import type { Experiment, ExperimentPlan, ExperimentResult } from "./experiment.ts";
import { reportFacts } from "./report_facts.ts";
import type { ExperimentRecord } from "./record.ts";
import type { RunHistory } from "./run_history.ts";

/** Name of the page that a run can be explored in. */
export const REPORT_FILE = "report.html";

/**
 * Lists the files of an experiment.
 *
 * @param experiment The experiment.
 * @param how Whether it writes its report; formats of its figures.
 * @returns Their names, without that of the record.
 */
export function outputsOf(
  { tables, figures, trace }: Pick<Experiment, "tables" | "figures" | "trace">,
  { hasReport, formats }: { readonly hasReport: boolean; readonly formats: readonly FigureFormat[] },
): string[] {
  return [
    ...Object.keys(tables),
    ...figureFiles(Object.keys(figures), formats),
    ...trace ? ["spectra.npz"] : [],
    ...hasReport ? [REPORT_FILE] : [],
  ];
}

/**
 * Makes the files of an experiment, but for its record.
 *
 * @param experiment The experiment.
 * @param result Its result.
 * @param how Its tables, its record so far, the folder of its state, formats of its figures.
 * @returns The files by their names.
 */
export function outputMakers<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
  result: ExperimentResult<Plan, Row>,
  { tables, record, state, formats }: {
    readonly tables: Readonly<Record<string, Table>>;
    readonly record: ExperimentRecord<Plan> & RunHistory;
    readonly state: string;
    readonly formats: readonly FigureFormat[];
  },
): Record<string, FileMaker> {
  const makers: Record<string, FileMaker> = {};
  for (const [file, table] of Object.entries(tables)) makers[file] = () => table.pieces();
  if (experiment.trace) makers["spectra.npz"] = () => spectraPieces(experiment.trace!(result), state);
  const figures = Object.entries(experiment.figures).map(([file, draw]) => {
    // Drawn once, for its files and for the page.
    let svg: Promise<string> | undefined;
    return { file, draw: () => svg ??= Promise.resolve(draw(result)) };
  });
  for (const { file, draw } of figures) Object.assign(makers, figureMakers(file, draw, formats));
  const { page, trace, options, name } = experiment;
  if (!record.files.includes(REPORT_FILE)) return makers;
  if (page && trace) {
    makers[REPORT_FILE] = async () => {
      const { summary, threshold, ...texts } = page(result);
      const command = record.options && commandLine(name, options, record.options);
      const facts = { ...texts, command, sections: reportFacts(record) };
      const snapshots = await readNetworks(state, record.identity);
      return await reportPieces({ trace: trace(result), summary, threshold, facts, snapshots });
    };
  } else {
    makers[REPORT_FILE] = async () => {
      const command = record.options && commandLine(name, options, record.options);
      const { experimentReport } = await import("./experiment_report.ts");
      return await experimentReport({
        experiment,
        verdicts: result.verdicts,
        figures,
        record,
        tables,
        command,
      });
    };
  }
  return makers;
}

/**
 * Writes a report. The page is loaded when it is written.
 *
 * @param input The run.
 * @returns The page, in pieces.
 */
export async function reportPieces(input: RunReportInput): Promise<string[]> {
  const [{ runReport }, { reportPage }] = await Promise.all([
    import("../../report/run_report.ts"),
    import("../../report/report_page.ts"),
  ]);
  return await reportPage(runReport(input));
}
