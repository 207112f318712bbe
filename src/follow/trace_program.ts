/**
 * The program `trace`: ranks over the steps of a training, from files of features that another
 * program wrote, or from the spectra of a run.
 *
 * @module
 */
import { createProgress } from "../cli/progress.ts";
import type { Flag } from "../cli/flags.ts";
import { openGpu } from "../cli/implementation.ts";
import { print, say } from "../cli/output.ts";
import { type Program, type ProgramCall, runProgram } from "../cli/program.ts";
import { formatsFlag } from "../cli/program_flags.ts";
import type { RetraceRequest } from "../cli/retrace_request.ts";
import { runPath } from "../cli/run_path.ts";
import { loadFormats } from "../convert/draw.ts";
import { parseFormats } from "../convert/formats.ts";
import { InputError } from "../errors.ts";
import { count, formatNumbers, shown } from "../format.ts";
import type { Gpu } from "../gpu/device.ts";
import { compactJson, snakeCase } from "../io/json.ts";
import { holdsRun } from "../io/run_files.ts";
import { type Threshold, thresholdNames } from "../rank/certificates/rank_interval.ts";
import { batches } from "./batches.ts";
import { findSteps } from "./find_steps.ts";
import { readLosses } from "./losses.ts";
import { filesOf, finishRun } from "./outputs.ts";
import { type Gap, recordSteps } from "./record_steps.ts";
import { Recorder } from "./recorder.ts";
import { isFollowed, retrace } from "./retrace.ts";
import { axesOf, epsilonsFlag, followFlags, settingsOf } from "./settings.ts";
import type { StepSource } from "./step_source.ts";
import { isTracked } from "./tracker_files.ts";

const flags = [
  {
    name: "epsilons",
    kind: "numbers",
    default: null,
    positive: true,
    group: "what to probe",
    help: `thresholds of the ε-rank; by default ${
      formatNumbers(epsilonsFlag.default).join(",")
    }, or those of the run`,
  },
  {
    name: "threshold",
    kind: "string",
    default: null,
    choices: thresholdNames,
    group: "what to probe",
    help: "absolute, or relative to the largest eigenvalue as with --relative; by default as in the run",
  },
  {
    name: "losses",
    kind: "string",
    default: null,
    placeholder: "FILE",
    group: "what to probe",
    help: "table in CSV with the columns step and loss; by default the array loss of each file",
  },
  ...followFlags,
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "DIR",
    help: "folder for the files; by default a new one in runs/trace, or in that of the run",
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
    help: "formats of the figure, of svg, png and pdf, as in svg,pdf; by default svg, or those of the run",
  },
] as const satisfies readonly Flag[];

/** Name, help and flags. */
export const traceProgram: Program<typeof flags> = {
  name: "trace",
  summary: "ranks, stairs and figure of a training, from features at its steps that any program saved",
  positionals: {
    placeholder: "FILES",
    help:
      ".npy, .npz or safetensors files or patterns of them, the folder of a tracker, or that of a run of " +
      "staircase, trace or watch, to count its ranks at other thresholds; by default the latest of runs/staircase",
  },
  flags,
  examples: [
    { args: "'ckpt/step_*/layer*.npy' --losses log.csv", help: "a file for each step and layer" },
    {
      args: "runs/staircase/latest --epsilons 1e-3,1e-8",
      help: "a run of staircase at two other thresholds",
    },
  ],
};

/**
 * Runs the program and ends the process, see `runProgram`.
 *
 * @param traceRun Counts the ranks of a run of `staircase` at other thresholds.
 * @param args Command line. Default: that of the process.
 */
export async function runTraceProgram(
  traceRun: (request: RetraceRequest) => Promise<void>,
  args: readonly string[] = Deno.args,
): Promise<void> {
  await runProgram(traceProgram, async (call) => {
    const { flags, positionals } = call, [first = "runs/staircase"] = positionals;
    const isFolder = await Deno.stat(first).then(({ isDirectory }) => isDirectory, () => false);
    const isRun = positionals.length === 0 || positionals.length === 1 && isFolder && !await isTracked(first);
    if (!isRun) return await traceFiles(call);
    const { epsilons, relative, out, overwrite, formats, report, json, quiet } = flags;
    refuseOfFiles(call);
    const threshold = relative ? "relative" : flags.threshold as Threshold | null;
    const run = await runPath(first);
    if (positionals.length > 0 && !await holdsRun(run, [])) {
      throw new InputError(
        `${shown(first)}: holds no run and no tracker's features; give files by a pattern, as '${
          shown(first)
        }/*.npz'`,
      );
    }
    const request = { run, epsilons, threshold, out, overwrite, formats, report, json, quiet };
    await (await isFollowed(run) ? retrace(request) : traceRun(request));
  }, args);
}

