/**
 * Counts of eigenvalues above thresholds, in whole numbers.
 *
 * @module
 */
import { type Dyadic, dyadic } from "./dyadic.ts";

/** Eigenvalues above a threshold, and on it. */
export interface ExactCount {
  readonly above: number;
  readonly on: number;
}

/** A symmetric matrix of whole numbers over a power of two: M = entries · 2^e / divisor. */
export interface ExactMatrix {
  readonly order: number;
  readonly entries: readonly bigint[];
  readonly e: number;
  readonly divisor: bigint;
}

/** Numbers n · 2^e of one exponent. */
function aligned(numbers: readonly Dyadic[]): { readonly n: bigint[]; readonly e: number } {
  const e = Math.min(0, ...numbers.filter(({ n }) => n !== 0n).map(({ e }) => e));
  return { n: numbers.map((each) => each.n === 0n ? 0n : each.n << BigInt(each.e - e)), e };
}

/** ΦᵀΦ / m of features in floating point. */
export function exactGramMatrix(data: ArrayLike<number>, rows: number, columns: number): ExactMatrix {
  const { n: phi, e } = aligned(Array.from(data, dyadic));
  const entries = Array.from({ length: columns ** 2 }, (_, at) => {
    const i = Math.floor(at / columns), j = at % columns;
    let sum = 0n;
    for (let k = 0; k < rows; k++) sum += phi[k * columns + i] * phi[k * columns + j];
    return sum;
  });
  return { order: columns, entries, e: 2 * e, divisor: BigInt(rows) };
}

/** A symmetric matrix in floating point. */
export function exactMatrix(data: ArrayLike<number>, order: number): ExactMatrix {
  const { n: entries, e } = aligned(Array.from(data, dyadic));
  return { order, entries, e, divisor: 1n };
}

/** Counts eigenvalues of M above and on ε: the signs of the pivots of M − εI (Sylvester). */
export function exactCount({ order: n, entries, e, divisor }: ExactMatrix, epsilon: number): ExactCount {
  const at = dyadic(epsilon), common = at.n === 0n ? e : Math.min(e, at.e);
  const shifted = at.n === 0n ? 0n : divisor * at.n << BigInt(at.e - common);
  const a = Array.from(
    { length: n },
    (_, i) =>
      Array.from(
        { length: n },
        (_, j) => (entries[i * n + j] << BigInt(e - common)) - (i === j ? shifted : 0n),
      ),
  );
  // Fraction-free elimination (Bareiss 1968): a pivot over the one before it is that of Gauss.
  let last = 1n, above = 0;
  for (let k = 0; k < n; k++) {
    let p = a.findIndex((row, i) => i >= k && row[i] !== 0n);
    if (p < 0) {
      // No diagonal entry is left. A congruence makes one: row and column j are added to i.
      const i = a.findIndex((row, i) => i >= k && row.some((entry, j) => j >= k && entry !== 0n));
      if (i < 0) return { above, on: n - k };
      const j = a[i].findIndex((entry, j) => j >= k && entry !== 0n);
      for (let l = k; l < n; l++) a[i][l] += a[j][l];
      for (let l = k; l < n; l++) a[l][i] += a[l][j];
      p = i;
    }
    [a[k], a[p]] = [a[p], a[k]];
    for (const row of a) [row[k], row[p]] = [row[p], row[k]];
    const pivot = a[k][k];
    if (pivot > 0n === last > 0n) above++;
    for (let i = k + 1; i < n; i++) {
      for (let j = k + 1; j < n; j++) a[i][j] = (pivot * a[i][j] - a[i][k] * a[k][j]) / last;
    }
    last = pivot;
  }
  return { above, on: 0 };
}
