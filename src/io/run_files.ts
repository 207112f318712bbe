/**
 * Names of the files that a run leaves in its folder.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { parseJson } from "./parse_json.ts";
import { readTextFile } from "./text_file.ts";

/** Name of the record of a run. */
export const RUN_FILE = "run.json";

/** Name of the folder for what resuming a run needs. */
export const STATE_FOLDER = "state";

/** Name of the table of probes. */
export const TRACE_FILE = "trace.csv";

/** Name of the archive of all that was recorded. */
export const SPECTRA_FILE = "spectra.npz";

/** Name of the lock in the folder for what resuming needs. */
export const LOCK_FILE = "lock";

/** Files of every run. */
export const COMMON_FILES: readonly string[] = [RUN_FILE, TRACE_FILE, SPECTRA_FILE];

/** Files of the folder for what resuming needs. */
const STATE_FILE = /^run-\d+(-\d+)?\.(journal|checkpoint|checkpoint\.refused|outcome|snapshot)$/;

/** Whether a text names a file in a folder, and does not lead out of it. */
function isFileName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[\/\\\0]/.test(name);
}

/**
 * Refuses what names no file in a folder.
 *
 * @param name The name.
 * @throws {InputError} If it is empty or leads out of the folder.
 */
export function checkFileName(name: string): void {
  if (isFileName(name)) return;
  throw new InputError(`${JSON.stringify(name)} is no name of a file; give one without folders`);
}

/** Names in a folder; none where there is no folder. */
async function namesIn(folder: string): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(folder)) names.push(name);
  } catch {
    // There is none, or it cannot be read: opening it says so.
  }
  return names;
}

/**
 * Finds a sign that a folder holds a run.
 *
 * @param folder The folder.
 * @param files Names of files that a run would write, beside those of every run.
 * @returns Name of a file of a run; `null` if there is none.
 */
export async function holdsRun(folder: string, files: readonly string[]): Promise<string | null> {
  const names = await namesIn(folder);
  const found = [...COMMON_FILES, ...files].find((name) => names.includes(name));
  const state = (await namesIn(join(folder, STATE_FOLDER))).find((name) => STATE_FILE.test(name));
  return found ?? (state ? `${STATE_FOLDER}/${state}` : null);
}

/**
 * Lists the files of a run that are there: those of every run, those that its record names, and
 * those that a run of its kind writes. Folders are left out. The record comes last, so that a
 * folder whose files were removed in part still counts as a run.
 *
 * @param folder The folder.
 * @param files Names of files that a run of this kind writes.
 * @returns Paths of the files.
 */
export async function runFiles(folder: string, files: readonly string[]): Promise<string[]> {
  const names = new Set([...COMMON_FILES, ...files, ...await recordedFiles(join(folder, RUN_FILE))]);
  names.delete(RUN_FILE);
  const state = (await namesIn(join(folder, STATE_FOLDER))).filter((name) => STATE_FILE.test(name));
  const paths = [
    ...state.map((name) => join(folder, STATE_FOLDER, name)),
    ...[...names].filter(isFileName).map((name) => join(folder, name)),
    join(folder, RUN_FILE),
  ];
  const there = await Promise.all(paths.map((path) => Deno.lstat(path).catch(() => null)));
  return paths.filter((_, i) => there[i] !== null && !there[i].isDirectory);
}

/** Names of files in a record: its tables, and all that it lists. */
async function recordedFiles(path: string): Promise<string[]> {
  try {
    const { columns = {}, files = [] } = parseJson(await readTextFile(path)) as Record<string, object>;
    return [...Object.keys(columns), ...files as unknown[]].filter((name) => typeof name === "string");
  } catch {
    return [];
  }
}
