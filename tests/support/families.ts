/**
 * Families of feature matrices whose ranks are hard to count, their spectra in float64, and
 * judgement by them. @module
 */
import { generateFeatures } from "../../src/experiments/kernel_study/families/mod.ts";
import type { FeatureSpectrum } from "../../src/rank/spectra/feature_spectrum.ts";
import { rankInterval } from "../../src/rank/certificates/rank_interval.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert, Matrix, SingularValueDecomposition } from "../deps.ts";
import { matmul } from "../reference/matrix.ts";
import { normals } from "../reference/random.ts";
import { tanhFeatures } from "./solve.ts";
import type { Matrix as HostMatrix } from "../../src/linalg/matrix.ts";

/** Shares of λ₁ at which ranks are judged. */
export const SHARES = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11] as const;

/**
 * Columns that are orthonormal to rounding, `rows × columns`: Gram–Schmidt, twice, on random ones.
 */
export function orthonormal(rows: number, columns: number, seed: number): Float64Array {
  const q = Float64Array.from(normals(rows * columns, seed));
  for (let j = 0; j < columns; j++) {
    for (let i = 0; i < 2 * j; i++) {
      let dot = 0;
      for (let k = 0; k < rows; k++) dot += q[k * columns + j] * q[k * columns + i % j];
      for (let k = 0; k < rows; k++) q[k * columns + j] -= dot * q[k * columns + i % j];
    }
    let square = 0;
    for (let k = 0; k < rows; k++) square += q[k * columns + j] ** 2;
    for (let k = 0; k < rows; k++) q[k * columns + j] /= Math.sqrt(square);
  }
  return q;
}

/** tanh of random combinations of tanh features, as in a second layer whose weights have grown. */
function secondLayer(rows: number, columns: number, seed: number): Float64Array {
  const random = uniform(seed);
  const first = tanhFeatures(random, rows, columns, 6);
  const scale = 2 / Math.sqrt(columns);
  const mixing = normals(columns * columns, seed + 1).map((x) => scale * x);
  return matmul(first, mixing, rows, columns, columns).map(Math.tanh);
}

/** Families of the kernel study, as tests call them. */
const GENERATED = {
  Hilbert: "hilbert",
  graded: "graded",
  clustered: "clustered",
  deficient: "deficient",
  Kahan: "kahan",
} as const;

/** Features of every family, `rows × columns` with rows ≥ columns, in float64. */
export function families(rows: number, columns: number, seed: number): [name: string, phi: Float64Array][] {
  const noise = normals(rows * columns, seed + 10);
  return [
    ["second layer", secondLayer(rows, columns, seed)],
    [
      "tanh",
      Float64Array.from(tanhFeatures(uniform(seed + 2), rows, columns), (x, e) => x * (1 + 1e-9 * noise[e])),
    ],
    // Noise that single precision can not hold makes use of all the bits of float64.
    ["random", generateFeatures("gaussian", { rows, columns, seed: seed + 10 }).map((x) => x + 1e-9)],
    ...Object.entries(GENERATED).map(([name, family]): [string, Float64Array] => [
      name,
      generateFeatures(family, { rows, columns, seed: seed + 20 }),
    ]),
  ];
}

/** Eigenvalues in float64, and how far these themselves may be off. */
export interface Reference {
  readonly eigenvalues: readonly number[];
  readonly errors: readonly number[];
}

/**
 * Eigenvalues of Φᵀ diag(w) Φ, descending: squares of the singular values σ of √w Φ. These are
 * right to some 10⁻¹⁵ σ₁ (8·10⁻¹⁵ for safety), so that the squares are to 2 σ times that. There are
 * min(m, n) of them.
 */
export function reference(features: HostMatrix, weights?: ArrayLike<number>): Reference {
  const { rows, columns, data } = features;
  const root = (k: number) => Math.sqrt(weights ? weights[k] : 1 / rows);
  const padded = Array.from(
    { length: Math.max(rows, columns) },
    (_, k) => Array.from({ length: columns }, (_, j) => k < rows ? root(k) * data[k * columns + j] : 0),
  );
  const { diagonal } = new SingularValueDecomposition(new Matrix(padded), {
    computeLeftSingularVectors: false,
    computeRightSingularVectors: false,
  });
  const sigma = diagonal.map(Math.abs).sort((a, b) => b - a).slice(0, Math.min(rows, columns));
  const off = 8e-15 * sigma[0];
  return { eigenvalues: sigma.map((x) => x * x), errors: sigma.map((x) => 2 * x * off + off * off) };
}

/** Asserts that every eigenvalue is within its bound. Gives the largest error as a share of λ₁. */
export function assertBounds(spectrum: FeatureSpectrum, truth: Reference, what: string): number {
  const { eigenvalues, bounds } = spectrum;
  assert.equal(eigenvalues.length, truth.eigenvalues.length);
  let worst = 0;
  truth.eigenvalues.forEach((value, i) => {
    const error = Math.abs(eigenvalues[i] - value), allowed = bounds[i] + truth.errors[i];
    assert(error <= allowed, `${what}: λ_${i + 1} = ${value} is off by ${error}, promised ${bounds[i]}`);
    worst = Math.max(worst, error);
  });
  return worst === 0 ? 0 : worst / truth.eigenvalues[0];
}

/**
 * Asserts that ranks at shares of λ₁ lie in their intervals. Gives how many of them are certain.
 */
export function assertRanks(
  spectrum: FeatureSpectrum,
  truth: Reference,
  what: string,
  shares: readonly number[] = SHARES,
): number {
  let certain = 0;
  for (const share of shares) {
    const epsilon = share * truth.eigenvalues[0];
    const count = (sign: number) =>
      truth.eigenvalues.filter((value, i) => value + sign * truth.errors[i] > epsilon).length;
    const { rank, low, high } = rankInterval(spectrum.eigenvalues, spectrum.bounds, epsilon);
    const says = `${what}: rank ${rank} in [${low}, ${high}] at ${share} λ₁, not ${count(-1)} to ${count(1)}`;
    assert(low <= rank && rank <= high, says);
    assert(low <= count(1) && high >= count(-1), says);
    if (low === high) certain++;
  }
  return certain;
}
