/**
 * Telling Gaussian classes apart.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { checkSamples, checkSeed, type SampleOptions } from "./options.ts";
import { normal, uniform } from "../stats/random.ts";
import type { Samples, Task, TaskDefaults } from "./task.ts";

/** Choices about a mixture. */
export interface MixtureOptions extends SampleOptions {
  /** Standard deviation, in each coordinate, of a class about its centre. Default: 1. */
  readonly deviation?: number;
  /** Number of classes K. Default: 5. */
  readonly classes?: number;
  /** Dimension d of the input. Default: 20. */
  readonly inputs?: number;
}

/** Samples of a class by default, and those held out. */
const CLASS_SIZE = 100;

const DEFAULTS: TaskDefaults = {
  hidden: [64, 64, 64],
  activation: "relu",
  initializer: "he-normal",
  optimizer: "momentum",
  learningRate: 5e-2,
  batch: null,
  steps: 4000,
  probeEvery: 200,
  epsilons: [1e-2, 1e-4, 1e-6],
};

/**
 * Makes the task of telling the classes of a Gaussian mixture apart: K centres drawn from N(0, I_d), samples that deviate from
 * the centre of their class by N(0, s² I_d), one-hot targets, softmax and cross-entropy, weights 1/m. Classes take turns, so
 * that they are of one size or differ by one sample.
 *
 * The seed fixes the centres and, but for the factor s, the deviations: mixtures that differ by s alone are scaled copies of
 * each other about their centres. The samples held out, 100 of each class, do not depend on how many are trained on.
 *
 * @param options Number of training samples (100 of each class where absent), deviation, classes, dimension, and seed.
 * @returns The task.
 * @throws {InputError} If one of them is out of range, or a class has no sample.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { mixture } from "./mixture.ts";
 *
 * const { inputs, outputs, train } = mixture({ samples: 30, deviation: 0.1 });
 * assert.deepEqual([inputs, outputs, train.count], [20, 5, 30]);
 * assert.deepEqual([...train.y.subarray(5, 10)], [0, 1, 0, 0, 0]);
 * ```
 */
export function mixture(options: MixtureOptions = {}): Task {
  const { deviation = 1, classes = 5, inputs = 20, seed = 0 } = options;
  if (!Number.isInteger(classes) || classes < 2) {
    throw new InputError(`${classes} classes: give a whole number from 2`);
  }
  if (!Number.isInteger(inputs) || inputs < 1) {
    throw new InputError(`inputs of dimension ${inputs}: give a whole number from 1`);
  }
  if (!(deviation >= 0 && deviation < Infinity)) {
    throw new InputError(`deviation ${deviation} within a class: give a number from 0`);
  }
  const count = checkSamples(options.samples ?? CLASS_SIZE * classes);
  if (count < classes) {
    throw new InputError(`${count} samples of ${classes} classes: give one of each at least`);
  }
  const next = normal(uniform(checkSeed(seed)));
  const centres = Float64Array.from({ length: classes * inputs }, next);
  const draw = (count: number): Samples => {
    const x = new Float32Array(count * inputs), y = new Float32Array(count * classes);
    for (let k = 0; k < count; k++) {
      const label = k % classes;
      y[k * classes + label] = 1;
      for (let j = 0; j < inputs; j++) x[k * inputs + j] = centres[label * inputs + j] + deviation * next();
    }
    return { count, x, y, weights: new Float32Array(count).fill(1 / count) };
  };
  const test = draw(CLASS_SIZE * classes);
  return {
    name: "mixture",
    description: `${classes} Gaussian classes in ${inputs} dimensions, deviation ${deviation}`,
    inputs,
    outputs: classes,
    loss: "softmax-cross-entropy",
    train: draw(count),
    test,
    defaults: DEFAULTS,
  };
}
