/**
 * The page in which an experiment can be explored.
 *
 * @module
 */
import type { RunFacts } from "../../cockpit/data/run_file.ts";
import type { Table } from "../../io/table.ts";
import { experimentPage } from "../../report/report_page.ts";
import { pageTables } from "../../report/experiment_tables.ts";
import type { Experiment, ExperimentPlan } from "./experiment.ts";
import type { ExperimentRecord } from "./record.ts";
import { reportFacts, type ToldRecord } from "./report_facts.ts";
import type { Verdict } from "./verdict.ts";

/** What a page is made of. */
interface ReportInput {
  /** The experiment. */
  readonly experiment: Pick<Experiment, "name" | "summary" | "source">;
  /** Verdicts on its claims. */
  readonly verdicts: readonly Verdict[];
  /** Its figures, by the names of their files. */
  readonly figures: readonly { readonly file: string; draw(): Promise<string> }[];
  /** Its record. */
  readonly record: ExperimentRecord<ExperimentPlan>;
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
export async function experimentReport(
  { experiment, verdicts, figures, record, tables, command }: ReportInput,
): Promise<string[]> {
  const { name, summary, source } = experiment;
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
    verdicts,
    figures: await Promise.all(figures.map(async ({ file, draw }) => ({ file, svg: await draw() }))),
    tables: pageTables(
      Object.entries(tables).map(([file, table]) => {
        return { file, help: table.columns, pieces: () => table.pieces() };
      }),
    ),
  });
}
