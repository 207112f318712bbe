import { normal, permutation, uniform } from "../../src/stats/random.ts";
import { assert, fc } from "../deps.ts";

Deno.test("random: numbers lie in [0, 1), are spread evenly and differ by seed, above 2³² too", () => {
  const seeds = [0, 1, 2 ** 32, 2 ** 32 + 1, Number.MAX_SAFE_INTEGER];
  const firsts = seeds.map((seed) => {
    const random = uniform(seed);
    const values = Array.from({ length: 10_000 }, random);
    assert(values.every((value) => value >= 0 && value < 1));
    assert(Math.abs(values.reduce((sum, value) => sum + value, 0) / 10_000 - 0.5) < 0.015);
    return values[0];
  });
  assert.equal(new Set(firsts).size, seeds.length);
});

Deno.test("random: normal numbers have the moments of N(0, 1) and repeat by seed", () => {
  const count = 20_000;
  const draw = (seed: number) => Array.from({ length: count }, normal(uniform(seed)));
  const values = draw(8);
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count;
  // Five standard deviations of the sample moments: of x 1, of x² 2, of x⁴ 96.
  [[1, 0, 1], [2, 1, 2], [4, 3, 96]].forEach(([power, expected, variance]) =>
    assert(Math.abs(moment(power) - expected) < 5 * Math.sqrt(variance / count), `${power}`)
  );
  assert.deepEqual(draw(8), values);
  assert.notDeepEqual(draw(9), values);
});

Deno.test("random: a permutation holds every number once and repeats by seed", () => {
  fc.assert(fc.property(fc.nat(100), fc.maxSafeNat(), (count, seed) => {
    const order = permutation(count, uniform(seed));
    assert.deepEqual([...order].sort((p, q) => p - q), Array.from({ length: count }, (_, i) => i));
    assert.deepEqual(order, permutation(count, uniform(seed)));
  }));
});

Deno.test("random: all permutations of three are about equally likely", () => {
  const random = uniform(5);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const key = permutation(3, random).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  // Five standard deviations of a binomial count with p = 1/6.
  for (const count of counts.values()) assert(Math.abs(count - 1000) < 145, `${count}`);
});
