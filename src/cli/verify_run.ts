/**
 * Verification of a run: it trains again, and counts a sample of the ranks of its trace exactly.
 *
 * @module
 */
import { extent } from "../stats/extent.ts";
import { join } from "node:path";
import { InputError, StaircaseError } from "../errors.ts";
import { count, shown } from "../format.ts";
import type { Gpu } from "../gpu/device.ts";
import { readParameters } from "../io/parameter_file.ts";
import { planIdentity } from "../io/plan_identity.ts";
import type { RunIdentity } from "../io/run_identity.ts";
import { parseTrace, type TraceRow } from "../io/read_trace.ts";
import { readRun } from "../io/read_run.ts";
import { readTextFile } from "../io/text_file.ts";
import { exactRankSeconds } from "../rank/certificates/exact_rank.ts";
import { rankedSamples } from "../train/equation.ts";
import { type CompleteOptions, completeOptions } from "../train/options.ts";
import type { Probe } from "../train/trace.ts";
import type { NetworkStart } from "../train/start.ts";
import { follow } from "../train/follow.ts";
import { Training } from "../train/training.ts";
import { taskOf } from "./training_flags.ts";
import { exactCounts, type Verification } from "./verification.ts";

/** A run as its folder has it. */
export interface RecordedRun {
  /** Options that it was trained with. */
  readonly options: CompleteOptions;
  /** The ranks of trace.csv. */
  readonly rows: readonly TraceRow[];
  /** Name of the adapter that it ran on. */
  readonly adapter: string;
}

/** Options in the configuration of a run, beside its task. */
const KEYS = [
  "hidden",
  "activation",
  "initializer",
  "optimizer",
  "schedule",
  "batch",
  "steps",
  "probeEvery",
  "spectraEvery",
  "epsilons",
  "threshold",
  "precision",
  "replicas",
  "seed",
  "streams",
] as const satisfies readonly (keyof CompleteOptions)[];

/** What `run.json` is read for. */
interface RunRecord {
  readonly experiment?: string;
  readonly options?: { readonly initFrom?: string | null } | null;
  readonly identity?: RunIdentity;
  readonly configuration?: Partial<Omit<CompleteOptions, "task" | "start">> & {
    readonly start?: object;
    readonly task?: { readonly name: string; readonly samples: number; readonly heldOut: number };
  };
  readonly adapter?: { readonly name: string };
}

/**
 * Reads the folder of a run of `staircase`.
 *
 * @param path The folder.
 * @param data Folder of the data of a task that reads files; `null` for its own.
 * @returns The run.
 * @throws {InputError} If it is no folder of such a run, or its task is not known here or has other
 * samples.
 */
