import { assert, fc } from "../../deps.ts";
import { rankInterval, type Threshold } from "../../../src/rank/certificates/rank_interval.ts";

const zeros = (n: number) => new Float64Array(n);

Deno.test("rankInterval counts above the threshold, and strictly", () => {
  assert.deepEqual(rankInterval([1, 1e-3, 1e-6, 1e-9], zeros(4), 1e-6), {
    epsilon: 1e-6,
    rank: 2,
    low: 2,
    high: 2,
  });
  assert.deepEqual(rankInterval([1, 0.5], [0, 0.25], 0.5), { epsilon: 0.5, rank: 1, low: 1, high: 2 });
});

Deno.test("rankInterval: the relative threshold is a multiple of the largest eigenvalue, and as uncertain", () => {
  assert.equal(rankInterval([1e-8, 1e-11, 1e-15], zeros(3), 1e-6, { threshold: "relative" }).rank, 2);
  assert.equal(rankInterval([1e-8, 1e-11, 1e-15], zeros(3), 1e-6, { threshold: "absolute" }).rank, 0);
  // λ₂ = 1 is exact, but ½ λ₁ lies in [0.9, 1.1].
  assert.deepEqual(rankInterval([2, 1], [0.2, 0], 0.5, { threshold: "relative" }), {
    epsilon: 0.5,
    rank: 1,
    low: 1,
    high: 2,
  });
});

Deno.test("rankInterval of nothing and of zeros is certainly 0", () => {
  for (const threshold of ["absolute", "relative"] as const) {
    assert.deepEqual(rankInterval([], [], 1e-6, { threshold }), { epsilon: 1e-6, rank: 0, low: 0, high: 0 });
    assert.deepEqual(rankInterval(zeros(3), zeros(3), 1e-6, { threshold }), {
      epsilon: 1e-6,
      rank: 0,
      low: 0,
      high: 0,
    });
  }
});

Deno.test("rankInterval: NaN certifies nothing", () => {
  for (const threshold of ["absolute", "relative"] as const) {
    const bad = rankInterval([NaN, NaN], zeros(2), 1e-6, { threshold });
    assert.deepEqual([bad.rank, bad.low, bad.high], [0, 0, 2]);
    const unbounded = rankInterval([1, 1e-9], [NaN, NaN], 1e-6, { threshold });
    assert.deepEqual([unbounded.rank, unbounded.low, unbounded.high], [1, 0, 2]);
    const infinite = rankInterval([1, 1e-9], [Infinity, Infinity], 1e-6, { threshold });
    assert.deepEqual([infinite.rank, infinite.low, infinite.high], [1, 0, 2]);
  }
});

const thresholds = fc.constantFrom<Threshold>("absolute", "relative");
const exponent = fc.double({ min: -16, max: 2, noNaN: true });
const unit = fc.double({ min: -1, max: 1, noNaN: true });

Deno.test("rankInterval: low ≤ rank ≤ high ≤ n, whatever the numbers", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(fc.double(), fc.double({ min: 0 })), { maxLength: 12 }),
    exponent,
    thresholds,
    (pairs, power, threshold) => {
      pairs.sort((a, b) => b[0] - a[0]);
      const epsilon = Math.min(1, 10 ** power);
      const { rank, low, high } = rankInterval(
        pairs.map((p) => p[0]),
        pairs.map((p) => p[1]),
        epsilon,
        { threshold },
      );
      assert(0 <= low && low <= rank && rank <= high && high <= pairs.length);
    },
  ));
});

Deno.test("rankInterval holds the true rank whenever the eigenvalues are within their bounds", () => {
  fc.assert(fc.property(
    fc.array(fc.tuple(exponent, exponent, unit), { minLength: 1, maxLength: 12 }),
    exponent,
    thresholds,
    (spectrum, power, threshold) => {
      const exact = spectrum.map(([lambda]) => 10 ** lambda).sort((a, b) => b - a);
      const computed = exact.map((lambda, i) => lambda + spectrum[i][2] * 10 ** spectrum[i][1]);
      // What was added, not what was meant to be added: the sum is rounded. The bound covers the
      // rounding of the test.
      const errors = exact.map((lambda, i) =>
        Math.abs(computed[i] - lambda) + 4e-16 * (exact[0] + Math.abs(computed[i]))
      );
      const epsilon = 10 ** Math.min(0, power);
      const truth = rankInterval(exact, zeros(exact.length), epsilon, { threshold }).rank;
      const { low, high } = rankInterval(computed, errors, epsilon, { threshold });
      assert(low <= truth && truth <= high, `${truth} not in [${low}, ${high}]`);
    },
  ));
});
