/**
 * The plan that a command line asks for.
 *
 * @module
 */
import { basename } from "node:path";
import { InputError } from "../../errors.ts";
import { parseGrid } from "./grid_text.ts";
import { trialKeys } from "./options.ts";
import { checkPlan, type PlanRequest } from "./plan_schema.ts";
import type { TrialOptions } from "./trial.ts";

/** What a command line says of the plan. */
export interface RequestSource {
  /** Path of a plan; `undefined` if none is given. */
  readonly path: string | undefined;
  /** Text of a grid; `null` if none is given. */
  readonly grid: string | null;
  /** Values of all flags, by their names in camel case. */
  readonly flags: Readonly<Record<string, unknown>>;
  /** Names of the flags that are given. */
  readonly given: ReadonlySet<string>;
}

async function readPlan(path: string): Promise<unknown> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
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
export async function readRequest({ path, grid, flags, given }: RequestSource): Promise<PlanRequest> {
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
export function defaultFolder(path: string | undefined, id: string): string {
  const name = path === undefined ? `grid-${id.slice(0, 8)}` : basename(path).replace(/\.json$/, "");
  return `runs/sweep/${name}`;
}
