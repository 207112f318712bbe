import { InputError } from "../../src/errors.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { floorClaims } from "../../src/experiments/loss_floor/claims.ts";
import { lossFloorStudy } from "../../src/experiments/loss_floor/mod.ts";
import type { Trace } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const task = smallTask({ count: 60, target: (x) => Math.cos(3 * x[0]) + Math.cos(9 * x[0]) });
const options = { task, layers: [20, 20], steps: 300, probeEvery: 10, seed: 1 };
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("lossFloorStudy: a network that learns has floors that hold, and p-values of their falls", async () => {
  const result = await study(gpu, lossFloorStudy, options);
  const [above, falls, waits, least] = result.verdicts;
  assert.deepEqual(holds([above, least]), [true, true]);
  for (const { pValue } of [falls, waits]) assert(pValue !== null && (Number.isNaN(pValue) || pValue > 0));
  const rows = result.tables["loss_floor.csv"].trimEnd().split("\n").map((line) => line.split(","));
  assert.deepEqual(rows.shift(), [
    "replica",
    "step",
    "loss",
    "epsilon",
    "rank",
    "floor",
    "tightness",
    "projection_error",
  ]);
  assert.equal(rows.length, 5 * 31 * 2);
  for (const [, , loss, , , floor, tightness, projection] of rows.map((row) => row.map(Number))) {
    assert(floor <= loss && projection <= loss * (1 + 1e-5) && projection >= 0);
    assert(tightness === 0 || Math.abs(tightness - loss / floor) < 1e-9 * tightness);
  }
  const elements = assertSoundSvg(
    result.figures["loss_floor.svg"],
    `The loss and its floor: ${task.description}`,
  );
  assert.equal(marks(elements, "panel").length, 4);
  assert(marks(elements, "probe").length > 20);

  const { record, text } = result;
  assert.deepEqual([record.status, record.configuration.replicas], ["done", 5]);
  assert.match(
    text,
    /\nholds: the loss lies on or above its floor \(probes below it 0, all replicas agree, 5 replicas\)\n/,
  );
});

Deno.test("lossFloorStudy: a linear network has one rank and one floor: nothing falls", async () => {
  // With biases from the start: without them its rank would rise once, from 1 to 2, as they move.
  const linear = { activation: "identity", init: "pytorch", replicas: 3 };
  const { verdicts } = await study(gpu, lossFloorStudy, { ...options, ...linear });
  assert.deepEqual(holds(verdicts), [true, false, false, true]);
});

Deno.test("floorClaims: a loss below its floor, or below the projection error, is found", async () => {
  const { rows: [{ trace }] } = await study(gpu, lossFloorStudy, { ...options, steps: 100, replicas: 2 });
  const floorVerdicts = (...args: Parameters<typeof floorClaims>) => floorClaims(...args).map(judge);
  const with_ = (change: (loss: number) => number): Trace => ({
    ...trace,
    probes: trace.probes.map((probe, i) => i === 7 ? { ...probe, loss: change(probe.loss) } : probe),
  });
  const without = (verdicts: readonly { readonly holds: boolean }[]) =>
    holds(verdicts).filter((_, i) => i !== 1 && i !== 2);
  assert.deepEqual(without(floorVerdicts(with_(() => 0))), [false, false]);
  const [broken] = floorVerdicts(with_(() => 0));
  assert.deepEqual([broken.value, broken.values], [0.5, [0, 1]]);
  // Unless the replica is left out.
  assert.deepEqual(without(floorVerdicts(with_(() => 0), new Set([1]))), [true, true]);
});

Deno.test("lossFloorStudy: replicas that diverge are named and left out; classes have no floor", async () => {
  const diverging = { ...options, steps: 50, activation: "relu", replicas: 2, optimizer: "sgd" };
  const result = await study(gpu, lossFloorStudy, { ...diverging, learningRate: [0.01, 1e30] });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [1]);
  assert(result.verdicts.every(({ values }) => values.length <= 1));
  assert.match(
    result.text,
    /\nreplica 1 diverged at step \d+ in (layer \d|the output layer), and does not count\n/,
  );
  const all = await study(gpu, lossFloorStudy, { ...diverging, learningRate: [1e30] });
  assert.equal(all.record.status, "diverged");
  assert.deepEqual(holds(all.verdicts), [false, false, false, false]);
  const classes = smallTask({ loss: "logistic" });
  await assert.rejects(() => study(gpu, lossFloorStudy, { task: classes }), InputError);
});
