import { assert, fc } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { padRows, vectors } from "../../../src/linalg/matrix_view.ts";
import {
  bindOneSidedJacobi,
  decodeProgress,
  type OneSidedProgress,
  oneSidedThreshold,
  singularValueBound,
} from "../../../src/linalg/svd/one_sided_jacobi.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { U } from "../../reference/rounding.ts";
import { singularValues } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

interface Solved {
  /** Singular values, descending. */
  readonly values: number[];
  readonly progress: OneSidedProgress;
  /** The rows, `order × columns`. */
  readonly rows: Float64Array;
}

/** Solves matrices of `order` rows of `columns` as one batch; `sweeps` at most. */
async function solve(
  matrices: readonly Float32Array[],
  order: number,
  columns: number,
  sweeps = 16,
  device = gpu,
  both = false,
  counted?: number,
): Promise<Solved[]> {
  using stack = new DisposableStack();
  const stride = 2 * vectors(columns / 2), rows = 32 * Math.ceil(order / 32), count = matrices.length;
  // Something in front of the first matrix and between them, to see that it is left alone.
  const batch = rows * stride + 3, offset = 5;
  const words = new Float32Array(4 * (offset + count * batch)).fill(7);
  matrices.forEach((matrix, index) => {
    const at = 4 * (offset + index * batch);
    words.fill(0, at, at + 4 * rows * stride);
    words.set(padRows(matrix, columns, stride), at);
  });
  const array = stack.use(new GpuArray(device, "matrices", words));
  const jacobi = await bindOneSidedJacobi(
    device,
    { matrices: { array, stride, batch, offset }, order, count, vectors: both, ...counted && { counted } },
    stack,
  );
  const commands = new Commands(device);
  commands.run(jacobi.start);
  for (let sweep = 0; sweep < sweeps; sweep++) commands.run(...jacobi.sweep);
  commands.submit();
  const [values, progress, after] = await Promise.all(
    [jacobi.values.read(), jacobi.progress.readUint32(), array.read()],
  );
  assert.ok([0, 4 * offset - 1, after.length - 12, after.length - 1].every((e) => after[e] === 7));
  const length = values.length / count;
  return decodeProgress(progress).map((each, index) => ({
    progress: each,
    values: [...values.subarray(index * length, (index + 1) * length).toSorted().reverse()].slice(0, order),
    rows: Float64Array.from({ length: order * columns }, (_, e) => {
      return after[4 * (offset + index * batch + Math.floor(e / columns) * stride) + e % columns];
    }),
  }));
}

/** That the solver is done, and singular values as close to float64's as it says. */
function assertSolved({ values, progress }: Solved, matrix: Float32Array, order: number, columns: number) {
  assert.equal(progress.done, true);
  assert.ok(progress.off <= order * oneSidedThreshold(columns) * 1.01, `off ${progress.off}`);
  const exact = singularValues(matrix, order, columns);
  // No factorisation: of a matrix without columns.
  const bound = singularValueBound({ rows: 1, columns: order, longestColumn: 0, progress });
  assert.ok(bound <= 1e-3 * progress.largest);
  exact.forEach((sigma, i) => {
    const error = Math.abs(values[i] - sigma);
    assert.ok(error <= bound, `σ[${i}] of ${order} × ${columns} is ${values[i]}, not ${sigma}: ${bound}`);
  });
}

Deno.test("one-sided Jacobi: random shapes in batches", async () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 75 }), fc.integer({ min: 1, max: 75 }));
  for (const [order, columns] of fc.sample(shape, { seed: 4, numRuns: 12 })) {
    const matrices = [1, 2, 3].map((seed) => normals(order * columns, seed));
    (await solve(matrices, order, columns)).forEach((solved, index) => {
      assertSolved(solved, matrices[index], order, columns);
    });
  }
});

for (const [order, columns] of [[64, 64], [65, 65], [128, 128], [200, 200], [50, 1000], [20, 3000]]) {
  Deno.test(`one-sided Jacobi: ${order} rows of ${columns}`, async () => {
    const matrix = normals(order * columns, order);
    const [solved] = await solve([matrix], order, columns);
    assertSolved(solved, matrix, order, columns);
  });
}

Deno.test("one-sided Jacobi: rows that are orthogonal already are left alone", async () => {
  const diagonal = Float32Array.from({ length: 400 }, (_, e) => e % 21 === 0 ? 20 - e / 21 : 0);
  const [{ values, progress }, zero] = await solve([diagonal, new Float32Array(400)], 20, 20);
  assert.deepEqual(values, Array.from({ length: 20 }, (_, i) => 20 - i));
  assert.deepEqual(progress, { largest: 20, off: 0, sweeps: 1, done: true, rotated: 0 });
  assert.deepEqual(zero.values, new Array(20).fill(0));
  assert.deepEqual(zero.progress, { largest: 0, off: 0, sweeps: 1, done: true, rotated: 0 });
});

Deno.test("one-sided Jacobi: rotations neither shrink nor stretch on average", async () => {
  const n = 96;
  const matrix = normals(n * n, 8);
  const [{ values, progress }] = await solve([matrix], n, n);
  // The mean of n² squares whose errors have mean zero, of some 2.2 u √turns each: no bias of 0.2 u a rotation.
  const exact = singularValues(matrix, n, n);
  const square = (sigmas: readonly number[]) => sigmas.reduce((sum, sigma) => sum + sigma * sigma, 0);
  const turns = progress.rotated / 6;
  assert.ok(Math.abs(Math.sqrt(square(values) / square(exact)) - 1) < 2.2 * U * Math.sqrt(turns));
});

