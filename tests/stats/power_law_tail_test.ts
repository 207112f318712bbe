import { assert } from "../deps.ts";
import { fitPowerLawTail } from "../../src/stats/power_law_tail.ts";
import { normal, uniform } from "../../src/stats/random.ts";

/** Values of a density proportional to x^−α from `least` on. */
const pareto = (count: number, exponent: number, least: number, random: () => number) =>
  Array.from({ length: count }, () => least * (1 - random()) ** (-1 / (exponent - 1)));

/** The fit as its definition has it, for a tail that begins at each value. */
function naive(values: readonly number[]): { exponent: number; least: number; distance: number } {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted.slice(0, sorted.length - 9).map((least, i) => {
    const tail = sorted.slice(i), k = tail.length;
    const exponent = 1 + k / tail.reduce((sum, x) => sum + Math.log(x / least), 0);
    const distance = Math.max(...tail.flatMap((x, j) => {
      const law = 1 - (x / least) ** (1 - exponent);
      return [Math.abs(law - j / k), Math.abs(law - (j + 1) / k)];
    }));
    return { exponent, least, distance };
  }).reduce((best, fit) => fit.distance < best.distance ? fit : best);
}

Deno.test("the fit of a short sample is that of the definition", () => {
  for (const seed of [1, 2, 3]) {
    const values = pareto(60, 2.5, 1, uniform(seed));
    const found = fitPowerLawTail(values, { draws: 1 })!, expected = naive(values);
    assert.ok(Math.abs(found.exponent - expected.exponent) < 1e-9);
    assert.ok(Math.abs(found.least / expected.least - 1) < 1e-12);
    assert.ok(Math.abs(found.distance - expected.distance) < 1e-12);
    assert.equal(found.standardError, (found.exponent - 1) / Math.sqrt(found.count));
  }
});

Deno.test("known exponents are found, above a body that is none", () => {
  for (const exponent of [2, 3, 4.5]) {
    const random = uniform(10 * exponent);
    const body = Array.from({ length: 400 }, () => 1 + 4 * random());
    const fit = fitPowerLawTail([...pareto(600, exponent, 5, random), ...body], { draws: 20 })!;
    const error = Math.abs(fit.exponent - exponent);
    assert.ok(error < 4 * fit.standardError, `α = ${fit.exponent}, not ${exponent}`);
    assert.ok(fit.least > 4.2 && fit.least < 20, `begins at ${fit.least}`);
  }
});

Deno.test("p-values of power laws are spread evenly, those of others are small", () => {
  const random = uniform(77);
  const p = Array.from(
    { length: 60 },
    (_, seed) => fitPowerLawTail(pareto(120, 2.7, 1, random), { draws: 40, seed })!.p,
  );
  const below = (level: number) => p.filter((value) => value <= level).length / p.length;
  assert.ok(below(0.1) < 0.25, `${below(0.1)} of the p-values are at most 0.1`);
  assert.ok(below(0.5) > 0.25 && below(0.5) < 0.8, `${below(0.5)} are at most 0.5`);
  const next = normal(random);
  const others = Array.from(
    { length: 10 },
    (_, seed) =>
      fitPowerLawTail(Array.from({ length: 2000 }, () => Math.sqrt(10 + next())), { draws: 40, seed })!,
  );
  // A few of its largest values may look like any law; where the tail is long, it is refused.
  const long = others.filter(({ count }) => count > 300);
  assert.ok(long.every(({ p }) => p < 0.1));
  const even = Array.from({ length: 500 }, (_, i) => 1 + i / 500);
  const fit = fitPowerLawTail(even, { draws: 60 })!;
  assert.ok(fit.p < 0.1 || fit.count < 100, `an even spread has p = ${fit.p} with ${fit.count} values`);
});

Deno.test("the same seed gives the same p-value; what cannot be fitted is null", () => {
  const values = pareto(50, 3, 1, uniform(5));
  assert.deepEqual(fitPowerLawTail(values, { seed: 3 }), fitPowerLawTail(values, { seed: 3 }));
  assert.equal(fitPowerLawTail(values.slice(0, 9)), null);
  assert.equal(fitPowerLawTail(new Array(30).fill(2)), null);
  assert.equal(fitPowerLawTail([...new Array(20).fill(0), NaN, Infinity, -1, 1, 2]), null);
});
