import { assert } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { joinDoubles, U2 } from "../../../src/linalg/double_single/double_single.ts";
import { SymmetricBatch } from "../../../src/linalg/count/symmetric_batch.ts";
import { TridiagonalBatch } from "../../../src/linalg/count/tridiagonal.ts";
import { bindTridiagonalDoubleSingle } from "../../../src/linalg/count/tridiagonal_double_single.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { reductionNorms } from "../../reference/tridiagonal.ts";
import { semidefiniteCases, tanhGram } from "../../support/counting.ts";
import { diagonal, indefinite, specialMatrices } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Tridiagonal forms, scaled back, with the errors claimed. */
async function reduce(matrices: readonly Float32Array[]) {
  using batch = new SymmetricBatch(gpu, matrices);
  using out = new TridiagonalBatch(gpu, batch, 2);
  const dispatches = await bindTridiagonalDoubleSingle(gpu, batch, out, "float");
  const commands = new Commands(gpu);
  commands.run(...dispatches);
  commands.submit();
  const [words, states] = await Promise.all([out.entries.read(), out.states.read()]);
  const entries = joinDoubles(words);
  return matrices.map(({ length }, index) => {
    const n = Math.sqrt(length);
    const [, scale, , error] = states.subarray(4 * index, 4 * index + 4);
    const at = 2 * index * batch.rows;
    const dense = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      dense[i * n + i] = entries[at + 2 * i] / scale;
      if (i + 1 < n) dense[i * n + i + 1] = dense[(i + 1) * n + i] = entries[at + 2 * i + 1] / scale;
    }
    return { n, dense, error, dispatches: dispatches.length };
  });
}

/**
 * That T has the eigenvalues of M to the error claimed, and to 10⁻¹³ of the largest: 300 times what float64 is off by,
 * a millionth of what single precision is.
 */
function assertSimilar(exact: readonly number[], { n, dense, error }: Awaited<ReturnType<typeof reduce>>[0]) {
  const got = eigenvalues(dense, n);
  const norm = Math.max(...exact.map(Math.abs));
  exact.forEach((value, i) => {
    const off = Math.abs(value - got[i]);
    assert.ok(off <= error + 1e-14 * n * norm, `off by ${off}, not ${error}, order ${n}`);
    assert.ok(off <= 1e-13 * norm + n * 2 ** -126, `off by ${off / norm} of the norm, order ${n}`);
  });
}

Deno.test("tridiagonal_double_single: similar to the matrix within the error claimed, whatever the matrix", async () => {
  const semidefinite = [1, 2, 3, 4, 5, 37, 64].flatMap((n) => semidefiniteCases(n, n));
  const special = [1, 2, 3, 8, 21, 50].flatMap((n) =>
    specialMatrices(n, n).map(([name, matrix]) => ({ name, matrix, exact: eigenvalues(matrix, n) }))
  );
  // Low words of what is near the smallest normal number are flushed to zero.
  const cases = [...semidefinite, ...special].filter(({ name }) => name !== "subnormal");
  const reduced = await reduce(cases.map(({ matrix }) => matrix));
  reduced.forEach((each, index) => {
    try {
      assertSimilar(cases[index].exact, each);
    } catch (error) {
      throw new Error(`${cases[index].name}: ${(error as Error).message}`);
    }
  });
});

Deno.test("tridiagonal_double_single: the error claimed is the sum derived: 10⁻¹¹ λ₁ for features", async () => {
  const n = 37, lanes = 8;
  const matrices = [indefinite(n, 1), tanhGram(n, 3, 512)];
  const reduced = await reduce(matrices);
  const s = 7 + 3 * (n / lanes + 20), l = 23 + 3 * (25 + n / 32);
  reduced.forEach(({ error }, index) => {
    const { blocks, products, rows } = reductionNorms(matrices[index], n);
    const derived = 1.01 * U2 * ((4 * l + 5) * blocks + (7 * s + 420) * products + (s + 28) * rows);
    if (gpu.software) assert.ok(Math.abs(error / derived - 1) < 1e-4, `${error}, not ${derived}`);
  });
  assert.ok(reduced[1].error < 1e-11 * eigenvalues(matrices[1], n)[0], `${reduced[1].error}`);
});

Deno.test("tridiagonal_double_single: order 300, whose dispatches continue each other", async () => {
  const matrix = indefinite(300, 7);
  const [reduced] = await reduce([matrix]);
  assert.ok(reduced.dispatches > 1);
  assertSimilar(eigenvalues(matrix, 300), reduced);
});

Deno.test("tridiagonal_double_single: what remains of a matrix stays symmetric to the bit", async () => {
  using batch = new SymmetricBatch(gpu, [indefinite(298, 2)]);
  using out = new TridiagonalBatch(gpu, batch, 2);
  const commands = new Commands(gpu);
  const [first] = await bindTridiagonalDoubleSingle(gpu, batch, out, "float");
  commands.run(first);
  commands.submit();
  const [[left], words] = await Promise.all([out.states.readUint32(), out.copies.read()]);
  assert.ok(left > 100 && left < 290, `${left}`);
  const at = (i: number, j: number) => 8 * (i * batch.rows / 4 + (j >> 2)) + j % 4;
  for (let i = 0; i < left; i++) {
    for (let j = 0; j < i; j++) {
      assert.equal(words[at(i, j)], words[at(j, i)]);
      assert.equal(words[at(i, j) + 4], words[at(j, i) + 4]);
    }
  }
});

Deno.test("tridiagonal_double_single: a diagonal is left as it is; only the upper triangle is read", async () => {
  const n = 37, whole = indefinite(n, 3);
  const upper = whole.map((x, e) => e % n < Math.floor(e / n) ? NaN : x);
  const [from, half, { dense }] = await reduce([whole, upper, diagonal([3, -1, 0, 1e-30, 7])]);
  assert.deepEqual(half, from);
  assert.deepEqual([0, 1, 2, 3, 4].map((i) => dense[6 * i]), [3, -1, 0, Math.fround(1e-30), 7]);
});

Deno.test("tridiagonal_double_single: what is not finite has an infinite error; an order too large is a ShapeError", async () => {
  const good = indefinite(9, 1);
  const spoilt = [NaN, -Infinity].map((bad) => good.map((x, e) => e === 2 * 9 + 5 ? bad : x));
  const reduced = await reduce([...spoilt, good]);
  assert.deepEqual(reduced.map(({ error }) => Number.isFinite(error)), [false, false, true]);
  await assert.rejects(reduce([new Float32Array(513 ** 2)]), ShapeError);
});
