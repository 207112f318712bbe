import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { clusterVariations } from "../../../src/rank/ranks/cluster_variation.ts";
import { assert, fc, Matrix as MlMatrix, SingularValueDecomposition } from "../../deps.ts";
import { normals } from "../../reference/random.ts";

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
  // Its pseudo-inverse from the directions between classes, of which there are one less, or as many
  // as neurons.
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

Deno.test("clusterVariations: the definitions in float64, whatever the shapes and the names of classes", () => {
  for (const [rows, columns, classes] of [[60, 12, 4], [40, 3, 6], [30, 1, 2], [50, 33, 9]]) {
    const labels = Array.from({ length: rows }, (_, i) => 7 * ((i * i) % classes));
    const batch = [1, 2, 3].map((seed) => features(rows, columns, labels, 100 * columns + 10 * seed));
    const found = clusterVariations(batch, labels);
    batch.forEach((matrix, i) => {
      const expected = reference(matrix, labels);
      assert(Math.abs(found[i].variation - expected.variation) < 1e-9 * expected.variation);
      assert(Math.abs(found[i].relative - expected.relative) < 1e-9 * expected.relative);
      // The reference squares the condition number, which is about a hundred.
      const off = Math.abs(found[i].traceRatio - expected.traceRatio) / expected.traceRatio;
      assert(off < 1e-11, `${off} of ${rows} × ${columns}`);
    });
  }
});

Deno.test("clusterVariations: classes without variability, without difference, and features of zeros", () => {
  const labels = [0, 1, 0, 1];
  const of = (...entries: number[]): Matrix => ({
    rows: 4,
    columns: 2,
    data: Float32Array.from(entries),
  });
  const [tight, alike, zero] = clusterVariations([
    of(1, 2, 3, 4, 1, 2, 3, 4),
    of(1, 0, 1, 0, -1, 0, -1, 0),
    of(0, 0, 0, 0, 0, 0, 0, 0),
  ], labels);
  assert.deepEqual(tight, { variation: 0, relative: 0, traceRatio: 0 });
  assert.deepEqual(alike, { variation: 2, relative: 1, traceRatio: NaN });
  assert.deepEqual(zero, { variation: 0, relative: NaN, traceRatio: NaN });
  assert.deepEqual(clusterVariations([], labels), []);
});

Deno.test("clusterVariations: labels that do not fit, and features that are no numbers, are refused", () => {
  const matrix = { rows: 2, columns: 1, data: Float32Array.of(1, NaN) };
  assert.throws(() => clusterVariations([matrix], [0]), ShapeError);
  assert.throws(() => clusterVariations([matrix], [0, 1]), InputError);
  const good = { ...matrix, data: new Float32Array(matrix.data.length).fill(1) };
  for (const label of [-1, 1.5, NaN, Infinity, "1" as unknown as number]) {
    assert.throws(() => clusterVariations([good], [0, label]), {
      name: InputError.name,
      message: `label 1 (from 0) is ${label}: give a whole number from 0`,
    });
  }
  assert.throws(() => clusterVariations([{ ...good, rows: 1.5 }], [0, 1]), ShapeError);
});

const SIX = [0, 0, 1, 1, 2, 2];
/** Three classes about (0, 0), (1, 0), (½, 1), of deviation 0.1 in the second coordinate. */
const TRIANGLE = [0, 0.1, 0, -0.1, 1, 0.1, 1, -0.1, 0.5, 1.1, 0.5, 0.9];

/** The ratio of samples in the plane. */
function ratioOf(entries: readonly number[], labels: readonly number[] = SIX): number {
  const matrix = { rows: entries.length / 2, columns: 2, data: Float64Array.from(entries) };
  return clusterVariations([matrix], labels)[0].traceRatio;
}

const near = (found: number, wanted: number, off: number) =>
  assert(Math.abs(found - wanted) <= off * wanted, `${found} is not ${wanted} to ${off}`);

