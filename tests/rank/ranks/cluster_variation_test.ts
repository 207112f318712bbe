import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { clusterVariations } from "../../../src/rank/ranks/cluster_variation.ts";
import { assert, Matrix as MlMatrix, SingularValueDecomposition } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Classes of uneven sizes about random centres. */
function features(rows: number, columns: number, labels: readonly number[], seed: number): Matrix {
  const noise = normals(rows * columns, seed), centres = normals(100 * columns, seed + 1);
  const data = noise.map((value, e) =>
    0.3 * value + 1 + centres[labels[Math.floor(e / columns)] * columns + e % columns]
  );
  return { rows, columns, data };
}

/** The definitions, in float64. */
function reference({ rows, columns, data }: Matrix, labels: readonly number[]) {
  const classes = [...new Set(labels)];
  const h = MlMatrix.from1DArray(rows, columns, Array.from(data));
  const means = classes.map((label) => {
    const members = labels.flatMap((other, i) => other === label ? [i] : []);
    return h.selection(members, [...Array(columns).keys()]).mean("column");
  });
  const residual = new MlMatrix(
    Array.from({ length: rows }, (_, i) => {
      const mean = means[classes.indexOf(labels[i])];
      return h.getRow(i).map((value, j) => value - mean[j]);
    }),
  );
  const m = new MlMatrix(means).center("column");
  const within = residual.transpose().mmul(residual).div(rows);
  const between = m.transpose().mmul(m).div(classes.length);
  // Its pseudo-inverse from the directions between classes, of which there are one less, or as many as neurons.
  const { leftSingularVectors: v, diagonal } = new SingularValueDecomposition(between);
  let trace = 0;
  for (let k = 0; k < Math.min(columns, classes.length - 1); k++) {
    const direction = v.getColumnVector(k);
    trace += direction.transpose().mmul(within).mmul(direction).get(0, 0) / diagonal[k];
  }
  return {
    variation: residual.norm(),
    relative: residual.norm() / h.norm(),
    traceRatio: trace / classes.length,
  };
}

Deno.test("clusterVariations: the definitions in float64, whatever the shapes and the names of classes", async () => {
  for (const [rows, columns, classes] of [[60, 12, 4], [40, 3, 6], [30, 1, 2], [50, 33, 9]]) {
    const labels = Array.from({ length: rows }, (_, i) => 7 * ((i * i) % classes));
    const batch = [1, 2, 3].map((seed) => features(rows, columns, labels, 100 * columns + 10 * seed));
    const found = await clusterVariations(gpu, batch, labels);
    batch.forEach((matrix, i) => {
      const expected = reference(matrix, labels);
      assert(Math.abs(found[i].variation - expected.variation) < 1e-9 * expected.variation);
      assert(Math.abs(found[i].relative - expected.relative) < 1e-9 * expected.relative);
      // Squares of singular values in single precision, the least of which may be a hundredth of the largest.
      const off = Math.abs(found[i].traceRatio - expected.traceRatio) / expected.traceRatio;
      assert(off < 1e-3, `${off} of ${rows} × ${columns}`);
    });
  }
});

Deno.test("clusterVariations: classes without variability, without difference, and features of zeros", async () => {
  const labels = [0, 1, 0, 1];
  const of = (...entries: number[]): Matrix => ({
    rows: 4,
    columns: 2,
    data: Float32Array.from(entries),
  });
  const [tight, alike, zero] = await clusterVariations(gpu, [
    of(1, 2, 3, 4, 1, 2, 3, 4),
    of(1, 0, 1, 0, -1, 0, -1, 0),
    of(0, 0, 0, 0, 0, 0, 0, 0),
  ], labels);
  assert.deepEqual(tight, { variation: 0, relative: 0, traceRatio: 0 });
  assert.deepEqual(alike, { variation: 2, relative: 1, traceRatio: NaN });
  assert.deepEqual(zero, { variation: 0, relative: NaN, traceRatio: NaN });
  assert.deepEqual(await clusterVariations(gpu, [], labels), []);
});

Deno.test("clusterVariations: labels that do not fit, and features that are no numbers, are refused", async () => {
  const matrix = { rows: 2, columns: 1, data: Float32Array.of(1, NaN) };
  await assert.rejects(() => clusterVariations(gpu, [matrix], [0]), ShapeError);
  await assert.rejects(() => clusterVariations(gpu, [matrix], [0, 1]), InputError);
});
