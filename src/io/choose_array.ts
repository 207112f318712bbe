/**
 * Choice of one array in a file of several.
 *
 * @module
 */
import { InputError } from "../errors.ts";

const MOST_LISTED = 20;

/**
 * Writes a name on one line, as names in files may hold any characters.
 *
 * @param name The name.
 * @returns The name, in quotes and with escapes where it is not plain. Different names stay
 * different.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { printable } from "./choose_array.ts";
 *
 * assert.equal(printable("layers/2.npy"), "layers/2.npy");
 * assert.equal(printable("two\nlines"), '"two\\nlines"');
 * ```
 */
export function printable(name: string): string {
  if (!/^$|^"|[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return name;
  return JSON.stringify(name).replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}

/**
 * Chooses one of the arrays that a file holds.
 *
 * @param names Names of the arrays.
 * @param wanted Name of the array to choose; not needed if there is only one.
 * @param file Name of the file, for errors.
 * @returns Name of the array.
 * @throws {InputError} If there is no such array, or there are several and none is named.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chooseArray } from "./choose_array.ts";
 *
 * assert.equal(chooseArray(["a"], undefined, "run.npz"), "a");
 * assert.equal(chooseArray(["a", "b"], "b", "run.npz"), "b");
 * assert.throws(() => chooseArray(["a", "b"], undefined, "run.npz"), {
 *   message: "run.npz: holds 2 arrays (a, b); name one, as in run.npz:a",
 * });
 * ```
 */
export function chooseArray(names: readonly string[], wanted: string | undefined, file: string): string {
  if (names.length === 0) throw new InputError(`${file}: holds no arrays; save the features in it`);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  const listed = names.slice(0, MOST_LISTED).map(printable).join(", ") +
    (names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : "");
  if (wanted !== undefined) {
    throw new InputError(`${file}: holds no array ${printable(wanted)}; name one of ${listed}`);
  }
  if (names.length === 1) return names[0];
  throw new InputError(
    `${file}: holds ${names.length} arrays (${listed}); name one, as in ${file}:${printable(names[0])}`,
  );
}
