/**
 * Tasks of a user's own data.
 *
 * @module
 */
import { checkKeys, checkName } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { checkTask, plural } from "./check_task.ts";
import type { TaskDefaults } from "./task.ts";
import { countClasses, oneHot, readLabels } from "./labels.ts";
import { readNumbers, readTable, type ShapedNumbers, type Table } from "./table.ts";
import type { ClassificationTask, ClassSamples, RegressionTask } from "./task.ts";

export type { ShapedNumbers, Table };

/** Inputs with their targets or their labels. */
export interface ArraySamples {
  /** Inputs, one row per sample. A flat array has rows of `inputs` numbers. */
  readonly x: Table;
  /**
   * Targets, one row per sample. A flat array has rows of `outputs` numbers. Give `y` or `labels`,
   * not both.
   */
  readonly y?: Table;
  /** Class of each sample, a whole number from 0. */
  readonly labels?: ArrayLike<number>;
  /** Quadrature weight of each sample, from 0, used as given. Default: 1/m for m samples. */
  readonly weights?: ArrayLike<number>;
}

/** Data to learn from, and what is known about it. */
export interface ArrayTaskOptions extends ArraySamples {
  /** Numbers per row of a flat `x`. Default: 1. */
  readonly inputs?: number;
  /** Numbers per row of a flat `y`. Default: 1. */
  readonly outputs?: number;
  /**
   * Number of classes. Default: one more than the largest label, and then every class must have a
   * training sample.
   */
  readonly classes?: number;
  /** Held-out samples. Default: none. */
  readonly test?: ArraySamples;
  /** Name, for figures and messages. Default: `own data`. */
  readonly name?: string;
  /** One line for figures. Default: the numbers of samples, inputs and outputs or classes. */
  readonly description?: string;
  /**
   * Loss. Default: `softmax-cross-entropy` with labels, else `mean-squared-error`. With either loss
   * of a classification, `y` holds class probabilities; `logistic` takes two classes as one output.
   */
  readonly loss?: RegressionTask["loss"] | ClassificationTask["loss"];
  /** Settings under which it trains well. Default: those of `taskDefaults`. */
  readonly defaults?: Partial<TaskDefaults>;
}

const SAMPLE_KEYS = ["x", "y", "labels", "weights"];
const KEYS = [
  ...SAMPLE_KEYS,
  "inputs",
  "outputs",
  "classes",
  "test",
  "name",
  "description",
  "loss",
  "defaults",
];

/**
 * Makes a task of arrays. Labels make it a classification, targets a regression. Numbers are
 * rounded to f32.
 *
 * @param options The data. Everything but `x` and `y` or `labels` is optional.
 * @returns The task.
 * @throws {InputError} If an option does not exist or is out of range, or data cannot be trained
 * on: numbers that are not finite, weights that are negative or all 0, labels that are not whole
 * numbers from 0, a class without samples.
 * @throws {ShapeError} If arrays do not fit each other. The message says what was given.
 *
 * @example A curve.
 * ```ts
 * import assert from "node:assert/strict";
 * import { arrayTask } from "./array_task.ts";
 *
 * const x = Float32Array.from({ length: 400 }, (_, k) => k / 200 - 1);
 * const task = arrayTask({ x, y: x.map((x) => Math.sin(5 * x)) });
 * assert.deepEqual([task.kind, task.inputs, task.train.count], ["regression", 1, 400]);
 * assert.throws(() => arrayTask({ x: x.subarray(1), y: x }), {
 *   message: 'task "own data": 400 samples of 1 input need 400 numbers in x, got 399',
 * });
 * ```
 *
 * @example Points of two classes in the plane, and one held out.
 * ```ts
 * import assert from "node:assert/strict";
 * import { arrayTask } from "./array_task.ts";
 *
 * const test = { x: [[0, 0]], labels: [0] };
 * const task = arrayTask({ x: [[0, 1], [2, 3], [1, 1]], labels: [0, 1, 0], test });
 * assert.deepEqual([task.kind, task.inputs, task.outputs], ["classification", 2, 2]);
 * assert.deepEqual([...task.train.y], [1, 0, 0, 1, 1, 0]);
 * ```
 */
