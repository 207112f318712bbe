/**
 * The program `sweep`: plan, batches, table and figure.
 *
 * @module
 */
import { loadFormats } from "../../convert/draw.ts";
import { type FigureFormat, parseFormats } from "../../convert/formats.ts";
import type { Flag, FlagValues } from "../../cli/flags.ts";
import { openGpu } from "../../cli/implementation.ts";
import { flagsOf } from "../../cli/options.ts";
import { type Program, type ProgramCall, runProgram } from "../../cli/program.ts";
import { checkpointFlag, reportFlag, runFlags, watchFlag } from "../../cli/program_flags.ts";
import { say } from "../../cli/output.ts";
import { createProgress, createWaiting } from "../../cli/progress.ts";
import { InputError, StaircaseError } from "../../errors.ts";
import { compactJson, snakeCase } from "../../io/json.ts";
import { checkWritable } from "../../io/writable_folder.ts";
import { GpuLease } from "../core/gpu_lease.ts";
import { adapterOf } from "../core/record.ts";
import { adapterText } from "../core/text.ts";
import type { Batch, Sweep } from "./batch.ts";
import { statusText } from "./claims/status.ts";
import type { WorkOutcome } from "./claims/work.ts";
import { statusOf, submit, tryAgain } from "./cluster.ts";
import { planJson, planLines } from "./describe_plan.ts";
import { trialTable } from "./options.ts";
import { MOST_IN_BATCH } from "./pack.ts";
import { askedSweep } from "./request.ts";
import { formatsIn, resultFiles, resultLines, writeResults } from "./results.ts";
import { runBatches } from "./run_batches.ts";
import { checkFailures } from "./run_sweep.ts";
import { parseShard, shardOf } from "./shards.ts";
import { writeSweep } from "./sweep_folder.ts";
import { type SlurmFlags, slurmFlags } from "./slurm/flags.ts";
import { TaskCatalog } from "./task_catalog.ts";

const ownFlags = [
  {
    name: "grid",
    group: "experiment",
    kind: "string",
    default: null,
    placeholder: "GRID",
    help: "what is swept, in place of a plan: 'width=20,50,100 learningRate=1e-3,1e-2 seed=0..9'",
  },
  {
    name: "trials-per-batch",
    group: "experiment",
    kind: "integer",
    default: MOST_IN_BATCH,
    min: 1,
    help: "most trials that train side by side; results stay the same",
  },
  {
    name: "shard",
    group: "experiment",
    kind: "string",
    default: null,
    placeholder: "I/N",
    help: "run one of N parts alone, as 1/4; merge joins their folders",
  },
  {
    name: "dry-run",
    group: "output",
    kind: "boolean",
    default: false,
    help: "print trials and batches, and run nothing",
  },
  {
    name: "out",
    group: "output",
    kind: "string",
    default: null,
    placeholder: "DIR",
    help:
      "folder for the files; by default runs/sweep/NAME for NAME.json. What is done there is not done again",
  },
  checkpointFlag,
  watchFlag,
  reportFlag,
] as const satisfies readonly Flag[];

/** Flags of the program: the options of a trial, and those of a sweep. */
export const sweepFlags: readonly Flag[] = [...flagsOf(trialTable), ...ownFlags, ...slurmFlags, ...runFlags];

/** The program. */
export const sweepProgram: Program<readonly Flag[]> = {
  name: "sweep",
  summary:
    "train a network for each combination of options, and put all of them into one table and one figure",
  flags: sweepFlags,
  positionals: {
    placeholder: "PLAN",
    help:
      'plan in JSON, {"base": {…}, "grid": {"width": [20, 50], "seed": "0..9"}}, or the folder of a sweep, to go on; ' +
      "flags of options hold for all trials",
    max: 1,
  },
  examples: [
    { args: "--grid 'width=20,50,100 seed=0..9'", help: "trains 30 networks in three batches" },
    { args: "plan.json --steps 2000 --shard 1/4", help: "runs the first of four parts of a plan" },
  ],
};

type Values = FlagValues<typeof ownFlags> & FlagValues<typeof runFlags> & SlurmFlags;

/**
 * Runs the program and ends the process, see {@linkcode runProgram}.
 *
 * @param args Command line. Default: that of the process.
 */
