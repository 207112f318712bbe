/**
 * The task of telling Gaussian classes apart.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { TaskDefaults } from "./task.ts";
import { checkSamples, checkSeed, type SampleOptions, type TaskEntry } from "./options.ts";
import { normal, uniform } from "../stats/random.ts";
import { oneHot } from "./labels.ts";
import type { ClassificationTask, ClassSamples } from "./task.ts";

/** Options of a mixture. */
export interface MixtureOptions extends SampleOptions {
  /** Standard deviation, in each coordinate, of a class about its centre. Default: 1. */
  readonly deviation?: number;
  /** Number of classes K. Default: 5. */
  readonly classes?: number;
  /** Dimension d of the input. Default: 20. */
  readonly inputs?: number;
}

/** Default number of samples per class, and the number of those held out. */
const CLASS_SIZE = 100;

const DEFAULTS: Partial<TaskDefaults> = {
  hidden: [64, 64, 64],
  activation: "relu",
  initializer: "he-normal",
  optimizer: "momentum",
  learningRate: 5e-2,
  batch: null,
  steps: 4000,
  probeEvery: 200,
};

/**
 * Makes the task of telling the classes of a Gaussian mixture apart: K centres drawn from N(0,
 * I_d), samples that deviate from the centre of their class by N(0, s² I_d), one-hot targets,
 * softmax and cross-entropy, weights 1/m. Classes take turns, so that their sizes differ by at most
 * one sample.
 *
 * The seed fixes the centres and, but for the factor s, the deviations: mixtures that differ by s
 * alone are scaled copies of each other about their centres. The held-out samples, 100 of each
 * class, do not depend on the number of training samples.
 *
 * @param options Number of training samples (default: 100 of each class), deviation, classes,
 * dimension, and seed.
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
export function mixture(options: MixtureOptions = {}): ClassificationTask {
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
  const centers = Float64Array.from({ length: classes * inputs }, next);
  const draw = (count: number): ClassSamples => {
    const x = new Float32Array(count * inputs);
    const labels = Uint32Array.from({ length: count }, (_, k) => k % classes);
    for (let k = 0; k < count; k++) {
      const center = labels[k] * inputs;
      for (let j = 0; j < inputs; j++) x[k * inputs + j] = centers[center + j] + deviation * next();
    }
    return { count, x, y: oneHot(labels, classes), weights: new Float32Array(count).fill(1 / count), labels };
  };
  const test = draw(CLASS_SIZE * classes);
  return {
    name: "mixture",
    kind: "classification",
    description: `${classes} Gaussian classes in ${inputs} dimensions, deviation ${deviation}`,
    inputs,
    outputs: classes,
    loss: "softmax-cross-entropy",
    train: draw(count),
    test,
    defaults: DEFAULTS,
  };
}

/** The task of the default mixture. */
export const mixtureEntry: TaskEntry = {
  help: "five Gaussian classes in 20 dimensions",
  kind: "classification",
  load: (options) => mixture(options),
};
