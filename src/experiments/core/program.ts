/**
 * Experiments as programs: flags, adapter, progress, files, report, exit status.
 *
 * @module
 */
import { basename } from "node:path";
import { parseFormats } from "../../convert/formats.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { completeValues, flagsOf, type GivenOptions, type OptionTable } from "../../cli/options.ts";
import { type Program, type ProgramCall, runProgram } from "../../cli/program.ts";
import { openGpu } from "../../cli/implementation.ts";
import { print, say } from "../../cli/output.ts";
import {
  exportNetworksFlag,
  folderFlags,
  liveFlag,
  reportFlag,
  runFlags,
  watchFlag,
} from "../../cli/program_flags.ts";
import { runPath } from "../../cli/run_path.ts";
import { createProgress, createWaiting } from "../../cli/progress.ts";
import { shownDefaults } from "../../cli/training_flags.ts";
import { InputError } from "../../errors.ts";
import { environmentVariable } from "../../io/host.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { readRun } from "../../io/mod.ts";
import type { LiveServer } from "../../live/server.ts";
import type { Experiment, ExperimentPlan } from "./experiment.ts";
import { checkExport, exportNetworks } from "./export_networks.ts";
import { type FolderRunOptions, runInFolder } from "./folder_run.ts";
import { GpuLease } from "./gpu_lease.ts";
import { adapterOf, failIfDiverged } from "./record.ts";
import { resumedOptions } from "./resumed_options.ts";
import { adapterText, experimentText } from "./text.ts";

/** A name and no literal: Deno fetches what a literal names, whether or not it is reached. */
const SERVE_RUN: string = "../../live/serve_run.ts";

/** Values of the flags that every experiment has. */
type CommonFlags = FlagValues<typeof runFlags> & {
  readonly out: string | null;
  readonly overwrite: boolean;
  readonly resume: string | null;
  readonly checkpointEvery: number;
  readonly watch?: boolean;
  readonly report: boolean;
  readonly live?: boolean;
  readonly export?: string | null;
};

/**
 * Lists the flags of an experiment's program: its options, and those of every program.
 *
 * @param experiment The experiment.
 * @returns The flags.
 */
export function experimentFlags(
  { name, options, page, trace }: Pick<Experiment, "name" | "options" | "page" | "trace">,
): Flag[] {
  const isWatched = Object.hasOwn(options, "probeEvery");
  return [
    ...flagsOf(options),
    ...folderFlags(name),
    ...isWatched ? [watchFlag] : [],
    reportFlag,
    ...page ? [liveFlag] : [],
    ...trace ? [exportNetworksFlag] : [],
    ...runFlags,
  ];
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
  await runProgram(program, (call) => execute(experiment, call), args);
}

