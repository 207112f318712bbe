import { loadTask } from "../../src/tasks/registry.ts";
import type { Task } from "../../src/tasks/task.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { smallTask, trainSpectra as train } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("one neuron, one sample, one step: the rank is 1, the loss falls", async () => {
  const task = smallTask({ count: 1, target: () => 2 });
  const optimizer = { name: "sgd", learningRate: 0.1 } as const;
  const { losses: [losses], probes } = await train(gpu, { task, hidden: [1], steps: 1, optimizer });
  assert.deepEqual(probes.map(({ step }) => step), [0, 1]);
  assert(losses[1] < losses[0]);
  for (const { layers: [layer] } of probes) {
    assert.equal(layer.eigenvalues.length, 1);
    assert(layer.eigenvalues[0] > 1e-6);
    assert.deepEqual(layer.ranks[1], { epsilon: 1e-6, rank: 1, low: 1, high: 1 });
  }
});

Deno.test("more neurons than samples: the rank is at most the number of samples, and certain", async () => {
  for (const count of [1, 2, 3]) {
    const { probes } = await train(gpu, { task: smallTask({ count }), hidden: [9, 9], steps: 30 });
    for (const { layers } of probes) {
      for (const { ranks: [, { rank, low, high }] } of layers) {
        assert(rank >= 1 && rank <= count, `${rank} of ${count}`);
        assert.deepEqual([low, high], [rank, rank]);
      }
    }
  }
});

Deno.test("features that are all zero have rank 0; a constant neuron has rank 1", async () => {
  const zero = await train(gpu, { task: smallTask(), initializer: "normal:0", steps: 2, replicas: 2 });
  for (const { layers, loss, floors } of zero.probes) {
    for (const { eigenvalues, ranks } of layers) {
      assert(eigenvalues.every((value) => value === 0));
      assert(ranks.every(({ rank, low, high }) => rank === 0 && low === 0 && high === 0));
    }
    assert(floors!.every((floor) => floor <= loss));
  }
  const options = { activation: "cosine", initializer: "normal:0", steps: 1 };
  for (const { layers } of (await train(gpu, { task: smallTask(), ...options })).probes) {
    assert.deepEqual(layers[0].ranks.map(({ rank }) => rank), [1, 1]);
  }
});

Deno.test("floor: at every probe the loss lies on or above it, and it is not empty", async () => {
  const step = (x: Float32Array) => Math.sign(x[0] - 0.1);
  const cases: TrainingOptions[] = [
    { task: await loadTask("cosines", { samples: 64 }), hidden: [12, 12] },
    { task: await loadTask("cosines", { samples: 64 }), hidden: [12, 12], batch: 16 },
    { task: await loadTask("runge", { samples: 50 }), hidden: [3], activation: "sine" },
    { task: await loadTask("franke2d", { samples: 80 }), hidden: [10, 6], activation: "relu" },
    { task: smallTask({ target: step, outputs: 2 }), hidden: [20], activation: "sigmoid" },
    { task: smallTask({ inputs: 3, count: 200 }), hidden: [2, 2, 2], activation: "gelu" },
    { task: smallTask({ count: 100 }), hidden: [16, 8], activation: "identity" },
    { task: smallTask({ count: 5 }), hidden: [30, 30], activation: "softplus" },
  ];
  let positive = 0, close = 0;
  for (const given of cases) {
    const optimizer = { name: "adam", learningRate: 0.02 } as const;
    const options = { ...given, optimizer, steps: 200, probeEvery: 5, replicas: 3, seed: 1 };
    const epsilons = [1e-1, 1e-3, 1e-5, 1e-8];
    const { losses, probes } = await train(gpu, { ...options, epsilons });
    for (const each of losses) assert(each.at(-1)! < 0.9 * each[0], `${given.task.name} does not learn`);
    for (const { step, replica, loss, floors } of probes) {
      for (const [e, floor] of floors!.entries()) {
        // Float32 rounding of the loss itself, a sum of squares of at most 200 terms.
        assert(
          floor <= loss * (1 + 1e-6),
          `${given.task.name} ${step} ${replica}: ${loss} < ${floor} at ${epsilons[e]}`,
        );
        if (floor > 0) positive++;
        if (floor > 0.5 * loss) close++;
      }
    }
  }
  // The check could have failed: many floors are above 0, and close below the loss.
  assert(positive > 650 && close > 200, `${positive} ${close}`);
});