Deno.test("clusterVariations: an offset, or units of a coordinate, drop no direction between classes", () => {
  // By hand: WᵀW = diag(0, 0.06), MᵀM = diag(½, ⅔), so 0.06 / ⅔ / 6.
  near(ratioOf(TRIANGLE), 0.015, 1e-14);
  // 10⁶ + 0.1 rounds by 6·10⁻¹¹, of which 0.1 is 1.7·10⁹ times as much.
  near(ratioOf(TRIANGLE.map((x) => x + 1e6)), 0.015, 5e-9);
  // Whole sixteenths are exact there.
  const sixteenths = TRIANGLE.map((x) => Math.round(16 * x) / 16);
  near(ratioOf(sixteenths.map((x) => x + 2 ** 48)), ratioOf(sixteenths), 1e-14);
  for (const unit of [1e-6, 1e-12, 1e-30, 1e-150, 1e12]) {
    near(ratioOf(TRIANGLE.map((x, e) => e % 2 === 1 ? unit * x : x)), 0.015, 1e-13);
  }
  for (const unit of [1e-300, 1e300]) near(ratioOf(TRIANGLE.map((x) => unit * x)), 0.015, 1e-13);
});

Deno.test("clusterVariations: unchanged by translations and invertible maps of K − 1 features", () => {
  const coordinate = fc.integer({ min: -64, max: 64 }), factor = fc.integer({ min: -30, max: 30 });
  fc.assert(fc.property(
    fc.array(coordinate, { minLength: 12, maxLength: 12 }),
    fc.tuple(factor, factor, coordinate, coordinate, fc.integer({ min: -7, max: 7 })),
    (entries, [p, q, dx, dy, shear]) => {
      // Of means on a line, the line alone is between classes, and shears turn it.
      const mean = (c: number, j: number) => entries[4 * c + j] + entries[4 * c + 2 + j];
      const [a, b, c, d] = [1, 2].flatMap((k) => [0, 1].map((j) => mean(k, j) - mean(0, j)));
      fc.pre(a * d !== b * c);
      const moved = entries.flatMap((_, e) =>
        e % 2 === 1 ? [] : [
          2 ** p * (entries[e] + shear * entries[e + 1] + 1024 * dx),
          2 ** q * (entries[e + 1] + 1024 * dy),
        ]
      );
      const before = ratioOf(entries), after = ratioOf(moved);
      assert(Math.abs(after - before) <= 1e-9 * before, `${before} becomes ${after}`);
    },
  ));
});

Deno.test("clusterVariations: collinear and equal means leave as many directions as there are", () => {
  // Means 0, 1, 3 on the diagonal are one direction. By hand ‖M‖² = 2 · (4² + 1² + 5²) / 9, and
  // ‖W‖² = 4 · 0.5² = 1 in the first class alone.
  const line = [-0.5, -0.5, 0.5, 0.5, 1, 1, 1, 1, 3, 3, 3, 3];
  near(ratioOf(line), 1 / (28 / 3) / 6, 1e-14);
  near(ratioOf(line.map((x) => x / 3 + 1e5)), 1 / (28 / 3) / 6, 1e-9);
  // Equal means of different samples are no direction: 5/3, as sums of three, of six, and of nine.
  const thirds = [[1, 1, 3], [0, 0, 0, 1, 4, 5], [0, 1, 2, 0, 1, 2, 3, 3, 3]];
  const labels = thirds.flatMap((samples, c) => samples.map(() => c));
  assert.equal(ratioOf(thirds.flat().flatMap((x) => [x, 2 ** 40 - x]), labels), NaN);
  // Features count as exact: 0.1 + 0.3 in float64 is less than 0.2 + 0.2, by 2.8·10⁻¹⁷.
  assert(ratioOf([0.1, 0, 0.3, 0, 0.2, 0, 0.2, 0], [0, 0, 1, 1]) > 1e30);
  // Three classes of one feature: one direction; with a copy of the feature still one.
  const one = clusterVariations([{ rows: 6, columns: 1, data: Float64Array.of(0, 2, 3, 5, 9, 9) }], SIX);
  near(ratioOf([0, 2, 3, 5, 9, 9].flatMap((x) => [x, x])), one[0].traceRatio, 1e-14);
  // Means 1, 4, 9 deviate by 11/3, 2/3, 13/3 from theirs.
  near(one[0].traceRatio, 4 / (98 / 3) / 6, 1e-14);
});
