import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import {
  bindCenter,
  bindColumnSums,
  bindSubtractMeans,
  centerBound,
  centerPartials,
  centerTotals,
  type ColumnSums,
} from "../../../src/linalg/gram/center.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import { assert, fc } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

interface Problem {
  readonly samples: number;
  readonly columns: number;
  /** Exact in the words that they come in. */
  readonly matrices: readonly Float64Array[];
  readonly double: boolean;
  readonly weights: Float64Array;
}

interface Layout {
  readonly form?: DoubleSingleForm;
  /** Whether the result is in pairs. */
  readonly toDouble: boolean;
  /** Entries between rows. */
  readonly gap?: number;
}

const words = (entries: Float64Array, double: boolean) =>
  double ? splitDoubles(entries) : Float32Array.from(entries);
const entries = (words: Float32Array, double: boolean) =>
  double ? joinDoubles(words) : Float64Array.from(words);

/** Places the rows of all matrices `stride` apart; 7 between, which must not count. */
function place({ samples, columns, matrices, double }: Problem, stride: number): Float32Array {
  const placed = new Float64Array(matrices.length * samples * stride).fill(7);
  matrices.forEach((matrix, r) => {
    for (let k = 0; k < samples; k++) {
      placed.set(matrix.subarray(k * columns, (k + 1) * columns), (r * samples + k) * stride);
    }
  });
  return words(placed, double);
}

async function centred(
  problem: Problem,
  { form = "float", toDouble, gap = 0 }: Layout,
): Promise<Float64Array[]> {
  using stack = new DisposableStack();
  const array = (words: Float32Array | number) => stack.use(new GpuArray(gpu, "operand", words));
  const { samples, columns, matrices, double, weights } = problem;
  const count = matrices.length, stride = columns + gap;
  const features = { array: array(place(problem, stride)), double, stride, batch: samples * stride };
  const size = (toDouble ? 2 : 1) * count * samples * columns;
  const result = {
    array: array(new Float32Array(size).fill(NaN)),
    double: toDouble,
    stride: columns,
    batch: samples * columns,
  };
  const operand: ColumnSums = {
    form,
    samples,
    columns,
    count,
    features,
    weights: array(splitDoubles(weights)),
    partials: array(centerPartials(samples, columns, count)),
    totals: array(new Float32Array(centerTotals(columns, count)).fill(NaN)),
  };
  run(gpu, await bindCenter(gpu, operand, result));
  const all = entries(await result.array.read(), toDouble);
  return matrices.map((_, r) => all.slice(r * result.batch, (r + 1) * result.batch));
}

/**
 * Asserts the bound of every entry. The reference takes means in float64 over deviations from the first row, right to some
 * 10⁻¹⁵ of these with its blocks of 100.
 */
function check(
  { samples, columns, matrices, weights }: Problem,
  got: Float64Array[],
  toDouble: boolean,
) {
  const bound = centerBound(samples) + 1e-14;
  matrices.forEach((matrix, r) => {
    for (let j = 0; j < columns; j++) {
      let sum = 0, mass = 0, largest = 0;
      for (let start = 0; start < samples; start += 100) {
        let part = 0, weight = 0;
        for (let k = start; k < Math.min(start + 100, samples); k++) {
          const deviation = matrix[k * columns + j] - matrix[j];
          part += weights[k] * deviation;
          weight += weights[k];
          largest = Math.max(largest, Math.abs(deviation));
        }
        sum += part;
        mass += weight;
      }
      for (let k = 0; k < samples; k++) {
        const exact = matrix[k * columns + j] - matrix[j] - sum / mass;
        const error = Math.abs(got[r][k * columns + j] - exact);
        const most = bound * (largest + Math.abs(exact)) + (toDouble ? 0 : 2 ** -24 * Math.abs(exact));
        assert.ok(error <= most, `matrix ${r}, row ${k}, column ${j}: off by ${error}, promised ${most}`);
      }
    }
  });
}

/** Columns of means and deviations over many magnitudes. */
function draw(samples: number, columns: number, count: number, double: boolean, seed: number): Problem {
  const scales = normals(2 * columns, seed);
  const matrices = Array.from({ length: count }, (_, r) => {
    const x = normals(samples * columns, seed + 1 + r);
    const values = Float64Array.from(x, (value, e) => {
      const j = e % columns;
      return 10 ** (2 * scales[2 * j]) + value * 10 ** (scales[2 * j + 1] - 2);
    });
    return entries(words(values, double), double);
  });
  const weights = joinDoubles(
    splitDoubles(Float64Array.from(normals(samples, seed + 99), (x) => (0.1 + Math.abs(x)) / samples)),
  );
  return { samples, columns, matrices, double, weights };
}

Deno.test("center: any shape and layout, words in and out, within its bound, in both forms to the same bits", async () => {
  const shapes = fc.tuple(
    fc.oneof(fc.constantFrom(1, 2, 16, 17, 256, 257), fc.integer({ min: 1, max: 900 })),
    fc.oneof(fc.constantFrom(1, 37, 64), fc.integer({ min: 1, max: 70 })),
    fc.constantFrom(1, 3),
    fc.boolean(),
    fc.nat(1e6),
  );
  for (const [i, shape] of fc.sample(shapes, { seed: 3, numRuns: 14 }).entries()) {
    const p = draw(...shape);
    for (const toDouble of [false, true]) {
      const got = await centred(p, { toDouble, gap: i % 3 });
      check(p, got, toDouble);
      if (i < 4) assert.deepEqual(await centred(p, { toDouble, form: "integer" }), got);
    }
  }
});

