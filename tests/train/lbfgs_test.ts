import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert, fc } from "../deps.ts";
import { lossGradient } from "../reference/network.ts";
import { U } from "../reference/rounding.ts";
import { poisson } from "../support/equations.ts";
import { openGpu } from "../support/gpu.ts";
import { inputError } from "../support/input_error.ts";
import { replicaOf, smallTask, train } from "../support/tasks.ts";

const gpu = await openGpu();

const lbfgs = { name: "lbfgs", learningRate: 0.1 } as const;
const classes = smallTask({
  loss: "softmax-cross-entropy",
  inputs: 2,
  outputs: 2,
  count: 30,
  target: (x, j) => +(j === +(x[0] * x[1] > 0)),
});

/** Loss of a network in float64, and its gradient, in one list. */
function reference(
  { task, hidden, activation }: Training["options"],
  layers: readonly {
    readonly weights: Float32Array;
    readonly biases: Float32Array;
  }[],
) {
  assert(task.kind !== "equation");
  const activations = hidden.map(() => activation as string);
  const theta = layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
  const network = { widths: [task.inputs, ...hidden, task.outputs], activations };
  return { theta, ...lossGradient(network, Float64Array.from(theta), task.train, task.loss) };
}

Deno.test("lbfgs: losses are those of networks that are kept, wherever probes look", async () => {
  const options = { task: smallTask(), optimizer: lbfgs, steps: 45, replicas: 2 };
  const often = await train(gpu, { ...options, probeEvery: 1 });
  using training = await Training.create(gpu, { ...options, probeEvery: 17 });
  const rarely = await training.finish();
  assert.deepEqual(rarely.losses, often.losses);
  const networks = await training.network.readAllParameters();
  for (const [replica, losses] of often.losses.entries()) {
    assert(losses[45] < 0.05 * losses[0], `loss ${losses[0]} became ${losses[45]}`);
    // The same network twice, its samples added up in one order or another.
    for (const probe of often.probes.filter((each) => each.replica === replica)) {
      const off = Math.abs(probe.loss - losses[probe.step]);
      assert(off <= 8 * U * losses[probe.step], `step ${probe.step}: ${probe.loss}, ${losses[probe.step]}`);
    }
    // Outputs of size 1 are good to some 20 u, and so is a residual; by Cauchy's inequality the
    // root of the loss.
    const { loss } = reference(training.options, networks[replica]);
    assert(Math.abs(Math.sqrt(loss) - Math.sqrt(losses[45])) < 40 * U, `${loss} is ${losses[45]}`);
  }
});

Deno.test("lbfgs: regression, classes, equations, one neuron, one sample and slices of many samples", async () => {
  const cases: [string, TrainingOptions, number][] = [
    ["classes", { task: classes, hidden: [8] }, 0.3],
    ["equation", { task: poisson(), hidden: [8, 8] }, 0.05],
    ["1-1-1", { task: smallTask({ count: 7 }), hidden: [1] }, 0.9],
    ["one sample", { task: smallTask({ count: 1 }), hidden: [3] }, 1e-6],
    ["layered", { task: smallTask({ count: 4200 }), hidden: [5] }, 0.2],
  ];
  for (const [name, given, share] of cases) {
    const options = { ...given, optimizer: lbfgs, steps: 80, probeEvery: 40, replicas: 2 };
    const trace = await train(gpu, options);
    for (const losses of trace.losses) {
      assert(losses[80] <= share * losses[0], `${name}: ${losses[0]} became ${losses[80]}`);
    }
    const streams = [{ seed: 0, stream: 1 }];
    const alone = await train(gpu, { ...options, replicas: 1, streams });
    assert.deepEqual(alone.losses[0], replicaOf(trace, 1).losses[0], name);
  }
});

Deno.test("lbfgs: losses of any shape do not rise by more than their noise", async () => {
  const width = fc.integer({ min: 1, max: 11 });
  const shapes = fc.record({
    hidden: fc.array(width, { minLength: 1, maxLength: 3 }),
    count: fc.integer({ min: 1, max: 70 }),
    inputs: fc.constantFrom(1, 3),
    outputs: fc.constantFrom(1, 2, 5),
    history: fc.constantFrom(1, 5, 64),
    rate: fc.constantFrom(1e-6, 0.1, 1e6),
    seed: fc.nat(99),
  });
  await fc.assert(
    fc.asyncProperty(shapes, async ({ hidden, count, inputs, outputs, history, rate, seed }) => {
      const task = smallTask({ count, inputs, outputs });
      const optimizer = { ...lbfgs, learningRate: rate, history };
      const { losses: [losses] } = await train(gpu, {
        task,
        hidden,
        optimizer,
        steps: 40,
        probeEvery: 40,
        seed,
      });
      assert(losses[40] < losses[0], `${losses[0]} became ${losses[40]}`);
      losses.forEach((loss, step) => {
        assert(step === 0 || loss <= losses[step - 1] * (1 + 2 ** -6), `step ${step}: ${loss}`);
      });
    }),
    { numRuns: 10, seed: 7 },
  );
});

Deno.test("lbfgs: weight decay is part of what is minimised", async () => {
  const weightDecay = [0.3, 0.01];
  const optimizer = { ...lbfgs, weightDecay };
  const options = { task: smallTask(), hidden: [4], optimizer, steps: 150, probeEvery: 150, replicas: 2 };
  using training = await Training.create(gpu, options);
  const starts = await training.network.readAllParameters();
  await training.finish();
  for (const [replica, end] of (await training.network.readAllParameters()).entries()) {
    const sizes = [starts[replica], end].map((layers) => {
      const { theta, gradient } = reference(training.options, layers);
      return Math.hypot(...gradient.map((g, i) => g + weightDecay[replica] * theta[i]));
    });
    assert(sizes[1] < 2e-3 * sizes[0], `gradient ${sizes[0]} became ${sizes[1]}`);
  }
});

Deno.test("lbfgs: what it cannot train by is refused", async () => {
  const options = { task: smallTask(), optimizer: lbfgs, steps: 2 };
  const cases = [
    [{ batch: 5 }, /give the full batch/],
    [{ schedule: { kind: "cosine" } }, /give the schedule constant/],
    [{ optimizer: { ...lbfgs, history: 65 } }, /history of lbfgs/],
  ] as const;
  for (const [change, words] of cases) {
    await assert.rejects(() => train(gpu, { ...options, ...change }), inputError(words));
  }
});
