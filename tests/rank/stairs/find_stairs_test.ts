import { assert, fc } from "../../deps.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { findStairs, type StairOptions } from "../../../src/rank/stairs/find_stairs.ts";
import type { RankBounds } from "../../../src/rank/stairs/flicker.ts";
import { uniform } from "../../../src/stats/random.ts";

const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const find = (ranks: ArrayLike<number | RankBounds>, options?: StairOptions) =>
  findStairs(count(ranks.length), ranks, options);
const repeat = (...runs: readonly (readonly [rank: number, times: number])[]) =>
  runs.flatMap(([rank, times]) => new Array<number>(times).fill(rank));

Deno.test("findStairs: clean stairs are found exactly", () => {
  const ranks = repeat([2, 10], [5, 12], [9, 20]);
  const { stairs, jumps, flicker, doubt } = findStairs(count(42).map((i) => 10 * i), ranks);
  assert.deepEqual(stairs, [
    { from: 0, to: 90, rank: 2 },
    { from: 100, to: 210, rank: 5 },
    { from: 220, to: 410, rank: 9 },
  ]);
  assert.deepEqual(jumps.map(({ step, size, after, before }) => [step, size, after, before]), [
    [100, 3, 90, 100],
    [220, 4, 210, 220],
  ]);
  assert.deepEqual([flicker, doubt], [0, null]);
  assert(jumps.every(({ isSignificant, flickerP }) => isSignificant && flickerP < 1e-6));
});

Deno.test("findStairs: the series of the issue, one level and 40 % one off, has no stairs", () => {
  for (const side of [1, -1, 0]) {
    const random = uniform(12);
    const ranks = count(400).map(() => random() < 0.4 ? 7 + (side || (random() < 0.5 ? 1 : -1)) : 7);
    const { stairs, flicker } = find(ranks);
    assert.deepEqual(stairs, [{ from: 0, to: 399, rank: 7 }]);
    assert(Math.abs(flicker - 0.4) < 0.08, `flicker ${flicker}`);
  }
  const random = uniform(13);
  assert.equal(find(count(1000).map(() => random() < 0.4 ? 8 : 7)).stairs.length, 1);
});

Deno.test("findStairs: a noiseless ramp has jumps by one, which a trend makes", () => {
  const { jumps } = find(count(400).map((i) => Math.round(i / 40)));
  assert.equal(jumps.length, 10);
  for (const { size, trendP, isSignificant } of jumps) {
    assert.deepEqual([size, trendP, isSignificant], [1, 1, false]);
  }
});

Deno.test("findStairs: an uncertain rank is no evidence for what lies within its interval", () => {
  const after = (low: number, high: number) => [
    ...new Array<RankBounds>(40).fill({ low: 4, high: 4 }),
    ...new Array<RankBounds>(40).fill({ low, high }),
  ];
  assert.equal(find(after(4, 6)).jumps.length, 0);
  assert.equal(find(after(0, 50)).jumps.length, 0);
  // 5 at least: a jump, by no more than is certain.
  const { stairs, jumps, flicker } = find(after(5, 6));
  assert.deepEqual([stairs.length, jumps[0].size, flicker], [2, 1, 0]);
  // An uncertain probe among certain ones takes their level.
  const within = repeat([4, 20], [6, 20]).map((rank, i) =>
    i % 3 === 0 ? { low: rank - 1, high: rank + 1 } : { low: rank, high: rank }
  );
  assert.deepEqual(find(within).stairs.map(({ rank }) => rank), [4, 6]);
});

Deno.test("findStairs: ranks may fall, and a change that takes a while has a range", () => {
  const { jumps: [jump] } = find(repeat([20, 30], [5, 30]));
  assert.deepEqual([jump.size, jump.isSignificant], [-15, true]);
  const [slow] = find(repeat([5, 30], [6, 2], [7, 30])).jumps;
  assert.deepEqual([slow.size, slow.after, slow.before], [2, 29, 32]);
});

Deno.test("findStairs: nothing, one probe, probes without a rank", () => {
  const nothing = { stairs: [], jumps: [], flicker: 0, shortest: 0, doubt: "no probe has a rank" };
  assert.deepEqual(findStairs([], []), nothing);
  assert.deepEqual(find([NaN, NaN]), nothing);
  const { stairs, doubt } = find([4]);
  assert.deepEqual(stairs, [{ from: 0, to: 0, rank: 4 }]);
  assert.match(doubt!, /^too few probes, 1/);
  const gaps = repeat([4, 20], [6, 20]).flatMap((rank) => [rank, NaN]);
  assert.deepEqual(find(gaps).stairs, [{ from: 0, to: 38, rank: 4 }, { from: 40, to: 78, rank: 6 }]);
});

