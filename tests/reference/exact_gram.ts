/**
 * Entries of weighted Gram matrices, exactly.
 *
 * @module
 */
import { type Dyadic, dyadic, minus, plus, ratio, times } from "./dyadic.ts";

/** Σ_k w_k φ_ki φ_kj, and the same of magnitudes. */
export interface ExactEntry {
  readonly value: Dyadic;
  readonly scale: Dyadic;
}

/** Entry (i, j) of Φᵀ diag(w) Φ for Φ with `order` columns, added to `sum`. */
export function exactGram(
  features: ArrayLike<number>,
  order: number,
  weights: ArrayLike<number>,
  [i, j]: readonly [number, number],
  { value, scale }: ExactEntry = { value: dyadic(0), scale: dyadic(0) },
): ExactEntry {
  for (let k = 0; k < weights.length; k++) {
    const left = times(dyadic(weights[k]), dyadic(features[k * order + i]));
    const term = times(left, dyadic(features[k * order + j]));
    value = plus(value, term);
    scale = plus(scale, term.n < 0n ? minus(term) : term);
  }
  return { value, scale };
}

/** |got − value| / scale, for a number given as a sum of words. */
export function relativeError(got: readonly number[], { value, scale }: ExactEntry): number {
  const sum = got.reduce((total, word) => plus(total, dyadic(word)), dyadic(0));
  return ratio(plus(sum, minus(value)), scale);
}
