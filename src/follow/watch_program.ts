/**
 * The program `watch`: follows a training of another program while it goes on.
 *
 * @module
 */
import { join } from "node:path";
import type { Flag } from "../cli/flags.ts";
import { openGpu } from "../cli/implementation.ts";
import { print, say } from "../cli/output.ts";
import { type Program, type ProgramCall, runProgram } from "../cli/program.ts";
import { formatsFlag, liveFlag } from "../cli/program_flags.ts";
import { loadFormats } from "../convert/draw.ts";
import { parseFormats } from "../convert/formats.ts";
import { InputError } from "../errors.ts";
import { printable, shown } from "../format.ts";
import { compactJson, snakeCase } from "../io/json.ts";
import type { LiveServer } from "../live/server.ts";
import type { Probe } from "../train/trace.ts";
import { AlarmBell, AlarmError } from "./alarm_bell.ts";
import { FolderFeed } from "./folder_feed.ts";
import { type FollowNotes, followTraining } from "./follow_training.ts";
import { filesOf, finishRun } from "./outputs.ts";
import { Recorder } from "./recorder.ts";
import { epsilonsFlag, followFlags, settingsOf } from "./settings.ts";
import type { FeedOptions, StepFeed } from "./step_feed.ts";
import { StreamFeed } from "./stream_feed.ts";
import { progressOf } from "./watch_progress.ts";

/** Module of the server. It is a name and no literal, because most runs are not served. */
const LIVE_RUN: string = "./live_run.ts";

const flags = [
  epsilonsFlag,
  ...followFlags,
  {
    name: "poll",
    kind: "number",
    default: 1,
    min: 0.05,
    max: 3600,
    group: "what to probe",
    help: "seconds from one look at the folder to the next",
  },
  {
    name: "backlog",
    kind: "integer",
    default: 64,
    min: 1,
    max: 1_000_000,
    group: "what to probe",
    help: "steps that may wait; when more do, every 2nd, 4th and so on is taken",
  },
  {
    name: "consume",
    kind: "boolean",
    default: false,
    group: "what to probe",
    help: "delete the features of a step once its ranks are on the disk",
  },
  {
    name: "alarm",
    kind: "string",
    default: null,
    placeholder: "CONDITION",
    group: "what to probe",
    help:
      "condition that is told when it certainly holds, as 'rank(layer3, 1e-4) < 8 or loss > 10'; besides rank there " +
      "are low, high, effective_rank(LAYER), loss, and, or",
  },
  {
    name: "on-alarm",
    kind: "string",
    default: "print",
    placeholder: "WHAT",
    group: "what to probe",
    help: "print a line, exit with status 3, or run any other text as a command of the shell",
  },
  liveFlag,
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "DIR",
    help:
      "folder for the files, in which an earlier watch goes on; by default rank in DIR, of a stream a new one " +
      "in runs/watch",
  },
  {
    name: "overwrite",
    group: "output",
    kind: "boolean",
    default: false,
    help: "begin anew in place of an earlier watch",
  },
  formatsFlag,
] as const satisfies readonly Flag[];

/** Name, help and flags. */
export const watchProgram: Program<typeof flags> = {
  name: "watch",
  summary: "follow the ranks of a training in another program while it goes on",
  positionals: {
    placeholder: "DIR",
    help: "folder that the training writes to, or - for a stream on stdin",
    min: 1,
    max: 1,
  },
  flags,
  examples: [
    { args: "runs/mine --live", help: "follows a tracker, and shows the run in a page" },
    {
      args: "runs/mine --alarm 'rank(layer3, 1e-4) < 8' --on-alarm exit",
      help: "ends with status 3 when the rank has collapsed",
    },
  ],
};

/**
 * Runs the program and ends the process, see `runProgram`.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runWatchProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(watchProgram, watch, args);
}

type Call = ProgramCall<typeof watchProgram.flags>;

/** What the alarm of the command line does. */
function bellOf({ alarm, onAlarm, relative }: Call["flags"], given: ReadonlySet<string>): AlarmBell | null {
  if (alarm === null) {
    if (given.has("onAlarm")) throw new InputError("--on-alarm has no alarm; add --alarm CONDITION");
    return null;
  }
  const action = onAlarm === "print" || onAlarm === "exit" ? onAlarm : { command: onAlarm };
  return new AlarmBell(alarm, action, relative ? "relative" : "absolute");
}