export async function readTrainingRun(path: string, data: string | null): Promise<RecordedRun> {
  const { experiment, configuration: recorded, identity, options: given, adapter } = await readRun<RunRecord>(
    path,
  );
  const configuration = recorded ?? {};
  if (experiment !== "staircase") {
    throw new InputError(
      `${path}: is a run of ${shown(String(experiment ?? "something else"))}; give one of staircase`,
    );
  }
  const { task: wanted } = configuration;
  const missing = KEYS.find((key) => configuration[key] === undefined);
  if (!wanted || missing) {
    throw new InputError(`${path}: its run.json has no ${missing ?? "task"}; give a run of this version`);
  }
  const { name, samples, heldOut } = wanted;
  if (typeof name !== "string" || ![samples, heldOut].every(Number.isSafeInteger)) {
    throw new InputError(
      `${path}: its task has no name or no numbers of samples; give a run of this version`,
    );
  }
  const task = await taskOf({ task: name, samples, seed: configuration.seed!, data });
  const here = [task.train.count, task.test?.count ?? 0];
  if (here[0] !== samples || here[1] !== heldOut) {
    throw new InputError(
      `${path}: was trained on ${samples} samples of ${name} with ${heldOut} held out, and here are ${
        here.join(" and ")
      }; give its data`,
    );
  }
  const file = join(path, "trace.csv");
  const text = await readTextFile(file).catch((cause) => {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${file}: cannot be read; give the folder of a run with its trace`, { cause });
  });
  const rows = parseTrace(text, file);
  if (rows.length === 0) throw new InputError(`${file}: holds no rank; give a run that has made a probe`);
  // Runs of earlier versions have no skip connections.
  const { skip = false } = configuration;
  const picked = Object.fromEntries(KEYS.map((key) => [key, configuration[key]]));
  const start = configuration.start ? await startOf(path, given?.initFrom) : null;
  const options = completeOptions({ task, skip, ...picked, ...start && { start } });
  if (identity) await checkIdentity(path, identity, options);
  return {
    options,
    rows,
    adapter: adapter?.name ?? "an unknown adapter",
  };
}

/** Reads the parameters that a run began with. */
async function startOf(path: string, file: string | null | undefined): Promise<NetworkStart> {
  if (typeof file === "string") return (await readParameters(file)).networks;
  throw new InputError(
    `${path}: began with parameters of a script, which its run.json does not name; verify it by a script`,
  );
}

/** Checks that samples and given parameters are those of the run: files may have changed since. */
async function checkIdentity(path: string, identity: RunIdentity, options: CompleteOptions): Promise<void> {
  const here = await planIdentity("staircase", options), { task, start } = options;
  if (identity.samples !== here.samples) {
    throw new InputError(
      `${path}: was trained on other samples of ${task.name} than there are; give its data`,
    );
  }
  if (start && identity.configuration !== here.configuration) {
    throw new InputError(
      `${path}: began with other parameters than its file has now; give the file as it was`,
    );
  }
}

/**
 * Selects steps that lie evenly, the first and the last among them.
 *
 * @param rows Rows of a trace.
 * @param share Number of steps.
 * @returns As many steps, in order; all if there are no more.
 */
export function sampleSteps(rows: readonly TraceRow[], share: number): number[] {
  const steps = [...new Set(rows.map(({ step }) => step))].sort((a, b) => a - b);
  if (steps.length <= share) return steps;
  if (share === 1) return steps.slice(-1);
  return Array.from({ length: share }, (_, i) => steps[Math.round(i * (steps.length - 1) / (share - 1))]);
}

/** How a run is verified. */
export interface VerifyRunOptions {
  /** Steps whose probes are verified: those of {@linkcode sampleSteps}. */
  readonly steps: readonly number[];
  /** Takes the verdicts. */
  readonly verification: Verification;
  /** Stops early. */
  readonly signal?: AbortSignal;
  /**
   * Reports progress.
   *
   * @param step Step that the repeated run has reached.
   */
  readonly onProgress?: (step: number) => void;
}

/** How far the repeated run agrees with its trace. */
export interface Repetition {
  /** Ranks of probes whose loss is another one when repeated: these can not be judged. */
  readonly unrepeated: number;
  /** Ranks that are others when repeated, or stand in one of both only. */
  readonly differing: number;
}

/** Seconds that exact counts of some steps take. */
export function verificationSeconds({ options }: RecordedRun, steps: number): number {
  const { task, hidden, epsilons, replicas, threshold } = options;
  const rows = rankedSamples(task).count, data = new Float32Array();
  const each = hidden.reduce((sum, columns) => sum + exactRankSeconds({ rows, columns, data }), 0);
  return steps * replicas * exactCounts(epsilons.length, threshold === "relative") * each;
}

/**
 * Trains a run again from its configuration, with the same bits on the same adapter, and judges the
 * ranks in its trace by exact counts on the features that they are of.
 *
 * @param gpu Device.
 * @param run The run.
 * @param how Steps to verify, and where verdicts go.
 * @returns Where the repeated run differs. Its verdicts are in `how.verification`.
 */
export async function verifyRun(
  gpu: Gpu,
  { options, rows }: RecordedRun,
  { steps, verification, signal, onProgress = () => {} }: VerifyRunOptions,
): Promise<Repetition> {
  const [, last] = extent(steps), wanted = new Set(steps);
  const open = new Map(rows.filter(({ step }) => wanted.has(step)).map((row) => [keyOf(row), row]));
  let differing = rows.filter(({ step }) => wanted.has(step)).length - open.size, unrepeated = 0;
  const stop = new AbortController();
  const signals = [stop.signal, ...signal ? [signal] : []];
  using training = await Training.create(gpu, { ...options, signal: AbortSignal.any(signals) });
  const exported = training.exportFeatures(wanted);
  const probes: Probe[] = [];
  await follow(training, (probe) => {
    onProgress(Math.min(probe.step, last));
    if (wanted.has(probe.step)) probes.push(probe);
    if (probe.step > last) stop.abort();
  });
  signal?.throwIfAborted();
  const { weights } = rankedSamples(options.task);
  for (const probe of probes) {
    const { replica, step, loss } = probe;
    const features = await exported.features(probe);
    for (const [index, { layer, ranks }] of probe.layers.entries()) {
      const found = ranks.flatMap((rank) => {
        const key = keyOf({ replica, step, layer, epsilon: rank.epsilon });
        const row = open.get(key);
        open.delete(key);
        const isSame = row?.rank === rank.rank && row.low === rank.low && row.high === rank.high;
        if (!isSame) differing++;
        if (!row) return [];
        if (row.loss === loss) return [row];
        unrepeated++;
        return [];
      });
      const name = `replica ${replica} step ${step} layer ${layer}`;
      const { threshold } = options;
      await verification.add({ name, features: features[index], ranks: found, weights, threshold }, {
        signal,
      });
    }
  }
  return { unrepeated, differing: differing + open.size };
}

function keyOf({ replica, step, layer, epsilon }: Pick<TraceRow, "replica" | "step" | "layer" | "epsilon">) {
  return `${replica} ${step} ${layer} ${epsilon}`;
}

/**
 * Fails a program whose run does not hold: ranks that are wrong, or that can not be judged.
 *
 * @param verification The verdicts.
 * @param repetition How far the run could be repeated.
 * @param adapters Adapters of the run and of its repetition.
 * @throws {StaircaseError} If so.
 */
export function failUnlessVerified(
  verification: Verification,
  { unrepeated, differing }: Repetition,
  adapters: readonly [run: string, here: string],
): void {
  verification.failIfWrong();
  if (unrepeated > 0) {
    throw new StaircaseError(
      `${count(unrepeated, "rank")} cannot be verified: the run, made on ${
        adapters[0]
      }, is another one when ` +
        `repeated on ${adapters[1]}; take the same adapter and version`,
    );
  }
  if (differing > 0) {
    throw new StaircaseError(
      `trace.csv is not as the run wrote it: ${count(differing, "rank")} differ, though no interval is wrong`,
    );
  }
}
