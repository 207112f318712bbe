import { InputError, ShapeError } from "../../../src/errors.ts";
import type { FeatureSource, HeldFeatures } from "../../../src/linalg/gram/feature_tiles.ts";
import {
  gramMatrices,
  type GramMatricesOptions,
  type GramMatrix,
  type GramPrecision,
} from "../../../src/linalg/gram/gram_matrices.ts";
import { assert, fc } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const PRECISIONS: readonly GramPrecision[] = ["single", "compensated", "double"];

/** Sums in blocks, right to some 10⁻¹⁵ of the sum of magnitudes for any number of terms. */
function sum(count: number, term: (k: number) => number): number {
  let total = 0;
  for (let start = 0; start < count; start += 200) {
    let part = 0;
    for (let k = start; k < Math.min(start + 200, count); k++) part += term(k);
    total += part;
  }
  return total;
}

interface Reference {
  readonly matrix: Float64Array;
  readonly trace: number;
}

/** The Gram matrix in float64, of deviations from the first row where features are centred. */
function reference(
  { rows, columns, data }: HeldFeatures,
  { weights, center }: GramMatricesOptions,
): Reference {
  const weight = (k: number) => weights ? weights[k] : 1 / rows;
  const mass = sum(rows, weight);
  const origin = center ? data.slice(0, columns) : new Float64Array(columns);
  const mean = Float64Array.from(
    { length: columns },
    (_, j) => center ? sum(rows, (k) => weight(k) * (data[k * columns + j] - origin[j])) / mass : 0,
  );
  const value = (k: number, j: number) => data[k * columns + j] - origin[j] - mean[j];
  const matrix = Float64Array.from({ length: columns ** 2 }, (_, e) => {
    const i = Math.floor(e / columns), j = e % columns;
    return sum(rows, (k) => weight(k) * value(k, i) * value(k, j));
  });
  return { matrix, trace: sum(columns, (i) => matrix[i * (columns + 1)]) };
}

/** ‖A‖_F without leaving the range of float64. */
function norm(a: Float64Array): number {
  const largest = a.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest === 0 ? 0 : largest * Math.sqrt(a.reduce((total, x) => total + (x / largest) ** 2, 0));
}

/** Asserts the bound, and that it is worth something: `most` times the trace. */
function check({ matrix, bound }: GramMatrix, exact: Reference, most: number, what: string): void {
  const n = Math.sqrt(matrix.length);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) assert.equal(matrix[i * n + j], matrix[j * n + i]);
  }
  const off = norm(matrix.map((x, e) => x - exact.matrix[e]));
  assert.ok(off <= bound + 2e-15 * exact.trace, `${what}: off by ${off}, promised ${bound}`);
  assert.ok(bound <= most * exact.trace, `${what}: ${bound} of a trace of ${exact.trace}`);
}

/** Share of the trace that errors are below, for a few thousand samples. */
function share({ precision, center }: GramMatricesOptions): number {
  return { single: 3e-5, compensated: 1e-6, double: center ? 1e-9 : 2e-12 }[precision!];
}

/** The same features, asked for. Rows must be asked for in order, each once a pass. */
function streamed({ rows, columns, data }: HeldFeatures, passes = 1): FeatureSource {
  let next = 0, pass = 0;
  return {
    rows,
    columns,
    tile(first, count) {
      if (first === 0) next = 0, pass++;
      assert.ok(pass <= passes && first === next && count > 0);
      next += count;
      assert.ok(next <= rows);
      return data.slice(first * columns, next * columns);
    },
  };
}

