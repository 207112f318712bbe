/**
 * Files that are never seen half written.
 *
 * @module
 */
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

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
export async function writeAtomically(path: string | URL, data: string | Uint8Array): Promise<void> {
  const target = resolve(path instanceof URL ? fileURLToPath(path) : path);
  // Not derived from the target's name, which may already be as long as the file system allows.
  const temporary = join(dirname(target), `.${crypto.randomUUID()}.tmp`);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
      await file.sync();
    }
    await Deno.rename(temporary, target);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
