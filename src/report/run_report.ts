/**
 * The report of a run: its trace and its record, arranged for the page.
 *
 * @module
 */
import type { RunFacts, RunReport, StairsRecord } from "../cockpit/data/run_file.ts";
import { networkColumns, type NetworkSnapshot } from "../cockpit/data/networks.ts";
import { pValuesOf } from "../cockpit/data/p_values.ts";
import { columnsOf } from "../cockpit/data/run_columns.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import type { RunTexts } from "../train/run_texts.ts";
import type { TraceSummary } from "../train/summary.ts";
import type { Trace } from "../train/trace.ts";

/** What is told about a run besides its trace, by the experiment that it is of. */
export interface ReportTexts extends RunTexts {
  /** What sets each replica apart; empty where only its seed does. */
  readonly replicaNames: readonly string[];
  /** The trace in a few numbers. */
  readonly summary: TraceSummary;
  /** Kind of its thresholds. */
  readonly threshold: Threshold;
}

/** What a report is made of. */
export interface RunReportInput extends Pick<ReportTexts, "summary" | "threshold"> {
  /** The record of the training. */
  readonly trace: Trace;
  /** Texts and facts. */
  readonly facts: RunFacts;
  /** Its networks at some steps, ascending. Default: none. */
  readonly snapshots?: readonly NetworkSnapshot[];
}

/**
 * Arranges a run for its report.
 *
 * @param input The run.
 * @returns What {@linkcode reportPage} writes.
 */
export function runReport({ trace, summary, threshold, facts, snapshots = [] }: RunReportInput): RunReport {
  const columns = columnsOf(trace, threshold),
    shown = summary.replicas.filter(({ replica }) => replica < columns.replicas);
  const stairs = shown.flatMap(({ replica, layers }) =>
    layers.flatMap(({ ranks }, layer) =>
      ranks.flatMap(({ staircase, tests }, e): StairsRecord[] =>
        staircase.stairs.length > 0 ? [{ replica, layer, e, ...staircase, pValues: pValuesOf(tests) }] : []
      )
    )
  );
  return { facts, stairs, columns, networks: networkColumns(snapshots) };
}
