/**
 * Eigenvalues above a share of the largest one, counted in integers.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import { floor, isLess, midpoint, product, type Rational, rational } from "../../linalg/exact/rational.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import type { ExactCounter } from "./exact_count.ts";

/** A number of eigenvalues above ε λ₁, and what proves it. */
export interface RelativeCount {
  /** Eigenvalues above ε times the upper end of λ₁. */
  readonly low: number;
  /** Eigenvalues above ε times its lower end. */
  readonly high: number;
  /** Ends of an interval that holds λ₁. */
  readonly largest: readonly [low: Rational, high: Rational];
}

/** Most times that an interval of λ₁ is halved. */
const MOST_HALVINGS = 400;
/** Products of features with a vector, for a first guess of λ₁, and operations spent on it. */
const MOST_PRODUCTS = 200, MOST_OPERATIONS = 1e8;
/** Distances from the guess, as shares of it, at which the ends of the interval are tried. */
const SHARES = [2 ** -20, 2 ** -14, 2 ** -8, 2 ** -4, 1 / 2] as const;
const ZERO: Rational = { n: 0n, d: 1n };

/**
 * Counts eigenvalues above ε λ₁. An interval of λ₁ is halved until as many eigenvalues lie above
 * either end times ε. Both ends are rational, so each count is exact.
 *
 * An eigenvalue that is ε λ₁ lies between the ends for ever, unless λ₁ is rational. Then it is a
 * multiple of `unit`, and is tried once no other multiple is left. If λ₁ is irrational, the count
 * stays open: `low < high`.
 *
 * @param counter The Gram matrix.
 * @param guess A number near λ₁, if it is known. Nothing depends on it but the time.
 * @param epsilons Thresholds ε > 0, shares of λ₁.
 * @returns The counts, in steps.
 */
export function* countRelative(
  counter: ExactCounter,
  guess: number,
  epsilons: readonly number[],
): Steps<RelativeCount[]> {
  // Centred features may be zeros where their trace, taken before, is none.
  if (counter.most.n === 0n || counter.isCentered && (yield* counter.count(ZERO)).above === 0) {
    return epsilons.map(() => ({ low: 0, high: 0, largest: [ZERO, ZERO] }));
  }
  let [low, high] = yield* enclose(counter, guess);
  const counts: RelativeCount[] = [];
  for (const value of epsilons) {
    if (value >= 1) {
      counts.push({ low: 0, high: 0, largest: [low, high] });
      continue;
    }
    const epsilon = rational(value);
    const countAt = function* (end: Rational) {
      return (yield* counter.count(product(epsilon, end))).above;
    };
    let least = yield* countAt(high), most = yield* countAt(low);
    for (let halvings = 0; least < most && halvings < MOST_HALVINGS; halvings++) {
      const whole = floor({ n: high.n * counter.unit.d, d: high.d * counter.unit.n });
      const multiple = product({ n: whole, d: 1n }, counter.unit);
      const isLast = isLess(product({ n: whole - 1n, d: 1n }, counter.unit), low);
      if (isLast && isLess(multiple, low)) break;
      const at = isLast ? multiple : midpoint(low, high);
      const side = yield* compare(counter, at);
      if (side >= 0) [low, most] = [at, yield* countAt(at)];
      if (side <= 0) [high, least] = [at, yield* countAt(at)];
      if (isLast && side !== 0) break;
    }
    counts.push({ low: least, high: most, largest: [low, high] });
  }
  return counts;
}

/** 1, 0 or −1 where λ₁ is above, on or below a number. */
function* compare(counter: ExactCounter, at: Rational): Steps<-1 | 0 | 1> {
  const { above, on } = yield* counter.count(at);
  return above > 0 ? 1 : on > 0 ? 0 : -1;
}

/** Finds an interval of λ₁: a narrow one, if the guess is good. */
function* enclose(counter: ExactCounter, guess: number): Steps<[low: Rational, high: Rational]> {
  let low = ZERO, high = counter.most;
  if (!(guess > 0 && guess < Infinity)) return [low, high];
  for (const share of SHARES) {
    const at = short(guess * (1 - share));
    if (!isLess(low, at) || !isLess(at, high)) continue;
    if ((yield* compare(counter, at)) >= 0) {
      low = at;
      break;
    }
    high = at;
  }
  for (const share of SHARES) {
    const at = short(guess * (1 + share));
    if (!isLess(low, at) || !isLess(at, high)) continue;
    if ((yield* compare(counter, at)) <= 0) {
      high = at;
      break;
    }
    low = at;
  }
  return [low, high];
}

/** A number to 24 bits: counts take time by the bits of thresholds. */
function short(value: number): Rational {
  const size = 2 ** (Math.floor(Math.log2(value)) - 23);
  return rational(size > 0 ? Math.round(value / size) * size : value);
}

/**
 * Guesses the largest eigenvalue of Φᵀ diag(w) Φ in float64, by powers of it.
 *
 * @param features Features.
 * @param weights Weights; `null` for 1/m each.
 * @param options Whether means are taken off.
 * @returns A number near λ₁; or not a number, if it is out of range.
 */
export function guessLargest(
  { rows, columns, data }: Matrix,
  weights: ArrayLike<number> | null,
  { center = false, volume = 1 }: { readonly center?: boolean; readonly volume?: number } = {},
): number {
  const w = Float64Array.from({ length: rows }, (_, k) => weights ? weights[k] : volume / rows);
  const mass = w.reduce((sum, value) => sum + value, 0);
  let x = Float64Array.from({ length: columns }, (_, j) => 1 + 0.1 * Math.sin(j + 1)), value = 0;
  const products = Math.min(MOST_PRODUCTS, Math.ceil(MOST_OPERATIONS / data.length));
  for (let step = 0; step < products; step++) {
    // Squares of very small or large numbers would leave the range.
    const size = x.reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
    if (size === 0) return 0;
    const norm = size * Math.sqrt(x.reduce((sum, entry) => sum + (entry / size) ** 2, 0));
    x = x.map((entry) => entry / norm);
    const y = new Float64Array(rows);
    let mean = 0;
    for (let k = 0, e = 0; k < rows; k++) {
      for (let j = 0; j < columns; j++, e++) y[k] += data[e] * x[j];
      mean += w[k] * y[k] / mass;
    }
    value = 0;
    const next = new Float64Array(columns);
    for (let k = 0, e = 0; k < rows; k++) {
      const deviation = center ? y[k] - mean : y[k];
      value += w[k] * deviation * deviation;
      for (let j = 0; j < columns; j++, e++) next[j] += w[k] * deviation * data[e];
    }
    x = next;
  }
  return value;
}