Deno.test("gramMatrices: any shape, weights, centring, precision, in tiles or whole, within the error", async () => {
  const problem = fc.record({
    rows: fc.oneof(fc.constantFrom(1, 2, 251, 256, 257, 1025), fc.integer({ min: 1, max: 2000 })),
    columns: fc.oneof(fc.constantFrom(1, 2, 37), fc.integer({ min: 1, max: 24 })),
    count: fc.constantFrom(1, 3),
    type: fc.constantFrom("f4", "f8"),
    weighted: fc.boolean(),
    center: fc.boolean(),
    // One tile, and tiles of 256 rows.
    tileBytes: fc.constantFrom(2 ** 25, 1),
    mean: fc.constantFrom(0, 1, 1e4),
    seed: fc.nat(1e6),
  });
  for (const one of fc.sample(problem, { seed: 5, numRuns: 9 })) {
    const { rows, columns, count, type, weighted, center, tileBytes, mean, seed } = one;
    const features = Array.from({ length: count }, (_, r): HeldFeatures => {
      const x = normals(rows * columns, seed + r), y = normals(rows * columns, seed + 50);
      const data = Float64Array.from(
        x,
        (value, e) => mean + value * (1 + 1e-9 * y[e]) * 10 ** (-e % columns),
      );
      return { rows, columns, data: type === "f4" ? Float32Array.from(data) : data };
    });
    const weights = weighted
      ? Float64Array.from(normals(rows, seed + 99), (x) => 0.1 + Math.abs(x))
      : undefined;
    for (const precision of PRECISIONS) {
      const options = { precision, center, tileBytes, ...weights && { weights } };
      const results = await gramMatrices(gpu, features, options);
      features.forEach((each, r) => {
        check(results[r], reference(each, options), share(options), JSON.stringify({ ...one, precision }));
      });
      const asked = features.map((each) => streamed(each, center ? 2 : 1));
      assert.deepEqual(await gramMatrices(gpu, asked, options), results);
      // A matrix is the same alone and in a batch.
      assert.deepEqual(await gramMatrices(gpu, [features[count - 1]], options), [results[count - 1]]);
    }
  }
});

Deno.test("gramMatrices: a million samples that nobody holds", async () => {
  const rows = 1_000_000, columns = 8;
  // Multiples of 2⁻¹⁰, whose sums of products float64 holds exactly.
  const table = normals(4096, 1).map((x) => Math.round(256 * x) / 1024);
  const entry = (k: number, j: number) => table[(k * (2 * j + 1) + 37 * j * (k >> 12)) & 4095];
  const moments = new Float64Array(columns ** 2), means = new Float64Array(columns);
  const row = new Float64Array(columns);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < columns; i++) row[i] = entry(k, i);
    for (let i = 0; i < columns; i++) {
      means[i] += row[i];
      for (let j = i; j < columns; j++) moments[i * columns + j] += row[i] * row[j];
    }
  }
  const at = (i: number, j: number) => moments[Math.min(i, j) * columns + Math.max(i, j)] / rows;
  const exact = (center: boolean): Reference => {
    const matrix = Float64Array.from({ length: columns ** 2 }, (_, e) => {
      const i = Math.floor(e / columns), j = e % columns;
      return at(i, j) - (center ? means[i] / rows * (means[j] / rows) : 0);
    });
    return { matrix, trace: sum(columns, (i) => matrix[i * (columns + 1)]) };
  };
  let calls = 0;
  const tile = (first: number, count: number) => {
    calls++;
    const words = new Float32Array(count * columns);
    for (let k = 0; k < count; k++) {
      for (let j = 0; j < columns; j++) words[k * columns + j] = entry(first + k, j);
    }
    return words;
  };
  const source = { rows, columns, tile };
  for (const [precision, most] of [["single", 4e-4], ["compensated", 7e-7], ["double", 1e-11]] as const) {
    const [result] = await gramMatrices(gpu, [source], { precision });
    check(result, exact(false), most, precision);
  }
  const [result] = await gramMatrices(gpu, [source], { center: true });
  check(result, exact(true), 1e-6, "centred");
  assert.ok(calls > 5);
});

