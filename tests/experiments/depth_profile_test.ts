import { InputError } from "../../src/errors.ts";
import { depthProfile } from "../../src/experiments/depth_profile/mod.ts";
import { experimentRecord } from "../../src/experiments/core/record.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { smallTask } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const task = smallTask({ count: 60, target: (x) => Math.cos(3 * x[0]) + Math.cos(9 * x[0]) });
const options = {
  task,
  hidden: [12, 12, 12, 12],
  steps: 400,
  probeEvery: 200,
  replicas: 3,
  optimizer: { name: "adam", learningRate: 5e-3 },
} as const;
const holds = (verdicts: readonly { readonly holds: boolean }[]) => verdicts.map(({ holds }) => holds);

Deno.test("depthProfile: training raises ranks, most in the last layers", async () => {
  const result = await depthProfile(gpu, options);
  assert.deepEqual(holds(result.verdicts).slice(1), [true, true]);
  const [header, ...rows] = result.table.trimEnd().split("\n");
  assert.equal(header, "replica,step,loss,layer,epsilon,rank,rank_low,rank_high,effective_rank");
  assert.equal(rows.length, 3 * 2 * 4 * 2);
  assert.deepEqual([...new Set(rows.map((row) => row.split(",")[1]))], ["0", "400"]);
  for (const row of rows) {
    const [, , , , , rank, low, high, effective] = row.split(",").map(Number);
    assert(low <= rank && rank <= high && rank <= 12 && effective >= 1 && effective <= 12);
  }
  const elements = assertSoundSvg(result.figure, `Rank along depth: ${task.description}`);
  assert.equal(marks(elements, "panel").length, 2);
  assert.equal(marks(elements, "dot").length, 2 * 2 * 4);
  assert.equal((await experimentRecord(gpu, result)).status, "done");
});

Deno.test("depthProfile: the layers of a linear network have no rank beyond its input's and a constant's", async () => {
  const result = await depthProfile(gpu, { ...options, activation: "identity", steps: 50 });
  assert.equal(holds(result.verdicts)[1], false);
  assert(result.trace.probes.every(({ layers }) => layers.every(({ ranks }) => ranks[1].rank <= 2)));
});

Deno.test("depthProfile: the record says who diverged; a network without depth, or training, is refused", async () => {
  const optimizer = { name: "sgd", learningRate: [0.01, 1e30, 0.01] } as const;
  const result = await depthProfile(gpu, { ...options, activation: "relu", steps: 60, optimizer });
  assert.deepEqual(result.diverged.map(({ replica }) => replica), [1]);
  assert(result.verdicts.every(({ seeds }) => seeds.length === 2));
  await assert.rejects(() => depthProfile(gpu, { ...options, hidden: [8] }), InputError);
  await assert.rejects(() => depthProfile(gpu, { ...options, steps: 0 }), InputError);
});
