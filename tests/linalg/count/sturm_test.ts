import { assert, fc } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { countBySturm } from "../../../src/linalg/count/sturm.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { type Case, certainShare, checkCounts, semidefiniteCases, tanhGram } from "../../support/counting.ts";
import { indefinite, specialMatrices } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const check = (cases: readonly Case[], epsilons?: readonly (readonly number[])[]) =>
  checkCounts((matrices, thresholds) => countBySturm(gpu, matrices, thresholds), cases, epsilons);

Deno.test("sturm: never a wrong interval, on semidefinite matrices of every kind", async () => {
  const cases = [1, 2, 3, 4, 5, 37, 64, 65].flatMap((n) => semidefiniteCases(n, n));
  const counts = await check(cases);
  assert.ok(certainShare(counts) > 0.5, `${certainShare(counts)}`);
});

Deno.test("sturm: orders 128 and 256", async () => {
  const wanted = ["tanh features", "Hilbert", "clustered at ε", "rank deficient"];
  await check(semidefiniteCases(128, 1).filter(({ name }) => wanted.includes(name)));
  const matrix = tanhGram(256, 5);
  const one = { name: "tanh features", n: 256, matrix, exact: eigenvalues(matrix, 256) };
  const [counts] = await check([one], [[1e-2, 1e-4, 1e-5].map((share) => share * one.exact[0])]);
  assert.ok(certainShare([counts]) === 1, JSON.stringify(counts));
});

Deno.test("sturm: indefinite matrices, thresholds of either sign", async () => {
  const cases = [1, 2, 3, 8, 21, 50].flatMap((n) =>
    specialMatrices(n, n).map(([name, matrix]) => ({ name, n, matrix, exact: eigenvalues(matrix, n) }))
  );
  const epsilons = cases.map(({ exact }) => {
    const norm = Math.max(...exact.map(Math.abs));
    return [0, 0.1, -0.1, 1e-3, 1e30, -1e30].map((share) => share * (norm || 1));
  }).map((list) => list.map((epsilon) => Math.min(3e38, Math.max(-3e38, epsilon))));
  const counts = await check(cases, epsilons);
  assert.ok(certainShare(counts) > 0.7, `${certainShare(counts)}`);
});

Deno.test("sturm: thresholds at eigenvalues themselves, where rounding decides", async () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), fc.boolean());
  const cases = fc.sample(matrix, { seed: 3, numRuns: 40 }).map(([n, seed, semidefinite]) => {
    const m = semidefinite ? tanhGram(n, seed) : indefinite(n, seed);
    return { name: `seed ${seed}`, n, matrix: m, exact: eigenvalues(m, n) };
  });
  await check(cases, cases.map(({ n, exact }) => [exact[0], exact[n >> 1], exact[n - 1], 0]));
});

Deno.test("sturm: what is not finite counts 0 in [0, n], and spoils no other", async () => {
  const good = indefinite(9, 1);
  const spoilt = [NaN, Infinity].map((bad) => good.map((x, e) => e % 10 === 0 && e > 40 ? bad : x));
  const matrices = [good, ...spoilt, good, good];
  const counts = await countBySturm(gpu, matrices, [[1], [1], [1], [1], [NaN]]);
  const unknown = [{ count: 0, low: 0, high: 9 }];
  assert.deepEqual(counts, [counts[0], unknown, unknown, counts[0], unknown]);
});

Deno.test("sturm: nothing to count, and what can not be counted", async () => {
  assert.deepEqual(await countBySturm(gpu, [], []), []);
  assert.deepEqual(await countBySturm(gpu, [Float32Array.of(1)], [[]]), [[]]);
  await assert.rejects(countBySturm(gpu, [new Float32Array(3)], [[1]]), ShapeError);
  await assert.rejects(countBySturm(gpu, [Float32Array.of(1)], []), ShapeError);
});
