import { Network } from "../../src/nn/network.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { pretrainLayer } from "../../src/train/pretrain/pretrain_layer.ts";
import { structuredLayer } from "../../src/train/pretrain/structured_layer.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("1-50-50-1 tanh on the cosines: a pre-trained first layer starts at rank 33 or more, and a hundred times below", async () => {
  const task = await loadTask("cosines"), samples = task.train;
  const optimizer = { name: "momentum", learningRate: 1e-2 } as const;
  const options = { task, optimizer, steps: 1000, probeEvery: 1000, epsilons: [1e-6], replicas: 3 };
  using training = await Training.create(gpu, options);
  const { inputs, outputs } = task, hidden = [50, 50], activation = "tanh";
  // Weights of Xavier's, biases of PyTorch's, as in the figures to be reproduced.
  using other = await Network.create(gpu, { inputs, hidden, outputs, activation, initializer: "pytorch" });
  const [[{ weights }, ...rest]] = await training.network.readAllParameters();
  const [{ biases }] = await other.readParameters();
  const { layers: [byGradient] } = await pretrainLayer(gpu, {
    samples,
    activation,
    layers: [{ weights, biases }],
    epsilon: 1e-6,
    steps: 400,
    learningRate: 0.05,
    weightDecay: 0,
  });
  const structured = structuredLayer({ samples, width: 50, activation, seed: 0 });
  [structured, byGradient].forEach((first, r) => training.network.writeParameters([first, ...rest], r));
  const { probes } = await training.finish();
  const ranks = probes.slice(0, 3).map(({ layers }) => layers[1].ranks[0].rank);
  assert(ranks[0] >= 33 && ranks[1] >= 33 && ranks[2] === 2, `ranks ${ranks}`);
  const losses = probes.slice(3).map(({ loss }) => loss);
  assert(losses[0] < 5e-3 && losses[1] < 5e-3 && losses[2] > 0.5, `losses ${losses}`);
});
