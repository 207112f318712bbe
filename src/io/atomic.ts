/**
 * Files that are never seen half written.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Content of a file: at once, or in pieces that are written one after the other. */
export type FileContent =
  | string
  | Uint8Array
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>;

/** Names of the files under which others are written. */
const TEMPORARY = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp$/;

/**
 * Names a file to be renamed. The name is not derived from that of the target, which may already be
 * as long as the file system allows.
 *
 * @param folder Folder of the target.
 * @returns A path in it that is not in use.
 */
export function temporaryPath(folder: string): string {
  return join(folder, `.${crypto.randomUUID()}.tmp`);
}

/**
 * Deletes temporary files that a killed process left behind. If other processes may write to the
 * folder, give an age that no file in the making has.
 *
 * @param folder The folder; nothing happens if there is none.
 * @param age Milliseconds since the last change of a file, at least. Default: 0.
 */
export async function removeTemporaryFiles(folder: string, age: number = 0): Promise<void> {
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory || !TEMPORARY.test(name)) continue;
      const path = join(folder, name);
      const { mtime } = await Deno.lstat(path).catch(() => ({ mtime: null }));
      const isOld = age === 0 || mtime !== null && Date.now() - mtime.getTime() > age;
      if (isOld) await Deno.remove(path).catch(() => {});
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * Flushes the names in a folder to the disk, so that a renamed file survives a power failure. Does
 * nothing where the system cannot.
 *
 * @param folder The folder.
 */
export async function syncFolder(folder: string): Promise<void> {
  try {
    using file = await Deno.open(folder);
    await file.sync();
  } catch {
    // Windows opens no folders, and some network disks flush none.
  }
}

/**
 * Writes a file under a temporary name in the same folder, flushes it to the disk and renames it. A
 * reader sees the old content or the new one, and a crash leaves one of the two. A failure removes
 * the temporary file.
 *
 * @param path Path of the file, in a folder that exists. A file there is replaced.
 * @param data Its content; text is written as UTF-8.
 * @throws {Error} One of `Deno.errors` if the file cannot be written.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeAtomically } from "./atomic.ts";
 *
 * const folder = await Deno.makeTempDir();
 * await writeAtomically(`${folder}/run.json`, "{}\n");
 * assert.equal(await Deno.readTextFile(`${folder}/run.json`), "{}\n");
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function writeAtomically(path: string | URL, data: FileContent): Promise<void> {
  const target = resolve(path instanceof URL ? fileURLToPath(path) : path);
  const folder = dirname(target), temporary = temporaryPath(folder);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      const pieces = typeof data === "string" || data instanceof Uint8Array ? [data] : data;
      for await (const piece of pieces) await writeWhole(file, piece);
      await file.sync();
    }
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(folder);
}

/**
 * Writes all of some bytes where a file is.
 *
 * @param file The file.
 * @param data What to write; text is written as UTF-8.
 */
export async function writeWhole(file: Deno.FsFile, data: string | Uint8Array): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
