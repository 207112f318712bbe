import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
  U2,
} from "../../../src/linalg/double_single/double_single.ts";
import {
  bindOneSidedJacobiDoubleSingle,
  decodeDoubleSingleProgress,
  type DoubleSingleProgress,
  doubleSingleThreshold,
  rotationBounds,
} from "../../../src/linalg/svd/one_sided_jacobi_double_single.ts";
import { assert, fc } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { singularValues } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** What matrices are scaled by, so that squares of what is small beside their entries do not vanish. */
const SCALE = 2 ** 40;

/** What the solver made of one matrix. */
interface Solved {
  /** Norms of the rows, in their order. */
  readonly norms: Float64Array;
  readonly rows: Float64Array;
  readonly progress: DoubleSingleProgress;
}

interface Choices {
  readonly sweeps?: number;
  readonly form?: DoubleSingleForm;
  readonly floor?: number;
  readonly device?: Gpu;
  /** Entries of a row that count. Default: all. */
  readonly columns?: number;
}

/** Random entries of more than 24 bits. */
function random(length: number, seed: number): Float64Array {
  const low = normals(length, seed + 1);
  return Float64Array.from(normals(length, seed), (x, e) => x + 1e-8 * low[e]);
}

/** Solves matrices of `order` rows of `width` as one batch. */
async function solve(
  matrices: readonly Float64Array[],
  order: number,
  width: number,
  choices: Choices = {},
): Promise<Solved[]> {
  const { sweeps = 24, form = "float", device = gpu, columns = width, ...rest } = choices;
  using stack = new DisposableStack();
  const size = order * width, count = matrices.length;
  const words = new Float32Array(2 * count * size);
  matrices.forEach((matrix, index) =>
    words.set(splitDoubles(matrix.map((x) => SCALE * x)), 2 * index * size)
  );
  const array = stack.use(new GpuArray(device, "matrices", words));
  const operand = { matrices: array, order, columns, width, count, ...rest };
  const jacobi = await bindOneSidedJacobiDoubleSingle(device, form, operand, stack);
  run(device, [jacobi.start]);
  for (let sweep = 0; sweep < sweeps; sweep++) run(device, jacobi.sweep);
  const [norms, rows, before] = (await Promise.all([jacobi.norms.read(), array.read(), jacobi.before.read()]))
    .map((words) => joinDoubles(words).map((x) => x / SCALE));
  const first = norm(matrices[0].subarray(0, columns));
  assert.ok(
    Math.abs(before[0] - first) <= 1e-13 * first,
    `a row of norm ${first} is said to be ${before[0]}`,
  );
  return decodeDoubleSingleProgress(await jacobi.progress.readUint32()).map((progress, index) => ({
    norms: norms.slice(index * order, (index + 1) * order),
    rows: rows.slice(index * size, (index + 1) * size),
    progress: { ...progress, largest: progress.largest / SCALE },
  }));
}

function norm(x: Float64Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

/**
 * That the solver is done; singular values within their bounds, and 10⁻¹⁴ of the largest for the reference; rows
 * orthogonal to the threshold, relative to both norms, and 10 u² for its measurement and that here; AᵀA unchanged.
 */
function assertSolved(a: Float64Array, solved: Solved, order: number, columns: number, device = gpu): void {
  const { norms, rows, progress } = solved;
  assert.equal(progress.done, true);
  const exact = singularValues(a, order, columns);
  const { absolute, relative } = rotationBounds(device, { order, columns }, progress);
  assert.ok(absolute <= 1e-11 * (order + 1) * exact[0] && relative <= 1e-12 * (order + 10));
  const sorted = [...norms].sort((x, y) => y - x);
  exact.forEach((sigma, i) => {
    const error = Math.abs(sorted[i] - sigma);
    const allowed = Math.min(absolute + relative * sigma, 4e-14 * exact[0]) + 1e-14 * exact[0];
    assert.ok(error <= allowed, `σ[${i}] of ${order} × ${columns}: ${sorted[i]}, not ${sigma}`);
  });
  const products = matmul(rows, transpose(rows, order, columns), order, order, columns);
  products.forEach((g, e) => {
    const i = Math.floor(e / order), j = e % order;
    if (i === j || Math.min(norms[i], norms[j]) < 2 ** -70 * exact[0]) return;
    const bound = 1.001 * doubleSingleThreshold(columns) + 10 * U2;
    assert.ok(Math.abs(g) <= bound * norms[i] * norms[j], `rows ${i} and ${j}: ${g}`);
  });
  const [before, after] = [a, rows].map((x) =>
    matmul(transpose(x, order, columns), x, columns, columns, order)
  );
  before.forEach((x, e) => {
    assert.ok(Math.abs(after[e] - x) <= 8e-14 * exact[0] ** 2, `AᵀA[${e}] has become ${after[e]}`);
  });
}

Deno.test("oneSidedJacobiDoubleSingle: random shapes in batches", async () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 75 }), fc.integer({ min: 1, max: 75 }));
  const shapes = [...fc.sample(shape, { seed: 4, numRuns: 8 }), [1, 1], [1, 20], [2, 1], [9, 4]];
  for (const [order, columns] of shapes) {
    const matrices = [1, 2, 3].map((seed) => random(order * columns, seed));
    (await solve(matrices, order, columns)).forEach((solved, k) => {
      assertSolved(matrices[k], solved, order, columns);
    });
  }
});

