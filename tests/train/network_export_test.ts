import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { poisson } from "../support/equations.ts";
import { inputError } from "../support/input_error.ts";
import { smallTask, train } from "../support/tasks.ts";

const gpu = await openGpu();

const ways: readonly (TrainingOptions & { readonly name: string })[] = [
  { name: "fused steps", task: smallTask() },
  { name: "counts between spectra", task: smallTask(), spectraEvery: 4 },
  { name: "many steps at once", task: smallTask(), replicas: 64 },
  { name: "mini-batches", task: smallTask({ count: 60 }), batch: 16 },
  { name: "an equation", task: poisson() },
  { name: "one neuron, one replica", task: smallTask({ count: 1 }), hidden: [1], replicas: 1 },
];

for (const { name, ...way } of ways) {
  Deno.test(`exportNetworks: ${name}: the networks that a training of so many steps ends with`, async () => {
    const options = { hidden: [6, 5], replicas: 3, seed: 4, ...way, steps: 23, probeEvery: 4 };
    using training = await Training.create(gpu, options);
    const exported = training.exportNetworks([23, 0, 8]);
    const trace = await training.finish();
    assert.deepEqual(trace, await train(gpu, options), "the trace is the same to the bit");
    const networks = await exported.networks();
    assert.deepEqual([...networks.keys()], [0, 8, 23]);
    for (const [step, found] of networks) {
      using shorter = await Training.create(gpu, { ...options, steps: step });
      await shorter.finish();
      assert.deepEqual(found, await shorter.network.readAllParameters(), `step ${step}`);
    }
  });
}

Deno.test("exportNetworks: a training that goes on has those of before; only steps of probes are taken", async () => {
  const options = { task: smallTask(), hidden: [4, 3], steps: 12, probeEvery: 3, replicas: 2 };
  using whole = await Training.create(gpu, options);
  const all = whole.exportNetworks([0, 6, 12]);
  await whole.finish();
  using half = await Training.create(gpu, { ...options, steps: 6 });
  const first = half.exportNetworks([0, 6]);
  const saved = { trace: await half.finish(), state: await half.readState() };
  using rest = await Training.create(gpu, options, saved);
  const both = rest.exportNetworks([0, 6, 12], await first.words(saved.state.step));
  await rest.finish();
  assert.deepEqual(await both.networks(), await all.networks());
  for (const step of [1, 13, -3, NaN]) {
    using training = await Training.create(gpu, options);
    assert.throws(() => training.exportNetworks([0, step]), inputError(/multiples of 3 up to 12/));
  }
});
