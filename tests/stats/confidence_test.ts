import {
  correlationInterval,
  correlationPValue,
  meanInterval,
  meanPValue,
  studentQuantile,
  studentTail,
} from "../../src/stats/confidence.ts";
import { normal, uniform } from "../../src/stats/random.ts";
import { assert, fc } from "../deps.ts";
import { normals } from "../reference/random.ts";

Deno.test("meanInterval: nineteen of twenty intervals hold the mean", () => {
  for (const count of [3, 5, 20]) {
    let held = 0;
    for (let run = 0; run < 2000; run++) {
      const { low, high } = meanInterval(Array.from(normals(count, 7000 * count + run)));
      if (low <= 0 && high >= 0) held++;
    }
    assert(Math.abs(held / 2000 - 0.95) < 0.015, `${held / 2000} of ${count}`);
  }
});

Deno.test("meanInterval: one value, values that agree, none, what is not a number", () => {
  assert.deepEqual(meanInterval([3, 3, 3]), { mean: 3, low: 3, high: 3, isConstant: true });
  assert.deepEqual(meanInterval([3]), { mean: 3, low: 3, high: 3, isConstant: true });
  assert(!meanInterval([3, 3.1]).isConstant && meanInterval([0.1, 0.1, 0.1]).isConstant);
  assert(Number.isNaN(meanInterval([]).mean) && Number.isNaN(meanInterval([1, NaN]).low));
  assert.equal(studentQuantile(0), Infinity);
  assert(Math.abs(studentQuantile(30) - 2.042) < 0.02);
});

Deno.test("correlationInterval: the values of Fisher's z by hand", () => {
  // Mean −0.95, s/√3 = 0.05/√3, t = 4.303: artanh 0.95 = 1.831781, and 4.303 · 0.0288675 / 0.0975 =
  // 1.274020.
  const { mean, low, high, isConstant } = correlationInterval([-0.9, -0.95, -1]);
  assert(Math.abs(mean + 0.95) < 1e-12 && !isConstant);
  assert(Math.abs(low - Math.tanh(-1.831781 - 1.274020)) < 1e-6, `${low}`);
  assert(Math.abs(high - Math.tanh(-1.831781 + 1.274020)) < 1e-6, `${high}`);
  // Student's t reaches beyond −1 here.
  assert(meanInterval([-0.9, -0.95, -1]).low < -1);
});

Deno.test("correlationInterval: close values have Student's interval", () => {
  const values = [0.3, 0.301, 0.299, 0.3005];
  const student = meanInterval(values), fisher = correlationInterval(values);
  assert(Math.abs(fisher.low - student.low) < 1e-6 && Math.abs(fisher.high - student.high) < 1e-6);
});

Deno.test("correlationInterval: one correlation, equal ones, ±1, none, what is not a number", () => {
  assert.deepEqual(correlationInterval([0.5]), { mean: 0.5, low: -1, high: 1, isConstant: false });
  assert.deepEqual(correlationInterval([-1, -1, -1]), { mean: -1, low: -1, high: -1, isConstant: true });
  assert(correlationInterval([-0.9, -0.9, -0.9]).isConstant);
  const opposite = correlationInterval([1, -1]);
  assert(opposite.low < -0.999 && opposite.high > 0.999 && !opposite.isConstant);
  // The mean of the three rounds to 1.
  const almost = correlationInterval([1, 1, 1 - 2 ** -53]);
  assert(almost.low <= almost.mean && almost.mean <= almost.high && almost.high <= 1);
  for (const values of [[], [NaN], [0.5, NaN]]) assert(Number.isNaN(correlationInterval(values).low));
});

Deno.test("correlationInterval: within [−1, 1], and holds the mean, whatever the correlations", () => {
  const correlations = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 });
  fc.assert(fc.property(correlations, (values) => {
    const { mean, low, high } = correlationInterval(values);
    assert(low >= -1 && high <= 1, `[${low}, ${high}]`);
    assert(low <= mean + 1e-15 && mean <= high + 1e-15, `${mean} in [${low}, ${high}]`);
  }));
});

