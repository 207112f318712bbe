import { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { replicaOf, smallTask, train, trainSpectra, until } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const classes = smallTask({
  loss: "softmax-cross-entropy",
  inputs: 3,
  outputs: 3,
  count: 50,
  target: (x, j) => +(j === (x[0] > 0.3 ? 0 : x[1] > 0 ? 1 : 2)),
  heldOut: true,
});

/** Ways to train: every optimiser and every source of randomness. */
const ways: readonly TrainingOptions[] = [
  { task: smallTask() },
  { task: smallTask({ count: 300 }), batch: 32, optimizer: { name: "adam", learningRate: 0.01 } },
  { task: classes, batch: 7, optimizer: { name: "nesterov", learningRate: 0.05, weightDecay: 1e-3 } },
  { task: smallTask(), initializer: "pytorch", optimizer: { name: "adamw", learningRate: 0.01 } },
  // Half of its spectra are solved again, those of submissions of any length.
  { task: smallTask(), epsilons: [1e-2, 1e-9, 1e-12] },
  { task: smallTask({ count: 60 }), batch: 20, precision: "double" },
  { task: smallTask(), hidden: [1], activation: "relu", optimizer: { name: "sgd", learningRate: 0.1 } },
  { task: poisson(), epsilons: [1e-2, 1e-9, 1e-12] },
];

Deno.test("same seed: losses and spectra to the last bit; another seed: neither", async () => {
  for (const way of ways) {
    const options = { ...way, steps: 50, probeEvery: 10, replicas: 2, seed: 5 };
    const first = await trainSpectra(gpu, options);
    assert.deepEqual(await train(gpu, options), first);
    const other = await trainSpectra(gpu, { ...options, seed: 6 });
    for (const replica of [0, 1]) {
      assert.notDeepEqual(other.losses[replica], first.losses[replica]);
      assert.notDeepEqual(
        other.probes[replica].layers[0].eigenvalues,
        first.probes[replica].layers[0].eigenvalues,
      );
    }
    assert.notDeepEqual(first.losses[0], first.losses[1]);
  }
});

Deno.test("a new device gives the same bits", async () => {
  const options = { ...ways[1], steps: 30, replicas: 2 };
  const here = await train(gpu, options);
  using another = await Gpu.open();
  assert.deepEqual(await train(another, options), here);
});

Deno.test("a replica's trace does not depend on how many run beside it", async () => {
  // The others are among the random ways of determinism_test.
  for (const way of ways.filter((_, i) => i % 2 === 1)) {
    const options = { ...way, steps: 40, probeEvery: 8, seed: 9 };
    const eight = await train(gpu, { ...options, replicas: 8 });
    const three = await train(gpu, { ...options, replicas: 3 });
    const one = await train(gpu, options);
    assert.deepEqual(replicaOf(eight, 0), one);
    for (const replica of [0, 1, 2]) assert.deepEqual(replicaOf(eight, replica), replicaOf(three, replica));
  }
});

Deno.test("a replica's trace depends on its own learning rate alone", async () => {
  const options = { task: smallTask(), steps: 40 };
  const rates = [0.001, 0.02, 0.05];
  const three = await train(gpu, {
    ...options,
    replicas: 3,
    optimizer: { name: "momentum", learningRate: rates, weightDecay: [0, 0, 0.1] },
  });
  const optimizer = { name: "momentum", learningRate: 0.02 } as const;
  const same = await train(gpu, { ...options, replicas: 3, optimizer });
  assert.deepEqual(replicaOf(three, 1), replicaOf(same, 1));
  assert.notDeepEqual(replicaOf(three, 0).losses, replicaOf(same, 0).losses);
});

Deno.test("the trace does not depend on how steps fall into submissions, nor on how many follow", async () => {
  for (const way of ways) {
    const options = { ...way, probeEvery: 10, replicas: 2 };
    const short = await train(gpu, { ...options, steps: 50 });
    const long = await train(gpu, { ...options, steps: 200 });
    assert.deepEqual(until(long, 50), short);
    // A reader who takes long makes submissions short.
    using slow = await Training.create(gpu, { ...options, steps: 50 });
    for await (const { replica } of slow) {
      if (replica === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.deepEqual(slow.trace, short);
  }
});

Deno.test("probes leave training alone: how often they come changes no loss", async () => {
  for (const way of ways) {
    const options = { ...way, steps: 60 };
    const often = await train(gpu, { ...options, probeEvery: 3 });
    const seldom = await train(gpu, { ...options, probeEvery: 60 });
    assert.deepEqual(often.losses, seldom.losses);
  }
});
