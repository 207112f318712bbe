/**
 * The task of telling handwritten digits apart.
 *
 * @module
 */

import { InputError } from "../../errors.ts";
import {
  type DigitImages,
  type DigitSets,
  packagedDigits,
  readDigits,
  selectImages,
} from "./digit_images.ts";
import type { TaskDefaults } from "../task.ts";
import { oneHot } from "../labels.ts";
import { checkSamples, checkSeed, type LoadOptions, type TaskEntry } from "../options.ts";
import { permutation, uniform } from "../../stats/random.ts";
import { stratify } from "../stratify.ts";
import type { ClassificationTask, ClassSamples } from "../task.ts";

const CLASSES = 10;

const DEFAULTS: Partial<TaskDefaults> = {
  hidden: [256, 128],
  activation: "relu",
  initializer: "he-normal",
  optimizer: "momentum",
  learningRate: 5e-2,
  batch: 64,
  steps: 2000,
  probeEvery: 100,
};

/** Grey values in [0, 1], one-hot targets, equal weights. */
function toSamples({ pixels, labels: digits }: DigitImages): ClassSamples {
  const count = digits.length;
  const x = new Float32Array(pixels.length);
  // Not Float32Array.from, which would collect the pixels in a list first: 47 million of them for
  // all of MNIST.
  for (let i = 0; i < x.length; i++) x[i] = pixels[i] / 255;
  const labels = Uint32Array.from(digits);
  return { count, x, y: oneHot(labels, CLASSES), weights: new Float32Array(count).fill(1 / count), labels };
}

/**
 * Makes the task of telling handwritten digits apart: pixels in [0, 1], one-hot targets, softmax
 * and cross-entropy, weights 1/m.
 *
 * Without `data` the images are 10,000 of MNIST, from a package that is fetched at the first call:
 * 8,000 for training and 2,000 held out. With `data` they are the four MNIST files of that
 * directory, or any images of ten classes in that format. The held-out images and their order are
 * the same for every seed. The seed shuffles the others; `samples` keeps a stratified part of them.
 *
 * @param options Directory of files, number of training samples (default: all of them), and seed.
 * @returns The task.
 * @throws {InputError} If `samples` or `seed` is out of range, or a file is missing or malformed.
 * @throws {StaircaseError} If the package of images cannot be loaded.
 */
export async function digits(options: LoadOptions = {}): Promise<ClassificationTask> {
  const { data, ...others } = options;
  checkChoice(others);
  const sets = data === undefined ? await packagedDigits() : await readDigits(data);
  return digitsOf(sets, others, data);
}

/** Checks what is chosen of the images, before any are loaded. */
function checkChoice({ samples, seed = 0 }: Omit<LoadOptions, "data">): void {
  if (samples !== undefined) checkSamples(samples);
  checkSeed(seed);
}

/**
 * Makes the task from images, as {@linkcode digits} does.
 *
 * @param sets Training images and held-out images.
 * @param options Number of training samples (default: all of them), and seed.
 * @param source Where they come from. Default: the package of images.
 * @returns The task.
 * @throws {InputError} If `samples` or `seed` is out of range.
 */
export function digitsOf(
  sets: DigitSets,
  options: Omit<LoadOptions, "data"> = {},
  source = "MNIST",
): ClassificationTask {
  checkChoice(options);
  const { samples, seed = 0 } = options, available = sets.train.labels.length;
  if (samples !== undefined && samples > available) {
    throw new InputError(
      `digits: ${samples} training samples asked for, but there are ${available}; ask for fewer`,
    );
  }
  const order = permutation(available, uniform(seed));
  const isKept = stratify(Array.from(order, (i) => sets.train.labels[i]), samples ?? available);
  return {
    name: "digits",
    kind: "classification",
    description: `handwritten digits (${source})`,
    inputs: sets.train.size,
    outputs: CLASSES,
    loss: "softmax-cross-entropy",
    train: toSamples(selectImages(sets.train, order.filter((_, k) => isKept[k]))),
    test: toSamples(sets.test),
    defaults: DEFAULTS,
  };
}

/** The task of handwritten digits. */
export const digitsEntry: TaskEntry = {
  help: "handwritten digits (MNIST)",
  kind: "classification",
  readsFiles: true,
  load: digits,
};
