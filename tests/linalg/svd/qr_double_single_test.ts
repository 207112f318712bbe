import { Gpu } from "../../../src/gpu/device.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import {
  bindQrDoubleSingle,
  qrDoubleSingleBound,
  SlabBatch,
} from "../../../src/linalg/svd/qr_double_single.ts";
import { assert, fc } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** What the matrices are scaled by, as the kernel wants it. */
const SCALE = 2 ** 40;

/** Random entries of more than 24 bits. */
function random(length: number, seed: number): Float64Array {
  const low = normals(length, seed + 1);
  return Float64Array.from(normals(length, seed), (x, e) => x + 1e-8 * low[e]);
}

interface Choices {
  readonly room?: number;
  readonly form?: DoubleSingleForm;
  readonly device?: Gpu;
}

/** R of each matrix of `columns` columns, `room` rows at a time. */
async function factors(matrices: readonly Float64Array[], columns: number, choices: Choices = {}) {
  const rows = matrices[0].length / columns;
  const { room = rows, form = "float", device = gpu } = choices;
  using batch = new SlabBatch(device, matrices.length, room, columns);
  const dispatches = await bindQrDoubleSingle(device, form, batch);
  for (let first = 0; first < rows; first += room) {
    const slab = new Float64Array(matrices.length * columns * room);
    matrices.forEach((a, index) => {
      for (let i = first; i < Math.min(first + room, rows); i++) {
        for (let j = 0; j < columns; j++) {
          slab[(index * columns + j) * room + i - first] = SCALE * a[i * columns + j];
        }
      }
    });
    batch.slab.write(splitDoubles(slab));
    run(device, dispatches);
  }
  const words = joinDoubles(await batch.factors.read()).map((x) => x / SCALE);
  return matrices.map((_, index) => words.slice(index * columns * columns, (index + 1) * columns * columns));
}

function frobenius(a: Float64Array): number {
  return Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
}

/** Norms of rows, scaled as they were on the GPU. */
function rowNorms(r: Float64Array, n: number): number[] {
  return Array.from({ length: n }, (_, i) => SCALE * frobenius(r.subarray(i * n, (i + 1) * n)));
}

/**
 * That R is upper triangular and RᵀR = AᵀA: R is that of A + ΔA, which moves AᵀA by 2 ‖A‖ ‖ΔA‖ at most; and float64 is
 * off by 2⁻⁵³ (m + n) of it. That is a worst case; what comes of it is 10⁻¹⁴ ‖A‖_F² at most.
 */
function assertFactor(
  r: Float64Array,
  a: Float64Array,
  n: number,
  room = a.length / n,
  device = gpu,
): void {
  const m = a.length / n, slabs = Math.ceil(m / room), norm = frobenius(a);
  r.forEach((x, e) =>
    assert.ok(Math.floor(e / n) <= e % n || x === 0, `entry ${e} below the diagonal is ${x}`)
  );
  const bound = qrDoubleSingleBound(device, room, slabs, rowNorms(r, n)) / SCALE;
  assert.ok(bound <= 2e-12 * (n + 10) * slabs * norm, `a bound of ${bound / norm} says little`);
  const got = matmul(transpose(r, n, n), r, n, n, n), expected = matmul(transpose(a, m, n), a, n, n, m);
  expected.forEach((x, e) => {
    const error = Math.abs(got[e] - x), allowed = 2 * bound * norm + 2 ** -53 * (m + n + 4) * norm ** 2;
    assert.ok(
      error <= allowed && error <= 1e-14 * norm ** 2,
      `RᵀR[${e}] of ${m} × ${n} is ${got[e]}, not ${x}`,
    );
  });
}

Deno.test("qrDoubleSingle: random shapes, tall and wide, in batches", async () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 40 }));
  const shapes = [...fc.sample(shape, { seed: 7, numRuns: 10 }), [1, 1], [1, 37], [251, 1], [5, 6]];
  for (const [index, [m, n]] of shapes.entries()) {
    const matrices = [0, 1, 2].map((k) => random(m * n, 10 * index + k));
    (await factors(matrices, n)).forEach((r, k) => assertFactor(r, matrices[k], n));
  }
});

Deno.test("qrDoubleSingle: rows stream through in slabs", async () => {
  const m = 251, n = 37, matrices = [1, 2].map((seed) => random(m * n, seed));
  for (const room of [1, 20, 100, 250]) {
    const all = await factors(matrices, n, { room });
    all.forEach((r, k) => assertFactor(r, matrices[k], n, room));
  }
});

Deno.test("qrDoubleSingle: single precision would not do", async () => {
  // The last column is the sum of the others but for 10⁻¹².
  const m = 200, n = 20;
  const a = random(m * n, 3);
  for (let i = 0; i < m; i++) {
    a[i * n + n - 1] = a.subarray(i * n, i * n + n - 1).reduce((sum, x) => sum + x) + 1e-12 * Math.cos(i);
  }
  const [r] = await factors([a], n);
  assertFactor(r, a, n);
  // What is left of the cosines outside the span of 19 random columns: nearly all of √(m / 2).
  const left = Math.abs(r[n * n - 1]);
  assert.ok(Math.abs(left / (1e-12 * Math.sqrt(m / 2)) - 1) < 0.2, `${left}`);
});

Deno.test("qrDoubleSingle: zeros, columns that are equal, tiny, or huge", async () => {
  const m = 60, n = 20, base = random(m * n, 5);
  const change = (f: (x: number, i: number, j: number) => number) =>
    base.map((x, e) => f(x, Math.floor(e / n), e % n));
  const cases = [
    change(() => 0),
    change(() => 1),
    // Copies of copies: what is left of each is noise of noise.
    change((x, i, j) => j < 12 ? base[i * n] : x),
    change((x, _, j) => x * 10 ** (-2 * j)),
    change((x, _, j) => x * 10 ** (-2 * (n - j))),
    change((x, _, j) => j === 3 ? 0 : j % 2 === 0 ? x * 1e-30 : x),
    change((x, i) => i === 7 ? x : 0),
    change((x, i, j) => i > j ? 0 : x),
  ];
  (await factors(cases, n)).forEach((r, k) => {
    if (k === 0) assert.ok(r.every((x) => x === 0));
    else assertFactor(r, cases[k], n);
  });
});

Deno.test("qrDoubleSingle: both forms give the same bits", async () => {
  const matrices = [random(30 * 7, 1)];
  assert.deepEqual(await factors(matrices, 7, { form: "integer" }), await factors(matrices, 7));
});

Deno.test("qrDoubleSingle: NaN reaches no other matrix of the batch", async () => {
  const good = random(50 * 10, 1), bad = good.map((x, e) => e === 77 ? NaN : x);
  const [alone] = await factors([good], 10);
  const [first, spoilt, last] = await factors([good, bad, good], 10);
  assert.deepEqual([first, last], [alone, alone]);
  assert.ok(spoilt.some(Number.isNaN));
});

Deno.test("qrDoubleSingle: as many rows as a slab may have", async () => {
  const a = random(65_536 * 2, 4);
  const [r] = await factors([a], 2);
  assertFactor(r, a, 2);
});

Deno.test("qrDoubleSingle: the variants for GPUs and for software", async () => {
  for (const software of [false, true]) {
    using device = await Gpu.open();
    Object.defineProperty(device, "software", { value: software });
    const a = random(300 * 15, 6);
    const [r] = await factors([a], 15, { device });
    assertFactor(r, a, 15, 300, device);
  }
});
