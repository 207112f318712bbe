/**
 * The sweep that a command line asks for.
 *
 * @module
 */
import { basename } from "node:path";
import { InputError } from "../../errors.ts";
import { parseJson } from "../../io/parse_json.ts";
import { readTextFile } from "../../io/text_file.ts";
import type { Sweep } from "./batch.ts";
import { parseGrid } from "./grid_text.ts";
import { trialKeys } from "./options.ts";
import { contentId, planSweep } from "./plan.ts";
import { checkPlan, type PlanRequest } from "./plan_schema.ts";
import { checkFolder, packInFolder, readSweep } from "./sweep_folder.ts";
import type { TaskCatalog } from "./task_catalog.ts";
import type { TrialOptions } from "./trial.ts";

/** What a command line says of the sweep. */
export interface RequestSource {
  /** Path of a plan, or of the folder of a sweep; `undefined` if none is given. */
  readonly path: string | undefined;
  /** Text of a grid; `null` if none is given. */
  readonly grid: string | null;
  /** Folder for the files; `null` if none is given. */
  readonly out: string | null;
  /** Values of all flags, by their names in camel case. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Names of the flags that are given. */
  readonly given: ReadonlySet<string>;
}

/** The sweep that a command line asks for. */
export interface AskedSweep {
  /** Its folder. */
  readonly folder: string;
  /** Its trials and batches. */
  readonly planned: Sweep;
  /** Whether the plan is yet to be written into the folder. */
  readonly isNew: boolean;
}

/** Flags that say what the plan is, beside the options of a trial. */
const PLANNING = ["grid", "trialsPerBatch", "out"];

/**
 * Finds the sweep that a command line asks for.
 *
 * @param source File or folder, grid and flags.
 * @param options Largest batch; tasks that are known.
 * @returns The sweep and its folder.
 * @throws {InputError} If the request is none, or its folder holds something else.
 */
export async function askedSweep(
  source: RequestSource,
  { most, catalog }: { readonly most: number; readonly catalog: TaskCatalog },
): Promise<AskedSweep> {
  const { path, out, given } = source;
  if (path !== undefined && await isFolder(path)) {
    const fixed = [...trialKeys, ...PLANNING].find((key) => given.has(key));
    if (fixed !== undefined) {
      throw new InputError(`${path} has its plan, which ${fixed} cannot change: give the plan anew`);
    }
    return { folder: path, planned: await readSweep(path, catalog), isNew: false };
  }
  const plan = await planSweep(await readRequest(source), catalog);
  const folder = out ?? defaultFolder(path, contentId(plan.trials.map(({ id }) => id)));
  await checkFolder(folder, plan);
  return { folder, planned: await packInFolder(folder, plan, { most }), isNew: true };
}

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => null))?.isDirectory ?? false;
}

async function readPlan(path: string): Promise<unknown> {
  try {
    return parseJson(await readTextFile(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof Deno.errors.NotFound
      ? "there is no such file"
      : (error as Error).message.split("\n")[0];
    throw new InputError(`${path}: ${why}; give a plan in JSON, as {"grid": {"seed": "0..9"}}`, {
      cause: error,
    });
  }
}

/**
 * Reads the plan that a command line asks for. Flags of options hold for all trials, above the base
 * of the plan.
 *
 * @param source File, grid and flags.
 * @returns The plan, checked.
 * @throws {InputError} If there is neither a file nor a grid, or both, or the plan is none.
 */
async function readRequest(
  { path, grid, flags, given }: Omit<RequestSource, "out">,
): Promise<PlanRequest> {
  if (path === undefined && grid === null) {
    throw new InputError("no plan: give a file, plan.json, or --grid 'width=20,50 seed=0..9'");
  }
  if (path !== undefined && grid !== null) {
    throw new InputError(`a plan, ${path}, and --grid: give one of them`);
  }
  const request = path === undefined
    ? await checkPlan({ grid: parseGrid(grid!) }, "--grid")
    : await checkPlan(await readPlan(path), path);
  const base = trialKeys.filter((key) => given.has(key)).map((key) => [key, flags[key]]);
  return { ...request, base: { ...request.base, ...Object.fromEntries(base) as TrialOptions } };
}

/**
 * Names the folder of a sweep by its plan, so that the same command finds it again.
 *
 * @param path Path of the plan; `undefined` for a grid.
 * @param id Identity of the trials of a grid.
 * @returns Path of the folder.
 */
function defaultFolder(path: string | undefined, id: string): string {
  const name = path === undefined ? `grid-${id.slice(0, 8)}` : basename(path).replace(/\.json$/, "");
  return `runs/sweep/${name}`;
}