Deno.test("one-sided Jacobi: for vectors rows are orthogonal relative to the norms of both", async () => {
  const sine = Math.sin(1.2), cosine = Math.cos(1.2);
  for (const n of [37, 100]) {
    const base = normals(n * n, n);
    const triangle = (f: (i: number, j: number) => number) =>
      base.map((_, e) => e % n < Math.floor(e / n) ? 0 : f(Math.floor(e / n), e % n));
    const matrices = [
      base,
      // Rows of 1 to 10⁻⁷, not in order.
      base.map((x, e) => x * 10 ** (-7 * ((3 * Math.floor(e / n)) % n) / n)),
      triangle((i, j) => base[i * n + j] * 10 ** (-7 * i / n)),
      // All products round to one side.
      triangle((i, j) => sine ** i * (i === j ? 1 : -cosine)),
      base.map((_, e) => 1 / (Math.floor(e / n) + e % n + 1)),
    ];
    for (const software of [false, true]) {
      using device = await Gpu.open();
      Object.defineProperty(device, "software", { value: software });
      (await solve(matrices, n, n, 20, device, true)).forEach(({ values, rows, progress }, k) => {
        assert.equal(progress.done, true);
        const exact = singularValues(matrices[k], n, n);
        exact.forEach((sigma, i) =>
          assert.ok(Math.abs(values[i] - sigma) <= 30 * U * exact[0], `σ[${i}] of ${k}`)
        );
        const norms = Array.from({ length: n }, (_, i) => Math.hypot(...rows.subarray(i * n, (i + 1) * n)));
        // What the products round by, a few u, comes to the threshold.
        const bound = 2 * oneSidedThreshold(n, true);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < i; j++) {
            if (Math.min(norms[i], norms[j]) < 2 ** -29 * exact[0]) continue;
            let dot = 0;
            for (let c = 0; c < n; c++) dot += rows[i * n + c] * rows[j * n + c];
            assert.ok(Math.abs(dot) <= bound * norms[i] * norms[j], `rows ${i}, ${j} of ${k}`);
          }
        }
      });
    }
  }
});

Deno.test("one-sided Jacobi: what is behind the vectors that count is rotated with them, and not looked at", async () => {
  for (const [order, columns] of [[30, 24], [70, 72]]) {
    const matrix = normals(order * columns, order);
    const [plain] = await solve([matrix], order, columns, 16, gpu, true);
    // The identity becomes Jᵀ.
    const width = columns + order;
    const wide = Float32Array.from({ length: order * width }, (_, e) => {
      const i = Math.floor(e / width), j = e % width;
      return j < columns ? matrix[i * columns + j] : 1e6 * +(j - columns === i);
    });
    const [{ values, rows, progress }] = await solve([wide], order, width, 16, gpu, true, columns / 4);
    assert.deepEqual([values, progress], [plain.values, plain.progress]);
    const part = (from: number, to: number) => rows.filter((_, e) => e % width >= from && e % width < to);
    assert.deepEqual(part(0, columns), plain.rows);
    const turn = part(columns, width).map((x) => x / 1e6);
    matmul(transpose(turn, order, order), plain.rows, order, columns, order).forEach((x, e) => {
      assert.ok(Math.abs(x - matrix[e]) <= 1e-4, `${x}, not ${matrix[e]}`);
    });
  }
});

Deno.test("one-sided Jacobi: NaN is left alone, and reaches no other matrix", async () => {
  const n = 30;
  const good = normals(n * n, 1), bad = good.slice();
  bad[100] = NaN;
  const [alone] = await solve([good], n, n);
  const [first, spoilt, last] = await solve([good, bad, good], n, n);
  assert.deepEqual(first, alone);
  assert.deepEqual(last, alone);
  assert.ok(spoilt.values.some(Number.isNaN));
});

Deno.test("one-sided Jacobi: too few sweeps are not called done", async () => {
  const matrix = normals(40 * 40, 2);
  const [{ progress }] = await solve([matrix], 40, 40, 3);
  assert.equal(progress.done, false);
  assert.equal(progress.sweeps, 3);
});

Deno.test("one-sided Jacobi: the variants for GPUs and for software", async () => {
  for (const software of [false, true]) {
    using device = await Gpu.open();
    Object.defineProperty(device, "software", { value: software });
    for (const order of [40, 100]) {
      const matrix = normals(order * 50, order);
      const [solved] = await solve([matrix], order, 50, 16, device);
      assertSolved(solved, matrix, order, 50);
    }
  }
});

Deno.test("one-sided Jacobi: too many or too long rows are a ShapeError", async () => {
  using stack = new DisposableStack();
  const array = stack.use(new GpuArray(gpu, "matrices", 4));
  const operand = { matrices: { array, stride: 1, batch: 1 }, order: 2049, count: 1 };
  await assert.rejects(bindOneSidedJacobi(gpu, operand, stack), ShapeError);
  const long = { matrices: { array, stride: 1026, batch: 1026 }, order: 1, count: 1 };
  await assert.rejects(bindOneSidedJacobi(gpu, long, stack), ShapeError);
});

Deno.test("one-sided Jacobi: rows of an odd number of vectors are a RangeError", async () => {
  using stack = new DisposableStack();
  const array = stack.use(new GpuArray(gpu, "matrices", 4));
  const operand = { matrices: { array, stride: 1, batch: 1 }, order: 1, count: 1 };
  await assert.rejects(bindOneSidedJacobi(gpu, operand, stack), RangeError);
});
