import { InputError } from "../../../src/errors.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { Network } from "../../../src/nn/network.ts";
import { optimizerNames, optimizers } from "../../../src/nn/optim/optimizer.ts";
import type { Schedule } from "../../../src/nn/optim/schedule.ts";
import { type HostSamples, uploadSamples } from "../../../src/nn/samples.ts";
import { bindTrainingStep, type TrainingStepOptions } from "../../../src/nn/optim/training_step.ts";
import { stepPaths } from "../../../src/nn/optim/step_path.ts";
import { assert } from "../../deps.ts";
import { lossGradient } from "../../reference/network.ts";
import { stepErrors } from "../../reference/network_errors.ts";
import { U } from "../../reference/rounding.ts";
import { randomFloats, randomSamples } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { allowance } from "../error_growth.ts";
import { type GpuRun, referenceRun, trainOnGpu } from "../gpu_run.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * Runs on the GPU by every path, or those given, compares every replica with its reference run, and
 * gives the losses of the first.
 */
async function compare(what: GpuRun, where: string, paths = stepPaths): Promise<readonly number[]> {
  const runs = [];
  for (const path of paths) {
    runs.push({ path, run: await trainOnGpu(gpu, { ...what, options: { ...what.options, path } }) });
  }
  const references = runs[0].run.map(({ start }, r) => allowance(referenceRun(what, r), start));
  for (const [r, reference] of references.entries()) {
    // What keeps the comparison from being empty.
    const worst = Math.max(...reference.lossBounds.map((bound, t) => bound / reference.losses[t]));
    assert(worst < 0.02, `${where}: the losses' bound is ${worst} of them`);
    for (const { path, run } of runs) {
      const { losses, end } = run[r];
      assertWithin(
        losses,
        reference.losses,
        reference.lossBounds,
        `losses of ${where}, ${path}, replica ${r}`,
      );
      assertWithin(end, reference.end, reference.endBounds, `parameters of ${where}, ${path}, replica ${r}`);
    }
  }
  return references[0].losses;
}

for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
  Deno.test(`training_step: ${name} with schedules, rates and decays of each replica follows float64`, async () => {
    const schedules: Schedule[] = [
      { kind: "constant" },
      { kind: "cosine" },
      { kind: "step", every: 6, factor: 0.5 },
    ];
    const rate = name.startsWith("adam") ? 0.1 : 1;
    for (const schedule of schedules) {
      await compare({
        widths: [3, 5, 2],
        activations: ["tanh"],
        initializer: "pytorch",
        seed: 3,
        replicas: 3,
        samples: randomSamples(5, 21, 3, 2),
        options: {
          loss: "mean-squared-error",
          optimizer: {
            name,
            learningRate: [0.1 * rate, 0.05 * rate, 0.02 * rate],
            weightDecay: [0, 0.1, 0.01],
            momentum: [0.9, 0.5, 0],
          },
          schedule,
          steps: 20,
          batch: null,
        },
      }, `${name}, ${schedule.kind}`);
    }
  });
}

Deno.test("training_step: 200 steps of momentum on a function follow float64", async () => {
  const count = 64;
  const x = Float32Array.from({ length: count }, (_, k) => -1 + 2 * k / (count - 1));
  const samples: HostSamples = {
    count,
    x,
    y: x.map((each) => Math.cos(Math.PI * each) + Math.cos(3 * Math.PI * each)),
    weights: new Float32Array(count).fill(1 / count),
  };
  const losses = await compare({
    widths: [1, 20, 20, 1],
    activations: ["tanh", "tanh"],
    initializer: "xavier-normal",
    seed: 1,
    replicas: 2,
    samples,
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "momentum", learningRate: 1e-2 },
      schedule: { kind: "constant" },
      steps: 200,
      batch: null,
    },
  }, "momentum");
  assert(losses[199] < 0.8 * losses[0], `the loss fell from ${losses[0]} to ${losses[199]} only`);
});

Deno.test("training_step: 200 steps of Adam on mini-batches of classes follow float64", async () => {
  const count = 60;
  const floats = randomFloats(9);
  const centres = [[0, 1], [1, -0.5], [-1, -0.5]];
  const samples: HostSamples = {
    count,
    x: Float32Array.from({ length: 2 * count }, (_, i) => centres[(i >> 1) % 3][i % 2] + 0.5 * floats(1)[0]),
    y: Float32Array.from({ length: 3 * count }, (_, i) => Number(Math.floor(i / 3) % 3 === i % 3)),
    weights: new Float32Array(count).fill(1 / count),
  };
  const losses = await compare({
    widths: [2, 12, 3],
    activations: ["tanh"],
    initializer: "xavier-uniform",
    seed: 2,
    replicas: 2,
    samples,
    options: {
      loss: "softmax-cross-entropy",
      optimizer: { name: "adam", learningRate: 1e-2 },
      schedule: { kind: "cosine" },
      steps: 200,
      batch: 25,
    },
  }, "Adam");
  assert(losses[199] < 0.3 * losses[0], `the loss fell from ${losses[0]} to ${losses[199]} only`);
});

