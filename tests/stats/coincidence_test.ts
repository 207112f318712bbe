import { InputError } from "../../src/errors.ts";
import { testCoincidence } from "../../src/stats/coincidence.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";

const LENGTH = 200;
const random = uniform(7);
/** A time, a whole number in [from, to). */
const time = (from = 0, to = LENGTH) => from + Math.floor(random() * (to - from));
const draw = (count: number) => Array.from({ length: count }, () => time());

Deno.test("testCoincidence: rejects random times in about one of twenty cases, or fewer", () => {
  for (const [a, b] of [[1, 1], [3, 3], [2, 5], [8, 8]]) {
    const cases = 400,
      rejected = Array.from({ length: cases }, () => testCoincidence(draw(a), draw(b), LENGTH))
        .filter((p) => p <= 0.05).length;
    // Three standard deviations of a share of 5 % above it.
    assert(rejected <= cases * 0.05 + 3 * Math.sqrt(cases * 0.05 * 0.95), `${a} and ${b}: ${rejected}`);
  }
});

Deno.test("testCoincidence: finds events that follow others by times of their own", () => {
  const found = Array.from({ length: 100 }, () => {
    const causes = [time(10, 40), time(60, 100), time(130, 180)];
    return testCoincidence(causes, causes.map((at) => at + time(0, 9)), LENGTH);
  }).filter((p) => p <= 0.1).length;
  assert(found >= 90, `${found}`);
});

Deno.test("testCoincidence: an event with none near it counts, whichever kind it is of", () => {
  const both = testCoincidence([20, 100], [20, 100], LENGTH);
  assert.equal(both, 1 / LENGTH);
  assert(testCoincidence([20, 21, 22], [20, 100, 180], LENGTH) > 0.2);
  assert(testCoincidence([20, 100, 180], [20, 21, 22], LENGTH) > 0.2);
});

Deno.test("testCoincidence: without events there is nothing to test, and times have a range", () => {
  assert(Number.isNaN(testCoincidence([], [1], 5)) && Number.isNaN(testCoincidence([1], [], 5)));
  // Every shift of a single time is the only one there is.
  assert.equal(testCoincidence([0], [0], 1), 1);
  for (const wrong of [-1, 5, 0.5, NaN]) {
    assert.throws(() => testCoincidence([wrong], [1], 5), InputError);
    assert.throws(() => testCoincidence([1], [wrong], 5), InputError);
  }
});
