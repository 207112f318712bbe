import { assert, fc } from "../../deps.ts";
import { InputError } from "../../../src/errors.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "../../../src/rank/ranks/spectral_ranks.ts";

const measures = { effectiveRank, rankMe, stableRank, participationRatio, energyRank, nuclearNormRatio };
const near = (actual: number, expected: number, tolerance = 1e-12) =>
  assert(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${actual} is not ${expected}`,
  );

Deno.test("the rank measures of one spectrum, by hand", () => {
  const lambda = [9, 4, 1]; // σ = 3, 2, 1; p = 1/2, 1/3, 1/6
  near(effectiveRank(lambda), 2 ** (1 / 2) * 3 ** (1 / 3) * 6 ** (1 / 6));
  near(stableRank(lambda), 14 / 9);
  near(participationRatio(lambda), 196 / 98);
  near(nuclearNormRatio(lambda), 2);
  assert.equal(energyRank(lambda), 2);
  assert.equal(energyRank(lambda, 0.6), 1);
  assert.equal(energyRank(lambda, 1), 3);
});

Deno.test("RankMe adds 1e-7 to every p, so a long tail of zeros counts a little", () => {
  const p = 1 + 1e-7;
  near(rankMe([1, ...new Array(999).fill(0)]), Math.exp(-p * Math.log(p) - 999e-7 * Math.log(1e-7)));
});

Deno.test("no directions, no rank; one direction, rank 1", () => {
  for (const [name, measure] of Object.entries(measures)) {
    assert.equal(measure([]), 0, name);
    assert.equal(measure([0, 0, 0]), 0, name);
    assert.equal(measure([-1e-17, 0]), 0, name);
    near(measure([7]), 1, 1e-6);
    near(measure([7, -1e-16]), 1, 1e-5);
  }
});

Deno.test("a spectrum that is not finite has no rank", () => {
  for (const [name, measure] of Object.entries(measures)) {
    assert.equal(measure([1, NaN]), NaN, name);
    assert.equal(measure([Infinity, 1]), NaN, name);
  }
});

Deno.test("n equal eigenvalues have rank n; scale does not matter, however extreme", () => {
  for (const scale of [1, 1e-300, 1e300, 5e-324]) {
    for (const measure of [effectiveRank, stableRank, participationRatio, nuclearNormRatio]) {
      near(measure(new Array(10).fill(scale)), 10);
    }
    assert.equal(energyRank(new Array(10).fill(scale)), 9);
  }
});

Deno.test("energyRank is not fooled by rounding, takes any order, and refuses nonsense", () => {
  assert.equal(energyRank([0.7, 0.2, 0.1]), 2);
  assert.equal(energyRank([0.1, 0.7, 0.2]), 2);
  for (const fraction of [0, -1, 1.5, NaN]) assert.throws(() => energyRank([1], fraction), InputError);
});

Deno.test("ranks lie between 1 and n, in their known order", () => {
  fc.assert(fc.property(
    fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 20 }),
    (lambda) => {
      const n = lambda.filter((value) => value > 0).length;
      if (n === 0) return;
      const slack = 1 + 1e-9;
      for (const [name, measure] of Object.entries(measures)) {
        if (measure === rankMe) continue;
        const rank = measure(lambda);
        assert(rank * slack >= 1 && rank <= n * slack, `${name} = ${rank}`);
      }
      assert(stableRank(lambda) <= participationRatio(lambda) * slack);
      assert(stableRank(lambda) <= nuclearNormRatio(lambda) * slack);
    },
  ));
});
