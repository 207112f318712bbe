import { Commands } from "../../../src/gpu/commands.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { bindDigitGrams } from "../../../src/linalg/gram/gram_digits.ts";
import { inertiaWords } from "../../../src/linalg/count/inertia_double_single.ts";
import { bindLowRank } from "../../../src/linalg/count/low_rank_double_single.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, EigenvalueDecomposition, fc, Matrix } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { families } from "../../support/families.ts";
import { openGpu } from "../../support/gpu.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { fixedPoint, type HostLayer, uploadLayers, weighted } from "../digit_features.ts";

const gpu = await openGpu();

/** What has become of a matrix. */
interface Small {
  /** Its order, 0 to that of M. */
  readonly order: number;
  readonly bound: number;
  readonly trace: number;
  /** Whether it is K. */
  readonly isSmall: boolean;
  /** The matrix, of all the rows that it has. */
  readonly matrix: readonly (readonly number[])[];
}

/** Matrices of both slots over the end of the ring, `[slot][layer][replica]`. */
async function reduce(layers: readonly HostLayer[], samples: number, least: number): Promise<Small[][][]> {
  using stack = new DisposableStack();
  const replicas = layers[0].features.length, capacity = 3;
  const weights = new Float32Array(samples).fill(1);
  const options = { samples, weights, replicas, capacity };
  const uploaded = uploadLayers(gpu, layers, stack, true).map((layer) => ({ ...layer, bound: 1 }));
  const grams = await bindDigitGrams(gpu, uploaded, options, stack);
  const orders = layers.map(({ width }) => width);
  const range = stack.use(new GpuArray(gpu, "range", Uint32Array.of(2, 2)));
  const work = stack.use(new GpuArray(gpu, "work", 8 * inertiaWords(orders, replicas, 1) * capacity));
  const small = await bindLowRank(gpu, grams, { orders, replicas, capacity, least, range, work }, stack);
  for (const slot of [5, 6]) {
    grams.made.write(Uint32Array.of(slot));
    const commands = new Commands(gpu);
    commands.run(...grams.dispatches);
    commands.submit();
  }
  const commands = new Commands(gpu);
  commands.run(small.dispatch(2));
  commands.submit();
  const [results, words] = await Promise.all([small.results.read(), grams.matrices.read()]);
  return [2, 0].map((slot) =>
    layers.map(({ width }, l) =>
      Array.from({ length: replicas }, (_, r): Small => {
        const number = (slot * layers.length + l) * replicas + r;
        const [order, bound, trace, isSmall] = results.subarray(4 * number, 4 * number + 4);
        const rows = Math.max(width, order);
        const at = (i: number, j: number) => {
          const block = (i >> 2) * ((i >> 2) + 1) / 2 + (j >> 2);
          const word = 32 * (number * grams.blocks + block) + 4 * (i % 4) + j % 4;
          return words[word] + words[word + 16];
        };
        const matrix = Array.from(
          { length: isSmall ? order : rows },
          (_, i) =>
            Array.from({ length: isSmall ? order : rows }, (_, j) => at(Math.max(i, j), Math.min(i, j))),
        );
        return { order, bound, trace, isSmall: isSmall === 1, matrix };
      })
    )
  );
}

function eigenvalues(rows: readonly (readonly number[])[], count: number): number[] {
  const found = rows.length === 0
    ? []
    : new EigenvalueDecomposition(new Matrix(rows.map((row) => [...row])), { assumeSymmetric: true })
      .realEigenvalues;
  return [...found, ...new Array<number>(count).fill(0)].sort((a, b) => b - a).slice(0, count);
}

/** That every eigenvalue is within its bound. Gives the largest order as a share of the width. */
async function check(layers: readonly HostLayer[], samples: number, least: number): Promise<number> {
  const [first, second] = await reduce(layers, samples, least);
  assert.deepEqual(first, second);
  let share = 0;
  layers.forEach(({ width, features }, l) =>
    features.forEach((data, r) => {
      const { order, bound, trace, isSmall, matrix } = first[l][r];
      const x = fixedPoint(weighted(data, width, new Float32Array(samples).fill(1)), 0);
      const gram = Array.from({ length: width }, (_, i) =>
        Array.from({ length: width }, (_, j) => {
          let sum = 0;
          for (let k = 0; k < samples; k++) sum += x[k * width + i] * x[k * width + j];
          return sum;
        }));
      const exact = eigenvalues(gram, width), own = eigenvalues(matrix, width);
      const total = exact.reduce((sum, value) => sum + value, 0);
      assert(Math.abs(trace - total) <= 1e-5 * total + 1e-30, `trace ${trace}, not ${total}`);
      // The reference rounds as well.
      const allowed = bound + 16 * 2 ** -48 * total + 1e-14 * total;
      exact.forEach((value, i) => {
        const off = Math.abs(value - own[i]);
        assert(off <= allowed, `eigenvalue ${i} of ${width} is off by ${off}, not ${allowed}`);
      });
      if (isSmall) assert(order % 4 === 0 && bound <= 2 ** -13 * least + 1e-9 * total);
      else assert(order === width && bound === 0);
      share = Math.max(share, order / width);
    })
  );
  return share;
}

