import { boundClaims, type BoundRow } from "../../src/experiments/collapse_bound/claims.ts";
import { collapseBound } from "../../src/experiments/collapse_bound/mod.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { inputError } from "../support/input_error.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const weightDecays = [0, 1e-3, 3e-3, 1e-2, 3e-2];

/** Bounds of one layer of ten networks as the theorem has them, or changed. */
function rows(change: (row: BoundRow) => Partial<BoundRow> = () => ({})): BoundRow[] {
  return [false, true].flatMap((residual) =>
    [0, 1, 2, 3, 4].flatMap((replica) =>
      weightDecays.map((weightDecay): BoundRow => {
        const distance = weightDecay === 0 ? 3 : 1e-4 / weightDecay;
        const row: BoundRow = {
          ...{ residual, replica, weightDecay, deviation: 1, judgedBy: weightDecay || 3e-2 },
          ...{ layer: 1, from: 0, distance, leastDistance: distance, norm: 5, variation: 1 },
          ...{
            bound: weightDecay === 0 ? 1e-3 : 10 * distance,
            byErrors: 1,
            gradient: weightDecay ? 1e-3 : 5,
          },
        };
        return { ...row, ...change(row) };
      })
    )
  );
}

const holds = (given: readonly BoundRow[], decays = weightDecays) =>
  boundClaims(given, { replicas: 5, weightDecays: decays }).map((claim) => judge(claim).holds);
const of = (...own: boolean[]) => [...own, ...own];

Deno.test("boundClaims: they hold of critical points, and not of what contradicts each", () => {
  assert.deepEqual(holds(rows()), of(true, true, true, true, true, true));
  const decayed = (change: (row: BoundRow) => Partial<BoundRow>) =>
    holds(rows((row) => row.weightDecay > 0 ? change(row) : {}));
  // Beyond both bounds; beyond the bound at a critical point alone.
  assert.deepEqual(decayed(() => ({ bound: 0, gradient: 0 })).slice(0, 2), [false, false]);
  assert.deepEqual(decayed(({ distance }) => ({ bound: distance / 2, gradient: distance })).slice(0, 2), [
    ...[true, false],
  ]);
  assert.equal(holds(rows(() => ({ bound: 100 })))[2], false);
  assert.equal(decayed(() => ({ bound: 100 }))[3], false);
  // Distances that grow with weight decay, or do not depend on it.
  assert.deepEqual(decayed(({ weightDecay }) => ({ distance: weightDecay })).slice(4, 6), [false, false]);
  assert.deepEqual(decayed(() => ({ distance: 1 })).slice(4, 6), [false, false]);
  // One residual network is enough to break a claim about them, and about no others.
  const one = holds(
    rows(({ residual, replica, weightDecay }) =>
      residual && replica === 3 && weightDecay === 1e-3 ? { leastDistance: 50 } : {}
    ),
  );
  assert.deepEqual([one[0], one[1], one[6], one[7]], [true, true, false, false]);
});

Deno.test("boundClaims: what is not a number, networks that are missing and few weight decays hold nothing", () => {
  const nan = { distance: NaN, leastDistance: NaN, bound: NaN, norm: NaN };
  assert.deepEqual(holds(rows(() => nan)), of(false, false, false, false, false, false));
  assert.deepEqual(holds([]), of(false, false, false, false, false, false));
  const lone = [0, 1e-2], few = rows().filter(({ weightDecay }) => lone.includes(weightDecay));
  assert.deepEqual(holds(few, lone), of(true, true, true, true, false, false));
  // Without networks that have none there is no claim about them.
  const some = rows().filter(({ weightDecay }) => weightDecay > 0);
  assert.equal(holds(some, weightDecays.slice(1)).length, 10);
  // Two decays agree with any order of them half of the time.
  const two = [1e-3, 1e-2], pair = rows().filter(({ weightDecay }) => two.includes(weightDecay));
  const [, , , falls] = boundClaims(pair, { replicas: 5, weightDecays: two });
  assert(falls.null!.pValues.every((p) => p! > 0.45 && p! < 0.55));
});

Deno.test("collapseBound: trains plain and residual networks, and tells critical points from others", async () => {
  const options = { samples: 30, layers: [10, 10], steps: 600, replicas: 3, deviations: [0.1] };
  const result = await study(gpu, collapseBound, { ...options, weightDecays: [0, 1e-2, 3e-2] });
  const { verdicts, record, tables, figures } = result;
  assert.equal(verdicts.length, 12);
  for (const at of [0, 6]) {
    assert.deepEqual(verdicts.slice(at, at + 3).map(({ holds }) => holds), [true, true, true]);
    assert.deepEqual(verdicts[at + 1].values, [0, 0, 0]);
  }
  assert.equal(record.status, "done");
  const [header, ...lines] = tables["collapse_bound.csv"].trimEnd().split("\n");
  assert.equal(
    header,
    "residual,deviation,weight_decay,judged_by,replica,layer,from,distance,least_distance,norm,tcv,bound," +
      "by_errors,gradient",
  );
  assert.equal(lines.length, 2 * 3 * 3 * 3);
  const elements = assertSoundSvg(
    figures["collapse_bound.svg"],
    "Distance of weights to rank 5 and its bound: 5 Gaussian classes",
  );
  assert.equal(marks(elements, "panel").length, 2);
  assert.equal(marks(elements, "point").length, 2 * 3 * 3 * 2 + 3);
});

Deno.test("collapseBound: refuses what leaves nothing to bound or no skip connection", async () => {
  const tiny = { samples: 20, steps: 5, replicas: 1 };
  for (
    const [options, message] of [
      [{ weightDecays: [0] }, /no weight decay above 0 bounds the rank of weights: give one/],
      [{ layers: [8, 7] }, /layers 8,7 leave residual networks no skip connection/],
      [{ weightDecays: [1e-2, 1e-3] }, /in ascending order/],
    ] as const
  ) await assert.rejects(study(gpu, collapseBound, { ...tiny, ...options }), inputError(message));
});
