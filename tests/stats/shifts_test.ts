import { InputError, ShapeError } from "../../src/errors.ts";
import { normal, uniform } from "../../src/stats/random.ts";
import { oppositeChanges, shiftedResponse, testContrast, testResponse } from "../../src/stats/shifts.ts";
import { spearman } from "../../src/stats/spearman.ts";
import { assert } from "../deps.ts";

/** A trend with autocorrelated noise, plus a multiple of another series. */
function trend(seed: number, slope: number, other?: readonly number[]): number[] {
  const next = normal(uniform(seed));
  let noise = 0;
  return Array.from({ length: 200 }, (_, i) => {
    noise = 0.9 * noise + next();
    return slope * Math.sqrt(i) + noise + (other ? -2 * other[i] : 0);
  });
}

const share = (values: readonly number[]) => values.filter((p) => p <= 0.05).length / values.length;
/** Most rejections at 5 % that 200 draws under the null have, but for three standard errors. */
const MOST = 0.05 + 3 * Math.sqrt(0.05 * 0.95 / 200);
const seeds = Array.from({ length: 200 }, (_, seed) => seed);

Deno.test("oppositeChanges: two trends correlate, their changes do not", () => {
  const tests = seeds.map((seed) => {
    const x = trend(seed, 8), y = trend(1000 + seed, -8);
    assert(spearman(x, y) < -0.9);
    return oppositeChanges(x, y).pValue;
  });
  assert(share(tests) <= MOST, `${share(tests)} rejected`);
});

Deno.test("oppositeChanges: one that falls where the other rises is found", () => {
  const noise = (seed: number) => trend(seed, 0);
  const tests = seeds.slice(0, 50).map((seed) =>
    oppositeChanges(trend(seed, 8), trend(seed + 500, -8, noise(seed))).pValue
  );
  assert(share(tests) >= 0.95, `${share(tests)} rejected`);
  // The same sign is no opposite.
  assert(oppositeChanges(noise(1), noise(1)).pValue > 0.9);
});

Deno.test("oppositeChanges: what is too short or constant has no p-value", () => {
  assert.deepEqual(oppositeChanges([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]), { value: NaN, pValue: NaN });
  assert.equal(oppositeChanges(new Array(50).fill(1), trend(1, 1).slice(0, 50)).pValue, NaN);
  assert.throws(() => oppositeChanges([1, 2], [1]), ShapeError);
});

Deno.test("shiftedResponse: the quantile at the events, for every shift", () => {
  // A single peak, averaged over three values; neighbours are below it, all others are equal.
  const response = new Array<number>(40).fill(0).with(12, 5);
  const shifted = shiftedResponse([{ at: 10, weight: 2 }], response, { reach: 1 });
  assert.equal(shifted.length, 40);
  const highest = [1, 2, 3], others = shifted.filter((_, k) => !highest.includes(k));
  assert(highest.every((k) => shifted[k] > Math.max(...others)));
  // From an event at 10, shifts by 3 ± 5 reach the peak and its neighbours.
  assert(shifted.filter((_, k) => k > 8 && k < 35).every((value) => value === 0.5));
});

Deno.test("testResponse: uniform under the null, small where the response is at the events or later", () => {
  const options = { reach: 2, mostLag: 8 };
  const at = (seed: number) => {
    const random = uniform(seed);
    return Array.from({ length: 12 }, () => ({ at: Math.floor(300 * random()), weight: 1 }));
  };
  const noise = (seed: number) => {
    const next = normal(uniform(seed));
    return Array.from({ length: 300 }, (_, i) => next() + 3 * Math.exp(-i / 40));
  };
  const tests = seeds.map((seed) => testResponse(at(seed), noise(seed + 999), options));
  for (const key of ["pValue", "lagPValue"] as const) {
    const rejected = share(tests.map((test) => test[key]));
    assert(rejected <= MOST, `${key}: ${rejected}`);
  }
  for (const lag of [-6, 0, 6]) {
    const found = seeds.slice(0, 20).map((seed) => {
      const response = noise(seed), events = at(seed);
      for (const { at } of events) {
        for (const near of [-1, 0, 1]) response[(at + lag + near + 300) % 300] += 4;
      }
      return testResponse(events, response, options);
    });
    assert(share(found.map(({ lagPValue }) => lagPValue)) >= 0.95);
    assert(lag !== 0 || share(found.map(({ pValue }) => pValue)) >= 0.95);
    const lags = found.map((test) => test.lag).sort((a, b) => a - b);
    assert(Math.abs(lags[10] - lag) <= 2, `lag ${lags[10]}, not ${lag}`);
  }
});

Deno.test("testResponse: no events, too few values, wrong options", () => {
  const nothing = { pValue: NaN, lagPValue: NaN, lag: NaN };
  assert.deepEqual(testResponse([], new Array(99).fill(1), { reach: 1, mostLag: 4 }), nothing);
  assert.deepEqual(testResponse([{ at: 1, weight: 1 }], [1, 2, 3], { reach: 1, mostLag: 4 }), nothing);
  assert.throws(() => testResponse([], [], { reach: -1, mostLag: 4 }), InputError);
  assert.throws(() => testResponse([], [], { reach: 1, mostLag: 0.5 }), InputError);
});

Deno.test("testContrast: the difference of means, and the share of shifts with one as low", () => {
  const values = Array.from({ length: 60 }, (_, i) => i < 20 ? 0 : i < 30 ? 4 : 1);
  const low = [2, 5, 8, 11], high = [20, 23, 26];
  const { value, pValue } = testContrast(values, low, high);
  assert.equal(value, -4);
  // Shifts by 0 to 3 keep both where they are.
  assert.equal(pValue, 4 / 60);
  assert.equal(testContrast(values, high, low).value, 4);
  assert.equal(testContrast(values.map(() => 1), low, high).pValue, 1);
  assert(Number.isNaN(testContrast(values, [], high).pValue) && Number.isNaN(testContrast([], [], []).value));
});
