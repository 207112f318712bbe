/**
 * The folder of a sweep: its plan, and a folder for each batch.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../../errors.ts";
import { writeAtomically } from "../../io/atomic.ts";
import type { Batch, Sweep } from "./batch.ts";
import { type PackOptions, packTrials } from "./pack.ts";
import { planSweep } from "./plan.ts";
import { checkPlan } from "./plan_schema.ts";
import type { TaskCatalog } from "./task_catalog.ts";
import type { SweepPlan } from "./trial.ts";
import type { TrialOutcome } from "./outcome.ts";
import { type BatchOutcome, readTrials, writeTrials } from "./trials_file.ts";

/** Name of the file with the plan. */
export const PLAN_FILE = "plan.json";

/** Name of the folder of finished batches. */
const BATCHES = "batches";

/**
 * Names the folder of a batch.
 *
 * @param folder Folder of the sweep.
 * @param batch The batch.
 * @returns Its path.
 */
export function batchFolder(folder: string, { id }: Pick<Batch, "id">): string {
  return join(folder, BATCHES, id);
}

/**
 * Tells whether a batch is done.
 *
 * @param folder Folder of the sweep.
 * @param batch The batch.
 * @returns Whether its outcomes are there, and whole.
 */
export async function isBatchDone(folder: string, batch: Pick<Batch, "id">): Promise<boolean> {
  return (await readTrials(batchFolder(folder, batch)))?.id === batch.id;
}

/**
 * Reads the outcomes of all batches in a folder, those of earlier plans among them.
 *
 * @param folder Folder of the sweep.
 * @returns The outcomes of the batches that are done, in the order of their ids.
 */
export async function readOutcomes(folder: string): Promise<BatchOutcome[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(join(folder, BATCHES))) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const outcomes: BatchOutcome[] = [];
  for (const id of names.sort()) {
    const outcome = await readTrials(batchFolder(folder, { id }));
    if (outcome?.id === id) outcomes.push(outcome);
  }
  return outcomes;
}

/** The plan of a folder, as its file has it. */
interface StoredPlan {
  /** Names of the swept options. */
  readonly keys: readonly string[];
  /** Ids of the trials, in the order of the plan. */
  readonly ids: readonly string[];
  /** Batches, as ids of trials. */
  readonly batches: readonly (readonly string[])[];
}

/** Reads a file of JSON; `null` where there is none. */
async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new InputError(`${path}: ${(error as Error).message.split("\n")[0]}; give a folder of a sweep`, {
      cause: error,
    });
  }
}

const isIds = (list: unknown): list is string[] =>
  Array.isArray(list) && list.every((id) => typeof id === "string");

/** Reads the parts of the file that a plan for users does not have. */
async function readStored(folder: string): Promise<{ stored: StoredPlan; request: unknown } | null> {
  const path = join(folder, PLAN_FILE), content = await readJson(path);
  if (content === null) return null;
  const { keys, ids, batches, ...request } = content as Partial<StoredPlan>;
  if (!isIds(keys) || !isIds(ids) || !Array.isArray(batches) || !batches.every(isIds)) {
    throw new InputError(`${path}: is no plan that a sweep wrote; give a folder of a sweep`);
  }
  return { stored: { keys, ids, batches }, request };
}

/**
 * Tells whether a folder holds a sweep.
 *
 * @param folder The folder, which need not exist.
 * @returns Whether there is a file of its plan.
 */
export async function holdsSweep(folder: string): Promise<boolean> {
  return await readJson(join(folder, PLAN_FILE)) !== null;
}

/**
 * Checks that the results of a plan would replace nothing but results of its own trials.
 *
 * @param folder The folder, which need not exist.
 * @param plan The plan.
 * @throws {InputError} If it holds another run, or a sweep without a trial in common.
 */
export async function checkFolder(folder: string, { trials }: SweepPlan): Promise<void> {
  const known = await readStored(folder);
  if (known) {
    const ids = new Set(known.stored.ids);
    if (trials.some(({ id }) => ids.has(id))) return;
    throw new InputError(`${folder} holds a sweep of other trials: name another folder with --out`);
  }
  if (await readJson(join(folder, "run.json")) === null) return;
  throw new InputError(`${folder} holds another run: name another folder with --out`);
}