Deno.test("gramMatrices: features of any magnitude, and tiles that differ by forty orders", async () => {
  const rows = 700, columns = 3;
  const x = normals(rows * columns, 3);
  const scales: [string, (k: number) => number][] = [
    ["10⁻¹⁴⁰", () => 1e-140],
    ["10¹⁴⁰", () => 1e140],
    ["rising", (k) => 1e-20 * 1e20 ** Math.floor(k / 256)],
    ["falling", (k) => 1e20 * 1e-20 ** Math.floor(k / 256)],
    ["zeros first", (k) => k < 300 ? 0 : 1e15],
  ];
  for (const [name, scale] of scales) {
    const data = Float64Array.from(x, (value, e) => value * scale(Math.floor(e / columns)));
    for (const center of [false, true]) {
      for (const precision of PRECISIONS) {
        const options = { precision, center, tileBytes: 1 };
        const [result] = await gramMatrices(gpu, [{ rows, columns, data }], options);
        check(result, reference({ rows, columns, data }, options), share(options), `${name}, ${precision}`);
      }
    }
  }
  const tiny = Float64Array.from(x, (value) => 1e-300 * value);
  const [{ matrix, bound }] = await gramMatrices(gpu, [{ rows, columns, data: tiny }]);
  assert.ok(matrix.every((value) => value === 0) && bound > 0);
});

Deno.test("gramMatrices: of zeros, and of centred constants, exactly 0 is left", async () => {
  const rows = 1000, columns = 2;
  const constant = {
    rows,
    columns,
    data: Float64Array.from({ length: 2000 }, (_, e) => [0.1, 1e9 / 3][e % 2]),
  };
  const zeros = { rows, columns, data: new Float32Array(2000) };
  for (const precision of PRECISIONS) {
    const weights = Float64Array.from({ length: rows }, (_, k) => 1 / (k + 1));
    const results = await gramMatrices(gpu, [constant, zeros], { precision, center: true, weights });
    results.push(...await gramMatrices(gpu, [zeros], { precision }));
    for (const { matrix, bound } of results) {
      assert.ok(bound === 0 && matrix.every((value) => value === 0));
    }
  }
});

Deno.test("gramMatrices: more matrices than fit in a tile", async () => {
  const rows = 20, columns = 5, count = 7;
  const features = Array.from({ length: count }, (_, r) => ({ rows, columns, data: normals(100, r) }));
  const [whole, cut] = [
    await gramMatrices(gpu, features),
    await gramMatrices(gpu, features, { tileBytes: 2000 }),
  ];
  assert.deepEqual(cut, whole);
});

Deno.test("gramMatrices: says what is wrong with features and weights", async () => {
  const data = normals(600 * 2, 1);
  const good = { rows: 600, columns: 2, data };
  const spoilt = (at: number, value: number) => ({ ...good, data: data.map((x, e) => e === at ? value : x) });
  const huge = Float64Array.from(data, (x) => 1e200 * x);
  const long = { rows: 600, columns: 2, tile: () => data };
  const rejected: [FeatureSource[], GramMatricesOptions, typeof InputError, RegExp][] = [
    [[spoilt(863, Infinity)], { tileBytes: 1 }, InputError, /row 431, column 1 \(from 0\) is Infinity/],
    [[good, spoilt(8, NaN)], { center: true }, InputError, /row 4, column 0 \(from 0\) is NaN/],
    [[{ ...good, data: huge }], {}, InputError, /leave the range of float64/],
    [[{ ...good, rows: 601 }], {}, ShapeError, /^1200 entries for 601 samples of 2 features/],
    [[{ ...good, rows: 0 }], {}, ShapeError, /^0 samples/],
    [[good, { ...good, rows: 400, columns: 3 }], {}, ShapeError, /^feature matrices of different shapes/],
    [[long], { tileBytes: 1 }, ShapeError, /^tile\(0, 256\) gave 1200 entries/],
    [[good], { weights: [1, 2] }, ShapeError, /^2 weights for 600 samples/],
    [[good], { weights: new Float32Array(600).fill(-1, 7) }, InputError, /^weight 0 \(from 0\) is 0/],
  ];
  for (const [features, options, { name }, message] of rejected) {
    await assert.rejects(gramMatrices(gpu, features, options), { name, message });
  }
  assert.deepEqual(await gramMatrices(gpu, []), []);
});
