import { assert, fc } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import type { Gpu } from "../../../src/gpu/device.ts";
import { EigenBatch } from "../../../src/linalg/eigen/eigen_batch.ts";
import {
  bindGram,
  bindGramAccumulate,
  bindGramReduce,
  gramBound,
  gramPartials,
  gramSlices,
  singleSlices,
} from "../../../src/linalg/gram/gram.ts";
import { padRows, unpadRows } from "../../../src/linalg/matrix_view.ts";
import { exactGram, relativeError } from "../../reference/exact_gram.ts";
import { magnitudes, weightedProduct } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { gamma } from "../../reference/rounding.ts";
import { check, draw, grams, type Layer, type Problem, type Result, unpadded } from "../gram_problems.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("gramSlices: cover the samples, and none is longer than lavapipe's loops", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000_000 }), (samples) => {
      const { slice, slices } = gramSlices(samples);
      assert.ok(slice * slices >= samples && slice * (slices - 1) < samples);
      assert.ok(slice < 65_535 && slices <= 256);
    }),
    { seed: 7, numRuns: 200 },
  );
  assert.deepEqual(gramSlices(1), { slice: 256, slices: 1 });
  assert.deepEqual(gramSlices(65_537), { slice: 257, slices: 256 });
});

Deno.test("singleSlices: cover the samples, as long as a CPU has use for, and fit where more would", () => {
  const layout = { count: 1, rows: 8, rowStride: 2, tailStride: 0 };
  const words = 4 * layout.rows * layout.rowStride;
  for (const software of [true, false]) {
    const device = { software } as Gpu;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.double({ min: 0, max: 1 }), (most, share) => {
        const samples = Math.ceil(share * most) || 1;
        const { slice, slices } = singleSlices(device, samples);
        assert.ok(slice * slices >= samples && slice * (slices - 1) < samples);
        // In blocks of 4 a loop has an iteration for each of them, and one for each sample.
        assert.ok(1.25 * slice < 65_535 && slices <= 256);
        assert.ok(slices * words <= gramPartials(device, most, layout));
      }),
      { seed: 9, numRuns: 300 },
    );
  }
  const cut = (samples: number, software = true) => singleSlices({ software } as Gpu, samples);
  assert.deepEqual(cut(16_128), { slice: 256, slices: 63 });
  assert.deepEqual(cut(16_129), { slice: 512, slices: 32 });
  assert.deepEqual(cut(32_768), { slice: 512, slices: 64 });
  assert.deepEqual(cut(32_768, false), { slice: 256, slices: 128 });
  assert.deepEqual(cut(1_000_000), gramSlices(1_000_000));
});

