/** A reference in double precision for matrices too tall for others. @module */

/**
 * R factor of a tall matrix by Householder reflections in double precision.
 *
 * @param entries Row-major, `rows × columns`, rows ≥ columns.
 * @param rows Number of rows.
 * @param columns Number of columns.
 * @returns R, row-major, `columns × columns`.
 */
export function upperFactor(
  entries: Float32Array,
  rows: number,
  columns: number,
): Float64Array {
  const at = Array.from(
    { length: columns },
    (_, j) => Float64Array.from({ length: rows }, (_, i) => entries[i * columns + j]),
  );
  for (let k = 0; k < columns; k++) {
    const v = at[k].subarray(k);
    const norm = Math.sqrt(dot(v, v));
    if (norm === 0) continue;
    const diagonal = v[0] >= 0 ? -norm : norm;
    const u = v.slice();
    u[0] -= diagonal;
    const factor = 2 / dot(u, u);
    for (let j = k; j < columns; j++) {
      const x = at[j].subarray(k);
      const scale = factor * dot(u, x);
      for (let i = 0; i < x.length; i++) x[i] -= scale * u[i];
    }
  }
  return Float64Array.from(
    { length: columns * columns },
    (_, e) => at[e % columns][Math.floor(e / columns)],
  );
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}