async function execute<Options extends OptionTable, Plan extends ExperimentPlan, Row>(
  experiment: Experiment<Options, Plan, Row>,
  { flags, given, signal, requests }: ProgramCall<Flag[]>,
): Promise<void> {
  const { name, options } = experiment;
  const common = flags as CommonFlags, { quiet, json, checkpointEvery, watch = false } = common;
  const { export: exported = null } = common;
  if (exported !== null) await checkExport(exported);
  const askedFormats = parseFormats(common.formats);
  const isOption = ([key]: [string, unknown]) => Object.hasOwn(options, key);
  const asked = Object.fromEntries(Object.entries(flags).filter(isOption));
  const place = await placeOf(name, common),
    { folder: resume } = place.mode === "resume" ? place : { folder: null };
  const resumed = resume === null ? null : await resumedOptions(
    resume,
    experiment,
    Object.fromEntries(Object.entries(flags).filter(([key]) => given.has(key))),
  );
  if (resumed?.isDone) {
    if (exported !== null) {
      await exportFrom(name, resume!, exported);
      if (!quiet) print(exported);
    } else if (!quiet) say(`${name}: the run in ${resume} is done; give more --steps to go on with it`);
    if (json) print(compactJson(snakeCase(await readRun(resume!))));
    return;
  }
  const values = resumed?.values ?? completeValues(options, asked as GivenOptions<Options>, name);
  using waiting = createWaiting(name, quiet);
  const plan = await experiment.plan(values);
  const { adapter, implementation, autotune, report } = { ...common, ...resumed?.machine };
  const formats = resumed?.formats ?? askedFormats;
  const { profile = false } = values as { readonly profile?: boolean };
  using lease = await GpuLease.open(() => openGpu({ adapter, implementation, autotune, profile }));
  waiting.tell("compiling kernels");
  const heading = `adapter: ${adapterText(adapterOf(lease.gpu))}`;
  const total = experiment.runs(plan).reduce((sum, { steps }) => sum + steps, 0);
  const label = experiment.label ?? plan.task?.name ?? name;
  using progress = createProgress({
    total,
    label,
    quiet,
    watch,
    ...!waiting.isShown && { heading },
  });
  let isHeaded = !waiting.isShown;
  const begin = () => {
    if (!isHeaded) say(heading);
    isHeaded = true;
  };
  let folder = place.isParent ? null : place.folder;
  const begun = Promise.withResolvers<string>();
  await using page = common.live ? await openLivePage(name, begun.promise) : null;
  const run = await runInFolder(lease, experiment, plan, {
    ...place,
    checkpointEvery,
    formats,
    signal,
    requests,
    hasReport: report,
    options: { ...values, adapter, implementation, autotune, formats: formats.join(), report },
    onBegin: (path) => begun.resolve(folder = path),
    ...waiting.isShown && {
      onStart: (loss: number) => {
        begin();
        waiting.tell(`loss ${loss.toExponential(2)} at the start, compiling probes`);
      },
    },
    onProgress: (steps, text) => {
      waiting[Symbol.dispose]();
      begin();
      progress.update(steps, text);
    },
    onProbe: (probe, run) => progress.probe(probe, run),
    onNotice: (line) => say(`${name}: ${line}`),
  }).catch((error) => {
    if (folder !== null && !(error instanceof InputError)) say(`${name}: ${resumeText(name, folder)}`);
    throw error;
  });
  waiting[Symbol.dispose]();
  progress.finish();
  await page?.finish();
  const { record, result, paths, error } = run;
  const isExported = exported !== null && paths.length > 0 && record.status !== "diverged";
  if (signal.aborted && paths.length > 0) say(`${name}: ${resumeText(name, run.folder)}`);
  if (paths.length === 0) say(`${name}: nothing came of it, and the run in ${run.folder} is kept`);
  const lines = experiment.report?.(result, record.timings.kernels) ?? [];
  if (exported !== null && !isExported) {
    say(`${name}: ${exported} is not written, as there is no network to keep`);
  }
  // A fault of it must not keep the results from being printed.
  const fault = isExported ? await exportFrom(name, run.folder, exported).catch((fault) => fault) : null;
  const written = isExported && !fault ? [...paths, exported] : paths;
  if (!quiet) print([experimentText(record, lines), "", ...written].join("\n"));
  if (json) print(compactJson(snakeCase(record)));
  if (error ?? fault) throw error ?? fault;
  failIfDiverged(record);
}

/** Writes the networks of a run, and says what is wrong with them. */
async function exportFrom(name: string, folder: string, path: string): Promise<void> {
  const notice = await exportNetworks(folder, path);
  if (notice !== null) say(`${name}: ${notice}`);
}

/** Opens a page that follows the run, once that has begun. */
async function openLivePage(name: string, folder: Promise<string>): Promise<LiveServer> {
  const { serveRun } = await import(SERVE_RUN) as typeof import("../../live/serve_run.ts");
  const page = await serveRun(folder, null);
  say(`${name}: the run can be followed at ${page.url}`);
  return page;
}

/** Where the flags say that the run is to go. */
async function placeOf(
  name: string,
  { out, overwrite, resume }: CommonFlags,
): Promise<Pick<FolderRunOptions, "folder" | "isParent" | "mode">> {
  if (resume !== null) {
    if (out !== null || overwrite) {
      throw new InputError("--resume goes on in its own folder; leave out --out and --overwrite");
    }
    return { folder: await runPath(resume), mode: "resume" };
  }
  if (out !== null) return { folder: out, mode: overwrite ? "overwrite" : "new" };
  if (overwrite) throw new InputError("--overwrite replaces the run in a folder; name it with --out");
  return { folder: `runs/${name}`, isParent: true };
}

/** Says how to go on with a run. */
function resumeText(name: string, folder: string): string {
  const main = Deno.mainModule;
  const isOwn = main.startsWith("file:") && environmentVariable("INIT_CWD") !== undefined;
  const program = isOwn ? `deno task ${name}` : `deno run -A ${main.replace(/^file:\/\//, "")}` +
    (basename(main) === "experiment.ts" ? ` ${name}` : "");
  return `resume with: ${program} --resume ${/^[\w./-]+$/.test(folder) ? folder : JSON.stringify(folder)}`;
}
