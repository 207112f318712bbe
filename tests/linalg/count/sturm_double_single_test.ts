import { assert, fc } from "../../deps.ts";
import { countBySturm } from "../../../src/linalg/count/sturm.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import {
  assertCounts,
  type Case,
  certainShare,
  semidefiniteCases,
  tanhGram,
} from "../../support/counting.ts";
import { indefinite, specialMatrices } from "../matrices.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

async function check(cases: readonly Case[], epsilons: readonly (readonly number[])[]) {
  const counts = await countBySturm(gpu, cases.map(({ matrix }) => matrix), epsilons, "double");
  counts.forEach((each, index) => assertCounts(cases[index], epsilons[index], each));
  return counts;
}

/** Thresholds in single precision, as shares of λ₁. */
function shares(cases: readonly Case[], list: readonly number[]): number[][] {
  return cases.map(({ exact }) => list.map((share) => Math.fround(share * (Math.abs(exact[0]) || 1))));
}

Deno.test("sturm_double_single: never a wrong interval, on semidefinite matrices of every kind, to 10⁻⁹ λ₁", async () => {
  const cases = [1, 2, 3, 5, 37, 64].flatMap((n) => semidefiniteCases(n, n));
  const counts = await check(cases, shares(cases, [0.3, 1e-2, 1e-4, 1e-6, 1e-7, 1e-8, 1e-9]));
  assert.ok(certainShare(counts) > 0.9, `${certainShare(counts)}`);
});

Deno.test("sturm_double_single: certain at 10⁻⁶ … 10⁻⁹ λ₁ of features, where single precision never is", async () => {
  const cases = Array.from({ length: 20 }, (_, seed): Case => {
    const matrix = tanhGram(40, seed, 256);
    return { name: `seed ${seed}`, n: 40, matrix, exact: eigenvalues(matrix, 40) };
  });
  // At 10⁻⁹ λ₁ eigenvalues are the rounding of the Gram matrix, and lie so dense that one of them may be on ε.
  const epsilons = shares(cases, [1e-6, 1e-7, 1e-9]);
  const share = certainShare(await check(cases, epsilons));
  assert.ok(share > 0.9, `${share}`);
  const single = await countBySturm(gpu, cases.map(({ matrix }) => matrix), epsilons);
  assert.equal(certainShare(single), 0);
});

Deno.test("sturm_double_single: indefinite matrices, thresholds of either sign, and order 130", async () => {
  const cases = [1, 2, 3, 8, 21, 50, 130].flatMap((n) =>
    specialMatrices(n, n).map(([name, matrix]) => ({ name, n, matrix, exact: eigenvalues(matrix, n) }))
  );
  const epsilons = cases.map(({ exact }) => {
    const norm = Math.max(...exact.map(Math.abs));
    return [0, 0.1, -0.1, 1e-5, 1e30, -1e30].map((share) =>
      Math.min(3e38, Math.max(-3e38, Math.fround(share * (norm || 1))))
    );
  });
  const counts = await check(cases, epsilons);
  assert.ok(certainShare(counts) > 0.8, `${certainShare(counts)}`);
});

Deno.test("sturm_double_single: thresholds at eigenvalues themselves", async () => {
  const matrix = fc.tuple(fc.integer({ min: 1, max: 24 }), fc.nat(1e6), fc.boolean());
  const cases = fc.sample(matrix, { seed: 3, numRuns: 40 }).map(([n, seed, semidefinite]): Case => {
    const m = semidefinite ? tanhGram(n, seed) : indefinite(n, seed);
    return { name: `seed ${seed}`, n, matrix: m, exact: eigenvalues(m, n) };
  });
  await check(cases, cases.map(({ n, exact }) => [exact[0], exact[n >> 1], exact[n - 1], 0]));
});

Deno.test("sturm_double_single: what is not finite counts 0 in [0, n], and spoils no other", async () => {
  const good = indefinite(9, 1);
  const spoilt = [NaN, Infinity].map((bad) => good.map((x, e) => e % 10 === 0 && e > 40 ? bad : x));
  const matrices = [good, ...spoilt, good, good];
  const counts = await countBySturm(gpu, matrices, [[1], [1], [1], [1], [NaN]], "double");
  const unknown = [{ count: 0, low: 0, high: 9 }];
  assert.deepEqual(counts, [counts[0], unknown, unknown, counts[0], unknown]);
});