for (const [order, columns] of [[64, 64], [65, 65], [130, 130], [20, 1500]]) {
  Deno.test(`oneSidedJacobiDoubleSingle: ${order} rows of ${columns}`, async () => {
    const matrix = random(order * columns, order);
    const [solved] = await solve([matrix], order, columns, { sweeps: 14 });
    assertSolved(matrix, solved, order, columns);
  });
}

Deno.test("oneSidedJacobiDoubleSingle: special matrices", async () => {
  const n = 24, base = random(n * n, 5), s = Math.sin(1.2), c = Math.cos(1.2);
  const change = (f: (x: number, i: number, j: number) => number) =>
    base.map((x, e) => f(x, Math.floor(e / n), e % n));
  const cases = {
    ones: change(() => 1),
    "rank 3": matmul(base.subarray(0, 3 * n), base.subarray(3 * n, 6 * n), n, n, 3),
    "equal rows": change((_, i, j) => base[(i % 5) * n + j]),
    Hilbert: change((_, i, j) => 1 / (i + j + 1)),
    Kahan: change((_, i, j) => i > j ? 0 : s ** i * (i === j ? 1 : -c)),
    "equal values": change((_, i, j) => (i === j ? 1 : 0) - 2 / n),
    clustered: change((x, i, j) => (i === j ? 1 : 0) + 1e-12 * x),
    huge: change((x) => 2 ** 12 * x),
    tiny: change((x) => 2 ** -20 * x),
  };
  const solved = await solve(Object.values(cases), n, n, { sweeps: 40 });
  Object.values(cases).forEach((matrix, k) => assertSolved(matrix, solved[k], n, n));
});

Deno.test("oneSidedJacobiDoubleSingle: values of graded rows are right relative to themselves", async () => {
  for (const n of [5, 20, 37]) {
    // Rows of 1 to 10⁻²⁰, not in order, far from each other in direction.
    const y = random(n * n, n).map((x, e) => 0.2 * x / Math.sqrt(n) + (e % (n + 1) === 0 ? 1 : 0));
    const d = Array.from({ length: n }, (_, i) => 10 ** (-20 * ((3 * i) % n) / (n - 1)));
    const a = y.map((x, e) => x * d[Math.floor(e / n)]);
    const [{ norms, progress }] = await solve([a], n, n);
    assert.equal(progress.done, true);
    const square = matmul(a, transpose(a, n, n), n, n, n);
    const exact = gradedEigenvalues(square, n).map(Math.sqrt);
    [...norms].sort((p, q) => q - p).forEach((value, i) => {
      assert.ok(
        Math.abs(value / exact[i] - 1) <= 1e-12,
        `σ[${i}] of ${n}: ${value}, not ${exact[i]} of ${exact[0]}`,
      );
    });
    // Every bit of it is rounding: the bound is some units of u² for each round of each sweep.
    assert.ok(progress.moved > 0 && progress.moved <= 30 * U2 * n * progress.sweeps * Math.sqrt(2));
  }
});

Deno.test("oneSidedJacobiDoubleSingle: rows that are orthogonal already are left alone", async () => {
  const diagonal = Float64Array.from(
    { length: 400 },
    (_, e) => e % 21 === 0 ? (20 - e / 21) * (1 + 2 ** -40) : 0,
  );
  const [{ norms, rows, progress }, zero] = await solve([diagonal, new Float64Array(400)], 20, 20);
  assert.deepEqual(rows, diagonal);
  norms.forEach((value, i) => assert.ok(Math.abs(value / diagonal[21 * i] - 1) <= 4 * U2));
  assert.deepEqual(progress, { largest: 20, off: 0, moved: 0, sweeps: 1, done: true });
  assert.deepEqual(zero.norms, new Float64Array(20));
  assert.deepEqual(zero.progress, { largest: 0, off: 0, moved: 0, sweeps: 1, done: true });
});

Deno.test("oneSidedJacobiDoubleSingle: the rounding of each rotation is counted", async () => {
  // One rotation by θ, tan 2θ = 2 row₁ · row₂ / (‖row₂‖² − ‖row₁‖²) = 2; what single precision left of θ is turned next.
  const [{ progress }] = await solve([Float64Array.of(1, 0, 1, 1)], 2, 2);
  const s = Math.sin(Math.atan(2) / 2), norm = Math.sqrt(3);
  const once = (3 + 24 * s) * norm / Math.SQRT2, again = 3 * norm / progress.largest;
  assert.ok(
    Math.abs(progress.moved / U2 - (once + again)) <= 1e-4,
    `${progress.moved / U2}, not ${once + again}`,
  );
  assert.equal(progress.sweeps, 3);
  // A round of two pairs: the root of the squares.
  const [{ progress: two }] = await solve(
    [Float64Array.of(1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1)],
    4,
    4,
  );
  assert.ok(two.moved >= Math.SQRT2 * once * U2 && two.moved <= (2 * once + 4 * again) * U2);
});