Deno.test("center: means of a million times the deviations leave the deviations", async () => {
  const samples = 300;
  const whole = normals(samples, 5).map((x) => Math.round(3 * x));
  // 2²⁰ and multiples of its ulp: exact in single precision, and so is their sum in float64.
  const matrix = Float64Array.from(whole, (x) => 2 ** 20 + x / 8);
  const p = {
    samples,
    columns: 1,
    matrices: [matrix],
    double: false,
    weights: new Float64Array(samples).fill(1),
  };
  const mean = whole.reduce((sum, x) => sum + x, 0) / samples;
  const [single] = await centred(p, { toDouble: false });
  single.forEach((value, k) => {
    const exact = (whole[k] - mean) / 8;
    assert.ok(Math.abs(value - exact) <= 1.01 * 2 ** -24 * Math.abs(exact) + 1e-12, `${value}, not ${exact}`);
  });
  // Of deviations of some ulps of a pair, too, they are what is left.
  const fine = Float64Array.from(whole, (x) => 1 + x * 2 ** -44);
  const [double] = await centred({ ...p, matrices: [fine], double: true }, { toDouble: true });
  double.forEach((value, k) => {
    const exact = (whole[k] - mean) * 2 ** -44;
    assert.ok(Math.abs(value - exact) <= 1e-12 * 2 ** -44 * 10, `${value}, not ${exact}`);
  });
});

Deno.test("center: of constant columns, and of one sample, exactly 0 is left", async () => {
  for (const samples of [1, 1000, 70_000]) {
    for (const double of [false, true]) {
      const constants = double ? [0.1, -1e9 / 3, 0] : [0.1, -1e9 / 3, 0].map(Math.fround);
      const row = joinDoubles(splitDoubles(Float64Array.from(constants)));
      const matrix = Float64Array.from({ length: 3 * samples }, (_, e) => row[e % 3]);
      const { weights } = draw(samples, 1, 1, false, samples);
      for (const toDouble of [false, true]) {
        const [got] = await centred({ samples, columns: 3, matrices: [matrix], double, weights }, {
          toDouble,
        });
        assert.ok(got.every((value) => value === 0), `${samples}`);
      }
    }
  }
});

Deno.test("center: tiles of rows, rescaled between, come to the mean of all", async () => {
  using stack = new DisposableStack();
  const array = (words: Float32Array | number) => stack.use(new GpuArray(gpu, "operand", words));
  const whole = draw(700, 5, 2, true, 8);
  const rows = [300, 41, 359], columns = 5, count = 2;
  const totals = array(new Float32Array(centerTotals(columns, count)).fill(NaN));
  // The first matrix is a thousandth from the second tile on.
  const scales = [[1, 1], [2 ** -10, 1], [2 ** -10, 1]];
  const tileOf = (tile: number, scale: readonly number[]): ColumnSums => {
    const samples = rows[tile], first = rows.slice(0, tile).reduce((a, b) => a + b, 0);
    const cut = whole.matrices.map((m, r) =>
      m.slice(first * columns, (first + samples) * columns).map((x) => x * scale[r])
    );
    const pivots = whole.matrices.map((m, r) => m.slice(0, columns).map((x) => x * scale[r]));
    const join = (parts: Float64Array[]) =>
      splitDoubles(Float64Array.from(parts.flatMap((part) => [...part])));
    const factors = scale.map((s, r) => tile === 0 ? 0 : s / scales[tile - 1][r]);
    return {
      form: "float",
      samples,
      columns,
      count,
      features: { array: array(join(cut)), double: true, stride: columns, batch: samples * columns },
      pivots: { array: array(join(pivots)), batch: columns },
      weights: array(splitDoubles(whole.weights.slice(first, first + samples))),
      partials: array(centerPartials(samples, columns, count)),
      totals,
      factors: array(Float32Array.from(factors)),
    };
  };
  for (const tile of rows.keys()) run(gpu, await bindColumnSums(gpu, tileOf(tile, scales[tile])));
  const got = whole.matrices.map(() => [] as number[]);
  for (const tile of rows.keys()) {
    const operand = tileOf(tile, scales[2]), size = rows[tile] * columns;
    const result = { array: array(2 * count * size), double: true, stride: columns, batch: size };
    run(gpu, [await bindSubtractMeans(gpu, operand, result)]);
    const all = joinDoubles(await result.array.read());
    got.forEach((values, r) =>
      values.push(...all.subarray(r * size, (r + 1) * size).map((x) => x / scales[2][r]))
    );
  }
  check(whole, got.map((values) => Float64Array.from(values)), true);
});

Deno.test("center: NaN stays in its column; arrays that are too short are named", async () => {
  const p = draw(40, 3, 1, false, 9);
  p.matrices[0][3 * 7 + 1] = NaN;
  const [got] = await centred(p, { toDouble: false });
  got.forEach((value, e) => assert.equal(Number.isNaN(value), e % 3 === 1));
  using short = new GpuArray(gpu, "features of the first layer", 59);
  using long = new GpuArray(gpu, "room", 100);
  const features = { array: short, double: false, stride: 3, batch: 60 };
  const operand: ColumnSums = {
    form: "float",
    samples: 20,
    columns: 3,
    features,
    weights: long,
    partials: long,
    totals: long,
  };
  await assert.rejects(bindColumnSums(gpu, operand), {
    name: ShapeError.name,
    message: /^features of the first layer holds 59 words/,
  });
  const good = { ...operand, features: { ...features, array: long } };
  await assert.rejects(bindCenter(gpu, good, features), { name: ShapeError.name });
});

Deno.test("centerError: 10⁻¹² for a thousand samples, and grows slowly", () => {
  assert.ok(centerBound(1000) < 1e-12 && centerBound(1e6) < 7e-12);
  assert.ok(centerBound(1000, 10) > centerBound(1000));
});
