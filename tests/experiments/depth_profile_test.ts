import { InputError } from "../../src/errors.ts";
import { depthProfile } from "../../src/experiments/depth_profile/mod.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { study } from "./study.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const task = smallTask({ count: 60, target: (x) => Math.cos(3 * x[0]) + Math.cos(9 * x[0]) });
const options = {
  task,
  layers: [12, 12, 12, 12],
  steps: 400,
  probeEvery: 200,
  replicas: 3,
  optimizer: "adam",
  learningRate: [5e-3],
};
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("depthProfile: training raises ranks, most in the last layers", async () => {
  const result = await study(gpu, depthProfile, options);
  assert.deepEqual(holds(result.verdicts).slice(1), [true, true]);
  const [header, ...rows] = result.tables["depth_profile.csv"].trimEnd().split("\n");
  assert.equal(
    header,
    "replica,step,loss,layer,epsilon,rank,rank_low,rank_high,effective_rank,effective_rank_bound",
  );
  assert.equal(rows.length, 3 * 2 * 4 * 2);
  assert.deepEqual([...new Set(rows.map((row) => row.split(",")[1]))], ["0", "400"]);
  for (const row of rows) {
    const [, , , , , rank, low, high, effective] = row.split(",").map(Number);
    assert(low <= rank && rank <= high && rank <= 12 && effective >= 1 && effective <= 12);
  }
  const elements = assertSoundSvg(
    result.figures["depth_profile.svg"],
    `Rank along depth: ${task.description}`,
  );
  assert.equal(marks(elements, "panel").length, 2);
  assert.equal(marks(elements, "dot").length, 2 * 2 * 4);
  assert.equal(result.record.status, "done");
});

Deno.test("depthProfile: the layers of a linear network have no rank beyond its input's and a constant's", async () => {
  const result = await study(gpu, depthProfile, { ...options, activation: "identity", steps: 50 });
  assert.equal(holds(result.verdicts)[1], false);
  assert(
    result.rows.flatMap(({ start, end }) => [start, end])
      .every(({ layers }) => layers.every(({ ranks }) => ranks[1].rank <= 2)),
  );
});

Deno.test("depthProfile: the record says who diverged; a network without depth, or training, is refused", async () => {
  const diverging = { optimizer: "sgd", learningRate: [0.01, 1e30, 0.01], activation: "relu", steps: 60 };
  const result = await study(gpu, depthProfile, { ...options, ...diverging });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [1]);
  assert(result.verdicts.every(({ values }) => values.length === 2));
  await assert.rejects(() => study(gpu, depthProfile, { ...options, layers: [8] }), InputError);
  await assert.rejects(() => study(gpu, depthProfile, { ...options, steps: 0 }), InputError);
});
