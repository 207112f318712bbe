import { InputError, ShapeError } from "../../../src/errors.ts";
import { prepareFeatures, type PrepareOptions } from "../../../src/rank/features/prepare_features.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { weightedProduct } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { ldexp } from "../../../src/linalg/rounding.ts";

/** Entries of more than 24 bits, of the given magnitude. */
function doubles(length: number, seed: number, magnitude = 1): Float64Array {
  const [x, y] = [normals(length, seed), normals(length, seed + 1)];
  return Float64Array.from(x, (high, i) => magnitude * (high + 1e-9 * y[i]));
}

const matrix = (rows: number, columns: number, data: Float32Array | Float64Array): Matrix => ({
  rows,
  columns,
  data,
});

const largest = (data: ArrayLike<number>) => Math.max(...Array.from(data, Math.abs));

/**
 * That the Gram matrix of the prepared features is `mass` · 2^`exponent` times the weighted one of
 * the features.
 */
function assertGram(features: Matrix, options: PrepareOptions): void {
  const { rows, columns, data } = features, { weights, center } = options;
  const w = Array.from({ length: rows }, (_, k) => weights ? weights[k] : 1 / rows);
  const total = w.reduce((sum, x) => sum + x, 0);
  const means = weightedProduct(new Float64Array(rows).fill(1), 1, data, columns, w).map((sum) =>
    sum / total
  );
  const taken = Float64Array.from(data, (x, e) => center ? x - means[e % columns] : x);
  const { high, low, mass, exponent } = prepareFeatures(features, options);
  const prepared = Float64Array.from(high, (x, e) => x + (low ? low[e] : 0));
  const got = weightedProduct(prepared, columns, prepared, columns, new Float64Array(rows).fill(1));
  const right = weightedProduct(taken, columns, taken, columns, w);
  const root = (i: number) => Math.sqrt(right[i * (columns + 1)]);
  // Centred, the reference's own means are off by an ulp or so for each sample.
  const size = center ? largest(data) * Math.sqrt(total) * rows * 2 ** -52 : 0;
  right.forEach((value, e) => {
    const i = Math.floor(e / columns), j = e % columns;
    const allowed = 1e-13 * root(i) * root(j) + 2 * size * (root(i) + root(j) + size);
    const unscaled = ldexp(got[e] / mass, -exponent);
    assert.ok(Math.abs(unscaled - value) <= allowed, `M[${i}, ${j}]: ${unscaled}, not ${value}`);
  });
}

Deno.test("prepareFeatures: single-precision features stay as they are, but for a power of two", () => {
  for (const magnitude of [1, 1e-30, 1e30]) {
    const data = normals(35, 1).map((x) => magnitude * x);
    const { high, low, leftOut, meanBound, mass, exponent } = prepareFeatures(matrix(7, 5, data));
    const factor = high[0] / data[0];
    assert.ok(Number.isInteger(Math.log2(factor)));
    assert.deepEqual(high, data.map((x) => x * factor));
    assert.deepEqual({ low, leftOut, mass }, { low: null, leftOut: 0, mass: 7 });
    assert.equal(exponent, 2 * Math.log2(factor));
    assert.equal(meanBound, 0);
    assert.ok(largest(high) >= 1 && largest(high) < 2);
  }
});

Deno.test("prepareFeatures: double-precision features in two words, whatever their magnitude", () => {
  for (const magnitude of [1, 1e-30, 1e30, 1e-300, 1e140]) {
    const data = doubles(36, 2, magnitude);
    const { high, low, leftOut } = prepareFeatures(matrix(9, 4, data));
    assert.ok(low);
    assert.ok(largest(high) >= 1 && largest(high) < 2, `${magnitude}: ${largest(high)}`);
    const exponent = Math.round(Math.log2(high[0] / data[0]));
    let square = 0;
    data.forEach((value, e) => {
      // In two steps: 2^exponent alone may be beyond the range.
      const x = value * 2 ** Math.trunc(exponent / 2) * 2 ** (exponent - Math.trunc(exponent / 2));
      assert.equal(high[e], Math.fround(x));
      assert.ok(Math.abs(x - high[e] - low[e]) <= 2 ** -49 * Math.abs(x), `${magnitude}: entry ${e}`);
      square += (x - high[e]) ** 2;
    });
    assert.ok(Math.abs(leftOut / Math.sqrt(square) - 1) < 1e-12);
  }
});

