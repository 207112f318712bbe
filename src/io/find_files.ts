/**
 * Files by patterns of their names, and the order of names with numbers.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { glob } from "./choose_array.ts";

const { compare } = new Intl.Collator("en", { numeric: true });

/**
 * Compares names with numbers in them: `step9` comes before `step10`.
 *
 * @param a A name.
 * @param b Another.
 * @returns Below 0 where `a` comes first, above 0 where `b` does; 0 for the same name alone.
 */
export function compareNames(a: string, b: string): number {
  return compare(a, b) || (a < b ? -1 : a > b ? 1 : 0);
}

/**
 * Finds the files that a path stands for. A path of a file stands for itself; in others `*`, `?`
 * and `[…]` stand for characters of the names of files and folders, as in a shell. A part after a
 * colon stays: `ckpt/*.npz:hidden`.
 *
 * @param path A path or a pattern.
 * @returns Paths in natural order; the path itself where it is no pattern.
 * @throws {InputError} If no file fits the pattern.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findFiles } from "./find_files.ts";
 *
 * const folder = await Deno.makeTempDir();
 * for (const name of ["step10.npz", "step9.npz", "loss.csv"]) {
 *   await Deno.writeTextFile(`${folder}/${name}`, "");
 * }
 * const found = await findFiles(`${folder}/*.npz:layer1`);
 * assert.deepEqual(found, ["9", "10"].map((n) => `${folder}/step${n}.npz:layer1`));
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function findFiles(path: string): Promise<string[]> {
  if (!isPattern(path) || await exists(path)) return [path];
  const found = await expand(path.split("/"));
  if (found.length > 0) return found;
  for (let colon = path.lastIndexOf(":"); colon > 0; colon = path.lastIndexOf(":", colon - 1)) {
    const file = path.slice(0, colon), array = path.slice(colon);
    // The file has no pattern, but the name of the array has.
    if (await exists(file)) return [path];
    const files = isPattern(file) ? await expand(file.split("/")) : [];
    if (files.length > 0) return files.map((each) => each + array);
  }
  throw new InputError(
    `${shown(path)}: no file fits this pattern; give the path of a file, or of several`,
  );
}

const isPattern = (path: string) => /[*?]|\[.+\]/.test(path);

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

const isFolder = (path: string) => Deno.stat(path).then((info) => info.isDirectory, () => true);

/** Expands the parts of a path, below what is known of it; `null` at the start. */
async function expand(parts: readonly string[], below: string | null = null): Promise<string[]> {
  if (parts.length === 0) return await isFolder(below!) ? [] : [below!];
  const [part, ...rest] = parts;
  const join = (name: string) => below === null ? name : `${below}/${name}`;
  if (!isPattern(part)) return await expand(rest, join(part));
  const fits = glob(part), names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(below === null ? "." : `${below}/`)) {
      // Hidden files are asked for by their dot.
      if (fits.test(name) && (!name.startsWith(".") || part.startsWith("."))) names.push(name);
    }
  } catch {
    // No such folder, or one that may not be read, holds no file that fits.
    return [];
  }
  const found: string[] = [];
  for (const name of names.sort(compareNames)) {
    for (const path of await expand(rest, join(name))) found.push(path);
  }
  return found;
}
