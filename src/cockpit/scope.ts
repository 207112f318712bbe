/**
 * Scopes of effects: what a part of a page follows ends with that part.
 *
 * @module
 */
import { createModel, effect, untracked } from "./deps.ts";

/**
 * Makes a part of a page. Effects that begin in it end with it; what it reads of signals itself is
 * not followed.
 *
 * @param make Makes the part, at once.
 * @returns A function that ends its effects.
 */
export function scope(make: () => void): () => void {
  const Scope = createModel(() => {
    untracked(make);
    return {};
  });
  const made = new Scope();
  return () => made[Symbol.dispose]();
}

/**
 * Does something when the scope ends in which it is called.
 *
 * @param end What to do.
 */
export function onEnd(end: () => void): void {
  effect(() => end);
}
