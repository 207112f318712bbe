import { assert, fc } from "../../deps.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { padRows, vectors } from "../../../src/linalg/matrix_view.ts";
import { bindQr, bindQrFeatures, qrLevels, TallBatch } from "../../../src/linalg/svd/qr.ts";
import { weightedProduct } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { U } from "../../reference/rounding.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** R of each matrix, `columns × columns`; checks that there are zeros wherever R has none. */
async function factors(matrices: readonly Float32Array[], rows: number, columns: number) {
  using batch = new TallBatch(gpu, matrices.length, rows, columns);
  const width = 4 * batch.stride;
  matrices.forEach((matrix, index) => {
    batch.matrices.write(padRows(matrix, columns, batch.stride), index * batch.rows * width);
  });
  const commands = new Commands(gpu);
  commands.run(...await bindQr(gpu, batch));
  commands.submit();
  return extract(await batch.matrices.read(), batch);
}

function extract(words: Float32Array, { count, rows, columns, stride }: TallBatch): Float32Array[] {
  return Array.from({ length: count }, (_, index) => {
    const r = new Float32Array(columns * columns);
    const matrix = words.subarray(index * rows * 4 * stride, (index + 1) * rows * 4 * stride);
    matrix.forEach((x, e) => {
      const i = Math.floor(e / (4 * stride)), j = e % (4 * stride);
      if (i <= j && j < columns) r[i * columns + j] = x;
      else assert.ok(x === 0 || matrix.some(Number.isNaN), `entry (${i}, ${j}) is ${x}`);
    });
    return r;
  });
}

/**
 * That RᵀR = AᵀWA: column j of A is off by κ u √(n + 32 L) ‖a_j‖ (see `qr`), so a product by twice that of the columns'
 * lengths.
 */
function assertFactor(
  r: Float32Array,
  a: Float32Array,
  rows: number,
  columns: number,
  weights?: Float32Array,
) {
  const ones = new Float32Array(columns).fill(1);
  const got = weightedProduct(r, columns, r, columns, ones);
  const expected = weightedProduct(a, columns, a, columns, weights ?? new Float32Array(rows).fill(1));
  const bound = 2 * 6 * U * Math.sqrt(columns + 32 * qrLevels(rows));
  expected.forEach((x, e) => {
    const i = Math.floor(e / columns), j = e % columns;
    const length = Math.sqrt(expected[i * columns + i] * expected[j * columns + j]);
    // A column of 8 entries that is shorter than 2⁻⁵⁰ may count as 0.
    const tiny = 2 ** -49 *
      Math.sqrt((rows / 8 + 1) * (expected[i * columns + i] + expected[j * columns + j]));
    assert.ok(Math.abs(got[e] - x) <= bound * length + tiny, `RᵀR[${i}, ${j}] is ${got[e]}, not ${x}`);
  });
}

Deno.test("qr: random shapes, tall and wide, in batches", async () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 40 }));
  for (const [index, [m, n]] of fc.sample(shape, { seed: 3, numRuns: 14 }).entries()) {
    const matrices = [0, 1, 2].map((k) => normals(m * n, 10 * index + k));
    (await factors(matrices, m, n)).forEach((r, k) => assertFactor(r, matrices[k], m, n));
  }
});

for (const [m, n] of [[255, 16], [256, 17], [272, 16], [1000, 100], [128, 128], [4113, 33], [9000, 8]]) {
  Deno.test(`qr: ${m} × ${n}, ${qrLevels(m)} levels`, async () => {
    const a = normals(m * n, m + n);
    const [r] = await factors([a], m, n);
    assertFactor(r, a, m, n);
  });
}

Deno.test("qr: what is triangular already, and what is zero", async () => {
  const triangle = normals(24 * 24, 1).map((x, e) => e % 24 >= Math.floor(e / 24) ? x : 0);
  const [same, none] = await factors([triangle, new Float32Array(24 * 24)], 24, 24);
  assert.deepEqual(same, triangle);
  assert.ok(none.every((x) => x === 0));
});