export function arrayTask(options: ArrayTaskOptions): RegressionTask | ClassificationTask {
  checkKeys("options of arrayTask", options, KEYS);
  const { name = "own data", labels, defaults } = options;
  const loss = options.loss ?? (labels ? "softmax-cross-entropy" : "mean-squared-error");
  checkName("loss", loss, ["mean-squared-error", "softmax-cross-entropy", "logistic"]);
  const where = `task "${name}"`;
  if (labels && loss === "mean-squared-error") {
    throw new InputError(`${where}: labels with the loss ${loss}: give targets as y, or another loss`);
  }
  const isOneHot = loss !== "logistic";
  const classes = labels ? countClasses(labels, isOneHot ? options.classes : 2, where) : null;
  const train = readSamples(options, { ...options, classes, isOneHot, where });
  const { inputs, outputs } = train;
  const test = options.test ? readHeldOut(options.test, { inputs, outputs, classes, isOneHot, where }) : null;
  const made = classes === null ? plural(outputs, "output") : `${classes} classes`;
  const task = {
    name,
    description: options.description ??
      `${plural(train.samples.count, "sample")} of ${plural(inputs, "input")}, ${made}`,
    inputs,
    outputs,
    train: train.samples,
    test,
    ...defaults && { defaults },
  };
  const whole: RegressionTask | ClassificationTask = loss === "mean-squared-error"
    ? { ...task, kind: "regression", loss }
    : { ...task, kind: "classification", loss };
  checkTask(whole);
  return whole;
}

/** What is known of samples before they are read. */
interface Reading {
  /** Numbers per row of x, if known. */
  readonly inputs?: number;
  /** Numbers per row of y, if known. */
  readonly outputs?: number;
  /** Number of classes of the labels; `null` if the samples have targets instead. */
  readonly classes: number | null;
  /** Whether a label becomes one target per class; otherwise the label itself is the target. */
  readonly isOneHot: boolean;
  /** Beginning of messages. */
  readonly where: string;
}

/** Samples, and the sizes of their rows. */
interface ReadSamples {
  readonly samples: ClassSamples;
  readonly inputs: number;
  readonly outputs: number;
}

function readHeldOut(given: ArraySamples, reading: Reading): ClassSamples {
  checkKeys("held-out samples", given, SAMPLE_KEYS);
  return readSamples(given, { ...reading, where: `${reading.where}: held-out samples` }).samples;
}

function readSamples(given: ArraySamples, reading: Reading): ReadSamples {
  const { data: x, width: inputs } = readTable(given.x, "x", reading.inputs);
  const { y, outputs, labels } = readTargets(given, reading);
  const count = y.length / outputs;
  if (!Number.isInteger(count) || count === 0) {
    throw new ShapeError(
      `${reading.where}: ${plural(y.length, "number")} in y: give ${outputs} for each of at least one sample`,
    );
  }
  const weights = given.weights
    ? readNumbers(given.weights, "weights")
    : new Float32Array(count).fill(1 / count);
  return { samples: { count, x, y, weights, ...labels && { labels } }, inputs, outputs };
}

/** Targets as they are, or those that labels stand for. */
function readTargets(given: ArraySamples, { classes, isOneHot, outputs, where }: Reading): {
  readonly y: Float32Array;
  readonly outputs: number;
  readonly labels?: Uint32Array;
} {
  if (given.y && !given.labels && classes === null) {
    const { data, width } = readTable(given.y, "y", outputs);
    return { y: data, outputs: width };
  }
  if (given.labels && !given.y && classes !== null) {
    const labels = readLabels(given.labels, classes, where);
    return isOneHot
      ? { y: oneHot(labels, classes), outputs: classes, labels }
      : { y: Float32Array.from(labels), outputs: 1, labels };
  }
  const has = given.y
    ? (given.labels ? "y and labels" : "y")
    : given.labels
    ? "labels"
    : "no y and no labels";
  throw new InputError(`${where}: ${has}: give either y or labels, the same for all samples`);
}
