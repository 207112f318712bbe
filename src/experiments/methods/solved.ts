/**
 * Methods that keep their features and solve for the output layer.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { type LeastSquaresSolution, lstsq } from "../../linalg/svd/lstsq.ts";
import { featureRanks } from "../../rank/methods/feature_ranks.ts";
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { boundingBox } from "../../tasks/bounding_box.ts";
import type { Samples, Task } from "../../tasks/task.ts";
import { type CompleteMethodsOptions, type LearningMethod, patchesPerAxis } from "./options.ts";
import { jumpsOf, type MethodOutcome, squaredError } from "./outcome.ts";
import { partitionOfUnity, polynomialFeatures } from "./partition.ts";
import { randomFeatures } from "./random_features.ts";
import type { MethodTask } from "./trained.ts";

/** Features of one seed, `count × width`, on the samples trained on and on those held out. */
interface Features {
  readonly train: Float32Array | Float64Array;
  readonly test: Float32Array | Float64Array | null;
}

/**
 * Solves for the output layers of one method on one task, a bias included as networks have it, all seeds as one batch.
 *
 * What the loss is limited by: the features of neurons are single numbers, each off by some 2⁻²⁴, at every sample its own way. So
 * directions in which the features of all samples are no larger than `rcond` = 2⁻²⁴ of the largest are noise, and left out; and
 * coefficients β leave an error of some (2⁻²⁴ ‖β‖)². Least squares themselves are solved in double precision.
 *
 * @param gpu Device.
 * @param run A method that solves, and a task.
 * @param options Options of the comparison.
 * @returns What came of it, of each seed. A method without random numbers gives all seeds the same.
 * @throws {InputError} Where an option is out of range.
 */
export async function solveMethod(
  gpu: Gpu,
  { method, task }: MethodTask,
  options: CompleteMethodsOptions,
): Promise<MethodOutcome[]> {
  const { width, rcond, seeds } = options;
  const features = await featuresOf(gpu, method, task, options);
  const ranks: (readonly RankInterval[])[] = [];
  for (const { train } of features) ranks.push(await ranksOf(gpu, train, task, options));
  const problems = features.map(({ train }) => weighted(train, width, task));
  const solutions = await lstsq(gpu, problems, { precision: "double", rcond });
  const found = features.map(({ train, test }, own): Omit<MethodOutcome, "seed"> => {
    const solution = solutions[own];
    return {
      task: task.name,
      method,
      steps: [0],
      losses: [errorOf(task.train, train, width, solution)],
      ranks: [ranks[own]],
      jumps: jumpsOf([0], [ranks[own]]),
      heldOut: task.test && test ? errorOf(task.test, test, width, solution) : null,
      coefficients: Math.hypot(...solution.x.data),
    };
  });
  return Array.from({ length: seeds }, (_, seed) => ({ ...found[seed % found.length], seed }));
}

/** The features of each seed; of one alone where nothing is random. */
async function featuresOf(
  gpu: Gpu,
  method: LearningMethod,
  task: Task,
  options: CompleteMethodsOptions,
): Promise<Features[]> {
  const { inputs, train, test } = task, { width, activation, range, localRange, seeds, seed } = options;
  const perAxis = method === "elm" ? 1 : patchesPerAxis(options, inputs);
  const partition = partitionOfUnity(boundingBox(train), perAxis);
  if (method === "partition") {
    const at = ({ x }: Samples) => polynomialFeatures(partition, x, { inputs, width });
    return [{ train: at(train), test: test && at(test) }];
  }
  const own = method === "elm" ? range : localRange;
  const [trained, held] = await randomFeatures(gpu, test ? [train, test] : [train], {
    partition,
    width,
    activation,
    range: own,
    seeds,
    seed,
  });
  return trained.map((features, s) => ({ train: features, test: held ? held[s] : null }));
}

async function ranksOf(
  gpu: Gpu,
  data: Float32Array | Float64Array,
  { train: { count, weights } }: Task,
  { width, epsilons }: CompleteMethodsOptions,
): Promise<RankInterval[]> {
  const { ranks } = await featureRanks(gpu, { rows: count, columns: width, data }, { weights, epsilons });
  return [...ranks];
}

/** √w [Φ 1] β = √w y. */
function weighted(features: Float32Array | Float64Array, width: number, { outputs, train }: Task) {
  const { count, y, weights } = train;
  const a = new Float64Array(count * (width + 1)), b = new Float64Array(count * outputs);
  for (let k = 0; k < count; k++) {
    const root = Math.sqrt(weights[k]), row = k * (width + 1);
    for (let j = 0; j < width; j++) a[row + j] = root * features[k * width + j];
    a[row + width] = root;
    for (let c = 0; c < outputs; c++) b[k * outputs + c] = root * y[k * outputs + c];
  }
  return {
    a: { rows: count, columns: width + 1, data: a },
    b: { rows: count, columns: outputs, data: b },
  };
}

/** Mean squared error of what the features and the bias make. */
function errorOf(
  samples: Samples,
  features: Float32Array | Float64Array,
  width: number,
  { x: { data: x } }: LeastSquaresSolution,
): number {
  const outputs = samples.y.length / samples.count;
  const output = new Float64Array(samples.y.length);
  for (let e = 0; e < output.length; e++) {
    const k = Math.floor(e / outputs), c = e % outputs;
    output[e] = x[width * outputs + c];
    for (let j = 0; j < width; j++) output[e] += features[k * width + j] * x[j * outputs + c];
  }
  return squaredError(samples, output);
}
