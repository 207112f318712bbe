/**
 * The registry of tasks.
 *
 * @module
 */
import { checkKeys, checkName } from "../check.ts";
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import { digitsEntry } from "./digits/digits.ts";
import { equationEntries } from "./equations/equation_task.ts";
import { formulaTask, isFormula } from "./formula_task.ts";
import { functionEntries } from "./function_task.ts";
import { mixtureEntry } from "./mixture.ts";
import type { LoadOptions, TaskEntry } from "./options.ts";
import { isPoints, pointsTask } from "./points_task.ts";
import type { Task } from "./task.ts";

/** All tasks, by name. */
export const tasks: Readonly<Record<string, TaskEntry>> = {
  ...functionEntries,
  ...equationEntries,
  mixture: mixtureEntry,
  digits: digitsEntry,
};

/** What a name of a task may be beside those of {@linkcode tasks}, for help. */
export const writtenTasks = '"f(x) = cos(3 pi x) on [-1, 1]" or "points x y, x y, …"';

/** Finds the entry of a name; formulas and points are their own names. */
function entryOf(name: string): Pick<TaskEntry, "load" | "readsFiles"> {
  if (isFormula(name)) return { load: (options) => formulaTask(name, options) };
  if (isPoints(name)) return { load: ({ samples }) => pointsTask(name, samples) };
  return tasks[checkName("task", name, Object.keys(tasks))];
}

/**
 * Loads a task.
 *
 * @param name One of the names of {@linkcode tasks}, a formula as {@linkcode formulaTask} takes it,
 * or points as {@linkcode pointsTask} takes them.
 * @param options Number of training samples and seed; for a task that reads files also their
 * directory.
 * @returns The task.
 * @throws {InputError} If there is no such task, or an option does not exist, is out of range or is
 * not one of this task's, or a file is missing or malformed.
 * @throws {StaircaseError} If the package of digit images cannot be loaded.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTask, tasks } from "./registry.ts";
 *
 * assert.equal(tasks.cosines.kind, "regression");
 * const task = await loadTask("cosines", { samples: 64 });
 * assert.equal(task.train.count, 64);
 * ```
 */
export async function loadTask(name: string, options: LoadOptions = {}): Promise<Task> {
  checkKeys("options of a task", options, ["samples", "seed", "data"]);
  const { load, readsFiles = false } = entryOf(name);
  if (options.data !== undefined && !readsFiles) {
    throw new InputError(`task "${name}" reads no files; leave out data ${quoted(options.data)}`);
  }
  return await load(options);
}
