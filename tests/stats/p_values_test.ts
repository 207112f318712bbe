import { InputError } from "../../src/errors.ts";
import { combinePValues, monteCarloPValue } from "../../src/stats/p_values.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";

Deno.test("monteCarloPValue: never 0, ties and values that are no numbers exceed", () => {
  assert.equal(monteCarloPValue(5, [1, 2, 3]), 1 / 4);
  assert.equal(monteCarloPValue(2, [1, 2, NaN]), 3 / 4);
  assert.equal(monteCarloPValue(1, []), 1);
  assert.equal(monteCarloPValue(NaN, [1, 2]), NaN);
});

Deno.test("combinePValues: Fisher's method, by its χ² distribution", () => {
  // Of two: x = −log(p q), e^(−x) (1 + x).
  const p = 0.1 * 0.02;
  assert(Math.abs(combinePValues([0.1, 0.02]) - p * (1 - Math.log(p))) < 1e-15);
  assert(Math.abs(combinePValues([0.3]) - 0.3) < 1e-15);
  assert.equal(combinePValues([1, 1, 1]), 1);
  assert.equal(combinePValues([NaN, 0.25, NaN]), 0.25);
  assert.equal(combinePValues([]), NaN);
  for (const wrong of [0, -1, 1.5]) assert.throws(() => combinePValues([0.5, wrong]), InputError);
});

Deno.test("combinePValues: uniform under the null", () => {
  const random = uniform(8);
  const values = Array.from({ length: 2000 }, () => combinePValues([1, 2, 3, 4].map(() => 1 - random())));
  const below = values.filter((value) => value <= 0.05).length / values.length;
  // Three standard errors of a share of 5 % among 2,000.
  assert(Math.abs(below - 0.05) < 3 * Math.sqrt(0.05 * 0.95 / 2000), `${below}`);
});

Deno.test("combinePValues: of thousands, whose product is no double", () => {
  const random = uniform(3), many = Array.from({ length: 4096 }, () => 1 - random());
  const p = combinePValues(many);
  assert(p > 0.01 && p < 0.99, `${p}`);
  // 2,000 values of e^(−1.1) are 4.5 standard deviations off.
  const shifted = combinePValues(new Array<number>(2000).fill(Math.exp(-1.1)));
  assert(shifted > 1e-6 && shifted < 2e-5, `${shifted}`);
  assert(combinePValues(new Array<number>(4096).fill(1e-3)) < 1e-300);
});
