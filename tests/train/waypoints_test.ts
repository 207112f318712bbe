import { InputError } from "../../src/errors.ts";
import { Training } from "../../src/train/training.ts";
import { trainThrough } from "../../src/train/waypoints.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

for (const name of ["sgd", "adam"] as const) {
  Deno.test(`trainThrough: ${name} comes to the bits of a training that does not pause, and probes waypoints`, async () => {
    const options = {
      task: smallTask(),
      hidden: [5, 3],
      optimizer: { name, learningRate: [0.01, 0.1] },
      replicas: 2,
      seed: 3,
    };
    const seen: number[] = [];
    let ends: unknown;
    for await (const training of trainThrough(gpu, options, [0, 1, 3, 11])) {
      seen.push(training.updates);
      const last = training.trace.probes.slice(-2);
      assert.deepEqual(last.map(({ step, replica }) => [step, replica]), [
        [training.updates, 0],
        [training.updates, 1],
      ]);
      ends = await training.network.readAllParameters();
    }
    assert.deepEqual(seen, [0, 1, 3, 11]);
    using whole = await Training.create(gpu, { ...options, steps: 11, probeEvery: 11 });
    await whole.finish();
    assert.deepEqual(ends, await whole.network.readAllParameters());
  });
}

Deno.test("trainThrough: ends where all replicas have diverged, or with its signal; waypoints ascend", async () => {
  const options = { task: smallTask(), hidden: [3], optimizer: { name: "sgd", learningRate: 1e30 } as const };
  const states: string[] = [];
  for await (const { status } of trainThrough(gpu, options, [0, 20, 40])) states.push(status);
  assert.deepEqual(states, ["done", "diverged"]);

  const stop = new AbortController(), seen: number[] = [];
  const calm = { ...options, optimizer: { name: "sgd", learningRate: 1e-3 } as const, signal: stop.signal };
  for await (const { updates } of trainThrough(gpu, calm, [2, 4, 6])) {
    seen.push(updates);
    if (updates === 4) stop.abort();
  }
  assert.deepEqual(seen, [2, 4]);
  await assert.rejects(() => trainThrough(gpu, calm, [2, 2]).next(), InputError);
});
