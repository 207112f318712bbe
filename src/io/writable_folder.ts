/**
 * Checks, before hours of work, that their files can be written.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { temporaryPath } from "./atomic.ts";
import { fileReason } from "./file_reason.ts";

/** Bytes that must have room: a disk that is all but full takes a file of a few. */
const ROOM = 2 ** 16;

/**
 * Makes a folder and those above it, and checks that files can be written to it and read from it.
 *
 * @param path Path of the folder, as the user gave it.
 * @param names Names of files that will be written to it. Default: none.
 * @throws {InputError} If it cannot be made, written to or read, or one of the names is that of a
 * folder, a pipe or a device in it.
 */
export async function checkWritable(path: string, names: readonly string[] = []): Promise<void> {
  try {
    await Deno.mkdir(path, { recursive: true });
    // Only a file written shows it: permissions do not tell of read-only or full disks, and root
    // ignores them.
    const file = temporaryPath(path);
    try {
      await Deno.writeFile(file, new Uint8Array(ROOM).fill(1), { createNew: true });
      await Deno.readFile(file);
    } finally {
      await Deno.remove(file).catch(() => {});
    }
  } catch (error) {
    throw new InputError(`cannot write to the folder ${path}: ${fileReason(error)}; name another one`, {
      cause: error,
    });
  }
  for (const name of names) {
    const there = await Deno.lstat(join(path, name)).catch(() => null);
    // A link is replaced by the file, as a file is.
    if (!there || there.isFile || there.isSymlink) continue;
    const what = there.isDirectory ? "folder" : "pipe or device";
    throw new InputError(`cannot write ${join(path, name)}: there is a ${what} of that name; remove it`);
  }
}
