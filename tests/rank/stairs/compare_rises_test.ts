import { ShapeError } from "../../../src/errors.ts";
import { compareRises } from "../../../src/rank/stairs/compare_rises.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";

const PROBES = 120;

/** A rank that rises by one at each of some probes. */
function climbing(rises: readonly number[], shift = 0): number[] {
  return Array.from({ length: PROBES }, (_, i) => 3 + rises.filter((at) => at + shift <= i).length);
}

/** Probes at which a rank rises, uneven. */
function drawn(seed: number): number[] {
  const next = uniform(seed);
  return Array.from({ length: 8 }, (_, k) => 8 + 13 * k + Math.floor(8 * next()));
}

Deno.test("compareRises: a rank that follows has that lag, and the other one the lead; the reverse has the reverse", () => {
  for (let seed = 0; seed < 10; seed++) {
    const rises = drawn(seed), [first, second] = [climbing(rises), climbing(rises, 3)];
    const forth = compareRises(first, second), back = compareRises(second, first);
    assert(Math.abs(forth.lag - 3) <= 1 && Math.abs(back.lag + 3) <= 1, `${forth.lag}, ${back.lag}`);
    assert(forth.lagPValue < 0.05 && back.lagPValue < 0.05, `p ${forth.lagPValue}`);
    assert(forth.lead > 0.01 && forth.lead === -back.lead, `lead ${forth.lead}`);
  }
});

Deno.test("compareRises: ranks that do not know each other are seldom told to rise together", () => {
  const tests = Array.from(
    { length: 60 },
    (_, seed) => compareRises(climbing(drawn(seed)), climbing(drawn(seed + 1000))),
  );
  assert(tests.filter(({ lagPValue }) => lagPValue < 0.05).length <= 8);
  assert(tests.filter(({ lead }) => lead > 0).length > 15);
  assert(tests.filter(({ lead }) => lead < 0).length > 15);
});

Deno.test("compareRises: there is nothing to compare without rises, or in too short a series", () => {
  const still = climbing([]), some = climbing([20, 60]);
  for (const [a, b] of [[still, some], [[], []], [[1, 2], [1, 2]]]) {
    const { lag, lagPValue, pValue } = compareRises(a, b);
    assert([lag, lagPValue, pValue].every(Number.isNaN));
  }
  assert(Number.isNaN(compareRises(still, some).lead) && Number.isNaN(compareRises(some, still).lead));
  assert.throws(() => compareRises(still, [1]), ShapeError);
});
