/**
 * Tasks by name.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import { checkName } from "../check.ts";
import { digits, type DigitsOptions } from "./digits/digits.ts";
import { equationTask } from "./equations/equation_task.ts";
import { type EquationName, equations } from "./equations/equations.ts";
import { functionTask } from "./function_task.ts";
import { type FunctionName, targetFunctions } from "./functions.ts";
import { mixture } from "./mixture.ts";
import type { Task } from "./task.ts";

const isEquationName = (name: string): name is EquationName => Object.hasOwn(equations, name);

/**
 * Lists the tasks.
 *
 * @returns Names that {@linkcode loadTask} knows.
 */
export function taskNames(): string[] {
  return [...Object.keys(targetFunctions), ...Object.keys(equations), "mixture", "digits"];
}

/**
 * Loads a task.
 *
 * @param name One of {@linkcode taskNames}.
 * @param options Number of training samples and seed; for digits, also a directory of files.
 * @returns The task.
 * @throws {InputError} If there is no such task, an option is out of range or not one of this task's, or a file is
 * missing or malformed.
 * @throws {StaircaseError} If the package of digit images cannot be loaded.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTask, taskNames } from "./registry.ts";
 *
 * assert(taskNames().includes("cosines"));
 * const task = await loadTask("cosines", { samples: 64 });
 * assert.equal(task.train.count, 64);
 * ```
 */
export async function loadTask(name: string, options: DigitsOptions = {}): Promise<Task> {
  checkName("task", name, taskNames());
  if (name === "digits") return await digits(options);
  if (options.data !== undefined) {
    const kind = name === "mixture" ? "drawn at random" : isEquationName(name) ? "an equation" : "a function";
    throw new InputError(`task "${name}" is ${kind} and reads no files; leave out data "${options.data}"`);
  }
  if (name === "mixture") return mixture(options);
  if (isEquationName(name)) return equationTask(equations[name], options);
  return functionTask(targetFunctions[name as FunctionName], options);
}