Deno.test("floor: thresholds relative to the largest eigenvalue", async () => {
  const options = {
    task: smallTask({ count: 60 }),
    hidden: [10],
    threshold: "relative",
    epsilons: [1e-2, 1e-6],
  } as const;
  const optimizer = { name: "adam", learningRate: 0.02 } as const;
  const { probes } = await train(gpu, { ...options, optimizer, steps: 200, probeEvery: 5 });
  assert(probes.every(({ floors, loss }) => floors!.every((floor) => floor <= loss)));
  assert(probes.some(({ floors, loss }) => floors![0] > 0.3 * loss));
});

Deno.test("logistic loss: two classes are told apart, and there is no floor", async () => {
  const task = smallTask({
    loss: "logistic",
    inputs: 2,
    count: 60,
    target: (x) => +(x[0] + x[1] ** 2 > 0.2),
  });
  const optimizer = { name: "adam", learningRate: 0.05 } as const;
  for (const batch of [null, 20]) {
    const { losses: [losses], probes } = await train(gpu, {
      task,
      optimizer,
      steps: 300,
      batch,
      probeEvery: 50,
    });
    // log 2 is what knowing nothing costs.
    assert(losses[0] > 0.3 && losses[0] < 3);
    assert(probes.at(-1)!.loss < 0.1, `${probes.at(-1)!.loss}`);
    assert.deepEqual(probes.map(({ floors }) => floors), probes.map(() => null));
    assert(probes[0].accuracy! < 0.95 && probes.at(-1)!.accuracy! >= 0.98);
  }
});

Deno.test("softmax: accuracy is that of the held-out samples", async () => {
  const target = (x: Float32Array, j: number) => +(j === (x[0] > 0 ? 0 : 1));
  const task = smallTask({ loss: "softmax-cross-entropy", outputs: 2, target });
  const { x, y, weights } = smallTask({ count: 10, outputs: 2, target: (x, j) => 1 - target(x, j) }).train;
  // Where the held-out labels are swapped, whoever learned well is wrong.
  const swapped: Task = { ...task, test: { count: 10, x, y, weights } };
  const optimizer = { name: "adam", learningRate: 0.05 } as const;
  const last = async (task: Task) => (await train(gpu, { task, optimizer, steps: 150 })).probes.at(-1)!;
  const right = await last(task), wrong = await last(swapped);
  assert(right.accuracy! > 0.95, `${right.accuracy}`);
  assert(wrong.accuracy! < 0.15, `${wrong.accuracy}`);
  for (const { trainingAccuracy } of [right, wrong]) assert(trainingAccuracy! > 0.95, `${trainingAccuracy}`);
  assert.equal(right.loss, wrong.loss);
});

Deno.test("weights of the samples count: a sample of no weight might as well be missing", async () => {
  const options = { hidden: [4], steps: 50, probeEvery: 25 };
  const task = smallTask({ count: 12 });
  const weights = Float32Array.from(task.train.weights, (_, k) => k < 8 ? 1 / 8 : 1e-30);
  const weighted = await train(gpu, { ...options, task: { ...task, train: { ...task.train, weights } } });
  const x = task.train.x.subarray(0, 8), y = task.train.y.subarray(0, 8);
  const few = { count: 8, x, y, weights: new Float32Array(8).fill(1 / 8) };
  const without = await train(gpu, { ...options, task: { ...task, train: few } });
  for (const [p, { loss, layers }] of weighted.probes.entries()) {
    const other = without.probes[p];
    assert(Math.abs(loss - other.loss) <= 1e-5 * loss);
    const [{ eigenvalues, bounds }] = layers;
    for (const [i, value] of other.layers[0].eigenvalues.entries()) {
      // Two runs whose parameters differ by rounding, on top of what each is certain of.
      assert(Math.abs(value - eigenvalues[i]) <= 2 * bounds[i] + 1e-4 * value + 1e-9);
    }
  }
});

Deno.test("a task of one's own, with several activations and a step schedule", async () => {
  const task = smallTask({ inputs: 2, outputs: 3, count: 40, target: (x, j) => x[0] * x[1] + j });
  using training = await Training.create(gpu, {
    task,
    hidden: [8, 7, 6],
    activation: ["sine", "leaky-relu:0.2", "relu^2"],
    initializer: "uniform:0.4",
    optimizer: { name: "momentum", learningRate: 0.02, momentum: 0.8 },
    schedule: { kind: "step", every: 50, factor: 0.5 },
    steps: 150,
  });
  const { losses: [losses] } = await training.finish();
  assert(losses[150] < 0.2 * losses[0]);
  assert.deepEqual(training.network.widths, [2, 8, 7, 6, 3]);
  const parameters = await training.network.readParameters();
  assert.deepEqual(parameters.map(({ weights }) => weights.length), [16, 56, 42, 18]);
});
