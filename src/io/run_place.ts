/**
 * Where runs go: a folder of its own for each, and a link to the latest.
 *
 * @module
 */
import { rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { removeTemporaryFiles, temporaryPath } from "./atomic.ts";

/** Age of a link in the making that nobody makes any more, in milliseconds. */
const STALE = 60_000;

/** How often a folder is made again that others remove. */
const MOST_TRIES = 5;

/** Name of the link to the folder of the latest run. */
const LATEST = "latest";

/**
 * Names the folder of a run by date and time in UTC, so that names sort as they were made, and four
 * random hexadecimal digits.
 *
 * @param date When the run begins.
 * @returns A name such as `2026-11-29-201530-a3f1`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { runName } from "./run_place.ts";
 *
 * assert.match(runName(new Date(0)), /^1970-01-01-000000-[0-9a-f]{4}$/);
 * ```
 */
export function runName(date: Date): string {
  const [day, time] = date.toISOString().slice(0, 19).split("T");
  return `${day}-${time.replaceAll(":", "")}-${crypto.getRandomValues(new Uint8Array(2)).toHex()}`;
}

/**
 * Makes the folder of a run that is given none.
 *
 * @param parent Folder of all runs of a program, such as `runs/staircase`. It is made if there is
 * none.
 * @returns Path of the new folder in it.
 * @throws {Error} One of `Deno.errors` if it cannot be made.
 */
export async function makeRunFolder(parent: string): Promise<string> {
  for (let tries = 1;; tries++) {
    await Deno.mkdir(parent, { recursive: true });
    const path = join(parent, runName(new Date()));
    try {
      await Deno.mkdir(path);
      return path;
    } catch (error) {
      if (error instanceof Deno.errors.AlreadyExists) continue;
      // A run that came to nothing may just have removed the folder of runs that it made.
      if (!(error instanceof Deno.errors.NotFound) || tries > MOST_TRIES) throw error;
    }
  }
}

/**
 * Lists the folders that are missing on the way to a folder.
 *
 * @param path Path of the folder.
 * @returns Their paths, innermost first; none if the folder is there.
 */
export async function missingFolders(path: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = resolve(path); !await Deno.lstat(at).catch(() => null); at = dirname(at)) {
    missing.push(at);
    if (dirname(at) === at) break;
  }
  return missing;
}

/**
 * Removes folders that are empty.
 *
 * @param paths Their paths, each within those that follow. The first that is not empty, or no
 * folder, ends it.
 */
export async function removeEmpty(paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    try {
      // Unlike `Deno.remove` it removes nothing but folders.
      await rmdir(path);
    } catch (error) {
      if ((error as { readonly code?: string }).code !== "ENOENT") return;
    }
  }
}

/**
 * Points the link `latest` to a run. It is replaced in one step, so that it always leads to a run.
 * Where there is a file or a folder of that name, or the disk has no links, nothing changes.
 *
 * @param parent Folder of all runs of a program.
 * @param name Name of the run's folder in it.
 */
export async function linkLatest(parent: string, name: string): Promise<void> {
  const path = join(parent, LATEST), temporary = temporaryPath(parent);
  try {
    const there = await Deno.lstat(path).catch(() => null);
    if (there && !there.isSymlink) return;
    await removeTemporaryFiles(parent, STALE);
    await Deno.symlink(name, temporary, { type: "dir" });
    await Deno.rename(temporary, path);
  } catch {
    await Deno.remove(temporary).catch(() => {});
  }
}
