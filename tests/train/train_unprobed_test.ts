import type { TrainingOptions } from "../../src/train/options.ts";
import { trainUnprobed } from "../../src/train/train_unprobed.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { countBuffers } from "../support/buffers.ts";
import { poisson } from "../support/equations.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

const frozen = [{ weights: 0, biases: 0 }, { weights: 1, biases: 1 }, { weights: 2, biases: 0 }];
const ways: readonly (TrainingOptions & { readonly name: string })[] = [
  { name: "the full batch", task: smallTask() },
  { name: "many replicas", task: smallTask(), replicas: 64 },
  { name: "mini-batches", task: smallTask({ count: 60 }), batch: 16 },
  { name: "an equation", task: poisson() },
  { name: "one neuron, one sample", task: smallTask({ count: 1 }), hidden: [1], replicas: 1 },
  { name: "wide layers", task: smallTask({ count: 8 }), hidden: [140, 130] },
  { name: "no step", task: smallTask(), steps: 0 },
  { name: "a line search", task: smallTask(), optimizer: { name: "lbfgs", learningRate: 0.1 } },
  {
    name: "rates of layers and replicas",
    task: smallTask(),
    optimizer: { name: "sgd", learningRate: [0.1, 0.2, 1e-3], layers: frozen },
  },
];

for (const { name, ...way } of ways) {
  Deno.test(`trainUnprobed: ${name}: networks and losses of a training with probes, to the bit`, async () => {
    const options = { hidden: [6, 5], replicas: 3, seed: 4, steps: 23, ...way };
    const seen: number[] = [];
    const { networks, losses, ...made } = await trainUnprobed(gpu, options, (made) => seen.push(made));
    using training = await Training.create(gpu, options);
    const trace = await training.finish();
    assert.deepEqual(networks, await training.network.readAllParameters());
    assert.deepEqual([...losses], trace.losses.map((own) => own[options.steps]));
    assert.deepEqual([made.status, made.steps], ["done", options.steps]);
    assert.equal(seen.at(-1), options.steps);
    assert.deepEqual(seen, seen.toSorted((a, b) => a - b));
  });
}

Deno.test("trainUnprobed: a replica that diverges has no finite loss, and the others go on", async () => {
  const optimizer = { name: "sgd", learningRate: [0.01, 1e30] } as const;
  const { losses, networks } = await trainUnprobed(gpu, {
    task: smallTask(),
    optimizer,
    steps: 9,
    replicas: 2,
  });
  assert.deepEqual([...losses].map(Number.isFinite), [true, false]);
  assert(networks[0].every(({ weights }) => weights.every(Number.isFinite)));
});

Deno.test("trainUnprobed: stops by its signal, and frees what it allocated", async () => {
  const options = { task: smallTask(), hidden: [40, 40], replicas: 9, steps: 1e9 };
  await trainUnprobed(gpu, { ...options, steps: 3 });
  using buffers = countBuffers(gpu);
  const stop = new AbortController();
  const { status, steps, networks } = await trainUnprobed(
    gpu,
    { ...options, signal: stop.signal },
    (made) => {
      if (made > 10) stop.abort();
    },
  );
  assert.equal(status, "stopped");
  assert(steps > 10 && steps < 1e9, `${steps}`);
  assert.equal(networks.length, 9);
  const none = await trainUnprobed(gpu, { ...options, signal: AbortSignal.abort() });
  assert.deepEqual([none.status, none.steps, [...none.losses].every(Number.isNaN)], ["stopped", 0, true]);
  // All steps may have been made before the losses after the last are known.
  const last = new AbortController(), few = { ...options, steps: 3, signal: last.signal };
  const cut = await trainUnprobed(gpu, few, (made) => void (made === 3 && last.abort()));
  assert.equal(cut.steps, 3);
  const whole = await trainUnprobed(gpu, { ...options, steps: 3 });
  if (cut.status === "done") assert.deepEqual(cut.losses, whole.losses);
  assert.deepEqual(cut.networks, whole.networks);
  assert.deepEqual(buffers.alive, []);
});

Deno.test("trainUnprobed: checks its options", async () => {
  await assert.rejects(trainUnprobed(gpu, { task: smallTask(), steps: -1 }), inputError(/steps/));
});