/** Refuses flags of features where a run has spectra already. */
function refuseOfFiles({ given }: ProgramCall<typeof traceProgram.flags>): void {
  const ofFiles = [
    "losses",
    "tensor",
    "pattern",
    "axes",
    "layout",
    "features",
    "normalise",
    "center",
    "precision",
  ];
  const name = ofFiles.find((each) => given.has(each));
  if (name === undefined) return;
  throw new InputError(`--${name} is for files of features, and a run has spectra already; leave it out`);
}

/** Traces files. */
async function traceFiles(
  { flags, given, positionals, signal }: ProgramCall<typeof traceProgram.flags>,
): Promise<void> {
  if (given.has("threshold") && given.has("relative")) {
    throw new InputError("--threshold and --relative say the same; give one of them");
  }
  const relative = flags.relative || flags.threshold === "relative";
  const settings = settingsOf(positionals, { ...flags, relative }, flags.epsilons ?? epsilonsFlag.default);
  const formats = parseFormats(flags.formats ?? formatsFlag.default);
  await loadFormats(formats);
  const losses = flags.losses === null ? null : await readLosses(flags.losses);
  const { tensor, pattern } = settings;
  const steps = await findSteps(positionals, { tensor, pattern, axes: axesOf(settings), losses });
  if (losses && !steps.some(({ step }) => losses.has(step))) {
    throw new InputError(
      `${shown(flags.losses!)}: has no loss of any of the steps ${namesOf(steps)}; give theirs`,
    );
  }
  using gpu = await openGpu(flags);
  const { out, overwrite } = flags;
  await using recorder = await Recorder.open(gpu, {
    experiment: "trace",
    place: out === null ? { parent: "runs/trace" } : { folder: out, mode: overwrite ? "overwrite" : "new" },
    settings,
    files: filesOf(flags.report, formats),
  });
  const start = performance.now(), gaps: Gap[] = [];
  const facts = () => ({
    gaps: gaps.slice(0, MOST_GAPS),
    timings: {
      milliseconds: Math.round(performance.now() - start),
      steps: recorder.count,
      planned: steps.length,
    },
  });
  try {
    await recordAll(gpu, recorder, steps, { gaps, signal, quiet: flags.quiet });
  } catch (error) {
    if (!signal.aborted || recorder.count === 0) {
      const message = error instanceof Error ? error.message : String(error);
      await recorder.writeRecord({
        status: signal.aborted ? "stopped" : "failed",
        error: message,
        ...facts(),
      });
      throw error;
    }
  }
  const [first] = gaps;
  if (first) {
    say(
      `trace: ${
        count(gaps.length, "layer has", "layers have")
      } no rank, the first at step ${first.step}: ${first.reason}`,
    );
  }
  const finished = await finishRun(recorder, {
    status: signal.aborted ? "stopped" : "done",
    facts: facts(),
    formats,
  });
  if (!flags.quiet) print([...finished.lines, "", ...finished.paths].join("\n"));
  if (flags.json) print(compactJson(snakeCase(finished.record)));
  if (finished.error) throw finished.error;
}

/** Layers without a rank that the record names. */
const MOST_GAPS = 1000;

/** The first and the last of some steps. */
function namesOf(steps: readonly StepSource[]): string {
  return steps.length === 1 ? String(steps[0].step) : `${steps[0].step} to ${steps[steps.length - 1].step}`;
}

/** Records all steps, with progress. */
async function recordAll(
  gpu: Gpu,
  recorder: Recorder,
  steps: readonly StepSource[],
  { gaps, signal, quiet }: { readonly gaps: Gap[]; readonly signal: AbortSignal; readonly quiet: boolean },
): Promise<void> {
  using progress = createProgress({ total: steps.length, label: "trace", quiet });
  for (const batch of batches(steps)) {
    signal.throwIfAborted();
    using stack = new DisposableStack();
    const ready = [];
    for (const source of batch) ready.push({ source, open: stack.use(await source.open()) });
    const { probes, gaps: found } = await recordSteps(gpu, recorder, ready, signal);
    for (const gap of found) gaps.push(gap);
    progress.update(recorder.count, `step ${probes[probes.length - 1].step}`);
  }
}