export async function runSweepProgram(args: readonly string[] = Deno.args): Promise<void> {
  await runProgram(sweepProgram, sweep, args);
}

async function sweep(call: ProgramCall<readonly Flag[]>): Promise<void> {
  const { flags, given, positionals } = call;
  const values = flags as unknown as Values, { quiet, json, worker } = values;
  if (values.slurm && values.shard !== null) {
    throw new InputError(
      "--slurm and --shard: give one of them, as the tasks of the array share all batches",
    );
  }
  const asked = given.has("formats") ? parseFormats(values.formats) : null;
  const shard = values.shard === null ? null : parseShard(values.shard);
  const catalog = new TaskCatalog();
  const { folder, planned, isNew } = await askedSweep(
    { path: positionals[0], grid: values.grid, out: values.out, flags, given },
    { most: values.trialsPerBatch, catalog },
  );
  const batches = shard ? shardOf(planned.batches, shard) : planned.batches;
  if (values.dryRun) {
    if (!quiet) console.log(planLines(planned, batches).join("\n"));
    if (json) console.log(compactJson(snakeCase(planJson(planned, batches))));
    return;
  }
  if (values.status) {
    const status = await statusOf(folder, planned);
    return console.log(json ? compactJson(snakeCase(status)) : statusText(status).join("\n"));
  }
  const formats: readonly FigureFormat[] = asked ?? await formatsIn([folder]);
  const made = { formats, hasReport: values.report };
  await loadFormats(formats);
  await checkWritable(folder, resultFiles(made));
  if (isNew) await writeSweep(folder, planned);
  if (values.slurm) {
    const lines = await submit(folder, planned, { flags: values, given });
    if (lines !== null) return console.log(lines.join("\n"));
  }
  if (!worker) await tryAgain(folder, planned);
  const outcome = await train(folder, planned, { batches, values, call, catalog });
  const { status, states, hasMadeProgress } = outcome;
  if (worker && status !== "done") {
    // So that a job is not queued again and again for nothing.
    if (status === "stopped" && !hasMadeProgress) throw new StaircaseError("stopped before the first step");
    return;
  }
  const results = await writeResults(folder, planned, made);
  if (!quiet) console.log(resultLines(results).join("\n"));
  if (json) console.log(compactJson(snakeCase({ experiment: "sweep", folder, ...results.summary })));
  if (status === "stopped") console.error("sweep: the same command goes on where it stopped");
  checkFailures(states);
  if (results.summary.status === "diverged") {
    throw new StaircaseError(
      "every network diverged: lower the learning rate, or choose another initialiser",
    );
  }
}

/** Runs batches with a display of the progress. */
async function train(
  folder: string,
  { plan }: Sweep,
  { batches, values, call: { signal, requests }, catalog }: {
    readonly batches: readonly Batch[];
    readonly values: Values;
    readonly call: Pick<ProgramCall<readonly Flag[]>, "signal" | "requests">;
    readonly catalog: TaskCatalog;
  },
): Promise<WorkOutcome> {
  // Steps, weighted by the work that they are.
  const total = batches.reduce((sum, { trials }) => sum + trials[0].settings.steps, 0);
  using stack = new DisposableStack();
  let lease: GpuLease | undefined, progress: ReturnType<typeof createProgress> | undefined;
  let waiting: Disposable | undefined;
  const open = async () => {
    if (lease) return lease;
    waiting = stack.use(createWaiting("sweep", values.quiet));
    lease = stack.use(await GpuLease.open(() => openGpu(values)));
    const heading = `adapter: ${
      adapterText(adapterOf(lease.gpu))
    }; ${plan.trials.length} trials in ${folder}`;
    progress = stack.use(
      createProgress({ total, label: "sweep", heading, quiet: values.quiet, watch: values.watch }),
    );
    return lease;
  };
  const outcome = await runBatches(open, batches, {
    folder,
    signal,
    requests,
    checkpointEvery: values.checkpointEvery,
    catalog,
    waits: !values.worker,
    onNotice: (line) => say(`sweep: ${line}`),
    onProgress: (share, text) => {
      waiting?.[Symbol.dispose]();
      progress?.update(Math.round(share * total), text);
    },
    onProbe: (probe, run) => progress?.probe(probe, run),
  });
  waiting?.[Symbol.dispose]();
  progress?.finish();
  return outcome;
}
