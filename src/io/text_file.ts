/**
 * Text files that others wrote.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";

/** Bytes of a text file, at most: 256 MiB. A string of V8 holds twice as many characters. */
const LONGEST = 2 ** 28;

/**
 * Reads a text file whole.
 *
 * @param path Path of the file.
 * @param most Bytes at most. Default: 256 MiB.
 * @returns The text; what is not UTF-8 is replaced.
 * @throws {InputError} If it is no regular file, which may have no end, or too long.
 * @throws {Error} One of `Deno.errors` if there is no such file, or it can not be read.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readTextFile } from "./text_file.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeTextFile(path, "loss");
 * assert.equal(await readTextFile(path), "loss");
 * await assert.rejects(readTextFile(path, 3), {
 *   message: `${path}: has 4 bytes, of at most 3; give the file as it was written`,
 * });
 * await Deno.remove(path);
 * ```
 */
export async function readTextFile(path: string, most: number = LONGEST): Promise<string> {
  const { isFile, isDirectory, size } = await Deno.stat(path);
  if (!isFile) {
    const what = isDirectory ? "a directory" : "a pipe or a device";
    throw new InputError(`${shown(path)}: is ${what}; give a regular file`);
  }
  if (size > most) {
    throw new InputError(
      `${shown(path)}: has ${size} bytes, of at most ${most}; give the file as it was written`,
    );
  }
  return await Deno.readTextFile(path);
}
