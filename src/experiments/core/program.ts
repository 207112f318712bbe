/**
 * Experiments as programs: flags, adapter, progress, files, report, exit status.
 *
 * @module
 */
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { completeValues, flagsOf, type GivenOptions, type OptionTable } from "../../cli/options.ts";
import { type Program, runProgram } from "../../cli/program.ts";
import { openGpu } from "../../cli/implementation.ts";
import { print } from "../../cli/output.ts";
import { outFlag, runFlags } from "../../cli/program_flags.ts";
import { createProgress } from "../../cli/progress.ts";
import { shownDefaults } from "../../cli/training_flags.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { RunFolder } from "../../io/run_folder.ts";
import type { Experiment, ExperimentPlan } from "./experiment.ts";
import { adapterOf, experimentRecord, failIfDiverged } from "./record.ts";
import { runPlan } from "./run.ts";
import { adapterText, experimentText } from "./text.ts";

/**
 * Lists the flags of an experiment's program: its options, and those of every program.
 *
 * @param experiment The experiment.
 * @returns The flags.
 */
export function experimentFlags({ name, options }: Pick<Experiment, "name" | "options">): Flag[] {
  return [...flagsOf(options), outFlag(name), ...runFlags];
}

/**
 * Runs an experiment as a program and ends the process, see {@linkcode runProgram}. It writes
 * `run.json`, the tables and the figures, and prints the verdicts.
 *
 * @param experiment The experiment.
 * @param args Command line. Default: that of the process.
 */
export async function runExperimentProgram<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
  args: readonly string[] = Deno.args,
): Promise<void> {
  const { name, summary, examples, options } = experiment;
  const program: Program<Flag[]> = {
    name,
    summary,
    examples,
    flags: experimentFlags(experiment),
    defaults: (flags) => shownDefaults(options, flags),
  };
  await runProgram(program, async ({ flags: values, signal }) => {
    const { adapter, implementation, autotune, quiet, json, out, profile = false } = values as
      & FlagValues<typeof runFlags>
      & { readonly out: string; readonly profile?: boolean };
    const given = Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(options, key)));
    const plan = await experiment.plan(completeValues(options, given as GivenOptions<Options>, name));
    using gpu = await openGpu({ adapter, implementation, autotune, profile });
    await using folder = await RunFolder.open(out, { mode: "overwrite" });
    const heading = `adapter: ${adapterText(adapterOf(gpu))}`;
    const total = experiment.runs(plan).reduce((sum, { steps }) => sum + steps, 0);

    const label = experiment.label ?? plan.task?.name ?? name;
    using progress = createProgress({ total, label, heading, quiet });
    const result = await runPlan(gpu, experiment, plan, {
      signal,
      onProgress: (steps, text) => progress.update(steps, text),
    });
    progress.finish();

    const tables = Object.fromEntries(
      Object.entries(experiment.tables).map(([file, of]) => [file, of(result)]),
    );
    const record = await experimentRecord(gpu, experiment, result, tables);
    await folder.begin();
    const paths = [await folder.writeRun(record)];
    for (const [file, table] of Object.entries(tables)) paths.push(await folder.write(file, table.pieces()));
    for (const [file, draw] of Object.entries(experiment.figures)) {
      paths.push(await folder.write(file, await draw(result)));
    }
    const lines = experiment.report?.(result, record.timings.kernels) ?? [];
    if (!quiet) print([experimentText(record, lines), "", ...paths].join("\n"));
    if (json) print(compactJson(snakeCase(record)));
    failIfDiverged(record);
  }, args);
}