Deno.test("oneSidedJacobiDoubleSingle: with a floor, noise ends sooner, and what is above is as good", async () => {
  const n = 30;
  const y = random(n * n, 3);
  const a = matmul(y, y.map((x, e) => x * 10 ** -Math.floor(e / n)), n, n, n);
  const [fine] = await solve([a], n, n), [coarse] = await solve([a], n, n, { floor: 2 ** -22 });
  assertSolved(a, fine, n, n);
  assert.ok(coarse.progress.done && coarse.progress.sweeps < fine.progress.sweeps);
  const errors = rotationBounds(gpu, { order: n, columns: n, floor: 2 ** -22 }, coarse.progress);
  const exact = singularValues(a, n, n);
  [...coarse.norms].sort((p, q) => q - p).forEach((value, i) => {
    const d = errors.absolute + errors.relative * exact[i];
    const allowed = 2 * exact[i] * d + d * d + errors.squared;
    assert.ok(allowed <= 1e-9 * exact[0] * exact[i] + 1e-20 * exact[0] ** 2);
    const reference = 2 * exact[i] * 1e-14 * exact[0] + 1e-28 * exact[0] ** 2;
    assert.ok(Math.abs(value ** 2 - exact[i] ** 2) <= allowed + reference);
  });
});

Deno.test("oneSidedJacobiDoubleSingle: what is behind the entries of a row is rotated with it, and not looked at", async () => {
  for (const [order, columns] of [[30, 20], [70, 70]]) {
    const matrices = [random(order * columns, 1), random(order * columns, 2)];
    const plain = await solve(matrices, order, columns);
    // The identity becomes Jᵀ: what is as large as 10⁶ of it is not seen by norms or products.
    const width = columns + order;
    const wide = matrices.map((a) =>
      Float64Array.from({ length: order * width }, (_, e) => {
        const i = Math.floor(e / width), j = e % width;
        return j < columns ? a[i * columns + j] : 1e6 * +(j - columns === i);
      })
    );
    (await solve(wide, order, width, { columns })).forEach(({ norms, rows, progress }, k) => {
      assert.deepEqual([norms, progress], [plain[k].norms, plain[k].progress]);
      const part = (from: number, to: number) => rows.filter((_, e) => e % width >= from && e % width < to);
      assert.deepEqual(part(0, columns), plain[k].rows);
      const turn = part(columns, width).map((x) => x / 1e6);
      const back = matmul(transpose(turn, order, order), plain[k].rows, order, columns, order);
      back.forEach((x, e) => assert.ok(Math.abs(x - matrices[k][e]) <= 1e-12, `${x}, not ${matrices[k][e]}`));
    });
  }
});

Deno.test("oneSidedJacobiDoubleSingle: both forms give the same bits", async () => {
  const matrices = [random(49, 1), random(49, 2)];
  assert.deepEqual(await solve(matrices, 7, 7, { form: "integer" }), await solve(matrices, 7, 7));
});

Deno.test("oneSidedJacobiDoubleSingle: NaN ends the solve of its matrix, and reaches no other", async () => {
  const good = random(900, 1), bad = good.map((x, e) => e === 100 ? NaN : x);
  const [alone] = await solve([good], 30, 30);
  const [first, spoilt, last] = await solve([good, bad, good], 30, 30);
  assert.deepEqual([first, last], [alone, alone]);
  assert.ok(spoilt.norms.some(Number.isNaN));
});

Deno.test("oneSidedJacobiDoubleSingle: too few sweeps are not called done", async () => {
  const [{ progress }] = await solve([random(1600, 2)], 40, 40, { sweeps: 3 });
  assert.equal(progress.done, false);
  assert.equal(progress.sweeps, 3);
});

Deno.test("oneSidedJacobiDoubleSingle: the variants for GPUs and for software", async () => {
  for (const software of [false, true]) {
    using device = await Gpu.open();
    Object.defineProperty(device, "software", { value: software });
    for (const order of [33, 67]) {
      const matrix = random(order * 40, order);
      const [solved] = await solve([matrix], order, 40, { device });
      assertSolved(matrix, solved, order, 40, device);
    }
  }
});

Deno.test("oneSidedJacobiDoubleSingle: what is too large is a ShapeError", async () => {
  using stack = new DisposableStack();
  const array = stack.use(new GpuArray(gpu, "matrices", 4));
  for (const [order, columns] of [[2049, 1], [1, 2049]]) {
    const operand = { matrices: array, order, columns, count: 1 };
    await assert.rejects(bindOneSidedJacobiDoubleSingle(gpu, "float", operand, stack), ShapeError);
  }
});
