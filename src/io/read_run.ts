/**
 * Reads the record of a run.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { fileReason } from "./file_reason.ts";
import { camelCase } from "./json.ts";
import { JsonError, parseJson } from "./parse_json.ts";
import { RUN_FILE } from "./run_files.ts";
import { readTextFile } from "./text_file.ts";

/**
 * Reads the record of a run.
 *
 * @param path Path of the run's folder, or of its `run.json`.
 * @returns The record, with its keys in camel case. Numbers that were not finite are `null`.
 * @throws {InputError} If there is no such file, or it cannot be read, or it is not a JSON object.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readRun } from "./read_run.ts";
 * import { RunFolder } from "./run_folder.ts";
 *
 * const parent = await Deno.makeTempDir();
 * const folder = await RunFolder.open(`${parent}/runs/first`);
 * await folder.writeRun({ status: "done", timings: { millisecondsPerStep: 1.5 } });
 * const { timings } = await readRun<{ timings: { millisecondsPerStep: number } }>(folder.path);
 * assert.equal(timings.millisecondsPerStep, 1.5);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function readRun<Run extends object = Record<string, unknown>>(path: string): Promise<Run> {
  let text: string;
  try {
    const { isDirectory } = await Deno.stat(path);
    text = await readTextFile(isDirectory ? join(path, RUN_FILE) : path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const why = error instanceof Deno.errors.NotFound ? "there is no run" : fileReason(error);
    throw new InputError(`${path}: ${why}; give the folder of a run, or its ${RUN_FILE}`, { cause: error });
  }
  let run: unknown;
  try {
    run = parseJson(text);
  } catch (cause) {
    const why = cause instanceof JsonError ? cause.message : "it is not JSON";
    throw new InputError(`${path}: ${why}; give the folder of a run, or its ${RUN_FILE}`, { cause });
  }
  if (typeof run !== "object" || run === null || Array.isArray(run)) {
    throw new InputError(`${path}: is no record of a run; give the folder of a run, or its ${RUN_FILE}`);
  }
  return camelCase(run) as Run;
}
