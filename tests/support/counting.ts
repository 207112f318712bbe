/** Matrices whose eigenvalues are hard to count, and the judgement of a count. @module */
import { assert } from "../deps.ts";
import type { EigenvalueCount } from "../../src/linalg/count/eigenvalue_count.ts";
import { uniform } from "../../src/stats/random.ts";
import { tanhFeatures } from "./solve.ts";
import { eigenvalues } from "../reference/eigenvalues.ts";
import { identity, matmul, symmetric, transpose } from "../reference/matrix.ts";
import { normals } from "../reference/random.ts";
import { diagonal, gramMatrix, withSpectrum } from "../linalg/matrices.ts";

/** Thresholds that are tried, as shares of λ₁. */
export const SHARES = [0.3, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8] as const;

/** A matrix with its name and its eigenvalues in double precision. */
export interface Case {
  readonly name: string;
  readonly n: number;
  readonly matrix: Float32Array;
  readonly exact: readonly number[];
}

/** ΦᵀΦ / m for the features of a random tanh layer. */
export function tanhGram(n: number, seed: number, m = 2 * n + 1): Float32Array {
  const features = tanhFeatures(uniform(seed), m, n);
  const gram = matmul(transpose(features, m, n), features, n, n, m);
  return symmetric(gram.map((x) => x / m), n);
}

/** RᵀR for Kahan's upper triangular R, whose pivots hide how near to singular it is. */
function kahan(n: number): Float32Array {
  const s = Math.sin(1.2), c = Math.cos(1.2);
  const r = Float64Array.from({ length: n * n }, (_, e) => {
    const i = Math.floor(e / n), j = e % n;
    return s ** i * (i === j ? 1 : i < j ? -c : 0);
  });
  return symmetric(matmul(transpose(r, n, n), r, n, n, n), n);
}

/** Positive semidefinite matrices (to rounding) of order n. */
export function semidefiniteCases(n: number, seed: number): Case[] {
  const steps = Array.from({ length: n }, (_, i) => i);
  const at = (e: number) => [Math.floor(e / n), e % n];
  const square = (f: (i: number, j: number) => number) =>
    Float32Array.from({ length: n * n }, (_, e) => f(at(e)[0], at(e)[1]));
  const wide = withSpectrum(steps.map((i) => 10 ** (-8 * i / n)), seed);
  const matrices: [string, Float32Array][] = [
    ["Gram", gramMatrix(n, 2 * n, seed)],
    ["tanh features", tanhGram(n, seed)],
    ["Hilbert", square((i, j) => 1 / (i + j + 1))],
    ["graded", square((i, j) => 3 ** -Math.abs(i - j) * 10 ** (-3 * (i + j) / n))],
    ["decaying", wide],
    // Half of the eigenvalues within some u of a threshold that is tried.
    ["clustered at ε", withSpectrum(steps.map((i) => 2 * i < n ? 1 : 1e-3 * (1 + 1e-6 * (i - n / 2))), seed)],
    ["clustered near ε", withSpectrum(steps.map((i) => i === 0 ? 1 : 1e-2 * (1 + 1e-4 * (i - n / 2))), seed)],
    ["rank deficient", gramMatrix(n, Math.ceil(n / 3), seed)],
    ["rank one", gramMatrix(n, 1, seed)],
    ["Kahan", kahan(n)],
    ["zero", new Float32Array(n * n)],
    ["identity", Float32Array.from(identity(n))],
    ["diagonal", diagonal(normals(n, seed).map(Math.abs))],
    ["tiny", wide.map((x) => 1e-30 * x)],
    ["huge", wide.map((x) => 1e30 * x)],
    ["subnormal", wide.map((x) => 1e-37 * x)],
  ];
  return matrices.map(([name, matrix]) => ({ name, n, matrix, exact: eigenvalues(matrix, n) }));
}

/** Thresholds of a matrix: shares of its largest eigenvalue, or of 1 where that is 0. */
export function thresholds({ exact }: Case): number[] {
  return SHARES.map((share) => Math.fround(share * (Math.abs(exact[0]) || 1)));
}

/** That each interval holds the exact count, as far as double precision knows it. */
export function assertCounts(
  { name, n, exact }: Case,
  epsilons: readonly number[],
  counts: readonly EigenvalueCount[],
): void {
  const norm = Math.max(...exact.map(Math.abs));
  assert.equal(counts.length, epsilons.length);
  counts.forEach(({ count, low, high }, k) => {
    const slack = 1e-14 * n * (norm + Math.abs(epsilons[k]));
    const least = exact.filter((value) => value - slack > epsilons[k]).length;
    const most = exact.filter((value) => value + slack > epsilons[k]).length;
    const what = `${name}, n = ${n}, ε = ${epsilons[k]}: ${count} in [${low}, ${high}], not ${least}–${most}`;
    assert.ok(0 <= low && low <= count && count <= high && high <= n, what);
    assert.ok(low <= most && high >= least, what);
  });
}

/** Share of the intervals that are a single count. */
export function certainShare(counts: readonly (readonly EigenvalueCount[])[]): number {
  const all = counts.flat();
  return all.filter(({ low, high }) => low === high).length / all.length;
}

/** Counts by a method, and judges every count. */
export async function checkCounts(
  count: (matrices: Float32Array[], epsilons: readonly (readonly number[])[]) => Promise<EigenvalueCount[][]>,
  cases: readonly Case[],
  epsilons: readonly (readonly number[])[] = cases.map(thresholds),
): Promise<EigenvalueCount[][]> {
  const counts = await count(cases.map(({ matrix }) => matrix), epsilons);
  counts.forEach((each, index) => assertCounts(cases[index], epsilons[index], each));
  return counts;
}
