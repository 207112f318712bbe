/**
 * The folder of a run, as a command line names it.
 *
 * @module
 */
import { join } from "node:path";

/**
 * Finds the folder of a run. A folder of all runs of a program stands for the latest of them.
 *
 * @param path Path of the run's folder, or of a folder of runs, such as `runs/staircase`.
 * @returns Path of the run's folder. A path that is neither is returned as it is.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { runPath } from "./run_path.ts";
 *
 * const parent = await Deno.makeTempDir();
 * await Deno.mkdir(`${parent}/2026-11-29`);
 * await Deno.symlink("2026-11-29", `${parent}/latest`);
 * assert.equal(await runPath(parent), `${parent}/latest`);
 * assert.equal(await runPath(`${parent}/2026-11-29`), `${parent}/2026-11-29`);
 * await Deno.remove(parent, { recursive: true });
 * ```
 */
export async function runPath(path: string): Promise<string> {
  const isThere = (name: string) => Deno.stat(join(path, name)).then(() => true, () => false);
  if (await isThere("run.json") || await isThere("state")) return path;
  return await isThere("latest") ? join(path, "latest") : path;
}
