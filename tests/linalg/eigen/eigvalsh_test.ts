import { assert, fc } from "../../deps.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { eigvalsh } from "../../../src/linalg/eigen/eigvalsh.ts";
import { U } from "../../reference/rounding.ts";
import { semidefiniteCases } from "../../support/counting.ts";
import { diagonal, indefinite, specialMatrices } from "../matrices.ts";
import { assertValues } from "../solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("eigvalsh: matrices with something special about them, of many orders in one batch", async () => {
  const cases = [1, 2, 3, 8, 21, 37, 64, 130].flatMap((n) =>
    specialMatrices(n, 7 * n).map(([name, matrix]) => ({ name, n, matrix }))
  );
  const found = await eigvalsh(gpu, cases.map(({ matrix }) => squareMatrix(matrix)));
  found.forEach((values, index) => {
    const { name, n, matrix } = cases[index];
    assert.equal(values.length, n);
    assert.ok(values.every((value, i) => i === 0 || value <= values[i - 1]), `${name}: not in order`);
    try {
      assertValues(matrix, n, values);
    } catch (error) {
      throw new Error(`${name}, order ${n}: ${(error as Error).message}`);
    }
  });
});

Deno.test("eigvalsh: semidefinite matrices, clustered, of low rank, from subnormal to huge", async () => {
  const cases = [5, 37, 64].flatMap((n) => semidefiniteCases(n, n));
  const found = await eigvalsh(gpu, cases.map(({ matrix }) => squareMatrix(matrix)));
  cases.forEach(({ name, n, exact }, index) => {
    // Subnormal entries are flushed to zero by many an adapter, n of them a row.
    const allowed = (n + 4) * U * exact[0] + n * 2 ** -126;
    exact.forEach((value, i) => {
      const error = Math.abs(found[index][i] - value);
      assert.ok(error <= allowed, `${name}, order ${n}: ${found[index][i]}, not ${value}`);
    });
  });
});

Deno.test("eigvalsh: random batches of random orders", async () => {
  const order = fc.integer({ min: 1, max: 70 });
  const batch = fc.array(fc.tuple(order, fc.nat(1e6)), { minLength: 1, maxLength: 6 });
  for (const shapes of fc.sample(batch, { seed: 9, numRuns: 6 })) {
    const matrices = shapes.map(([n, seed]) => indefinite(n, seed));
    (await eigvalsh(gpu, matrices.map(squareMatrix))).forEach((values, index) => {
      assertValues(matrices[index], values.length, values);
    });
  }
});

Deno.test("eigvalsh: the order beyond which a row takes more workgroup memory", async () => {
  const n = 521;
  // 1s and halves on the diagonal: eigenvalues that need no reference.
  const matrix = Float32Array.from({ length: n * n }, (_, e) => e % (n + 1) === 0 ? 0.5 : 1);
  const [values] = await eigvalsh(gpu, [squareMatrix(matrix)]);
  values.forEach((value, i) => {
    const error = Math.abs(value - (i === 0 ? n - 0.5 : -0.5));
    assert.ok(error <= (n + 4) * U * n, `eigenvalue ${i}: ${value}`);
  });
});

Deno.test("eigvalsh: a matrix has the same eigenvalues alone and beside others; its lower triangle counts", async () => {
  const matrices = [37, 5, 40, 1].map((n) => indefinite(n, n));
  const together = await eigvalsh(gpu, matrices.map(squareMatrix));
  for (const [index, matrix] of matrices.entries()) {
    const n = Math.sqrt(matrix.length);
    const rounded = matrix.map((x, e) => e % n > Math.floor(e / n) ? x * (1 + 1e-6) : x);
    assert.deepEqual(await eigvalsh(gpu, [squareMatrix(rounded)]), [together[index]]);
  }
});

Deno.test("eigvalsh: a diagonal is found to the bit", async () => {
  const [values] = await eigvalsh(gpu, [squareMatrix(diagonal([3, -1, 0.1, 7, 0.7]))]);
  assert.deepEqual(values, Float64Array.of(7, 3, Math.fround(0.7), Math.fround(0.1), -1));
});

Deno.test("eigvalsh: nothing to solve, and what can not be solved", async () => {
  assert.deepEqual(await eigvalsh(gpu, []), []);
  const good = squareMatrix(Float32Array.of(1));
  await assert.rejects(eigvalsh(gpu, [good, { rows: 2, columns: 3, data: new Float32Array(6) }]), (error) => {
    assert.ok(error instanceof ShapeError);
    assert.match(error.message, /^matrix 1 is 2 × 3: give a square one, n × n$/);
    return true;
  });
  await assert.rejects(eigvalsh(gpu, [{ rows: 0, columns: 0, data: new Float32Array(0) }]), ShapeError);
  await assert.rejects(eigvalsh(gpu, [squareMatrix(new Float32Array(2049 ** 2))]), ShapeError);
  for (const bad of [NaN, Infinity, -Infinity]) {
    await assert.rejects(eigvalsh(gpu, [good, squareMatrix(Float32Array.of(1, bad, bad, 1))]), (error) => {
      assert.ok(error instanceof InputError && !(error instanceof ShapeError));
      assert.match(error.message, /^matrix 1 has an entry that is NaN or infinite: give finite numbers$/);
      return true;
    });
  }
});