Deno.test("correlationInterval: holds the mean of skewed correlations more often than Student's t", () => {
  // ρ = tanh x for normal x of mean −2 and deviation ½: the mean of ρ is −0.9437, by quadrature.
  let mean = 0, weight = 0;
  for (let x = -8; x <= 8; x += 0.001) {
    mean += Math.exp(-(x ** 2) / 2) * Math.tanh(-2 + x / 2);
    weight += Math.exp(-(x ** 2) / 2);
  }
  mean /= weight;
  for (const count of [3, 5, 10]) {
    const next = normal(uniform(count));
    let fisher = 0, student = 0;
    for (let run = 0; run < 2000; run++) {
      const values = Array.from({ length: count }, () => Math.tanh(-2 + next() / 2));
      const holds = ({ low, high }: { low: number; high: number }) => low <= mean && mean <= high;
      if (holds(correlationInterval(values))) fisher++;
      if (holds(meanInterval(values))) student++;
    }
    // Measured: 0.93, 0.91, 0.89 for 0.86, 0.85, 0.86.
    assert(fisher > student && fisher / 2000 > 0.87, `${fisher} and ${student} of 2000 for ${count}`);
  }
});

Deno.test("studentTail: the integral of the density, whatever the degrees of freedom", () => {
  for (const freedom of [1, 2, 3, 4, 7, 30]) {
    // Simpson's rule over u = x/(1 + x) after x = t: the density of t is c (1 + x²/ν)^(−(ν+1)/2).
    const density = (x: number) => (1 + x * x / freedom) ** (-(freedom + 1) / 2);
    const integral = (from: number) => {
      const begin = from / (1 + from), steps = 20_000, width = (1 - begin) / steps;
      let sum = 0;
      for (let i = 0; i < steps; i++) {
        const at = (share: number) => {
          const u = begin + (i + share) * width;
          return u >= 1 ? (freedom === 1 ? 1 : 0) : density(u / (1 - u)) / (1 - u) ** 2;
        };
        sum += width / 6 * (at(0) + 4 * at(0.5) + at(1));
      }
      return sum;
    };
    const half = integral(0);
    for (const t of [0.3, 1, 2.5, 12]) {
      const wanted = integral(t) / half / 2;
      // A tail is what a sum leaves of 1, of which float64 knows 2⁻⁵³.
      const found = studentTail(t, freedom);
      assert(Math.abs(found - wanted) < 1e-5 * wanted + 2 ** -52, `t = ${t}, ${freedom}: ${wanted}`);
      assert(Math.abs(studentTail(-t, freedom) + studentTail(t, freedom) - 1) < 1e-15);
    }
  }
  assert.deepEqual([studentTail(0, 1), studentTail(0, 4)], [0.5, 0.5]);
  assert(studentTail(Infinity, 30) > 0);
});

Deno.test("p-values below 0.025 say what the intervals say", () => {
  const values = fc.array(fc.double({ min: -0.99, max: 0.99, noNaN: true }), { minLength: 2, maxLength: 9 });
  fc.assert(fc.property(values, fc.double({ min: -0.9, max: 0.9, noNaN: true }), (all, bound) => {
    for (
      const [test, interval] of [[meanPValue, meanInterval], [
        correlationPValue,
        correlationInterval,
      ]] as const
    ) {
      const { low, high, isConstant } = interval(all);
      if (isConstant) continue;
      const above = test(all, bound, "above"), below = test(all, bound, "below");
      assert(Math.abs(above + below - 1) < 1e-12);
      // The quantile of the interval is known to four digits: p near 0.025 may fall on either side.
      if (Math.abs(above - 0.025) > 3e-4) assert.equal(above < 0.025, low > bound);
      if (Math.abs(below - 0.025) > 3e-4) assert.equal(below < 0.025, high < bound);
    }
  }));
});

Deno.test("meanPValue: of data of the null one in twenty is below 0.05; what cannot be tested is NaN", () => {
  let below = 0;
  for (let run = 0; run < 2000; run++) {
    if (meanPValue(Array.from(normals(5, 90_000 + run)), 0, "above") < 0.05) below++;
  }
  assert(Math.abs(below / 2000 - 0.05) < 0.015, `${below}`);
  for (const values of [[], [1], [NaN, 1]]) assert(Number.isNaN(meanPValue(values, 0, "above")));
  assert.deepEqual([meanPValue([2, 2], 1, "above"), meanPValue([2, 2], 1, "below")], [0.25, 1]);
  assert.equal(correlationPValue([-1, -1, -1], 0, "below"), 1 / 8);
});
