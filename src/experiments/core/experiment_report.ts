/**
 * The page in which an experiment can be explored.
 *
 * @module
 */
import type { OptionTable } from "../../cli/options.ts";
import type { RunFacts } from "../../cockpit/data/run_file.ts";
import type { Table } from "../../io/table.ts";
import { experimentPage } from "../../report/report_page.ts";
import { pageTables } from "../../report/experiment_tables.ts";
import type { Experiment, ExperimentPlan, ExperimentResult } from "./experiment.ts";
import type { ExperimentRecord } from "./record.ts";
import { reportFacts, type ToldRecord } from "./report_facts.ts";

/** What a page is made of. */
interface ReportInput<Options extends OptionTable, Plan extends ExperimentPlan, Row> {
  /** The experiment. */
  readonly experiment: Experiment<Options, Plan, Row>;
  /** Its result. */
  readonly result: ExperimentResult<Plan, Row>;
  /** Its record. */
  readonly record: ExperimentRecord<Plan>;
  /** Its tables, by the names of their files. */
  readonly tables: Readonly<Record<string, Table>>;
  /** Command line that repeats it; `null` where it is not known. */
  readonly command: string | null;
}

/**
 * Writes the page of an experiment.
 *
 * @param input The experiment.
 * @returns The page, in pieces.
 */
export async function experimentReport<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  { experiment, result, record, tables, command }: ReportInput<Options, Plan, Row>,
): Promise<string[]> {
  const { name, summary, source } = experiment;
  const figures = [];
  for (const [file, draw] of Object.entries(experiment.figures)) {
    figures.push({ file, svg: await draw(result) });
  }
  const state = record.status === "done" ? "" : ` · ${record.status}`;
  const facts: Pick<RunFacts, "title" | "subtitle" | "command" | "sections"> = {
    title: name,
    subtitle: `${summary.slice(0, 1).toUpperCase()}${summary.slice(1)}${
      source === null ? "" : ` · ${source}`
    }${state}`,
    command,
    sections: reportFacts(record as ToldRecord),
  };
  return await experimentPage({
    facts,
    verdicts: result.verdicts,
    figures,
    tables: pageTables(
      Object.entries(tables).map(([file, table]) => {
        return { file, help: table.columns, pieces: () => table.pieces() };
      }),
    ),
  });
}