Deno.test("gram: any samples, layers, replicas and targets, within the rounding of its sums", async () => {
  const order = fc.oneof(fc.constantFrom(1, 37, 64), fc.integer({ min: 1, max: 40 }));
  const samples = fc.oneof(fc.constantFrom(1, 2, 251, 256, 257), fc.integer({ min: 1, max: 1200 }));
  const problem = fc.tuple(
    samples,
    fc.array(order, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(1, 3),
    fc.nat(10),
    fc.nat(1e6),
  ).map((shape) => draw(...shape));
  for (const [i, drawn] of fc.sample(problem, { seed: 8, numRuns: 25 }).entries()) {
    const lastOnly = i % 2 === 1;
    const p = { ...drawn, targets: drawn.targets && { ...drawn.targets, lastOnly } };
    const sums = i % 4 < 2 ? "plain" : "compensated";
    check(p, await grams(gpu, p, sums), sums);
  }
});

Deno.test("gram: one sample, one neuron, and every number of targets to 10", async () => {
  for (let columns = 0; columns <= 10; columns++) {
    const p = draw(columns === 3 ? 300 : 1, [1], 1, columns, columns);
    check(p, await grams(gpu, p, "compensated"), "compensated");
  }
});

Deno.test("gram: 70,000 samples, more than lavapipe lets a loop take", async () => {
  const p = draw(70_000, [5], 2, 1, 9);
  check(p, await grams(gpu, p));
});

Deno.test("gram: whole numbers and weights of powers of two sum exactly", async () => {
  const { layers: [layer], ...drawn } = draw(1000, [7], 1, 2, 10);
  const whole = (x: Float32Array) => x.map((value) => Math.round(3 * value));
  const features = layer.features.map(whole), targets = { values: whole(drawn.targets!.values), columns: 2 };
  const weights = drawn.weights.map((_, k) => 2 ** -(k % 3));
  const [result] = await grams(gpu, { ...drawn, layers: [{ order: 7, features }], targets, weights });
  const exact = weightedProduct(features[0], 7, features[0], 7, weights);
  assert.deepEqual([...unpadded(result, 7)], [...exact]);
});

/** The largest error of a Gram matrix relative to Σ w |φ_i| |φ_j|, against exact sums. */
function worstError({ layers, weights }: Problem, result: Result): number {
  const { order, features } = layers[0];
  const matrix = unpadded(result, order);
  let worst = 0;
  for (let i = 0; i < order; i++) {
    for (let j = i; j < order; j++) {
      const exact = exactGram(features[0], order, weights, [i, j]);
      worst = Math.max(worst, relativeError([matrix[i * order + j]], exact));
    }
  }
  return worst;
}

Deno.test("gram: compensated sums keep what plain ones round off, against exact sums", async () => {
  for (const samples of [5, 256, 2000, 100_000]) {
    const { slice } = singleSlices(gpu, samples);
    const drawn = draw(samples, [2], 1, 0, samples);
    // One large term at the head of each slice; what a block of the others sums to is a quarter of
    // its ulp.
    const uneven = Float32Array.from(
      { length: 2 * samples },
      (_, e) => (e >> 1) % slice === 0 ? 1 : 2 ** -14,
    );
    const p = {
      ...drawn,
      weights: new Float32Array(samples).fill(1),
      layers: [{ order: 2, features: [uneven] }],
    };
    for (const problem of [drawn, p]) {
      const [result] = await grams(gpu, problem, "compensated");
      const error = worstError(problem, result);
      assert.ok(error <= gramBound(samples, "compensated"), `${samples}: ${error}`);
      assert.ok(error <= 4 * 2 ** -24, `${samples}: ${error}`);
    }
    if (samples < 256) continue;
    const [plain] = await grams(gpu, p, "plain");
    const error = worstError(p, plain);
    assert.ok(error > gramBound(samples, "compensated"), `${samples}: ${error}`);
    assert.ok(error <= gramBound(samples, "plain"), `${samples}: ${error}`);
  }
});

Deno.test("gram: tiles of samples accumulate, rescaled between", async () => {
  using stack = new DisposableStack();
  const ORDER = 5, SAMPLES = 700, MATRICES = 3, TILES = 4;
  const array = (words: Float32Array | number) => stack.use(new GpuArray(gpu, "operand", words));
  const layout = { count: MATRICES, rows: 8, rowStride: 2, tailStride: 0 };
  const pairs = array(new Float32Array(2 * MATRICES * ORDER ** 2).fill(NaN));
  const totals = Array.from(
    { length: MATRICES },
    () => ({ features: [] as number[], weights: [] as number[] }),
  );
  for (let tile = 0; tile < TILES; tile++) {
    const weights = normals(SAMPLES, 40 + tile).map(Math.abs);
    const all = Array.from({ length: MATRICES }, (_, r) => normals(SAMPLES * ORDER, 50 + 10 * tile + r));
    const words = new Float32Array(MATRICES * SAMPLES * 8);
    // Before the third tile the second matrix is scaled by 2⁻²⁰.
    const factor = (r: number) => tile === 0 ? 0 : tile === 2 && r === 1 ? 2 ** -20 : 1;
    all.forEach((matrix, r) => {
      words.set(padRows(matrix, ORDER), r * SAMPLES * 8);
      const { features, weights: before } = totals[r];
      before.forEach((weight, k) => before[k] = factor(r) * weight);
      features.push(...matrix);
      before.push(...weights);
    });
    const options = {
      samples: SAMPLES,
      replicas: MATRICES,
      weights: array(weights),
      batch: layout,
      partials: array(gramPartials(gpu, SAMPLES, layout)),
      sums: "compensated" as const,
    };
    const view = { array: array(words), stride: 2, batch: 2 * SAMPLES };
    const factors = array(Float32Array.from({ length: MATRICES }, (_, r) => factor(r)));
    const commands = new Commands(gpu);
    commands.run(
      ...await bindGram(gpu, { features: view, order: ORDER, first: 0, targets: null }, options),
      await bindGramAccumulate(gpu, options, { order: ORDER, pairs, factors }),
    );
    commands.submit();
  }
  const words = await pairs.read();
  totals.forEach(({ features, weights }, r) => {
    for (let i = 0; i < ORDER; i++) {
      for (let j = 0; j < ORDER; j++) {
        const at = (i: number, j: number) => [0, 1].map((w) => words[2 * ((r * ORDER + i) * ORDER + j) + w]);
        assert.deepEqual(at(i, j), at(j, i));
        const error = relativeError(at(i, j), exactGram(features, ORDER, weights, [i, j]));
        assert.ok(error <= gramBound(SAMPLES, "compensated", TILES), `${r}: ${error}`);
      }
    }
  });
});

Deno.test("gramBound: 11 roundings for compensated sums; for plain ones a quarter of the samples, and slices", () => {
  for (const samples of [8, 1024, 100_000, 1e6]) {
    const error = gramBound(samples, "compensated") * 2 ** 24;
    assert.ok(error > 11 && error < 11.1, `${samples}: ${error}`);
    assert.ok(gramBound(samples, "compensated", 10) < gramBound(samples, "compensated"));
    assert.ok(gramBound(samples, "compensated", 100) * 2 ** 24 < 11);
  }
  // Weights, products and sums of four; blocks; slices. One by one there would be m + 3.
  for (const [samples, roundings] of [[1, 4], [5, 8], [256, 70], [1024, 73], [8192, 101], [32_768, 197]]) {
    assert.equal(gramBound(samples, "plain"), gamma(roundings), `${samples}`);
  }
});

Deno.test("gram: a replica's matrix is the same to the bit whatever is beside it, even NaN", async () => {
  const [a, b] = draw(300, [37, 5], 3, 2, 11).layers;
  const { weights, targets, samples } = draw(300, [1], 1, 2, 12);
  const spoilt = a.features.map((matrix, r) => r === 1 ? matrix.map(() => NaN) : matrix);
  const infinite = b.features.map((matrix, r) => r === 1 ? matrix.map(() => Infinity) : matrix);
  const solve = (layers: Layer[]) => grams(gpu, { samples, weights, targets, layers });
  const together = await solve([{ order: 37, features: spoilt }, { order: 5, features: infinite }]);
  assert.ok(unpadded(together[1], 37).every(Number.isNaN));
  for (const r of [0, 2]) {
    const [wide] = await solve([{ order: 37, features: [a.features[r]] }]);
    assert.deepEqual(unpadded(together[r], 37), unpadded(wide, 37));
    assert.deepEqual(together[r].tails, wide.tails);
    const [narrow] = await solve([{ order: 5, features: [b.features[r]] }]);
    assert.deepEqual(unpadded(together[3 + r], 5), unpadded(narrow, 5));
    assert.deepEqual(together[3 + r].tails.subarray(0, narrow.tails.length), narrow.tails);
  }
});

Deno.test("gram: features that all replicas share", async () => {
  const ORDER = 6, SAMPLES = 40;
  const phi = normals(SAMPLES * ORDER, 13);
  using features = new GpuArray(gpu, "features", padRows(phi, ORDER));
  using weights = new GpuArray(gpu, "weights", new Float32Array(SAMPLES).fill(1));
  using batch = new EigenBatch(gpu, [ORDER, ORDER]);
  using partials = new GpuArray(gpu, "partials", batch.basis.length);
  const options = { samples: SAMPLES, replicas: 2, weights, batch, partials };
  const operand = {
    features: { array: features, stride: 2, batch: 0 },
    order: ORDER,
    first: 0,
    targets: null,
  };
  const commands = new Commands(gpu);
  commands.run(...await bindGram(gpu, operand, options), await bindGramReduce(gpu, options));
  commands.submit();
  const words = await batch.matrices.read();
  assert.deepEqual(words.subarray(0, words.length / 2), words.subarray(words.length / 2));
  const ones = new Float32Array(SAMPLES).fill(1);
  const exact = weightedProduct(phi, ORDER, phi, ORDER, ones);
  const size = weightedProduct(magnitudes(phi), ORDER, magnitudes(phi), ORDER, ones);
  const first = unpadRows(words.subarray(0, ORDER * batch.rows), ORDER, batch.rows / 4);
  assert.ok(exact.every((value, e) => Math.abs(value - first[e]) <= gamma(SAMPLES + 2) * size[e]));
  await assert.rejects(
    bindGram(gpu, { ...operand, features: { array: features, stride: 3, batch: 0 } }, options),
    RangeError,
  );
});
