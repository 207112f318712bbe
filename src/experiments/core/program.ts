/**
 * Experiments as programs: flags, adapter, progress, files, report, exit status.
 *
 * @module
 */
import { completeValues, flagsOf, type GivenOptions, type OptionTable } from "../../cli/options.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { runProgram } from "../../cli/program.ts";
import { runFlags } from "../../cli/program_flags.ts";
import { createProgress } from "../../cli/progress.ts";
import { Gpu } from "../../gpu/device.ts";
import { compactJson } from "../../io/json.ts";
import { RunFolder } from "../../io/run_folder.ts";
import type { Experiment, ExperimentPlan } from "./experiment.ts";
import { experimentRecord, failIfDiverged } from "./record.ts";
import { runPlan } from "./run.ts";
import { experimentText } from "./text.ts";

/**
 * Lists the flags of an experiment's program: its options, and those that all programs have.
 *
 * @param experiment The experiment.
 * @returns The flags.
 */
export function experimentFlags({ name, options }: Pick<Experiment, "name" | "options">): Flag[] {
  return [
    ...flagsOf(options),
    {
      name: "out",
      kind: "string",
      default: `runs/${name}`,
      placeholder: "DIR",
      help: "folder for the files",
      group: "output",
    },
    ...runFlags,
  ];
}

/**
 * Runs an experiment as a program and ends the process, see {@linkcode runProgram}. It writes `run.json`, the tables and the
 * figures, and prints the verdicts.
 *
 * @param experiment The experiment.
 */
export async function runExperimentProgram<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
): Promise<void> {
  const { name, summary, options, label = name } = experiment;
  await runProgram(
    { name, summary, flags: experimentFlags(experiment) },
    async ({ flags: values, signal }) => {
      const flags = values as FlagValues<typeof runFlags> & {
        readonly out: string;
        readonly profile?: boolean;
      };
      const { adapter, autotune, quiet, json, out, profile = false } = flags;
      const given = Object.fromEntries(
        Object.keys(options).map((key) => [key, (values as Record<string, unknown>)[key]]),
      );
      const plan = await experiment.plan(completeValues(options, given as GivenOptions<Options>, name));
      using gpu = await Gpu.open({ adapter, autotune, profile });
      const folder = await RunFolder.open(out);
      const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;
      const total = experiment.runs(plan).reduce((sum, { steps }) => sum + steps, 0);

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
      const paths = [await folder.writeRun(record)];
      for (const [file, { csv }] of Object.entries(tables)) paths.push(await folder.write(file, csv));
      for (const [file, draw] of Object.entries(experiment.figures)) {
        paths.push(await folder.write(file, await draw(result)));
      }
      const lines = experiment.report?.(result, record) ?? [];
      if (!quiet) console.log([experimentText(record, lines), "", ...paths].join("\n"));
      if (json) console.log(compactJson(record));
      failIfDiverged(record);
    },
  );
}
