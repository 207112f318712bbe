import { assert } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import {
  bindCholesky,
  boundByCholesky,
  CholeskyWork,
  countBetween,
} from "../../../src/linalg/count/cholesky.ts";
import { SymmetricBatch } from "../../../src/linalg/count/symmetric_batch.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { assertCounts, type Case, semidefiniteCases, tanhGram, thresholds } from "../../support/counting.ts";
import { gramMatrix, indefinite, specialMatrices, withSpectrum } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** That every eigenvalue lies between its bounds, and every count in its interval. */
async function check(cases: readonly Case[]) {
  const all = await boundByCholesky(gpu, cases.map(({ matrix }) => matrix));
  all.forEach((bounds, index) => {
    const { name, n, exact } = cases[index];
    const slack = 1e-14 * n * Math.max(...exact.map(Math.abs));
    exact.forEach((value, k) => {
      const what = `${name}: eigenvalue ${k} of ${n} is ${value}, not in [${bounds.lower[k]}, ${
        bounds.upper[k]
      }]`;
      assert.ok(value <= bounds.upper[k] + slack, what);
      assert.ok(bounds.lower[k] === 0 || value >= bounds.lower[k] - slack, what);
    });
    const epsilons = thresholds(cases[index]);
    assertCounts(cases[index], epsilons, epsilons.map((epsilon) => countBetween(bounds, epsilon)));
  });
  return all;
}

Deno.test("cholesky: every eigenvalue lies between its bounds, on semidefinite matrices of every kind", async () => {
  await check([1, 2, 3, 4, 5, 37, 64, 65].flatMap((n) => semidefiniteCases(n, n)));
});

Deno.test("cholesky: orders 128, 256 and 300, whose dispatches continue each other", async () => {
  const wanted = ["tanh features", "Hilbert", "clustered at ε", "rank deficient"];
  await check(semidefiniteCases(128, 1).filter(({ name }) => wanted.includes(name)));
  const matrices = [tanhGram(256, 5), gramMatrix(300, 400, 1)];
  using batch = new SymmetricBatch(gpu, matrices);
  using work = new CholeskyWork(gpu, batch);
  assert.ok((await bindCholesky(gpu, batch, work)).length > 1);
  await check(matrices.map((matrix) => {
    const n = Math.sqrt(matrix.length);
    return { name: "large", n, matrix, exact: eigenvalues(matrix, n) };
  }));
});

Deno.test("cholesky: an indefinite matrix has true bounds", async () => {
  await check(
    [1, 2, 3, 8, 21, 50].flatMap((n) =>
      specialMatrices(n, n).map(([name, matrix]) => ({ name, n, matrix, exact: eigenvalues(matrix, n) }))
    ),
  );
});

Deno.test("cholesky: where the spectrum falls fast, bounds are within a factor, and counts certain", async () => {
  const n = 32;
  const spectrum = Array.from({ length: n }, (_, i) => i < 4 ? 1 : i < 9 ? 1e-3 : 0);
  const matrix = withSpectrum(spectrum, 7);
  const [{ upper, lower }] = await boundByCholesky(gpu, [matrix]);
  for (const k of [0, 1, 2, 3]) {
    assert.ok(upper[k] <= 2 * n && lower[k] >= 1 / (4 * n), `${lower[k]} ${upper[k]}`);
  }
  assert.ok(upper[4] < 10e-3 && lower[8] > 1e-3 / (4 * n), `${lower[8]} ${upper[4]}`);
  assert.ok(upper[9] < 32 * 2 ** -24, `${upper[9]}`);
  assert.deepEqual(countBetween({ upper, lower }, 0.02), { count: 4, low: 4, high: 4 });
  assert.deepEqual(countBetween({ upper, lower }, 4e-6), { count: 9, low: 9, high: 9 });
});

Deno.test("cholesky: the same alone and beside others; what lies above the diagonal is not read", async () => {
  const sizes = [37, 5, 40, 39];
  const matrices = sizes.map((n) => gramMatrix(n, n, n));
  const together = await boundByCholesky(gpu, matrices);
  for (const [index, n] of sizes.entries()) {
    const lower = matrices[index].map((x, e) => e % n > Math.floor(e / n) ? NaN : x);
    assert.deepEqual(await boundByCholesky(gpu, [lower]), [together[index]]);
  }
});

Deno.test("cholesky: what is not finite has no bounds and spoils no other", async () => {
  const good = gramMatrix(9, 20, 1);
  const spoilt = [NaN, Infinity, -Infinity].map((bad) => good.map((x, e) => e === 5 * 9 + 2 ? bad : x));
  const [first, ...rest] = await boundByCholesky(gpu, [good, ...spoilt, good]);
  assert.deepEqual(rest.pop(), first);
  for (const bounds of rest) assert.deepEqual(countBetween(bounds, 1), { count: 0, low: 0, high: 9 });
  assert.ok(first.lower[0] > 0);
});

Deno.test("cholesky: run twice, the same bounds; nothing to bound; what can not be bounded", async () => {
  using batch = new SymmetricBatch(gpu, [tanhGram(30, 1), indefinite(20, 1)]);
  using work = new CholeskyWork(gpu, batch);
  const results: Float32Array[] = [];
  for (let run = 0; run < 2; run++) {
    const commands = new Commands(gpu);
    commands.run(...await bindCholesky(gpu, batch, work));
    commands.submit();
    results.push(await work.bounds.read());
  }
  assert.deepEqual(results[1], results[0]);
  assert.deepEqual(await boundByCholesky(gpu, []), []);
  await assert.rejects(boundByCholesky(gpu, [new Float32Array(3)]), ShapeError);
  using large = new SymmetricBatch(gpu, [new Float32Array(1025 ** 2)]);
  using room = new CholeskyWork(gpu, large);
  await assert.rejects(bindCholesky(gpu, large, room), ShapeError);
});
