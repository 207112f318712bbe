import { fitPowerLaw } from "../../src/stats/power_law.ts";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";

Deno.test("fitPowerLaw: nineteen of twenty intervals hold the exponent", () => {
  const x = [1, 2, 4, 8, 16], runs = 1000;
  let held = 0;
  for (let seed = 0; seed < runs; seed++) {
    const noise = normals(x.length, seed);
    const { exponent, low, high, factor } = fitPowerLaw(
      x,
      x.map((size, i) => 5 * size ** 1.5 * Math.exp(0.1 * noise[i])),
    );
    assert(low < exponent && exponent < high && Math.abs(factor / 5 - 1) < 0.5);
    if (low < 1.5 && 1.5 < high) held++;
  }
  // Five standard deviations of a count of 1,000.
  assert(Math.abs(held - 0.95 * runs) < 35, `${held}`);
  const two = fitPowerLaw([1, 10], [3, 300]);
  assert(Math.abs(two.exponent - 2) < 1e-12 && two.low === -Infinity && two.high === Infinity);
});
