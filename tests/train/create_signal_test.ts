import { InputError } from "../../src/errors.ts";
import { MOST_LAYERS } from "../../src/train/limits.ts";
import { Training } from "../../src/train/training.ts";
import { Network } from "../../src/nn/network.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { selfTestDoubleSingle } from "../../src/linalg/double_single/double_single_self_test.ts";
import { assert } from "../deps.ts";
import { countBuffers } from "../support/buffers.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();
// The first training of a device starts its self-test, whose buffers are no training's and may
// outlive one.
await selfTestDoubleSingle(gpu);
const task = await loadTask("cosines", { samples: 16 });
const options = { task, hidden: new Array<number>(300).fill(3), steps: 2, probeEvery: 1 };

Deno.test("Training.create: an abort while it builds throws its reason, and frees what it allocated", async () => {
  for (const milliseconds of [1, 400]) {
    using buffers = countBuffers(gpu);
    const stop = new AbortController(), reason = new Error("enough");
    setTimeout(() => stop.abort(reason), milliseconds);
    const creation = Training.create(gpu, { ...options, signal: stop.signal });
    await assert.rejects(creation, (error) => error === reason);
    assert.deepEqual(buffers.alive, []);
  }
});

Deno.test("Training.create: other work has its turn while it builds", async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  using training = await Training.create(gpu, options);
  clearInterval(timer);
  assert(turns >= 3, `${turns} turns`);
  assert.equal(training.network.widths.length, 302);
});

Deno.test("Network and Training have one limit of layers", async () => {
  const hidden = new Array<number>(MOST_LAYERS + 1).fill(1);
  const wanted = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "xavier-normal" };
  const isRefused = (error: unknown) =>
    error instanceof InputError && /give at most 1024/.test(error.message);
  await assert.rejects(Network.create(gpu, wanted), isRefused);
  await assert.rejects(Training.create(gpu, { task, hidden }), isRefused);
});
