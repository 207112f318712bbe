import { InputError, ShapeError } from "../../src/errors.ts";
import { findPlateaus } from "../../src/stats/plateaus.ts";
import { assert } from "../deps.ts";

const shares = { slow: 0.1, fast: 0.3 };
/** Steps with eight of them to a doubling. */
const steps = Array.from({ length: 81 }, (_, k) => 2 ** (k / 8));

/** A loss with a drop at each place, in doublings, that takes half a doubling to a factor. */
const stairs = (drops: readonly number[], factor = 0.1) =>
  steps.map((step) =>
    drops.reduce((loss, at) => loss * factor ** Math.min(1, Math.max(0, 2 * (Math.log2(step) - at))), 1)
  );

Deno.test("findPlateaus: drops between plateaus, the last of which has none behind it", () => {
  const { plateaus, drops } = findPlateaus(steps, stairs([3, 6]), shares);
  assert.equal(plateaus.length, 3);
  assert.equal(drops.length, 2);
  assert.equal(plateaus[0].from, 0);
  assert.equal(plateaus[2].to, 80);
  drops.forEach(({ from, to }, k) => {
    const at = 8 * [3, 6][k];
    // The window reaches half a doubling to either side.
    assert(at - 4 <= from && from <= at && at + 4 <= to && to <= at + 8, `drop ${k}: ${from} to ${to}`);
    assert(plateaus[k].to < from && to < plateaus[k + 1].from);
  });
});

Deno.test("findPlateaus: a power law has none where it is fast, and one where it is slow", () => {
  const power = (exponent: number) => findPlateaus(steps, steps.map((step) => step ** -exponent), shares);
  // The loss falls by 1 − 2^−a in a doubling: 0.067, 0.16, 0.5.
  assert.deepEqual(power(0.1), { plateaus: [{ from: 0, to: 80 }], drops: [] });
  assert.deepEqual(power(0.25), { plateaus: [], drops: [] });
  assert.deepEqual(power(1), { plateaus: [], drops: [] });
});

Deno.test("findPlateaus: what falls from the start drops behind no plateau; a short rest is none", () => {
  const early = findPlateaus(steps, stairs([0]), shares);
  assert.deepEqual([early.plateaus.length, early.drops.length], [1, 0]);
  // Between drops at 3 and 4 the loss rests for half a doubling, which the window fills.
  assert.equal(findPlateaus(steps, stairs([3, 4]), shares).drops.length, 1);
});

Deno.test("findPlateaus: peaks of a loss that oscillates make no drops", () => {
  const quiet = stairs([5]), loud = quiet.map((loss, k) => k % 3 === 1 ? 5 * loss : loss);
  const of = (losses: readonly number[]) => {
    const { plateaus, drops } = findPlateaus(steps, losses, shares);
    return [plateaus.length, drops.length];
  };
  assert.deepEqual(of(loud), of(quiet));
  assert.deepEqual(of(quiet.map((loss, k) => k === 10 ? NaN : k === 20 ? Infinity : loss)), of(quiet));
});

Deno.test("findPlateaus: losses of 0, without numbers, one and none", () => {
  assert.deepEqual(findPlateaus([], [], shares), { plateaus: [], drops: [] });
  assert.deepEqual(findPlateaus([7], [1], shares), { plateaus: [], drops: [] });
  assert.deepEqual(findPlateaus(steps, steps.map(() => NaN), shares), { plateaus: [], drops: [] });
  const zero = findPlateaus(steps, steps.map((step) => step < 8 ? 1 : 0), shares);
  assert.deepEqual([zero.plateaus.length, zero.drops.length], [2, 1]);
});

Deno.test("findPlateaus: wrong shapes, steps and shares are refused", () => {
  assert.throws(() => findPlateaus([1, 2], [1], shares), ShapeError);
  assert.throws(() => findPlateaus([0, 1], [1, 1], shares), InputError);
  assert.throws(() => findPlateaus([2, 2], [1, 1], shares), InputError);
  for (const [slow, fast] of [[0, 0.3], [0.4, 0.3], [0.1, 1], [NaN, 0.3]]) {
    assert.throws(() => findPlateaus([1, 2], [1, 1], { slow, fast }), InputError);
  }
});
