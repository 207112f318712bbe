/**
 * Lists of names among the options of an experiment.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import { quoted } from "../../format.ts";
import { tasks } from "../../tasks/registry.ts";

/**
 * Reads a list of names.
 *
 * @param what What they are names of, for the error.
 * @param given Names separated by commas, or a list, which may have items other than names.
 * @returns The list.
 * @throws {InputError} If a name is empty.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseNames } from "./names.ts";
 *
 * assert.deepEqual(parseNames("tasks", "cosines, abs"), ["cosines", "abs"]);
 * assert.deepEqual(parseNames("tasks", ["cosines", 3]), ["cosines", 3]);
 * ```
 */
export function parseNames<Item>(
  what: string,
  given: string | readonly Item[],
): readonly (Item | string)[] {
  if (typeof given !== "string") return given;
  const names = given.split(",").map((name) => name.trim());
  if (names.includes("")) throw new InputError(`${what} ${quoted(given)}: give names, separated by commas`);
  return names;
}

/**
 * Refuses a folder of data that no task reads.
 *
 * @param data The folder; `null` for none.
 * @param given Names of the tasks, or tasks that are made already, which read nothing.
 * @throws {InputError} If there is a folder, and no task reads files.
 */
export function checkData(data: string | null, given: readonly unknown[]): void {
  const reads = (name: unknown) =>
    typeof name === "string" && Object.hasOwn(tasks, name) && tasks[name].readsFiles === true;
  if (data === null || given.some(reads)) return;
  const readers = Object.keys(tasks).filter(reads);
  throw new InputError(`no task reads data ${quoted(data)}; leave it out, or learn ${readers.join(" or ")}`);
}
