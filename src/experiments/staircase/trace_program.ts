/**
 * Ranks, stairs and figure of a run at other thresholds, for the program `trace`.
 *
 * @module
 */
import { join } from "node:path";
import { figureMakers, loadFormats } from "../../convert/draw.ts";
import { figureFiles, parseFormats } from "../../convert/formats.ts";
import { print } from "../../cli/output.ts";
import { formatsFlag } from "../../cli/program_flags.ts";
import type { RetraceRequest } from "../../cli/retrace_request.ts";
import { runPath } from "../../cli/run_path.ts";
import { InputError } from "../../errors.ts";
import { formatNumber } from "../../format.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { openRun, prettyJson, RunFolder, type RunIdentity, traceTable } from "../../io/mod.ts";
import { STATE_FOLDER } from "../../io/run_files.ts";
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

/** Configuration of a run, as its record has it. */
type Configuration = Omit<CompleteOptions, "task"> & { readonly task: TaskConfiguration };

/**
 * Counts the ranks of a run of `staircase` at other thresholds, from its eigenvalues, without a
 * GPU.
 *
 * @param request What is asked for.
 * @throws {InputError} If it is another run, or has no spectra yet.
 * @throws {FileError} If its files cannot be written.
 */
export async function traceRun({ run, out, overwrite, ...flags }: RetraceRequest): Promise<void> {
  const asked = flags.formats === null ? null : parseFormats(flags.formats);
  const path = await runPath(run);
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
    threshold: flags.threshold ?? had.threshold,
  };
  const found = await readTrace();
  if (!found || found.probes.length === 0) {
    throw new InputError(`${path}: has no spectra yet; wait for its first probes`);
  }
  const result = resultOf({ ...configuration, ...wanted }, rethreshold(found, had, wanted));
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
  const rows = trace.lossQuantiles ?? trace.losses;
  const steps = rows.reduce((most, { length }) => Math.max(most, length), 0);
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
