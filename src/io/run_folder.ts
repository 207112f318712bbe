/**
 * The folder with the files of a run.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Trace } from "../train/trace.ts";
import { writeAtomically } from "./atomic.ts";
import { camelCase, prettyJson, snakeCase } from "./json.ts";
import { JsonError, parseJson } from "./parse_json.ts";
import { readTextFile } from "./text_file.ts";
import { traceCsv } from "./trace_csv.ts";

const RUN_FILE = "run.json";

/** Explains to a user why a folder cannot be used. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists) return "there is a file of that name";
  if (error instanceof Deno.errors.NotADirectory) return "a part of the path is a file";
  if (error instanceof Deno.errors.NotCapable) return "Deno runs without --allow-read and --allow-write";
  if (error instanceof Deno.errors.PermissionDenied) return "you have no permission there";
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}

/**
 * The folder of one run. Every file is written under a temporary name and renamed: a reader never
 * sees half a file.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { RunFolder } from "./run_folder.ts";
 *
 * const parent = await Deno.makeTempDir();
 * const folder = await RunFolder.open(`${parent}/runs/first`);
 * await folder.writeRun({ seed: 1, summary: { loss: 0.01 } });
 * await folder.writeFigure("staircase", "<svg/>");
 * const names = [...Deno.readDirSync(folder.path)].map(({ name }) => name);
 * assert.deepEqual(names.sort(), ["run.json", "staircase.svg"]);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export class RunFolder {
  /** Path of the folder. */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Creates the folder and the folders above it, and checks that files can be written to it. Open
   * the folder before the training starts, so that no run is lost.
   *
   * @param path Path of the folder, as the user gave it.
   * @returns The folder.
   * @throws {InputError} If the path is that of a file, or the folder cannot be created or written
   * to.
   */
  static async open(path: string): Promise<RunFolder> {
    if (path === "") throw new InputError("the folder of the run has no name; give one");
    try {
      await Deno.mkdir(path, { recursive: true });
      // Only a file written shows it: permissions do not tell of read-only or full disks, and root
      // ignores them.
      await Deno.remove(await Deno.makeTempFile({ dir: path, prefix: ".", suffix: ".tmp" }));
    } catch (error) {
      throw new InputError(`cannot write to the folder ${path}: ${reason(error)}; name another one`, {
        cause: error,
      });
    }
    return new RunFolder(path);
  }

  /**
   * Writes a file.
   *
   * @param name Name of the file, without a folder.
   * @param data Its content; text is written as UTF-8.
   * @returns Path of the file.
   * @throws {InputError} If the name is empty or leads out of the folder.
   */
  async write(name: string, data: string | Uint8Array): Promise<string> {
    if (name === "" || name === "." || name === ".." || /[\/\\\0]/.test(name)) {
      throw new InputError(`${JSON.stringify(name)} is no name of a file; give one without folders`);
    }
    const path = join(this.path, name);
    await writeAtomically(path, data);
    return path;
  }

  /**
   * Writes `run.json`: configuration, seed, versions, adapter, summary, timings. {@linkcode
   * readRun} reads it.
   *
   * @param run Record of the run. Its keys are written in snake case. Typed arrays become lists,
   * numbers that are not finite become `null`.
   * @returns Path of the file.
   */
  writeRun(run: object): Promise<string> {
    return this.write(RUN_FILE, prettyJson(snakeCase(run)));
  }

  /**
   * Writes `trace.csv`, with the columns of {@linkcode traceCsv}.
   *
   * @param trace Record of the run.
   * @returns Path of the file.
   */
  writeTrace(trace: Trace): Promise<string> {
    return this.write("trace.csv", traceCsv(trace));
  }

  /**
   * Writes a figure.
   *
   * @param name Name of the file, without `.svg`.
   * @param svg The figure.
   * @returns Path of the file.
   * @throws {InputError} If the name is empty or leads out of the folder.
   */
  writeFigure(name: string, svg: string): Promise<string> {
    return this.write(`${name}.svg`, svg);
  }
}

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
 * import { readRun, RunFolder } from "./run_folder.ts";
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
    const why = error instanceof Deno.errors.NotFound ? "there is no run" : reason(error);
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
