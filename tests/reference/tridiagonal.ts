/** Norms summed over the reflections of a reduction to tridiagonal form. */
export interface ReductionNorms {
  /** Σ_k ‖B_k‖_F of the blocks that remain. */
  readonly blocks: number;
  /** Σ_k ‖B_k u_k‖ / ‖u_k‖ of the reflections' vectors. */
  readonly products: number;
  /** Σ_k ‖x_k‖ of the rows that leave. */
  readonly rows: number;
}

/**
 * Reduces a symmetric matrix by Householder reflections, from the last row on, in double precision.
 */
export function reductionNorms(matrix: ArrayLike<number>, n: number): ReductionNorms {
  const a = Float64Array.from(matrix);
  let blocks = 0, products = 0, rows = 0;
  for (let last = n - 1; last > 1; last--) {
    const row = (i: number) => a.subarray(i * n, i * n + last);
    const u = row(last).slice(), norm = Math.hypot(...u);
    if (norm === 0) continue;
    rows += norm;
    blocks += Math.hypot(...a.filter((_, e) => Math.floor(e / n) < last && e % n < last));
    u[last - 1] += u[last - 1] >= 0 ? norm : -norm;
    const g = u.map((_, i) => dot(row(i), u)), square = dot(u, u), c = dot(u, g) / square;
    products += Math.sqrt(dot(g, g) / square);
    const w = g.map((value, i) => 2 * (value - c * u[i]) / square);
    for (let i = 0; i < last; i++) row(i).forEach((_, j) => a[i * n + j] -= u[i] * w[j] + w[i] * u[j]);
  }
  return { blocks, products, rows };
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, i) => sum + value * y[i], 0);
}
