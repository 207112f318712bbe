/** Symmetric matrices with something special about them. @module */
import { identity, matmul, symmetric, transpose } from "../reference/matrix.ts";
import { normals } from "../reference/random.ts";

/** A random symmetric matrix, indefinite. */
export function indefinite(n: number, seed: number): Float32Array {
  return symmetric(normals(n * n, seed), n);
}

/** The Gram matrix of `samples` random vectors: of rank `samples` where that is less than n. */
export function gramMatrix(n: number, samples: number, seed: number): Float32Array {
  const features = normals(samples * n, seed);
  return symmetric(matmul(transpose(features, samples, n), features, n, n, samples), n);
}

/**
 * Qᵀ diag(λ) Q for a random orthogonal Q, a product of reflections, rounded to single precision.
 */
export function withSpectrum(spectrum: ArrayLike<number>, seed: number): Float32Array {
  const n = spectrum.length;
  let q = identity(n);
  for (let k = 0; k < 3; k++) {
    const v = normals(n, seed + k);
    const square = v.reduce((sum, x) => sum + x * x, 0);
    const reflection = identity(n).map((unit, e) => unit - 2 * v[Math.floor(e / n)] * v[e % n] / square);
    q = matmul(q, reflection, n, n, n);
  }
  const scaled = q.map((x, e) => spectrum[Math.floor(e / n)] * x);
  return symmetric(matmul(transpose(q, n, n), scaled, n, n, n), n);
}

/** A matrix with the given diagonal. */
export function diagonal(values: ArrayLike<number>): Float32Array {
  const n = values.length;
  return Float32Array.from(identity(n), (unit, e) => unit === 1 ? values[e % n] : 0);
}

/** A mixed bag of matrices of order n, each with its name. */
export function specialMatrices(n: number, seed: number): [name: string, matrix: Float32Array][] {
  const steps = Array.from({ length: n }, (_, i) => i);
  const random = indefinite(n, seed);
  const few = gramMatrix(Math.ceil(n / 2), 2 * n, seed);
  const half = Math.ceil(n / 2);
  return [
    ["indefinite", random],
    ["Gram", gramMatrix(n, 3 * n, seed)],
    ["singular Gram", gramMatrix(n, Math.ceil(n / 3), seed)],
    ["rank one", gramMatrix(n, 1, seed)],
    ["zero", new Float32Array(n * n)],
    ["identity", Float32Array.from(identity(n))],
    ["negative identity", Float32Array.from(identity(n), (x) => -x)],
    ["diagonal", diagonal(normals(n, seed))],
    ["ones", new Float32Array(n * n).fill(1)],
    ["hollow", random.map((x, e) => e % (n + 1) === 0 ? 0 : x)],
    // Neuron i beside its double: rows and columns i and i + n/2 agree.
    [
      "duplicated",
      Float32Array.from(random, (_, e) => few[(Math.floor(e / n) % half) * half + (e % n) % half]),
    ],
    ["repeated", withSpectrum(steps.map((i) => 1 + i % 3), seed)],
    ["clustered", withSpectrum(steps.map((i) => 1 + 1e-6 * i), seed)],
    ["decaying", withSpectrum(steps.map((i) => 10 ** -(i % 12)), seed)],
    ["tiny", random.map((x) => 1e-15 * x)],
    ["huge", random.map((x) => 1e15 * x)],
    [
      "mixed scales",
      random.map((x, e) => x * (e % n < half ? 1e8 : 1) * (Math.floor(e / n) < half ? 1e8 : 1)),
    ],
  ];
}

/** (I − 2vvᵀ) diag(λ) (I − 2vvᵀ) for a random unit v, symmetric to the bit. */
export function reflectedSpectrum(spectrum: readonly number[], seed: number): Float64Array {
  const n = spectrum.length, v = normals(n, seed);
  const square = v.reduce((sum, x) => sum + x * x, 0);
  const h = identity(n).map((unit, e) => unit - 2 * v[Math.floor(e / n)] * v[e % n] / square);
  const a = matmul(h.map((x, e) => x * spectrum[e % n]), h, n, n, n);
  return a.map((value, e) => (value + a[(e % n) * n + Math.floor(e / n)]) / 2);
}