/**
 * Packs the trials of a plan, and keeps the batches of the plan that a folder has already.
 *
 * @param folder Folder of the sweep, which need not exist.
 * @param plan The plan.
 * @param options Largest batch.
 * @returns The sweep.
 * @throws {InputError} If the folder has a file in place of a plan that is none.
 */
export async function packInFolder(
  folder: string,
  plan: SweepPlan,
  options: Omit<PackOptions, "kept"> = {},
): Promise<Sweep> {
  const kept = (await readStored(folder))?.stored.batches ?? [];
  const ids = new Set(plan.trials.map(({ id }) => id));
  // Batches that also hold trials of another plan do not stay, but what they have done is done.
  const done = kept.flat().every((id) => ids.has(id)) ? new Set<string>() : (await readDone(folder)).keys();
  return { plan, batches: packTrials(plan, { ...options, kept, done: new Set(done) }) };
}

/** Reads the outcomes of the trials in a folder, and the batches that they are from. */
async function readDone(folder: string): Promise<Map<string, readonly [TrialOutcome, BatchOutcome]>> {
  const batches = await readOutcomes(folder);
  return new Map(
    batches.flatMap((batch) => batch.trials.map((trial) => [trial.id, [trial, batch] as const])),
  );
}

/**
 * Writes the plan of a sweep into its folder. Afterwards the folder alone is enough to go on. A
 * batch whose trials are all done in batches of an earlier plan gets copies of their outcomes.
 *
 * @param folder The folder, which is created.
 * @param sweep The sweep.
 */
export async function writeSweep(folder: string, { plan, batches }: Sweep): Promise<void> {
  const { base, keys, trials } = plan;
  const lines = (items: readonly unknown[]) => items.map((item) => `    ${JSON.stringify(item)}`).join(",\n");
  const text = [
    "{",
    `  "base": ${JSON.stringify(base)},`,
    `  "keys": ${JSON.stringify(keys)},`,
    `  "trials": [\n${lines(trials.map(({ given }) => given))}\n  ],`,
    `  "ids": ${JSON.stringify(trials.map(({ id }) => id))},`,
    `  "batches": [\n${lines(batches.map((batch) => batch.trials.map(({ id }) => id)))}\n  ]`,
    "}\n",
  ].join("\n");
  await Deno.mkdir(join(folder, BATCHES), { recursive: true });
  const done = await readDone(folder);
  for (const batch of batches) {
    const found = batch.trials.map(({ id }) => done.get(id));
    if (!found.every((each) => each !== undefined) || await isBatchDone(folder, batch)) continue;
    await Deno.mkdir(batchFolder(folder, batch), { recursive: true });
    const { circumstances } = found[0][1];
    const copies = found.map(([outcome]) => outcome);
    await writeTrials(batchFolder(folder, batch), {
      id: batch.id,
      circumstances,
      isCopy: true,
      trials: copies,
    });
  }
  await writeAtomically(join(folder, PLAN_FILE), text);
}

/**
 * Reads the sweep of a folder. It loads the tasks again.
 *
 * @param folder The folder.
 * @param catalog Tasks that are known. Default: none.
 * @returns The sweep.
 * @throws {InputError} If the folder has none, or its trials would train something else by now.
 */
export async function readSweep(folder: string, catalog?: TaskCatalog): Promise<Sweep> {
  const known = await readStored(folder);
  if (!known) throw new InputError(`${folder}: there is no sweep; give a folder with ${PLAN_FILE}`);
  const { stored, request } = known, path = join(folder, PLAN_FILE);
  const plan = await planSweep(await checkPlan(request, path), catalog);
  const changed = plan.trials.findIndex(({ id }, i) => id !== stored.ids[i]);
  if (changed >= 0 || plan.trials.length !== stored.ids.length) {
    throw new InputError(
      `${path}: trial ${Math.max(changed, 0)} would train something else than when the sweep began: ` +
        "the data of its task or the version of Staircase is another; begin a new folder",
    );
  }
  const complete: SweepPlan = { ...plan, keys: stored.keys };
  const batches = packTrials(complete, { kept: stored.batches });
  return { plan: complete, batches };
}