Deno.test("training_step: mini-batches through skip connections follow float64, to the same bits again", async () => {
  await followSkips(true);
});

Deno.test("training_step: so do those through adaptive ones, whose α starts at 0", async () => {
  await followSkips("adaptive");
});

Deno.test("training_step: and those through gates", async () => {
  await followSkips("gated");
});

async function followSkips(skip: Skip): Promise<void> {
  const what: GpuRun = {
    widths: [2, 6, 6, 6, 6, 3],
    activations: ["tanh", "softplus", "sine", "gelu"],
    skip,
    initializer: "xavier-normal",
    seed: 7,
    replicas: 3,
    samples: randomSamples(8, 30, 2, 3),
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "sgd", learningRate: 2e-2, weightDecay: [0, 0.01, 0.1] },
      schedule: { kind: "cosine" },
      steps: 24,
      batch: 7,
    },
  };
  const losses = await compare(what, `skip connections ${skip}`, ["layered"]);
  assert(losses[23] < 0.9 * losses[0], `the loss fell from ${losses[0]} to ${losses[23]} only`);
  const [first, second] = [await trainOnGpu(gpu, what), await trainOnGpu(gpu, what)];
  assert.deepEqual(first, second);
  if (skip === "adaptive") {
    for (const { start, end } of first) {
      assert.deepEqual([...start.subarray(-3)], [0, 0, 0]);
      assert(end.subarray(-3).every((alpha) => alpha !== 0), "α is trained");
    }
  }
  // Of widths without a skip connection the network is the plain one, by the same kernels.
  const narrow = { ...what, widths: [2, 6, 5, 7, 5, 3], skip: false };
  assert.deepEqual(await trainOnGpu(gpu, { ...narrow, skip }), await trainOnGpu(gpu, narrow));
  for (const path of stepPaths.filter((path) => path !== "layered")) {
    await assert.rejects(() => trainOnGpu(gpu, { ...what, options: { ...what.options, path } }), (error) => {
      return error instanceof InputError && error.message.includes("give the path layered");
    });
  }
}

Deno.test("training_step: loss and gradient of more samples than lavapipe's loops have iterations", async () => {
  const samples = randomSamples(6, 70_000, 1, 1);
  const what: GpuRun = {
    widths: [1, 4, 1],
    activations: ["tanh"],
    initializer: "pytorch",
    seed: 4,
    replicas: 1,
    samples,
    // Rate 1 from rest: what the parameters lose is the gradient, but for one rounding.
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "sgd", learningRate: 1 },
      schedule: { kind: "constant" },
      steps: 1,
      batch: null,
    },
  };
  const [{ start, losses, end }] = await trainOnGpu(gpu, what);
  const { network, loss } = referenceRun(what, 0);
  const expected = lossGradient(network, start, samples, loss),
    errors = stepErrors(network, start, samples, loss);
  assertWithin(losses, [expected.loss], [errors.loss], "loss");
  const gradient = Float64Array.from(start, (each, i) => each - end[i]);
  const bounds = errors.gradient.map((e, i) =>
    e + U * (Math.abs(start[i]) + Math.abs(expected.gradient[i]) + e)
  );
  assertWithin(gradient, expected.gradient, bounds, "gradient");
});

Deno.test("training_step: a batch or settings out of range are refused", async () => {
  using stack = new DisposableStack();
  const shape = {
    inputs: 1,
    hidden: [2],
    outputs: 1,
    activation: "tanh",
    initializer: "he-normal",
    replicas: 2,
  };
  const network = stack.use(await Network.create(gpu, shape));
  const samples = uploadSamples(gpu, randomSamples(1, 10, 1, 1), stack);
  const right: TrainingStepOptions = {
    loss: "mean-squared-error",
    optimizer: { name: "sgd", learningRate: 1 },
    schedule: { kind: "constant" },
    steps: 1,
    batch: null,
    logCapacity: 1,
  };
  const bind = (change: Partial<TrainingStepOptions>) =>
    bindTrainingStep(network, samples, { ...right, ...change }, stack);
  for (const batch of [0, -1, 2.5, 11, NaN]) {
    await assert.rejects(() => bind({ batch }), (error) => {
      return error instanceof InputError && error.message.includes(`batch of ${batch} from 10 samples`);
    });
  }
  await assert.rejects(() => bind({ loss: [], batch: 2 }), (error) => {
    return error instanceof InputError && error.message.includes("give the full batch");
  });
  const optimizer = { name: "sgd", learningRate: [1, 1, 1] } as const;
  await assert.rejects(() => bind({ optimizer }), InputError);
});
