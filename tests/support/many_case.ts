/**
 * Trainings whose steps are made one by one, and many in a dispatch.
 *
 * @module
 */
import type { Gpu } from "../../src/gpu/device.ts";
import { Network } from "../../src/nn/network.ts";
import type { ManyVariant } from "../../src/nn/fused/many_steps.ts";
import { bindTrainingStep, type TrainingStepOptions } from "../../src/nn/optim/training_step.ts";
import { DIVERGED_WORD, STATE_WORDS } from "../../src/nn/optim/update.ts";
import { type HostSamples, uploadSamples, uploadSampleSets } from "../../src/nn/samples.ts";
import { assert } from "../deps.ts";
import { randomSamples, run } from "./arrays.ts";
import { assertSameBits } from "./compare.ts";
import { unpackParameters } from "./parameters.ts";

/** A training, and how its steps fall into dispatches. */
export interface ManyCase {
  readonly widths: readonly number[];
  readonly activation: string | readonly string[];
  readonly replicas: number;
  readonly samples: HostSamples | readonly HostSamples[];
  readonly options: Pick<TrainingStepOptions, "loss" | "optimizer"> & Partial<TrainingStepOptions>;
  readonly dispatches: readonly number[];
}

async function train(
  gpu: Gpu,
  { widths, activation, replicas, samples, options, dispatches }: ManyCase,
  many: ManyVariant | null,
) {
  using stack = new DisposableStack();
  const network = stack.use(
    await Network.create(gpu, {
      inputs: widths[0],
      hidden: widths.slice(1, -1),
      outputs: widths.at(-1)!,
      activation,
      initializer: "pytorch",
      seed: 3,
      replicas,
    }),
  );
  const steps = dispatches.reduce((sum, count) => sum + count, 0);
  const arrays = "count" in samples
    ? uploadSamples(gpu, samples, stack)
    : uploadSampleSets(gpu, samples, stack);
  const step = await bindTrainingStep(network, arrays, {
    schedule: { kind: "constant" },
    batch: null,
    ...options,
    steps,
    logCapacity: 32,
    path: "own-rows",
    many,
  }, stack);
  for (const count of dispatches) {
    if (step.many) run(gpu, step.many(count));
    else run(gpu, step.update, count);
  }
  assert.equal(step.many !== null, many !== null);
  const [words, moments, losses, states] = await Promise.all(
    [network.parameters, step.moments, step.losses, step.states].map((array) => array.read()),
  );
  const flat = Array.from({ length: replicas }, (_, r) => [...unpackParameters(network.layout, words, r)]);
  return { parameters: Float32Array.from(flat.flat()), words, moments, losses, states };
}

/**
 * Trains both ways and compares; padding is compared only where all stays finite.
 *
 * @param gpu Device.
 * @param what The training.
 * @param many The kernel that makes many steps.
 * @param where What to call it.
 * @returns For each replica 1 + the step at which it diverged, or 0.
 */
export async function assertSameSteps(gpu: Gpu, what: ManyCase, many: ManyVariant, where: string) {
  const [lanes, single] = [await train(gpu, what, many), await train(gpu, what, null)];
  const diverged = new Uint32Array(single.states.buffer).filter((_, at) =>
    at % STATE_WORDS === DIVERGED_WORD
  );
  assertSameBits(lanes.losses, single.losses, `losses, ${where}`);
  assertSameBits(lanes.states, single.states, `states, ${where}`);
  assertSameBits(lanes.parameters, single.parameters, `parameters, ${where}`);
  if (diverged.some((step) => step > 0)) return diverged;
  assertSameBits(lanes.words, single.words, `padded parameters, ${where}`);
  assertSameBits(lanes.moments, single.moments, `moments, ${where}`);
  return diverged;
}

const rates = (replicas: number) => Float64Array.from({ length: replicas }, (_, r) => 0.01 + 0.02 * r);

/** All losses and optimisers, several activations, schedules and mini-batches, odd sizes. */
export const manyCases: readonly ManyCase[] = [
  {
    widths: [1, 9, 5, 1],
    activation: "tanh",
    replicas: 11,
    samples: randomSamples(1, 30, 1, 1),
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "momentum", learningRate: [...rates(11)], weightDecay: 0.01 },
    },
    dispatches: [1, 7, 3],
  },
  {
    widths: [2, 6, 3],
    activation: "relu",
    replicas: 8,
    samples: randomSamples(2, 65, 2, 3),
    options: {
      loss: "softmax-cross-entropy",
      optimizer: { name: "adam", learningRate: 0.02 },
      batch: 13,
      schedule: { kind: "cosine" },
    },
    dispatches: [9, 4],
  },
  {
    widths: [5, 4, 1, 5],
    activation: ["gelu", "sigmoid"],
    replicas: 3,
    samples: [1, 2, 3].map((seed) => randomSamples(seed, 9, 5, 5)),
    options: {
      loss: "logistic",
      optimizer: { name: "adamw", learningRate: 0.05, weightDecay: [0, 0.1, 0.2] },
      schedule: { kind: "step", every: 3, factor: 0.5 },
    },
    dispatches: [11],
  },
  {
    widths: [3, 7, 2],
    activation: "leaky-relu:0.2^2",
    replicas: 9,
    samples: randomSamples(4, 4, 3, 2),
    options: {
      loss: "mean-squared-error",
      optimizer: { name: "nesterov", learningRate: 0.05, momentum: 0.7 },
      batch: 3,
    },
    dispatches: [2, 2, 2],
  },
  {
    widths: [2, 5, 6, 3],
    activation: "tanh",
    replicas: 9,
    samples: randomSamples(7, 12, 2, 3),
    options: {
      loss: "mean-squared-error",
      optimizer: {
        name: "adamw",
        learningRate: 0.03,
        weightDecay: 0.1,
        layers: Array.from({ length: 9 }, (_, r) => [
          { weights: r % 2, biases: 0.3 },
          { weights: 2.5, biases: (r + 1) % 2 },
          { weights: 1 / 3, biases: 0.1 * r },
        ]),
      },
    },
    dispatches: [5, 2],
  },
  {
    widths: [1, 7, 1],
    activation: "relu",
    replicas: 2,
    samples: randomSamples(8, 9, 1, 1),
    options: {
      loss: "mean-squared-error",
      optimizer: {
        name: "sgd",
        learningRate: 0.1,
        layers: [{ weights: 0, biases: 2 }, { weights: 0.7, biases: 0 }],
      },
      batch: 4,
    },
    dispatches: [3, 4],
  },
  {
    widths: [1, 1, 1],
    activation: "softplus",
    replicas: 1,
    samples: randomSamples(5, 1, 1, 1),
    options: { loss: "mean-squared-error", optimizer: { name: "sgd", learningRate: 0.1 } },
    dispatches: [40],
  },
];

/** Some replicas diverge. */
export const divergingCase: ManyCase = {
  widths: [1, 6, 1],
  activation: "relu",
  replicas: 10,
  samples: randomSamples(6, 21, 1, 1),
  options: {
    loss: "mean-squared-error",
    optimizer: {
      name: "sgd",
      learningRate: Array.from({ length: 10 }, (_, r) => r % 3 === 1 ? 1e9 : 0.01),
    },
  },
  dispatches: [3, 9, 8],
};
