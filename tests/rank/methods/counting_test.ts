import { InputError, ShapeError } from "../../../src/errors.ts";
import { type CountingOptions, countRanks } from "../../../src/rank/methods/counting.ts";
import {
  countMethodNames,
  type MethodPrecision,
  rankMethods,
} from "../../../src/rank/methods/rank_methods.ts";
import { assert } from "../../deps.ts";
import { assertCounts, certainShare, semidefiniteCases, thresholds } from "../../support/counting.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Every counting method in every precision that it has. */
const METHODS: readonly (CountingOptions & { readonly name: string })[] = countMethodNames.flatMap((
  rankMethod,
) =>
  Object.keys(rankMethods[rankMethod].mostColumns).map((precision) => ({
    name: precision === "single" ? rankMethod : `${rankMethod} in double`,
    rankMethod,
    precision: precision as MethodPrecision,
  }))
);
const cases = [1, 2, 17, 40].flatMap((n) => semidefiniteCases(n, n));
const matrices = cases.map(({ matrix }) => matrix);
const epsilons = cases.map(thresholds);

for (const { name, ...method } of METHODS) {
  Deno.test(`countRanks: ${name}: intervals hold the rank, in the order asked`, async () => {
    const ranks = await countRanks(gpu, matrices, epsilons, method);
    ranks.forEach((each, index) => {
      assert.deepEqual(each.map(({ epsilon }) => epsilon), epsilons[index]);
      assertCounts(cases[index], epsilons[index], each.map((rank) => ({ ...rank, count: rank.rank })));
    });
  });

  Deno.test(`countRanks: ${name}: the error of a matrix widens its intervals`, async () => {
    const bounds = cases.map(({ exact }) => 1e-3 * exact[0]);
    const ranks = await countRanks(gpu, matrices, epsilons, { ...method, bounds });
    // Matrices as far off as the errors say, in the direction that moves all eigenvalues.
    for (const side of [0.9, -0.9]) {
      ranks.forEach((each, index) => {
        const { n, matrix, exact } = cases[index];
        const moved = matrix.map((x, e) => e % (n + 1) === 0 ? x + side * bounds[index] : x);
        const one = { ...cases[index], matrix: moved, exact: exact[0] > 0 ? eigenvalues(moved, n) : exact };
        assertCounts(one, epsilons[index], each.map((rank) => ({ ...rank, count: rank.rank })));
      });
    }
    const without = await countRanks(gpu, matrices, epsilons, method);
    ranks.flat().forEach(({ low, high }, k) => {
      const inner = without.flat()[k];
      assert.ok(low <= inner.low && high >= inner.high);
    });
    assert.ok(certainShare(ranks.map((each) => each.map((rank) => ({ ...rank, count: rank.rank })))) < 0.9);
  });

  Deno.test(`countRanks: ${name}: what is not finite has a rank in [0, n]`, async () => {
    const [[rank]] = await countRanks(gpu, [new Float32Array(25).fill(NaN)], [[1]], method);
    assert.deepEqual(rank, { epsilon: 1, rank: 0, low: 0, high: 5 });
  });
}

Deno.test("countRanks: lists that are none, ragged or empty, and matrices of other kinds, by every method", async () => {
  // Requests that only unchecked JavaScript can make.
  // deno-lint-ignore no-explicit-any
  type Unchecked = any;
  const one = Float32Array.of(2, 1, 1, 2);
  const refused: [matrices: Unchecked, epsilons: Unchecked, error: typeof InputError, message: RegExp][] = [
    [[one], [], ShapeError, /^1 matrices need as many lists of thresholds, all of one length$/],
    [[], [[1]], ShapeError, /^0 matrices need as many lists of thresholds/],
    [[one, one], [[1], [1, 2]], ShapeError, /^2 matrices need as many lists of thresholds/],
    [[one], [1], InputError, /^thresholds must be a list of numbers for each matrix/],
    [[one], null, InputError, /^thresholds must be a list of numbers for each matrix/],
    [[], null, InputError, /^thresholds must be a list of numbers for each matrix/],
    [[one], [[null]], InputError, /^ε = null: give a finite number$/],
    [[one], [[Infinity]], InputError, /^ε = Infinity: give a finite number$/],
    [one, [[1]], InputError, /^matrices must be a list: give \[matrix\], even for one$/],
    [null, [[1]], InputError, /^matrices must be a list/],
    [[null], [[1]], InputError, /^matrix 0 must be a Float32Array of its n × n entries$/],
    [[Float64Array.of(1)], [[1]], InputError, /^matrix 0 must be a Float32Array/],
    [[[1]], [[1]], InputError, /^matrix 0 must be a Float32Array/],
    [[new Float32Array(3)], [[1]], ShapeError, /^3 entries make no square matrix/],
    [[new Float32Array(0)], [[1]], ShapeError, /^0 entries make no square matrix/],
  ];
  for (const rankMethod of countMethodNames) {
    for (const [matrices, epsilons, error, message] of refused) {
      await assert.rejects(countRanks(gpu, matrices, epsilons, { rankMethod }), {
        name: error.name,
        message,
      });
    }
    assert.deepEqual(await countRanks(gpu, [], [], { rankMethod }), []);
    assert.deepEqual(await countRanks(gpu, [one], [[]], { rankMethod }), [[]]);
    const bounds = 1 as Unchecked;
    await assert.rejects(countRanks(gpu, [one], [[1]], { rankMethod, bounds }), InputError);
  }
});

Deno.test("countRanks: inertia is the default; nothing to count; errors that are none", async () => {
  const one = [Float32Array.of(2, 1, 1, 2)];
  assert.deepEqual(await countRanks(gpu, one, [[0.5]]), [[{ epsilon: 0.5, rank: 2, low: 2, high: 2 }]]);
  assert.deepEqual(await countRanks(gpu, [], []), []);
  for (const bounds of [[], [-1], [NaN]]) {
    await assert.rejects(countRanks(gpu, one, [[0.5]], { bounds }), InputError);
  }
});

Deno.test("countRanks: names, keys and numbers that it does not take", async () => {
  const one = [Float32Array.of(2, 1, 1, 2)];
  const refused: [options: object, message: RegExp][] = [
    [{ rankMethod: "sturms" }, /^no counting method "sturms"; did you mean "sturm"\?/],
    [{ rankMethod: "gram-jacobi" }, /^no counting method "gram-jacobi";/],
    [{ method: "sturm" }, /^options of countRanks have no "method"; did you mean "rankMethod"\?/],
    [{ precision: "double" }, /^inertia has no double precision: give single, or one of the methods sturm, /],
    [{ precision: "half" }, /^no precision "half";/],
  ];
  for (const [options, message] of refused) {
    await assert.rejects(countRanks(gpu, one, [[0.5]], options), { name: InputError.name, message });
  }
  await assert.rejects(countRanks(gpu, one, [[NaN]]), { name: InputError.name, message: /^ε = NaN/ });
  await assert.rejects(countRanks(gpu, [new Float32Array(1025 ** 2)], [[1]]), {
    name: ShapeError.name,
    message: /^inertia in single precision takes at most 1024 columns, not 1025/,
  });
});
