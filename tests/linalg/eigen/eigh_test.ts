import { assert, fc } from "../../deps.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { eigh } from "../../../src/linalg/eigen/eigh.ts";
import { indefinite, specialMatrices } from "../matrices.ts";
import { assertValues, assertVectors } from "../solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("eigh: matrices with something special about them", async () => {
  const cases = [1, 2, 3, 8, 21, 50].flatMap((n) => specialMatrices(n, 100 * n));
  const results = await eigh(gpu, cases.map(([, matrix]) => squareMatrix(matrix)));
  results.forEach(({ values, vectors: { data: vectors } }, index) => {
    const [name, matrix] = cases[index];
    const n = values.length;
    try {
      assert.equal(vectors.length, n * n);
      assert.ok(values.every((value, i) => i === 0 || value <= values[i - 1]), "not in order");
      assertValues(matrix, n, values);
      assertVectors(matrix, n, values, vectors);
    } catch (error) {
      throw new Error(`${name}, order ${n}: ${(error as Error).message}`);
    }
  });
});

Deno.test("eigh: random batches of random orders", async () => {
  const order = fc.integer({ min: 1, max: 40 });
  const batch = fc.array(fc.tuple(order, fc.nat(1e6)), { minLength: 1, maxLength: 6 });
  for (const shapes of fc.sample(batch, { seed: 9, numRuns: 6 })) {
    const matrices = shapes.map(([n, seed]) => indefinite(n, seed));
    (await eigh(gpu, matrices.map(squareMatrix))).forEach(({ values, vectors: { data: vectors } }, index) => {
      assertValues(matrices[index], values.length, values);
      assertVectors(matrices[index], values.length, values, vectors);
    });
  }
});

Deno.test("eigh: known spectra", async () => {
  const [one, two, all] = await eigh(
    gpu,
    [
      Float32Array.of(-3),
      Float32Array.of(0, 1, 1, 0),
      new Float32Array(16).fill(1),
    ].map(squareMatrix),
  );
  assert.deepEqual([...one.values, ...one.vectors.data], [-3, 1]);
  assert.deepEqual([...two.values].map((x) => Math.round(1e6 * x) / 1e6), [1, -1]);
  assert.deepEqual([...all.values].map((x) => Math.round(1e6 * x) / 1e6 + 0), [4, 0, 0, 0]);
});

Deno.test("eigh: the lower triangle counts where rounding has made the upper one differ", async () => {
  const matrix = indefinite(6, 1);
  const rounded = matrix.map((x, e) => e % 6 > Math.floor(e / 6) ? x * (1 + 1e-6) : x);
  const [whole, half] = await eigh(gpu, [matrix, rounded].map(squareMatrix));
  assert.deepEqual(half, whole);
});

Deno.test("eigh: nothing to solve, and what can not be solved", async () => {
  assert.deepEqual(await eigh(gpu, []), []);
  const good = squareMatrix(Float32Array.of(1));
  await assert.rejects(eigh(gpu, [good, { rows: 2, columns: 3, data: new Float32Array(6) }]), (error) => {
    assert.ok(error instanceof ShapeError);
    assert.match(error.message, /^matrix 1 is 2 × 3: give a square one, n × n$/);
    return true;
  });
  await assert.rejects(eigh(gpu, [{ rows: 0, columns: 0, data: new Float32Array(0) }]), ShapeError);
  for (const bad of [NaN, Infinity, -Infinity]) {
    await assert.rejects(eigh(gpu, [good, squareMatrix(Float32Array.of(1, bad, bad, 1))]), (error) => {
      assert.ok(error instanceof InputError && !(error instanceof ShapeError));
      assert.match(error.message, /^matrix 1 has an entry that is NaN or infinite: give finite numbers$/);
      return true;
    });
  }
});
