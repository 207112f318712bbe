import { assert, fc } from "../../deps.ts";
import { rankInterval, rankIntervals, type Threshold } from "../../../src/rank/certificates/rank_interval.ts";
import { type Dyadic, dyadic, minus, plus, signOf, times } from "../../reference/dyadic.ts";

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

Deno.test("rankInterval: no eigenvalue is above λ₁ itself, and a λ₁ above 0 is above each share of it", () => {
  for (const epsilon of [1, 1.5, 1e300]) {
    const { rank, low, high } = rankInterval([1, 1], [0.5, Infinity], epsilon, { threshold: "relative" });
    assert.deepEqual([rank, low, high], [0, 0, 0]);
  }
  const below = rankInterval([1, 1], [0.5, 0.5], 0.9, { threshold: "relative" });
  assert.deepEqual([below.low, below.high], [1, 2]);
  const unknown = rankInterval([1, 1], [1, 1], 0.9, { threshold: "relative" });
  assert.deepEqual([unknown.low, unknown.high], [0, 2]);
});

Deno.test("rankInterval: exact eigenvalues and thresholds of any magnitude, against exact arithmetic", () => {
  const edges = [5e-324, 1e-323, 2 ** -1022, 1e-200, 0.1, 1 / 3, 1, 3, 1e200, Number.MAX_VALUE];
  const size = fc.oneof(
    fc.constantFrom(...edges),
    fc.double({ min: 5e-324, noNaN: true, noDefaultInfinity: true }),
  );
  const isAbove = (a: Dyadic, b: Dyadic) => signOf(plus(a, minus(b))) > 0;
  fc.assert(
    fc.property(
      fc.array(size, { minLength: 1, maxLength: 5 }),
      fc.array(size),
      size,
      (sizes, slacks, epsilon) => {
        const eigenvalues = sizes.sort((a, b) => b - a), bounds = sizes.map((_, i) => slacks[i] ?? 0);
        const [least, most] = [-1, 1].map((sign) =>
          sizes.map((value, i) => plus(dyadic(value), times(dyadic(sign), dyadic(bounds[i]))))
        );
        for (const threshold of ["absolute", "relative"] as const) {
          const { low, high } = rankInterval(eigenvalues, bounds, epsilon, { threshold });
          const share = (value: Dyadic) => times(dyadic(epsilon), value.n > 0n ? value : dyadic(0));
          const [from, to] = threshold === "absolute"
            ? [dyadic(epsilon), dyadic(epsilon)]
            : [share(least[0]), share(most[0])];
          const sure = least.filter((value) => isAbove(value, to)).length;
          const open = most.filter((value) => isAbove(value, from)).length;
          // A relative threshold knows more: that it is a share of the first of them.
          const first = threshold === "relative" && epsilon < 1 && least[0].n > 0n ? 1 : 0;
          const is = threshold === "relative" && epsilon >= 1 ? [0, 0] : [Math.max(sure, first), open];
          assert(
            low <= is[0] && high >= is[1],
            `[${low}, ${high}] of ${eigenvalues} ± ${bounds} at ${epsilon}`,
          );
          // Rounding to the safe side costs certainty in the last bit alone.
          if (threshold === "absolute") assert.deepEqual([low, high], is);
        }
      },
    ),
    { numRuns: 1000, seed: 6 },
  );
});

Deno.test("rankIntervals are those of each threshold alone", () => {
  const eigenvalues = [4, 1, 1e-3, NaN], bounds = [0.1, 1e-9, Infinity, 0], epsilons = [0.5, 1, 1e-3, 2];
  for (const threshold of ["absolute", "relative"] as const) {
    assert.deepEqual(
      rankIntervals({ eigenvalues, bounds }, epsilons, threshold),
      epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, { threshold })),
    );
    assert.deepEqual(rankIntervals({ eigenvalues, bounds }, [], threshold), []);
  }
});