/** Features of magnitude 1 at most whose singular values fall by `decay` from one to the next. */
function decaying(samples: number, width: number, decay: number, seed: number): Float32Array {
  const terms = Math.min(samples, width), left = normals(samples * terms, seed);
  const right = normals(terms * width, seed + 1);
  const product = Float64Array.from({ length: samples * width }, (_, e) => {
    let sum = 0;
    for (let k = 0; k < terms; k++) {
      sum += left[Math.floor(e / width) * terms + k] * decay ** k * right[k * width + e % width];
    }
    return sum;
  });
  const largest = product.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return Float32Array.from(product, (x) => x / largest);
}

Deno.test("low_rank_double_single: eigenvalues of any shape and rank are within their bounds", async () => {
  const problem = fc.record({
    samples: fc.integer({ min: 1, max: 60 }),
    widths: fc.array(fc.integer({ min: 1, max: 43 }), { minLength: 1, maxLength: 2 }),
    replicas: fc.integer({ min: 1, max: 3 }),
    decay: fc.double({ min: 0.01, max: 1, noNaN: true }),
    digits: fc.integer({ min: 1, max: 9 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  });
  await fc.assert(
    fc.asyncProperty(problem, async ({ samples, widths, replicas, decay, digits, seed }) => {
      const layers = widths.map((width, l) => ({
        width,
        features: Array.from(
          { length: replicas },
          (_, r) => decaying(samples, width, decay, seed + 10 * l + r),
        ),
      }));
      await check(layers, samples, 10 ** -digits);
    }),
    { numRuns: 60, seed: 5 },
  );
});

Deno.test("low_rank_double_single: features of a low rank become small, those of a high one stay", async () => {
  const low = Array.from({ length: 3 }, (_, r) => tanhFeatures(uniform(r), 256, 50, 8));
  assert(await check([{ width: 50, features: low }], 256, 256e-6) < 0.5);
  const high = [normals(256 * 50, 1).map(Math.tanh)];
  assert.equal(await check([{ width: 50, features: high }], 256, 256e-6), 1);
});

Deno.test("low_rank_double_single: hard families, wide layers, neurons that are alike", async () => {
  for (const [name, phi] of families(151, 37, 5)) {
    const largest = phi.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    const features = [Float32Array.from(phi, (x) => x / largest)];
    for (const least of [1e-1, 1e-4, 1e-7]) {
      assert(await check([{ width: 37, features }], 151, least) <= 1.1, name);
    }
  }
  const few = decaying(260, 256, 0.3, 4);
  assert(await check([{ width: 256, features: [few] }], 260, 1e-4) < 0.25);
  assert.equal(await check([{ width: 256, features: [decaying(260, 256, 0.8, 4)] }], 260, 1e-6), 1);
  const twice = Float32Array.from(
    { length: 40 * 30 },
    (_, i) => Math.sin(Math.floor(i / 30) * (i % 30 >> 2)),
  );
  assert(await check([{ width: 30, features: [twice] }], 40, 1e-5) <= 1);
});

Deno.test("low_rank_double_single: no features, one neuron, one sample, NaN", async () => {
  const [[[zero]]] = await reduce([{ width: 5, features: [new Float32Array(20)] }], 4, 1e-6);
  assert(zero.isSmall && zero.order === 0 && zero.bound < 1e-16);
  assert(await check([{ width: 1, features: [Float32Array.of(0.5, 0.25)] }], 2, 1e-6) <= 4);
  assert(await check([{ width: 9, features: [decaying(1, 9, 1, 2)] }], 1, 1e-6) < 0.5);
  const spoiled = decaying(20, 9, 0.1, 2);
  spoiled[9 * 3 + 4] = NaN;
  const [[[bad, good]]] = await reduce(
    [{ width: 9, features: [spoiled, decaying(20, 9, 0.1, 2)] }],
    20,
    1e-2,
  );
  assert(!bad.isSmall || Number.isNaN(bad.bound));
  assert(good.isSmall && good.order === 4);
});
