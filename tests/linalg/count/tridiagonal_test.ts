import { assert } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { SymmetricBatch } from "../../../src/linalg/count/symmetric_batch.ts";
import { bindTridiagonal, TridiagonalBatch } from "../../../src/linalg/count/tridiagonal.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { U } from "../../reference/rounding.ts";
import { reductionNorms } from "../../reference/tridiagonal.ts";
import { semidefiniteCases, tanhGram } from "../../support/counting.ts";
import { diagonal, indefinite, specialMatrices, withSpectrum } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Tridiagonal forms, scaled back, with the errors claimed. */
async function reduce(matrices: readonly Float32Array[]) {
  using batch = new SymmetricBatch(gpu, matrices);
  using out = new TridiagonalBatch(gpu, batch);
  const dispatches = await bindTridiagonal(gpu, batch, out, "float");
  const commands = new Commands(gpu);
  commands.run(...dispatches);
  commands.submit();
  const [entries, states] = await Promise.all([out.entries.read(), out.states.read()]);
  return matrices.map(({ length }, index) => {
    const n = Math.sqrt(length);
    const pairs = entries.subarray(2 * index * batch.rows, 2 * (index * batch.rows + n));
    const [, scale, , error] = states.subarray(4 * index, 4 * index + 4);
    const dense = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      dense[i * n + i] = pairs[2 * i] / scale;
      if (i + 1 < n) dense[i * n + i + 1] = dense[(i + 1) * n + i] = pairs[2 * i + 1] / scale;
    }
    return { n, dense, error, dispatches: dispatches.length };
  });
}

/** That T has the eigenvalues of M to the error claimed. Gives the largest difference, as a share of that error. */
function assertSimilar(exact: readonly number[], { n, dense, error }: Awaited<ReturnType<typeof reduce>>[0]) {
  const got = eigenvalues(dense, n);
  const slack = 1e-14 * n * Math.max(...exact.map(Math.abs));
  let worst = 0;
  exact.forEach((value, i) => worst = Math.max(worst, Math.abs(value - got[i])));
  assert.ok(worst <= error + slack, `off by ${worst}, not ${error}, order ${n}`);
  return worst / error;
}

Deno.test("tridiagonal: similar to the matrix within the error claimed, whatever the matrix", async () => {
  const semidefinite = [1, 2, 3, 4, 5, 37, 64, 65].flatMap((n) => semidefiniteCases(n, n));
  const special = [1, 2, 3, 8, 21, 50].flatMap((n) =>
    specialMatrices(n, n).map(([name, matrix]) => ({ name, matrix, exact: eigenvalues(matrix, n) }))
  );
  const cases = [...semidefinite, ...special];
  const reduced = await reduce(cases.map(({ matrix }) => matrix));
  reduced.forEach((each, index) => {
    try {
      assertSimilar(cases[index].exact, each);
    } catch (error) {
      throw new Error(`${cases[index].name}: ${(error as Error).message}`);
    }
  });
});

Deno.test("tridiagonal: the error claimed is the sum derived; some 10 u λ₁ where the spectrum falls fast", async () => {
  const n = 37;
  const falling = withSpectrum(Array.from({ length: n }, (_, i) => 4 ** -i), 1);
  const matrices = [falling, indefinite(n, 1), tanhGram(n, 3, 512)];
  const reduced = await reduce(matrices);
  reduced.forEach(({ error }, index) => {
    const { blocks, products, rows } = reductionNorms(matrices[index], n);
    const derived = 1.01 * U * (23 * blocks + 27 * products + 6 * rows);
    assert.ok(Math.abs(error / derived - 1) < 1e-4, `${error}, not ${derived}`);
  });
  assert.ok(reduced[0].error < 80 * U, `${reduced[0].error / U} u`);
});

Deno.test("tridiagonal: what remains of a matrix stays symmetric to the bit", async () => {
  using batch = new SymmetricBatch(gpu, [indefinite(298, 2)]);
  using out = new TridiagonalBatch(gpu, batch);
  const commands = new Commands(gpu);
  const [first] = await bindTridiagonal(gpu, batch, out, "float");
  commands.run(first);
  commands.submit();
  const [[left], entries] = await Promise.all([out.states.readUint32(), out.copies.read()]);
  assert.ok(left > 100 && left < 290, `${left}`);
  for (let i = 0; i < left; i++) {
    for (let j = 0; j < i; j++) assert.equal(entries[i * batch.rows + j], entries[j * batch.rows + i]);
  }
});

Deno.test("tridiagonal: only the upper triangle is read", async () => {
  const n = 37, whole = indefinite(n, 3);
  const upper = whole.map((x, e) => e % n < Math.floor(e / n) ? NaN : x);
  const [from, half] = await reduce([whole, upper]);
  assert.deepEqual(half, from);
});

Deno.test("tridiagonal: orders 128 and 300, whose dispatches continue each other", async () => {
  const sizes = [128, 300];
  const matrices = sizes.map((n) => indefinite(n, n));
  const reduced = await reduce(matrices);
  assert.ok(reduced[1].dispatches > 1);
  reduced.forEach((each, index) => assertSimilar(eigenvalues(matrices[index], sizes[index]), each));
});

Deno.test("tridiagonal: a diagonal matrix is left as it is", async () => {
  const [{ dense, error }] = await reduce([diagonal([3, -1, 0, 1e-30, 7])]);
  assert.deepEqual([0, 1, 2, 4].map((i) => dense[6 * i]), [3, -1, 0, 7]);
  assert.ok(dense.every((x, e) => e % 6 === 0 || x === 0));
  assert.ok(error < 1e-8);
});

Deno.test("tridiagonal: the same to the bit alone and beside others", async () => {
  const matrices = [37, 5, 40, 39].map((n) => indefinite(n, n));
  const together = await reduce(matrices);
  for (const [index, matrix] of matrices.entries()) {
    const [alone] = await reduce([matrix]);
    assert.deepEqual(alone.dense, together[index].dense);
  }
});

Deno.test("tridiagonal: what is not finite has an infinite error", async () => {
  const good = indefinite(9, 1);
  const spoilt = [NaN, -Infinity].map((bad) =>
    good.map((x, e) => e === 5 * 9 + 2 || e === 2 * 9 + 5 ? bad : x)
  );
  const reduced = await reduce([...spoilt, good]);
  assert.deepEqual(reduced.map(({ error }) => Number.isFinite(error)), [false, false, true]);
});

Deno.test("tridiagonal: an order too large is a ShapeError", async () => {
  using batch = new SymmetricBatch(gpu, [new Float32Array(2049 ** 2)]);
  using out = new TridiagonalBatch(gpu, batch);
  await assert.rejects(bindTridiagonal(gpu, batch, out, "float"), ShapeError);
});
