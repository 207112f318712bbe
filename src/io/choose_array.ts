/**
 * Choice of arrays in a file of several.
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
  if (names.length === 0) throw noArrays(file);
  if (wanted !== undefined && names.includes(wanted)) return wanted;
  if (wanted !== undefined) {
    throw new InputError(`${file}: holds no array ${printable(wanted)}; name one of ${list(names)}`);
  }
  if (names.length === 1) return names[0];
  throw new InputError(
    `${file}: holds ${names.length} arrays (${list(names)}); name one, as in ${file}:${printable(names[0])}`,
  );
}

/**
 * Chooses the arrays of a file whose names fit a pattern.
 *
 * @param names Names of the arrays.
 * @param pattern A name, or a pattern in which `*` stands for any characters, `?` for one and `[…]`
 * for one of those listed; without it all fit.
 * @param file Name of the file, for errors.
 * @returns Names of the arrays, in the order of the file; at least one.
 * @throws {InputError} If no array fits.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { chooseArrays } from "./choose_array.ts";
 *
 * const names = ["layer.0", "layer.1", "loss"];
 * assert.deepEqual(chooseArrays(names, "layer.*", "f"), ["layer.0", "layer.1"]);
 * assert.deepEqual(chooseArrays(names, "*[1-9]", "f"), ["layer.1"]);
 * assert.throws(() => chooseArrays(names, "weights", "f"), {
 *   message: "f: holds no array that fits weights; it holds layer.0, layer.1, loss",
 * });
 * ```
 */
export function chooseArrays(names: readonly string[], pattern: string | undefined, file: string): string[] {
  if (names.length === 0) throw noArrays(file);
  if (pattern === undefined) return [...names];
  // A name may hold the characters of patterns.
  if (names.includes(pattern)) return [pattern];
  const fits = glob(pattern), chosen = names.filter((name) => fits.test(name));
  if (chosen.length > 0) return chosen;
  throw new InputError(
    `${file}: holds no array that fits ${printable(pattern)}; it holds ${list(names)}`,
  );
}

function noArrays(file: string): InputError {
  return new InputError(`${file}: holds no arrays; save the features in it`);
}

/** Lists names, the first of many. */
function list(names: readonly string[]): string {
  return names.slice(0, MOST_LISTED).map(printable).join(", ") +
    (names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : "");
}

/**
 * Compiles a pattern. A bracket that is not closed, or lists nothing, stands for itself.
 *
 * @param pattern Text in which `*` stands for any characters, `?` for one and `[…]` for one of
 * those listed.
 * @returns What fits it.
 */
export function glob(pattern: string): RegExp {
  const source = pattern.replaceAll(/\*+|\?|\[(!?)([^\]]+)\]|[^*?]/gsu, (part, not, listed) => {
    if (part.startsWith("*")) return ".*";
    if (part === "?") return ".";
    if (listed === undefined) return RegExp.escape(part);
    return `[${not ? "^" : ""}${listed.replaceAll(/[\\^[\]&|~]/g, "\\$&")}]`;
  });
  return new RegExp(`^${source}$`, "su");
}