Deno.test("findStairs: what cannot be told is said to be so", () => {
  const random = uniform(3);
  assert.match(find(count(400).map(() => 7 + Math.floor(5 * random()))).doubt!, /no level can be told/);
  let at = 0;
  const wanders = count(400).map(() => at += Math.floor(3 * random()) - 1);
  assert.notEqual(find(wanders).doubt, null);
  const hidden = [7, 8, 7, 7, 8, 7, 8, 7, 7, 8];
  assert.match(find(hidden).doubt!, /too few/);
});

Deno.test("findStairs refuses nonsense", () => {
  for (const hysteresis of [0, 1.5, NaN]) assert.throws(() => find([1], { hysteresis }), InputError);
  assert.throws(() => findStairs([0], [1, 2]), ShapeError);
});

Deno.test("findStairs: a hundred thousand probes take seconds, not hours", () => {
  const random = uniform(5);
  const ranks = count(100_000).map((i) => Math.floor(i / 5000) * 2 + (random() < 0.2 ? 1 : 0));
  assert.deepEqual(find(ranks).stairs.map(({ rank }) => rank), count(20).map((i) => 2 * i));
});

const series = fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 30 })), {
  maxLength: 8,
}).map((runs) => repeat(...runs));

Deno.test("findStairs: stairs tile the probes and differ from their neighbours, jumps lie in their range", () => {
  fc.assert(fc.property(series, fc.integer({ min: 1, max: 6 }), fc.nat(), (ranks, hysteresis, seed) => {
    const random = uniform(seed);
    const bounds = ranks.map((rank) => {
      const at = random() < 0.2 ? rank + 1 : rank, slack = random() < 0.1 ? 1 : 0;
      return { low: at - slack, high: at + slack };
    });
    const { stairs, jumps, flicker } = find(bounds, { hysteresis });
    assert(flicker >= 0 && flicker <= 1);
    assert.equal(jumps.length, Math.max(0, stairs.length - 1));
    assert.deepEqual([0, ...stairs.map(({ to }) => to + 1)], [
      ...stairs.map(({ from }) => from),
      ranks.length,
    ]);
    for (const { from, to } of stairs) assert(to - from + 1 >= Math.min(hysteresis, ranks.length));
    for (const [i, { step, size, after, before, flickerP, trendP }] of jumps.entries()) {
      assert.equal(step, stairs[i + 1].from);
      assert(size !== 0 && size === stairs[i + 1].rank - stairs[i].rank);
      assert(stairs[i].from <= after && after < before && before <= stairs[i + 1].to);
      assert(flickerP > 0 && flickerP <= 0.05 + 1e-12 && trendP >= 0 && trendP <= 1);
    }
  }));
});

Deno.test("findStairs: shifted ranks have shifted stairs", () => {
  fc.assert(fc.property(series, fc.integer({ min: -5, max: 40 }), (ranks, shift) => {
    const { stairs } = find(ranks);
    assert.deepEqual(
      find(ranks.map((rank) => rank + shift)).stairs,
      stairs.map((stair) => ({ ...stair, rank: stair.rank + shift })),
    );
  }));
});

Deno.test("findStairs: a series of a hundred thousand probes has the stairs of a short one", () => {
  const count = 100_000, steps = Array.from({ length: count }, (_, i) => 2 * i);
  const random = uniform(7);
  const ranks = steps.map((_, i) => (i < 30_000 ? 2 : i < 70_001 ? 5 : 9) + (random() < 0.1 ? 1 : 0));
  const { stairs, jumps, flicker } = findStairs(steps, ranks);
  assert.deepEqual(stairs.map(({ rank }) => rank), [2, 5, 9]);
  assert.deepEqual([stairs[0].from, stairs[2].to], [0, 2 * (count - 1)]);
  // Every probe is in one stair, and a place is known to one of the twenty thousand probes.
  for (const [i, at] of [30_000, 70_001].entries()) {
    assert.equal(stairs[i].to + 2, stairs[i + 1].from);
    assert(Math.abs(jumps[i].step - 2 * at) <= 20, `${jumps[i].step}`);
    assert(jumps[i].isSignificant);
  }
  assert(Math.abs(flicker - 0.1) < 0.01);
});
