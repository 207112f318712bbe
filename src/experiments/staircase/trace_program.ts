/**
 * The program `trace`: ranks, stairs and figure of a run at other thresholds.
 *
 * @module
 */
import { join } from "node:path";
import { figureMakers, loadFormats } from "../../convert/draw.ts";
import { figureFiles, parseFormats } from "../../convert/formats.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { print } from "../../cli/output.ts";
import { type Program, type ProgramCall, runProgram } from "../../cli/program.ts";
import { formatsFlag, quietFlag, reportFlag, runJsonFlag } from "../../cli/program_flags.ts";
import { runPath } from "../../cli/run_path.ts";
import { InputError } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { openRun, prettyJson, RunFolder, type RunIdentity, traceTable } from "../../io/mod.ts";
import { STATE_FOLDER } from "../../io/run_files.ts";
import { type Threshold, thresholdNames } from "../../rank/certificates/rank_interval.ts";
import type { CompleteOptions } from "../../train/options.ts";
import { summarize } from "../../train/summary.ts";
import type { Trace } from "../../train/trace.ts";
import type { ExperimentResult } from "../core/experiment.ts";
import type { TaskConfiguration } from "../core/record.ts";
import { reportFacts } from "../core/report_facts.ts";
import { readNetworks } from "../../report/run_networks.ts";
import { REPORT_FILE, reportPieces } from "../core/run_outputs.ts";
import { staircaseReport, type StaircaseRun } from "./report.ts";
import { rethreshold } from "./rethreshold.ts";
import { sweptBy } from "./swept.ts";
import { staircasePage } from "./texts.ts";

const flags = [
  {
    name: "epsilons",
    kind: "numbers",
    default: null,
    positive: true,
    group: "what to probe",
    help: "thresholds of the ε-rank; by default those of the run",
  },
  {
    name: "threshold",
    kind: "string",
    default: null,
    choices: thresholdNames,
    group: "what to probe",
    help: "absolute, or relative to the largest eigenvalue; by default as in the run",
  },
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "DIR",
    help: "folder for the files; by default one in that of the run, named by the thresholds",
  },
  {
    name: "overwrite",
    group: "output",
    kind: "boolean",
    default: false,
    help: "replace the files that the folder holds",
  },
  {
    ...formatsFlag,
    default: null,
    help: "formats of the figure, of svg, png and pdf, as in svg,pdf; by default those of the run",
  },
  reportFlag,
  runJsonFlag,
  quietFlag,
] as const satisfies readonly Flag[];

const program: Program<typeof flags> = {
  name: "trace",
  summary: "count the ranks of a run of staircase at other thresholds, from its eigenvalues, without a GPU",
  positionals: {
    placeholder: "RUN",
    help: "folder of the run, which may still be running; by default the latest of runs/staircase",
    max: 1,
  },
  flags,
  examples: [
    { args: "runs/staircase/latest --epsilons 1e-3,1e-8", help: "counts at two other thresholds" },
    {
      args: "--epsilons 1e-6 --threshold relative",
      help: "takes the latest run, and shares of the largest eigenvalue",
    },
  ],
};

/** Configuration of a run, as its record has it. */
type Configuration = Omit<CompleteOptions, "task"> & { readonly task: TaskConfiguration };

/**
 * Runs the program and ends the process, see `runProgram`.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runTraceProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(program, main, args);
}

async function main({ flags, positionals: [given = "runs/staircase"] }: ProgramCall<typeof program.flags>) {
  const asked = flags.formats === null ? null : parseFormats(flags.formats);
  const path = await runPath(given);
  const { record, status, trace: readTrace } = await openRun(path);
  const { experiment, configuration, identity, options } = (record ?? {}) as {
    experiment?: string;
    configuration?: Configuration;
    identity?: RunIdentity;
    options?: { readonly formats?: string } | null;
  };
  if (experiment !== "staircase" || !configuration) {
    throw new InputError(`${path}: is a run of ${experiment ?? "something else"}; give one of staircase`);
  }
  const had = { epsilons: configuration.epsilons, threshold: configuration.threshold };
  const wanted = {
    epsilons: flags.epsilons ?? had.epsilons,
    threshold: (flags.threshold ?? had.threshold) as Threshold,
  };
  const found = await readTrace();
  if (!found || found.probes.length === 0) {
    throw new InputError(`${path}: has no spectra yet; wait for its first probes`);
  }
  const result = resultOf({ ...configuration, ...wanted }, rethreshold(found, had, wanted));
  const { out, overwrite } = flags as FlagValues<typeof program.flags>;
  const name = `epsilons-${wanted.epsilons.map(formatNumber).join("-")}${
    wanted.threshold === "relative" ? "-relative" : ""
  }`;
  const formats = asked ?? parseFormats(options?.formats ?? formatsFlag.default);
  await loadFormats(formats);
  const files = [...figureFiles(["staircase.svg"], formats), ...flags.report ? [REPORT_FILE] : []];
  // A folder in that of the run holds nothing that could not be made again.
  const mode = out === null || overwrite ? "overwrite" : "new";
  await using folder = await RunFolder.open(out ?? join(path, name), { mode, files });
  await folder.begin();
  const { plan, rows: [{ trace, summary }] } = result;
  const table = traceTable(trace, sweptBy(plan));
  const own = {
    experiment: "trace",
    status: "done",
    of: { run: path, status },
    configuration: { ...configuration, ...wanted },
    summary,
    columns: { "trace.csv": table.columns },
    files,
  };
  const { drawStaircase } = await import("./figure.ts");
  const saved = await folder.save({
    "trace.csv": () => table.pieces(),
    ...figureMakers("staircase.svg", () => drawStaircase(result), formats),
    ...flags.report && {
      [REPORT_FILE]: async () => {
        const { summary, threshold, ...texts } = staircasePage(result);
        const sections = reportFacts({ ...record, configuration: own.configuration });
        const snapshots = identity ? await readNetworks(join(path, STATE_FOLDER), identity) : [];
        const facts = { ...texts, command: null, sections };
        return await reportPieces({ trace, summary, threshold, facts, snapshots });
      },
    },
    "run.json": prettyJson(snakeCase(own)),
  });
  if (!flags.quiet) print([...staircaseReport(result, null), "", ...saved.paths].join("\n"));
  if (flags.json) print(compactJson(snakeCase(own)));
  if (saved.error) throw saved.error;
}

/** Makes the result that the run would have, as far as report and figure ask. */
function resultOf(
  { task, ...options }: Configuration,
  trace: Trace,
): ExperimentResult<CompleteOptions, StaircaseRun> {
  const steps = trace.losses.reduce((most, { length }) => Math.max(most, length), 0);
  const ends = [...trace.losses.entries()].filter(([, { length }]) => length < steps);
  const summary = summarize(trace, new Map(ends.map(([replica, { length }]) => [replica, length])));
  const { samples, inputs, outputs } = task;
  return {
    plan: { ...options, task: { ...task, train: { count: samples } } } as unknown as CompleteOptions,
    rows: [{ trace, summary, widths: [inputs, ...options.hidden, outputs] }],
    verdicts: [],
    diverged: [],
    status: "done",
    runs: 1,
    timing: { steps, planned: options.steps, milliseconds: 0 },
  };
}
