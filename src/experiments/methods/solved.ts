/**
 * Methods that keep their features and solve for the output layer.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import type { Gpu } from "../../gpu/device.ts";
import { type LeastSquaresProblem, type LeastSquaresSolution, lstsq } from "../../linalg/svd/lstsq.ts";
import { featureRanks } from "../../rank/methods/feature_ranks.ts";
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { boundingBox } from "../../tasks/bounding_box.ts";
import type { Samples, Task } from "../../tasks/task.ts";
import type { Run } from "../core/experiment.ts";
import { jumpsOf, type MethodOutcome, squaredError } from "./outcome.ts";
import { partitionOfUnity, polynomialFeatures } from "./partition.ts";
import { randomFeatures } from "./random_features.ts";
import { type LearningMethod, learningMethods, type MethodsPlan, patchesPerAxis } from "./plan.ts";

/** Features of one replica, `count × width`, on the training and on the held-out samples. */
interface Features {
  readonly train: Float32Array | Float64Array;
  readonly test: Float32Array | Float64Array | null;
}

/**
 * Makes the run of one method on one task. It has no steps.
 *
 * @param plan The comparison.
 * @param method A method that solves.
 * @param task The task.
 * @returns The run.
 */
export function solvedRun(plan: MethodsPlan, method: LearningMethod, task: Task): Run<MethodOutcome> {
  return {
    label: `${task.name}, ${learningMethods[method].title}`,
    steps: 0,
    networks: 0,
    execute: async ({ gpu, onProgress }) => {
      onProgress(0);
      const rows = await solveMethod(gpu, plan, method, task);
      return { rows, diverged: [], status: "done", steps: 0, milliseconds: 0 };
    },
  };
}

/**
 * Solves for the output layers of one method on one task, all replicas as one batch. Each output
 * layer has a bias, as networks have. A method without random numbers gives all replicas the same.
 *
 * The loss has a limit: features of neurons are single numbers, each with an error of about 2⁻²⁴
 * that differs from sample to sample. So directions in which the features of all samples are at
 * most `rcond` = 2⁻²⁴ of the largest are noise, and left out; and coefficients β leave an error of
 * about (2⁻²⁴ ‖β‖)². The least squares are solved in double precision.
 */
async function solveMethod(
  gpu: Gpu,
  plan: MethodsPlan,
  method: LearningMethod,
  task: Task,
): Promise<MethodOutcome[]> {
  const { width, rcond, replicas } = plan;
  const features = await featuresOf(gpu, plan, method, task);
  const ranks: (readonly RankInterval[])[] = [];
  for (const { train } of features) ranks.push(await ranksOf(gpu, plan, task, train));
  const problems = features.map(({ train }) => outputProblem(train, width, task));
  const solutions = await lstsq(gpu, problems, { precision: "double", rcond });
  const found = features.map(({ train, test }, own): Omit<MethodOutcome, "replica"> => {
    const solution = solutions[own];
    return {
      task: task.name,
      method,
      steps: [0],
      losses: [errorOf(task.train, train, width, solution)],
      ranks: [ranks[own]],
      jumps: jumpsOf([0], [ranks[own]]),
      heldOut: task.test && test ? errorOf(task.test, test, width, solution) : null,
      coefficients: norm(solution.x.data),
    };
  });
  return Array.from({ length: replicas }, (_, replica) => ({ ...found[replica % found.length], replica }));
}

/** Computes the features of each replica; of one alone where nothing is random. */
async function featuresOf(
  gpu: Gpu,
  plan: MethodsPlan,
  method: LearningMethod,
  task: Task,
): Promise<Features[]> {
  const { inputs, train, test } = task, { width, activation, range, localRange, replicas, seed } = plan;
  const perAxis = method === "elm" ? 1 : patchesPerAxis(plan, inputs);
  const partition = partitionOfUnity(boundingBox(train), perAxis);
  if (method === "partition") {
    const at = ({ x }: Samples) => polynomialFeatures(partition, x, { inputs, width });
    return [{ train: at(train), test: test && at(test) }];
  }
  const [trained, held] = await randomFeatures(gpu, test ? [train, test] : [train], {
    partition,
    width,
    activation,
    range: method === "elm" ? range : localRange,
    replicas,
    seed,
  });
  return trained.map((features, replica) => ({ train: features, test: held ? held[replica] : null }));
}

async function ranksOf(
  gpu: Gpu,
  { width, epsilons }: MethodsPlan,
  { train: { count, weights } }: Task,
  data: Float32Array | Float64Array,
): Promise<RankInterval[]> {
  const { ranks } = await featureRanks(gpu, { rows: count, columns: width, data }, { weights, epsilons });
  return [...ranks];
}

/**
 * Makes the problem √w [Φ 1] β = √w y of the output layer with the least loss.
 *
 * @param features Φ, row-major.
 * @param width Its columns.
 * @param task Samples, targets and weights.
 * @returns The problem. A solution has the bias below the weights.
 */
export function outputProblem(
  features: Float32Array | Float64Array,
  width: number,
  { outputs, train }: Pick<Task, "outputs" | "train">,
): LeastSquaresProblem {
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

/** Computes the mean squared error of features and bias times the coefficients. */
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
