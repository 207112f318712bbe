/**
 * The nearest of several names, for messages about names that do not exist.
 *
 * @module
 */

/** Levenshtein's distance: the fewest insertions, deletions and replacements that turn one string into the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + Number(from[i - 1] !== to[j - 1]));
    }
    row = next;
  }
  return row[to.length];
}

/**
 * Finds the name that a mistyped one most likely meant.
 *
 * @param name What was typed, of any case.
 * @param known Names that exist, in lower case.
 * @returns The nearest known name by Levenshtein's distance, the first of several; `undefined` if none has at least half
 * of its letters in place.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { closest } from "./closest.ts";
 *
 * assert.equal(closest("Cosine", ["sines", "cosines"]), "cosines");
 * assert.equal(closest("xyz", ["sines", "cosines"]), undefined);
 * ```
 */
export function closest(name: string, known: readonly string[]): string | undefined {
  let best: string | undefined, least = Infinity;
  for (const candidate of known) {
    const edits = distance(name.toLowerCase(), candidate);
    if (edits < least && edits <= candidate.length / 2) [best, least] = [candidate, edits];
  }
  return best;
}