Deno.test("qr: columns that depend on each other, and tiny ones", async () => {
  const m = 60, n = 20;
  const a = normals(m * n, 5);
  for (let i = 0; i < m; i++) {
    a[i * n + 3] = 0;
    a[i * n + 7] = a[i * n + 6];
    a[i * n + 9] *= 1e-15;
    a[i * n + 11] *= 1e-30;
  }
  const [r] = await factors([a], m, n);
  assertFactor(r, a, m, n);
  assert.ok(Math.abs(r[7 * n + 7]) < 1e-5);
});

Deno.test("qr: columns that grow from nothing: short ones are no directions to reflect the others along", async () => {
  const n = 40;
  const a = normals(n * n, 7).map((x, e) => x * 10 ** (e % n - n));
  const [r] = await factors([a], n, n);
  assertFactor(r, a, n, n);
});

Deno.test("qr: NaN reaches no other matrix of the batch", async () => {
  const good = normals(50 * 10, 1), bad = good.slice();
  bad[77] = NaN;
  const [alone] = await factors([good], 50, 10);
  const [first, , last] = await factors([good, bad, good], 50, 10);
  assert.deepEqual(first, alone);
  assert.deepEqual(last, alone);
});

Deno.test("qr: weighted features of replicas, at once and in slabs", async () => {
  const m = 700, n = 21, replicas = 2;
  const phi = Array.from({ length: replicas }, (_, k) => normals(m * n, k + 1));
  const w = normals(m, 9).map((x) => x * x);
  using stack = new DisposableStack();
  const stride = vectors(n);
  const padded = new Float32Array(replicas * m * stride * 4);
  phi.forEach((each, k) => padded.set(padRows(each, n), k * m * stride * 4));
  const features = {
    array: stack.use(new GpuArray(gpu, "features", padded)),
    stride,
    batch: m * stride,
  };
  const weights = stack.use(new GpuArray(gpu, "weights", w));
  for (const room of [m, 128]) {
    using batch = new TallBatch(gpu, replicas, room, n);
    const commands = new Commands(gpu);
    commands.run(...await bindQrFeatures(gpu, batch, { features, weights, samples: m }));
    commands.submit();
    extract(await batch.matrices.read(), batch).forEach((r, k) => assertFactor(r, phi[k], m, n, w));
  }
});

Deno.test("qr: features above a multiple of the identity, at once and in slabs", async () => {
  for (const [m, n, ridge, room] of [[30, 5, 0.25, 35], [3, 20, 1e-3, 23], [300, 21, 0.5, 64]]) {
    using stack = new DisposableStack();
    const phi = normals(m * n, m), w = normals(m, 9).map((x) => x * x);
    const features = {
      array: stack.use(new GpuArray(gpu, "features", padRows(phi, n))),
      stride: vectors(n),
      batch: m * vectors(n),
    };
    const weights = stack.use(new GpuArray(gpu, "weights", w));
    using batch = new TallBatch(gpu, 1, room, n);
    const commands = new Commands(gpu);
    commands.run(...await bindQrFeatures(gpu, batch, { features, weights, samples: m, ridge }));
    commands.submit();
    const [r] = extract(await batch.matrices.read(), batch);
    const stacked = new Float32Array((m + n) * n), ones = new Float32Array(m + n).fill(1);
    stacked.set(phi);
    ones.set(w);
    for (let j = 0; j < n; j++) stacked[(m + j) * n + j] = ridge;
    assertFactor(r, stacked, m + n, n, ones);
  }
});

Deno.test("qr: more rows than lavapipe's loops take", async () => {
  const m = 70_000, n = 3;
  const a = normals(m * n, 4);
  const [r] = await factors([a], m, n);
  assertFactor(r, a, m, n);
});