Deno.test("prepareFeatures: the Gram matrix is the weighted, centred one times the scale", () => {
  const problem = fc.record({
    rows: fc.constantFrom(1, 2, 17, 60),
    columns: fc.integer({ min: 1, max: 6 }),
    magnitude: fc.constantFrom(1e-60, 1e-3, 1, 40, 1e60),
    offset: fc.constantFrom(0, 3),
    weight: fc.constantFrom(0, 1e-70, 0.02, 5, 1e70),
    center: fc.boolean(),
    single: fc.boolean(),
    seed: fc.nat(1e6),
  });
  fc.assert(
    fc.property(problem, ({ rows, columns, magnitude, offset, weight, center, single, seed }) => {
      const random = uniform(seed);
      const shifted = doubles(rows * columns, seed).map((x) => x + offset);
      const data = single ? Float32Array.from(shifted) : shifted.map((x) => magnitude * x);
      const weights = Float64Array.from({ length: rows }, () => weight * 10 ** (-6 * random()));
      assertGram(matrix(rows, columns, data), { center, ...(weight > 0 ? { weights } : {}) });
    }),
    { numRuns: 200, seed: 8 },
  );
});

Deno.test("prepareFeatures: no weight is too heavy or too light", () => {
  const data = doubles(6, 3, 1e-80);
  for (const weights of [[5e-324, 1e-322, 3e-320], [1e300, 1e290, 1], [1e-300, 1e-305, 1e-290]]) {
    const { high } = prepareFeatures(matrix(3, 2, data), { weights });
    assert.ok(high.every(Number.isFinite) && largest(high) >= 1 && largest(high) < 4);
    // Of a magnitude at which the reference keeps its digits, too.
    const magnitude = weights[0] < 1 ? 1e140 : 1e60;
    assertGram(matrix(3, 2, data.map((x) => magnitude * x)), { weights, center: true });
  }
  // Factors that leave the range of float64 only together: features of 10⁻²⁰⁰, weights of 10³⁰⁰.
  const one = matrix(1, 1, Float64Array.of(1e-200));
  const { high, mass, exponent } = prepareFeatures(one, { weights: [1e300] });
  assert.ok(Math.abs(ldexp(high[0] ** 2 / mass, -exponent) / 1e-100 - 1) < 1e-6);
});

Deno.test("prepareFeatures: nothing is left of a constant column that is centred", () => {
  const rows = 1000, random = uniform(4);
  const values = [0.1, 1e8 / 3, -7e-5];
  const data = Float64Array.from({ length: 4 * rows }, (_, e) => e % 4 < 3 ? values[e % 4] : random());
  for (const weights of [undefined, Float64Array.from({ length: rows }, () => random())]) {
    const { high, low } = prepareFeatures(matrix(rows, 4, data), {
      center: true,
      ...(weights ? { weights } : {}),
    });
    for (let e = 0; e < 4 * rows; e++) if (e % 4 < 3) assert.deepEqual([high[e], low![e]], [0, 0]);
    // What varies has its scale.
    assert.ok(largest(high) > 0.3);
  }
});

Deno.test("prepareFeatures: zeros stay zeros", () => {
  const { high, low, leftOut, isZero } = prepareFeatures(matrix(2, 3, new Float32Array(6)), { center: true });
  assert.deepEqual([high, low, leftOut, isZero], [new Float32Array(6), null, 0, true]);
});

Deno.test("prepareFeatures: entries far below the largest are not lost, or counted as left out", () => {
  const data = Float64Array.of(1, 1e-30, 1e-44, 1e-60);
  const { high, low, leftOut } = prepareFeatures(matrix(2, 2, data));
  assert.ok(low);
  let square = 0;
  high.forEach((x, e) => square += (data[e] - x) ** 2);
  assert.equal(leftOut, Math.sqrt(square));
  assert.ok(leftOut > 0 && leftOut < 1e-37);
});

Deno.test("prepareFeatures: what it does not take, it names", () => {
  const good = matrix(2, 3, new Float32Array(6).fill(1));
  for (
    const bad of [{ ...good, rows: 3 }, matrix(0, 3, new Float32Array(0)), matrix(2, 0, new Float32Array(0))]
  ) {
    assert.throws(() => prepareFeatures(bad), ShapeError);
  }
  assert.throws(() => prepareFeatures(good, { weights: [1] }), ShapeError);
  for (const value of [NaN, Infinity, -Infinity]) {
    const data = Float32Array.of(1, 1, 1, 1, 1, value);
    assert.throws(() => prepareFeatures(matrix(2, 3, data)), {
      name: InputError.name,
      message: `the feature in row 1, column 2 (from 0) is ${value}: give finite numbers`,
    });
  }
  for (const weight of [0, -1, NaN, Infinity]) {
    assert.throws(() => prepareFeatures(good, { weights: [1, weight] }), {
      name: InputError.name,
      message: `weight 1 (from 0) is ${weight}: give finite numbers above 0`,
    });
  }
  for (const magnitude of [1e155, 1e300, 1.7e308]) {
    const data = Float64Array.of(1, -magnitude, magnitude, 1);
    for (const center of [false, true]) {
      assert.throws(() => prepareFeatures(matrix(2, 2, data), { center }), {
        name: InputError.name,
        message:
          /^features as large as \S+: eigenvalues, of the size of their squares, leave the range of float64; scale/,
      });
    }
  }
});
