/**
 * ε-ranks of small feature matrices in exact integer arithmetic.
 *
 * @module
 */
import type { Matrix } from "../../src/linalg/matrix.ts";
import { type Dyadic, dyadic, minus, plus, times } from "./dyadic.ts";

/** How the Gram matrix is meant. */
export interface ExactOptions {
  readonly weights?: ArrayLike<number>;
  readonly center?: boolean;
}

/** A matrix, and the factor that multiplies the thresholds meant for M. */
interface Multiple {
  readonly order: number;
  readonly entries: readonly Dyadic[];
  readonly factor: Dyadic;
}

/**
 * The Gram matrix times m, or times Σ w where it is centred, so that no quotient is needed. Weights
 * are 1/m, or the exact numbers given.
 */
function multiple({ rows, columns, data }: Matrix, { weights, center }: ExactOptions): Multiple {
  const zero = dyadic(0);
  const w = Array.from({ length: rows }, (_, k) => dyadic(weights ? weights[k] : 1));
  const phi = Array.from(data, dyadic);
  const sums = Array.from({ length: columns }, () => zero),
    products = new Array<Dyadic>(columns ** 2).fill(zero);
  let mass = zero;
  for (let k = 0; k < rows; k++) {
    mass = plus(mass, w[k]);
    for (let i = 0; i < columns; i++) {
      const left = times(w[k], phi[k * columns + i]);
      sums[i] = plus(sums[i], left);
      for (let j = 0; j <= i; j++) {
        const e = i * columns + j;
        products[e] = plus(products[e], times(left, phi[k * columns + j]));
      }
    }
  }
  const entries = products.map((_, e) => {
    const i = Math.max(Math.floor(e / columns), e % columns),
      j = Math.min(Math.floor(e / columns), e % columns);
    const value = products[i * columns + j];
    return center ? plus(times(mass, value), minus(times(sums[i], sums[j]))) : value;
  });
  const one = weights ? dyadic(1) : dyadic(rows);
  return { order: columns, entries, factor: center ? times(mass, one) : one };
}

/**
 * The number of eigenvalues of a symmetric matrix above a shift: the changes of sign among the
 * coefficients of the characteristic polynomial of A = M − shift I, all roots of which are real
 * (Descartes), by Faddeev and LeVerrier's recurrence in integers.
 */
function countAbove({ order: n, entries }: Multiple, shift: Dyadic): number {
  const shifted = entries.map((entry, e) => e % (n + 1) === 0 ? plus(entry, minus(shift)) : entry);
  const filled = shifted.filter(({ n }) => n !== 0n);
  const least = Math.min(...filled.map(({ e }) => e));
  const a = shifted.map((entry) => entry.n === 0n ? 0n : entry.n << BigInt(entry.e - least));
  let m: bigint[] = a.map(() => 0n), coefficient = 1n, changes = 0, last = 1n;
  for (let k = 1; k <= n; k++) {
    const next = m.map((value, e) => e % (n + 1) === 0 ? value + coefficient : value);
    m = next.map((_, e) => {
      let sum = 0n;
      for (let l = 0; l < n; l++) sum += a[Math.floor(e / n) * n + l] * next[l * n + e % n];
      return sum;
    });
    let trace = 0n;
    for (let i = 0; i < n; i++) trace += m[i * (n + 1)];
    coefficient = -trace / BigInt(k);
    if (coefficient === 0n) continue;
    if (coefficient < 0n !== last < 0n) changes++;
    last = coefficient;
  }
  return changes;
}

/** The exact ε-rank #{ i : λ_i > ε }, for the exact float64 ε. */
export function exactRank(features: Matrix, epsilon: number, options: ExactOptions = {}): number {
  const known = multiple(features, options);
  return countAbove(known, times(known.factor, dyadic(epsilon)));
}

/**
 * The least and the most that #{ i : λ_i > ε λ₁ } can be, for λ₁ known to a share of 2⁻¹⁰⁰; mostly
 * the same.
 */
export function exactRelativeRank(
  features: Matrix,
  epsilon: number,
  options: ExactOptions = {},
): readonly [least: number, most: number] {
  const known = multiple(features, options);
  const half = { n: 1n, e: -1 };
  let high = known.entries.reduce((sum, { n, e }) => plus(sum, { n: n < 0n ? -n : n, e }), dyadic(0));
  if (high.n === 0n || epsilon >= 1) return [0, 0];
  let low = high;
  while (countAbove(known, low) === 0) low = times(low, half);
  for (let step = 0; step < 100; step++) {
    const middle = times(plus(low, high), half);
    if (countAbove(known, middle) > 0) low = middle;
    else high = middle;
  }
  const at = (value: Dyadic) => countAbove(known, times(dyadic(epsilon), value));
  return [at(high), at(low)];
}
