/**
 * Choice of arrays in a file of several.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed, shown } from "../format.ts";

const MOST_LISTED = 20;

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
    throw new InputError(
      `${file}: holds no array ${shown(wanted)}; name one of ${listed(names, MOST_LISTED)}`,
    );
  }
  if (names.length === 1) return names[0];
  throw new InputError(
    `${file}: holds ${names.length} arrays (${listed(names, MOST_LISTED)}); name one, as in ${file}:${
      shown(names[0])
    }`,
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
    `${file}: holds no array that fits ${shown(pattern)}; it holds ${listed(names, MOST_LISTED)}`,
  );
}

function noArrays(file: string): InputError {
  return new InputError(`${file}: holds no arrays; save the features in it`);
}

/** What one character of a name may be; `null` for any characters, none as well. */
type Part = ((character: string) => boolean) | null;

/** Names that fit a pattern. */
export interface NamePattern {
  /**
   * Tells whether a name fits, in a time of at most its length times that of the pattern.
   *
   * @param name The name.
   * @returns Whether it fits.
   */
  test(name: string): boolean;
}

/**
 * Compiles a pattern. A bracket that is not closed, or lists nothing, stands for itself.
 *
 * @param pattern Text in which `*` stands for any characters, `?` for one and `[…]` for one of
 * those listed, single or as a range, or with `!` in front for one of the others.
 * @returns What fits it.
 */
export function glob(pattern: string): NamePattern {
  const parts = [...pattern.matchAll(/\*+|\?|\[(!?)([^\]]+)\]|[^*?]/gsu)].map(
    ([part, not, listed]): Part => {
      if (part.startsWith("*")) return null;
      if (part === "?") return () => true;
      if (listed === undefined) return (character) => character === part;
      const isListed = characterClass([...listed]);
      return (character) => isListed(character) === (not === "");
    },
  );
  return { test: (name) => isFit(parts, [...name]) };
}

/** Characters listed in brackets, single or as ranges; one that runs backwards holds none. */
function characterClass(listed: readonly string[]): (character: string) => boolean {
  const ranges: [from: number, to: number][] = [];
  for (let at = 0; at < listed.length; at++) {
    const isRange = listed[at + 1] === "-" && at + 2 < listed.length;
    ranges.push(
      [listed[at], listed[isRange ? at + 2 : at]].map((each) => each.codePointAt(0)!) as [number, number],
    );
    if (isRange) at += 2;
  }
  return (character) => {
    const code = character.codePointAt(0)!;
    return ranges.some(([from, to]) => from <= code && code <= to);
  };
}

/** Tells whether characters fit a pattern. After a mismatch the last `*` takes one more of them. */
function isFit(parts: readonly Part[], characters: readonly string[]): boolean {
  let at = 0, part = 0, star = -1, taken = 0;
  while (at < characters.length) {
    const fits = parts[part];
    if (part < parts.length && fits === null) {
      [star, taken] = [part++, at];
    } else if (part < parts.length && fits!(characters[at])) {
      part++;
      at++;
    } else if (star >= 0) {
      part = star + 1;
      at = ++taken;
    } else {
      return false;
    }
  }
  return parts.slice(part).every((rest) => rest === null);
}
