/** Matrices in double precision, row-major. @module */

/** Aᵀ, for A `rows × columns`. */
export function transpose(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return Float64Array.from(
    { length: rows * columns },
    (_, e) => a[(e % rows) * columns + Math.floor(e / rows)],
  );
}

/** A B, for A `m × k` and B `k × n`. */
export function matmul(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  m: number,
  n: number,
  k: number,
): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      for (let l = 0; l < k; l++) c[i * n + j] += a[i * k + l] * b[l * n + j];
    }
  }
  return c;
}

/** Φᵀ diag(w) Ψ, for Φ with p and Ψ with q columns. */
export function weightedProduct(
  phi: ArrayLike<number>,
  p: number,
  psi: ArrayLike<number>,
  q: number,
  weights: ArrayLike<number>,
): Float64Array {
  const product = new Float64Array(p * q);
  for (let k = 0; k < weights.length; k++) {
    for (let i = 0; i < p; i++) {
      for (let j = 0; j < q; j++) product[i * q + j] += weights[k] * phi[k * p + i] * psi[k * q + j];
    }
  }
  return product;
}

/** |A|, entry by entry: products of these bound the rounding of products. */
export function magnitudes(a: ArrayLike<number>): Float64Array {
  return Float64Array.from(a, Math.abs);
}

/** ‖A‖_F. */
export function frobenius(a: ArrayLike<number>): number {
  return Math.hypot(...Array.from(a));
}

/** The identity of order n. */
export function identity(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, e) => e % (n + 1) === 0 ? 1 : 0);
}

/** (A + Aᵀ) / 2, for A `n × n`, rounded to single precision. */
export function symmetric(a: ArrayLike<number>, n: number): Float32Array {
  return Float32Array.from(a, (x, e) => (x + a[(e % n) * n + Math.floor(e / n)]) / 2);
}
