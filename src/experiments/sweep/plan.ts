/**
 * Plans of sweeps: trials with every choice made.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { completeValues } from "../../cli/options.ts";
import { trainingOptions } from "../../cli/training_flags.ts";
import { InputError, ShapeError, StaircaseError } from "../../errors.ts";
import { parseActivation } from "../../nn/activation.ts";
import { type CompleteOptions, completeOptions } from "../../train/options.ts";
import { checkInitializer } from "../../train/pretrain/structured_start.ts";
import { expandPlan, type GivenTrial } from "./expand.ts";
import { trialTable, type TrialValues } from "./options.ts";
import type { PlanRequest } from "./plan_schema.ts";
import { TaskCatalog } from "./task_catalog.ts";
import type { SweepPlan, TaskFacts, TaskSource, Trial, TrialOptions, TrialSettings } from "./trial.ts";

/** Shortens a digest of a value that JSON can hold. */
export function contentId(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);
}

/**
 * Completes the trials of a plan by the defaults of their tasks, and gives each its identity.
 *
 * @param request The plan.
 * @param catalog Tasks that are known. Default: none.
 * @returns The plan. Trials are in the order of the grid, the last key fastest, then those beside
 * it.
 * @throws {InputError} If two trials are the same, options do not fit each other or their task, or
 * data cannot be read. The line names the trial.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { planSweep } from "./plan.ts";
 *
 * const grid = { width: [8, 16], seed: [0, 1, 2] };
 * const { trials } = await planSweep({ base: { steps: 20 }, grid, trials: [] });
 * assert.deepEqual(trials.map(({ settings }) => settings.hidden[0]), [8, 8, 8, 16, 16, 16]);
 * assert.equal(new Set(trials.map(({ id }) => id)).size, 6);
 * ```
 */
export async function planSweep(request: PlanRequest, catalog = new TaskCatalog()): Promise<SweepPlan> {
  const { keys, trials: given } = expandPlan(request), { base } = request;
  const made: Trial[] = new Array(given.length);
  const tasks: TaskFacts[] = [];
  for (const each of given) {
    tasks.push(await named(each, () => catalog.facts(sourceOf({ ...base, ...each.given }))));
  }
  const groups = Map.groupBy(given.keys(), (index) => sharedKey(base, given[index], tasks[index]));
  for (const members of groups.values()) {
    const first = given[members[0]], task = tasks[members[0]];
    const settings = await named(first, () => completeShared({ ...base, ...first.given }, task, catalog));
    for (const index of members) made[index] = makeTrial(base, given[index], { task, settings });
  }
  const seen = new Map<string, number>();
  for (const [index, { id }] of made.entries()) {
    const other = seen.get(id);
    if (other !== undefined) {
      throw new InputError(
        `${given[index].place}: is the same trial as ${given[other].place}: leave one out`,
      );
    }
    seen.set(id, index);
  }
  return { base, keys, trials: made };
}

/** Tells apart what is completed once: all options but those of the replicas. */
function sharedKey(base: TrialOptions, { given }: GivenTrial, { digest }: TaskFacts): string {
  const { seed: _seed, learningRate: _rate, momentum: _momentum, weightDecay: _decay, ...shared } = {
    ...base,
    ...given,
  };
  return JSON.stringify([digest, Object.entries(shared).sort(([a], [b]) => a < b ? -1 : 1)]);
}

/** Names the trial in the errors of a function. */
async function named<Made>({ place }: GivenTrial, make: () => Promise<Made>): Promise<Made> {
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof StaircaseError)) throw error;
    throw new InputError(`${place === "" ? "" : `${place}: `}${error.message}`, { cause: error });
  }
}

/** Takes what the task of a trial is made of. */
function sourceOf(options: TrialOptions): TaskSource {
  const { task, data, samples, seed } = options as Partial<TrialValues>;
  const { task: byDefault } = trialTable;
  return {
    task: task as string ?? byDefault.flag.default,
    data: data ?? null,
    samples: samples ?? null,
    seed: seed ?? 0,
  };
}

async function completeShared(
  options: TrialOptions,
  facts: TaskFacts,
  catalog: TaskCatalog,
): Promise<TrialSettings> {
  const values = completeValues(trialTable, options as Partial<TrialValues>, "a trial");
  const { width: _width, depth: _depth, learningRate, weightDecay, ...others } = values;
  const training = await trainingOptions({
    ...others,
    layers: layersOf(values, facts),
    learningRate: learningRate === null ? null : [learningRate],
    weightDecay: [weightDecay],
    replicas: 1,
  }, await catalog.load(facts.source));
  const settings = settingsOf(completeOptions(training));
  checkNames(settings);
  return settings;
}

/** Widths of the hidden layers as an option: `layers`, or `depth` layers of `width` neurons. */
function layersOf({ layers, width, depth }: TrialValues, { defaults }: TaskFacts): TrialValues["layers"] {
  if (width === null && depth === null) return layers;
  if (layers !== null) {
    throw new InputError(`layers ${layers} and ${width === null ? "depth" : "width"}: give one of them`);
  }
  const { hidden } = defaults;
  return Array.from({ length: depth ?? hidden.length }, () => width ?? hidden[0]);
}

/** Takes the settings of a trial, in a fixed order: its identity depends on it. */
function settingsOf(complete: CompleteOptions): TrialSettings {
  const { hidden, activation, initializer, optimizer, schedule, batch, steps } = complete;
  const { probeEvery, spectraEvery, epsilons, threshold, precision, seed } = complete;
  const how = { hidden, activation, initializer, optimizer, schedule, batch, steps };
  const measured = { probeEvery, spectraEvery, epsilons, threshold, precision, seed };
  return { ...how, ...measured, ...complete.skip && { skip: complete.skip } };
}

/** Checks what a network would refuse when it is made, after an hour of other trials perhaps. */
function checkNames({ hidden, activation, initializer }: TrialSettings): void {
  checkInitializer(initializer);
  const names = typeof activation === "string" ? [activation] : activation;
  names.forEach(parseActivation);
  if (names.length === 1 || names.length === hidden.length) return;
  throw new ShapeError(
    `${names.length} activations for ${hidden.length} hidden layers: give one, or one for each`,
  );
}

/** Gives a trial its own numbers and its identity. */
function makeTrial(
  base: TrialOptions,
  { given }: GivenTrial,
  { task, settings }: { readonly task: TaskFacts; readonly settings: TrialSettings },
): Trial {
  const all = { ...base, ...given } as Partial<TrialValues>, { optimizer: { name, momentum } } = settings;
  const own = {
    learningRate: all.learningRate ?? task.defaults.learningRate,
    momentum: all.momentum ?? momentum!,
    weightDecay: all.weightDecay ?? 0,
  };
  const { seed: _seed, optimizer: _optimizer, ...shape } = settings;
  const complete = { ...settings, seed: all.seed ?? 0, optimizer: { name, ...own } };
  return {
    id: contentId([task.digest, complete]),
    given,
    task,
    settings: complete,
    shape: contentId([task.digest, shape, name]),
  };
}
