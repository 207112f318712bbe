/**
 * Eigenvalues counted by Descartes' rule of signs, which is exact where all roots are real. Shares
 * no step with elimination.
 *
 * @module
 */
import type { ExactRank } from "../../src/rank/certificates/exact_count.ts";
import type { Matrix } from "../../src/linalg/matrix.ts";
import { type Dyadic, minus, plus, times } from "./dyadic.ts";
import { exactGram } from "./exact_gram.ts";

/** Coefficients of det(x − A) from x^n down, by Faddeev and LeVerrier. */
export function characteristicPolynomial(a: readonly (readonly bigint[])[]): bigint[] {
  const n = a.length;
  const coefficients = [1n];
  let m = a.map((row) => row.map(() => 0n));
  for (let k = 1; k <= n; k++) {
    const last = coefficients[k - 1];
    const sum = m.map((row, i) => row.map((entry, j) => entry + (i === j ? last : 0n)));
    m = a.map((row) => row.map((_, j) => row.reduce((total, entry, l) => total + entry * sum[l][j], 0n)));
    coefficients.push(-m.reduce((trace, row, i) => trace + row[i], 0n) / BigInt(k));
  }
  return coefficients;
}

/** Numbers of positive, zero and negative eigenvalues of a symmetric integer matrix. */
export function inertiaByDescartes(a: readonly (readonly bigint[])[]): [number, number, number] {
  const coefficients = characteristicPolynomial(a);
  let zero = 0;
  while (coefficients[a.length - zero] === 0n) zero++;
  const signs = coefficients.filter((value) => value !== 0n).map((value) => value > 0n);
  const positive = signs.filter((sign, i) => i > 0 && sign !== signs[i - 1]).length;
  return [positive, zero, a.length - positive - zero];
}

/**
 * Counts the eigenvalues of Φᵀ diag(w) Φ against n / d. Entries are sums of dyadic numbers, term by
 * term; means are taken off with denominators cleared.
 */
export function rankByDescartes(
  { columns, rows, data }: Matrix,
  weights: ArrayLike<number> | null,
  { n, d }: { readonly n: bigint; readonly d: bigint },
  center = false,
): ExactRank {
  const given = weights ?? new Float64Array(rows).fill(1);
  const mass: Dyadic = { n: weights ? 1n : BigInt(rows), e: 0 };
  const ones = (width: number, at: (k: number, j: number) => number) =>
    Float64Array.from({ length: rows * width }, (_, e) => at(Math.floor(e / width), e % width));
  // Features with a last column of ones, for means and the total weight.
  const bordered = ones(columns + 1, (k, j) => j < columns ? data[k * columns + j] : 1);
  const entry = (i: number, j: number) => exactGram(bordered, columns + 1, given, [i, j]).value;
  const total = entry(columns, columns);
  const scale = center ? total : { n: 1n, e: 0 };
  const matrix = Array.from({ length: columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const product = times(entry(i, j), scale);
      const value = center ? plus(product, minus(times(entry(i, columns), entry(j, columns)))) : product;
      const all = { n: value.n * d, e: value.e };
      return i === j ? plus(all, minus(times(times({ n, e: 0 }, mass), scale))) : all;
    }));
  const least = Math.min(...matrix.flat().map(({ e }) => e));
  const [above, on, below] = inertiaByDescartes(
    matrix.map((row) => row.map((value) => value.n << BigInt(value.e - least))),
  );
  return { above, on, below };
}

/** The next double above a positive one, or below it. */
export function neighbor(x: number, direction: 1 | -1): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, x);
  view.setBigInt64(0, view.getBigInt64(0) + BigInt(direction));
  return view.getFloat64(0);
}
