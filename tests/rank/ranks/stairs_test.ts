import { assert, fc } from "../../deps.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { lowerMedian } from "../../../src/stats/median.ts";
import { findStairs } from "../../../src/rank/ranks/stairs.ts";

const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const stairsOf = (ranks: number[], hysteresis?: number) =>
  findStairs(count(ranks.length), ranks, hysteresis === undefined ? {} : { hysteresis }).stairs;

Deno.test("lowerMedian is one of the values", () => {
  assert.equal(lowerMedian([]), NaN);
  assert.equal(lowerMedian([NaN, 3]), 3);
  assert.equal(lowerMedian([10, 9, 2, 1]), 2);
});

Deno.test("findStairs: clean stairs are found exactly", () => {
  assert.deepEqual(findStairs(count(12).map((i) => 10 * i), [2, 2, 2, 5, 5, 5, 5, 9, 9, 9, 9, 9]), {
    stairs: [{ from: 0, to: 20, rank: 2 }, { from: 30, to: 60, rank: 5 }, { from: 70, to: 110, rank: 9 }],
    jumps: [{ step: 30, size: 3 }, { step: 70, size: 4 }],
  });
});

Deno.test("findStairs: a flicker is not a staircase", () => {
  assert.deepEqual(stairsOf([7, 8, 7, 8, 7, 8, 7, 8, 7]), [{ from: 0, to: 8, rank: 7 }]);
  assert.deepEqual(stairsOf([7, 7, 7, 9, 9, 7, 7, 9, 9, 7]), [{ from: 0, to: 9, rank: 7 }]);
  // It rests nowhere above 3, but it has left 3.
  assert.deepEqual(stairsOf([3, 3, 3, 7, 8, 7, 8, 7, 8]), [{ from: 0, to: 2, rank: 3 }, {
    from: 3,
    to: 8,
    rank: 7,
  }]);
});

Deno.test("findStairs: ranks may fall", () => {
  assert.deepEqual(findStairs(count(6), [20, 20, 20, 5, 5, 5]).jumps, [{ step: 3, size: -15 }]);
});

Deno.test("findStairs: nothing, one probe, probes without a rank", () => {
  assert.deepEqual(findStairs([], []), { stairs: [], jumps: [] });
  assert.deepEqual(findStairs([0, 1], [NaN, NaN]), { stairs: [], jumps: [] });
  assert.deepEqual(stairsOf([4]), [{ from: 0, to: 0, rank: 4 }]);
  assert.deepEqual(stairsOf([4, NaN, 4, 4, NaN, 6, 6, NaN, 6, NaN]), [
    { from: 0, to: 3, rank: 4 },
    { from: 5, to: 8, rank: 6 },
  ]);
});

Deno.test("findStairs refuses nonsense", () => {
  for (const hysteresis of [0, 1.5, NaN]) assert.throws(() => stairsOf([1], hysteresis), InputError);
  assert.throws(() => findStairs([0], [1, 2]), ShapeError);
});

const series = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 60 });
const ranks = fc.oneof(
  series,
  series.map((values) => values.flatMap((value, i) => new Array(1 + i % 7).fill(value))),
);

Deno.test("findStairs with hysteresis 1 finds the runs of constant rank", () => {
  fc.assert(fc.property(ranks, (values) => {
    const expected = values.filter((value, i) => value !== values[i - 1]);
    assert.deepEqual(stairsOf(values, 1).map(({ rank }) => rank), expected);
  }));
});

Deno.test("findStairs: stairs tile the probes, hold at least h of them, and differ from their neighbours", () => {
  fc.assert(fc.property(ranks, fc.integer({ min: 1, max: 6 }), (values, hysteresis) => {
    const { stairs, jumps } = findStairs(count(values.length), values, { hysteresis });
    assert.equal(jumps.length, Math.max(0, stairs.length - 1));
    assert.deepEqual([0, ...stairs.map(({ to }) => to + 1)], [
      ...stairs.map(({ from }) => from),
      values.length,
    ]);
    for (const [i, { from, to, rank }] of stairs.entries()) {
      assert(to - from + 1 >= Math.min(hysteresis, values.length));
      assert.equal(rank, lowerMedian(values.slice(from, to + 1)));
      if (i > 0) assert.deepEqual(jumps[i - 1], { step: from, size: rank - stairs[i - 1].rank });
    }
    assert(jumps.every(({ size }) => size !== 0));
  }));
});
