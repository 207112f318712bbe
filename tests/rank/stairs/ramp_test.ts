import { InputError } from "../../../src/errors.ts";
import { testRamp } from "../../../src/rank/stairs/ramp.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { families } from "../../support/planted_series.ts";

type Random = () => number;
const curve = (height: (share: number) => number) => (random: Random) => {
  const shift = random();
  return Array.from({ length: 400 }, (_, i) => Math.round(shift + height(i / 399)));
};
const family = (name: string) => (random: Random) => [
  ...families.find((each) => each.name === name)!.plant(random).ranks,
];

/** Steps by one, between stairs of 20 to 80 probes. */
function uneven(random: Random): number[] {
  const ranks: number[] = [];
  for (let level = 0; level < 15; level++) {
    for (let n = 20 + Math.floor(60 * random()); n > 0; n--) ranks.push(level);
  }
  return ranks;
}

/** Shares of the series that are told from a smooth trend at 5 %, and of those without p-value. */
function rejected(plant: (random: Random) => number[], flicker: number, seeds: number) {
  const values = Array.from({ length: seeds }, (_, seed) => {
    const random = uniform(500 + seed);
    const ranks = plant(random).map((rank) => random() < flicker ? rank + (random() < 0.5 ? 1 : -1) : rank);
    return testRamp(ranks, { flicker, seed, draws: 39 }).pValue;
  });
  return {
    share: values.filter((p) => p <= 0.05).length / seeds,
    none: values.filter(Number.isNaN).length / seeds,
  };
}

/** 5 %, and three standard errors of 40 series. */
const MOST = 0.05 + 3 * Math.sqrt(0.05 * 0.95 / 40);

for (
  const [name, plant] of Object.entries({
    "a ramp": curve((x) => 12 * x),
    "a drift that saturates": curve((x) => 25 * (1 - Math.exp(-x / 0.1))),
    "a drift that starts slowly and ends slowly": curve((x) => 20 / (1 + Math.exp(-10 * (x - 0.5)))),
    "a drift that falls": curve((x) => 30 - 20 * Math.sqrt(x)),
  })
) {
  Deno.test(`testRamp: ${name} is smooth, flickering or not`, () => {
    for (const flicker of [0, 0.3]) {
      const { share, none } = rejected(plant, flicker, 40);
      assert.equal(none, 0);
      assert(share <= MOST, `${share} rejected at a flicker of ${flicker}`);
    }
  });
}

Deno.test("testRamp: stairs that last differently are not smooth, even where all jumps are by one", () => {
  for (const flicker of [0, 0.3]) {
    for (const plant of [uneven, family("ten jumps, flicker to one side")]) {
      const { share, none } = rejected(plant, flicker, 30);
      assert(share >= 0.95 * (1 - none) && none <= 0.1, `${share} rejected, ${none} without p-value`);
    }
  }
});

Deno.test("testRamp: the same seed gives the same p-value; too few levels give none", () => {
  const ranks = uneven(uniform(3));
  assert.deepEqual(testRamp(ranks, { seed: 7 }), testRamp(ranks, { seed: 7 }));
  const bounds = ranks.map((rank) => ({ low: rank, high: rank }));
  assert.deepEqual(testRamp(bounds), testRamp([NaN, ...ranks, NaN]));
  for (const few of [[], [1], [1, 1, 1, 2, 2, 2], new Array(50).fill(4)]) {
    const { pValue, roughness } = testRamp(few);
    assert.deepEqual([pValue, roughness], [NaN, NaN]);
  }
  assert.throws(() => testRamp(ranks, { seeds: 3 } as object), InputError);
});
