import { InputError } from "../../../src/errors.ts";
import { countRanks } from "../../../src/rank/methods/counting.ts";
import { assert } from "../../deps.ts";
import { assertCounts, certainShare, semidefiniteCases, thresholds } from "../../support/counting.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const METHODS = ["inertia", "sturm", "sturm-double", "cholesky"] as const;
const cases = [1, 2, 17, 40].flatMap((n) => semidefiniteCases(n, n));
const matrices = cases.map(({ matrix }) => matrix);
const epsilons = cases.map(thresholds);

for (const method of METHODS) {
  Deno.test(`countRanks: ${method}: intervals hold the rank, in the order asked`, async () => {
    const ranks = await countRanks(gpu, matrices, epsilons, { method });
    ranks.forEach((each, index) => {
      assert.deepEqual(each.map(({ epsilon }) => epsilon), epsilons[index]);
      assertCounts(cases[index], epsilons[index], each.map((rank) => ({ ...rank, count: rank.rank })));
    });
  });

  Deno.test(`countRanks: ${method}: the error of a matrix widens its intervals`, async () => {
    const bounds = cases.map(({ exact }) => 1e-3 * exact[0]);
    const ranks = await countRanks(gpu, matrices, epsilons, { method, bounds });
    // Matrices as far off as the errors say, in the direction that moves all eigenvalues.
    for (const side of [0.9, -0.9]) {
      ranks.forEach((each, index) => {
        const { n, matrix, exact } = cases[index];
        const moved = matrix.map((x, e) => e % (n + 1) === 0 ? x + side * bounds[index] : x);
        const one = { ...cases[index], matrix: moved, exact: exact[0] > 0 ? eigenvalues(moved, n) : exact };
        assertCounts(one, epsilons[index], each.map((rank) => ({ ...rank, count: rank.rank })));
      });
    }
    const without = await countRanks(gpu, matrices, epsilons, { method });
    ranks.flat().forEach(({ low, high }, k) => {
      const inner = without.flat()[k];
      assert.ok(low <= inner.low && high >= inner.high);
    });
    assert.ok(certainShare(ranks.map((each) => each.map((rank) => ({ ...rank, count: rank.rank })))) < 0.9);
  });

  Deno.test(`countRanks: ${method}: what is not finite has a rank in [0, n]`, async () => {
    const [[rank]] = await countRanks(gpu, [new Float32Array(25).fill(NaN)], [[1]], { method });
    assert.deepEqual(rank, { epsilon: 1, rank: 0, low: 0, high: 5 });
  });
}

Deno.test("countRanks: inertia is the default; nothing to count; errors that are none", async () => {
  const one = [Float32Array.of(2, 1, 1, 2)];
  assert.deepEqual(await countRanks(gpu, one, [[0.5]]), [[{ epsilon: 0.5, rank: 2, low: 2, high: 2 }]]);
  assert.deepEqual(await countRanks(gpu, [], []), []);
  for (const bounds of [[], [-1], [NaN]]) {
    await assert.rejects(countRanks(gpu, one, [[0.5]], { bounds }), InputError);
  }
});
