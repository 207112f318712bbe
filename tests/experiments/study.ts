/**
 * Runs an experiment for a test, with all that is made of it.
 *
 * @module
 */
import type { GivenOptions, OptionTable } from "../../src/cli/options.ts";
import type { Experiment, ExperimentPlan, ExperimentResult } from "../../src/experiments/core/experiment.ts";
import { type ExperimentRecord, experimentRecord } from "../../src/experiments/core/record.ts";
import { runExperiment, type RunOptions } from "../../src/experiments/core/run.ts";
import { experimentText } from "../../src/experiments/core/text.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { assert } from "../deps.ts";

/**
 * A finished experiment with its tables as CSV, its figures as SVG, its record, and its text on a
 * terminal.
 */
export interface Study<Plan extends ExperimentPlan, Row> extends ExperimentResult<Plan, Row> {
  readonly tables: Readonly<Record<string, string>>;
  readonly figures: Readonly<Record<string, string>>;
  readonly record: ExperimentRecord<Plan>;
  readonly text: string;
}

/** Runs an experiment and makes everything that its program makes. */
export async function study<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  gpu: Gpu,
  experiment: Experiment<Options, Plan, Row>,
  options: GivenOptions<Options> = {},
  how: RunOptions = {},
): Promise<Study<Plan, Row>> {
  const result = await runExperiment(gpu, experiment, options, how);
  const tables = Object.fromEntries(
    Object.entries(experiment.tables).map(([file, of]) => [file, of(result)] as const),
  );
  const figures: Record<string, string> = {};
  for (const [file, draw] of Object.entries(experiment.figures)) figures[file] = await draw(result);
  const record = await experimentRecord(gpu, experiment, result, tables);
  return {
    ...result,
    tables: Object.fromEntries(Object.entries(tables).map(([file, { csv }]) => [file, csv])),
    figures,
    record,
    text: experimentText(record, experiment.report?.(result, record.timings.kernels)),
  };
}

/**
 * Checks that networks are paired, where settings differ by next to nothing within a group: those
 * of one number start from the same weights and see the same samples, so they end alike, and those
 * of other numbers do not.
 */
export function assertPaired<Row extends { readonly replica: number; readonly loss: number }>(
  rows: readonly Row[],
  groupOf: (row: Row) => string,
): void {
  const isAlike = (a: Row, b: Row) => Math.abs(a.loss - b.loss) < 1e-3 * a.loss;
  for (const group of Map.groupBy(rows, groupOf).values()) {
    for (const row of group) {
      for (const other of group) {
        assert.equal(isAlike(row, other), row.replica === other.replica, `${row.loss} ${other.loss}`);
      }
    }
  }
}