/** The folder of the run. */
function placeOf(source: string, { out, overwrite }: Call["flags"]) {
  const folder = out ?? (source === "-" ? null : join(source, "rank"));
  if (folder === null) return { parent: "runs/watch" };
  return { folder, mode: overwrite ? "overwrite" : "continue" } as const;
}

async function checkSource(source: string): Promise<void> {
  if (source === "-") {
    if (Deno.stdin.isTerminal()) {
      throw new InputError("stdin is a terminal; give a stream of features by a pipe");
    }
    return;
  }
  const info = await Deno.stat(source).catch(() => null);
  if (info && !info.isDirectory) {
    throw new InputError(`${shown(source)}: is no folder; give the one that the training writes to`);
  }
  if (!info) say(`watch: ${shown(source)} is not there yet; waiting for it`);
}

async function watch({ flags, given, positionals: [source], signal }: Call): Promise<void> {
  const { quiet, tensor, pattern, epsilons } = flags;
  const bell = bellOf(flags, given), settings = settingsOf([source], flags, epsilons);
  const formats = parseFormats(flags.formats);
  await checkSource(source);
  await loadFormats(formats);
  using gpu = await openGpu(flags);
  const files = filesOf(flags.report, formats);
  await using recorder = await Recorder.open(gpu, {
    experiment: "watch",
    place: placeOf(source, flags),
    settings,
    files,
  });
  const onNotice = (line: string) => say(`watch: ${line}`);
  if (recorder.count > 0 && !quiet) {
    onNotice(`goes on behind step ${recorder.last} of ${printable(recorder.path)}`);
  }
  const told: FeedOptions = { recorded: recorder.before, session: recorder.session, onNotice };
  await using feed: StepFeed = source === "-"
    ? new StreamFeed(Deno.stdin.readable, told)
    : new FolderFeed(source, {
      ...told,
      every: 1000 * flags.poll,
      tensor,
      pattern,
      isConsumed: flags.consume,
    });
  const notes: FollowNotes = { gaps: [], gapCount: 0, thinned: 0, stride: 1 };
  const state = { status: null as string | null };
  await using page = flags.live
    ? await openPage(() => ({
      recorder,
      adapterName: gpu.adapterName,
      steps: feed.facts?.steps ?? null,
      ...state,
    }))
    : null;
  let isRung = false, failure: unknown = null;
  const start = performance.now();
  {
    using progress = progressOf(() => feed.facts?.steps ?? null, quiet);
    const onProbe = (probe: Probe, waiting: number) => {
      progress.show(probe, recorder.layers, waiting);
      isRung = bell?.hear(probe, recorder.layers.map(({ name }) => name), recorder.path) ?? false;
      return isRung;
    };
    const options = { backlog: flags.backlog, isConsumed: flags.consume, signal, onProbe, onNotice };
    await followTraining(gpu, recorder, feed, notes, options).catch((error) => {
      // What is recorded is made into files all the same.
      if (!signal.aborted) failure = error;
    });
  }
  const status = failure ? "failed" : isRung || signal.aborted ? "stopped" : feed.end?.status ?? "stopped";
  const { gaps, gapCount, thinned, stride } = notes;
  const finished = await finishRun(recorder, {
    status,
    formats,
    facts: {
      ...failure !== null && { error: failure instanceof Error ? failure.message : String(failure) },
      training: { status: feed.end?.status ?? null, dropped: feed.end?.dropped ?? null },
      gaps,
      gapCount,
      thinned: { steps: thinned, stride },
      alarms: bell?.records ?? [],
      timings: { milliseconds: Math.round(performance.now() - start) },
    },
  });
  state.status = status;
  await bell?.finish();
  await page?.finish();
  if (thinned > 0 && !quiet) {
    onNotice(`${thinned} steps were left out, because ranks took longer than the training`);
  }
  if (!quiet) print([...finished.lines, "", ...finished.paths].join("\n"));
  if (flags.json) print(compactJson(snakeCase(finished.record)));
  if (failure !== null) throw failure;
  if (finished.error) throw finished.error;
  if (isRung) {
    const { step, condition } = bell!.records[bell!.records.length - 1];
    throw new AlarmError(`the alarm went off at step ${step}: ${condition}`);
  }
}

/** Serves the page, and says where. */
async function openPage(
  run: Parameters<typeof import("./live_run.ts").serveFollowed>[0],
): Promise<LiveServer> {
  const { serveFollowed } = await import(LIVE_RUN) as typeof import("./live_run.ts");
  const page = await serveFollowed(run);
  say(`watch: the run can be seen at ${page.url}`);
  return page;
}
