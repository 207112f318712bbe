/**
 * The files that a run leaves behind.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import type { Trace } from "../train/trace.ts";
import { writeAtomically } from "./atomic.ts";
import { prettyJson } from "./json.ts";
import { traceCsv } from "./trace_csv.ts";

/** Says why a folder cannot be used, in words for the person who named it. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists) return "there is a file of that name";
  if (error instanceof Deno.errors.NotADirectory) return "a part of that path is a file";
  if (error instanceof Deno.errors.NotCapable) return "Deno was run without --allow-read --allow-write";
  if (error instanceof Deno.errors.PermissionDenied) return "no permission to write there";
  return error instanceof Error ? error.message.split("\n")[0] : String(error);
}

/**
 * The folder of one run. Every file is written under a temporary name and renamed: a reader never sees half a file.
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
 * assert.deepEqual([...Deno.readDirSync(folder.path)].map(({ name }) => name).sort(), ["run.json", "staircase.svg"]);
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
   * Creates the folder, and those above it, where they are missing, and makes sure that it can be written. Do this
   * before the training starts: nothing is worse than a run that cannot be saved.
   *
   * @param path Path of the folder, as the user gave it.
   * @returns The folder.
   * @throws {InputError} If the path is a file's, or cannot be created or written.
   */
  static async open(path: string): Promise<RunFolder> {
    if (path === "") throw new InputError("the folder for the files of the run has no name; give one");
    try {
      await Deno.mkdir(path, { recursive: true });
      // Only writing tells: permissions say nothing of read-only or full disks, nor of root.
      await Deno.remove(await Deno.makeTempFile({ dir: path, prefix: ".", suffix: ".tmp" }));
    } catch (error) {
      throw new InputError(`cannot write to the folder ${path}: ${reason(error)}; name another one`, {
        cause: error,
      });
    }
    return new RunFolder(path);
  }

  /**
   * Writes any file.
   *
   * @param name Name of the file, without a folder.
   * @param data Its content; text is written as UTF-8.
   * @returns Path of the file.
   * @throws {InputError} If the name is not that of a file in this folder.
   */
  async write(name: string, data: string | Uint8Array): Promise<string> {
    if (name === "" || name === "." || name === ".." || /[\/\\\0]/.test(name)) {
      throw new InputError(`${JSON.stringify(name)} cannot be the name of a file; leave out folders`);
    }
    const path = join(this.path, name);
    await writeAtomically(path, data);
    return path;
  }

  /**
   * Writes `run.json`: configuration, seed, versions, adapter, summary, timings.
   *
   * @param run What to write. Typed arrays become lists, numbers that are not finite `null`.
   * @returns Path of the file.
   */
  writeRun(run: object): Promise<string> {
    return this.write("run.json", prettyJson(run));
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
   * @throws {InputError} If the name is not that of a file in this folder.
   */
  writeFigure(name: string, svg: string): Promise<string> {
    return this.write(`${name}.svg`, svg);
  }
}
