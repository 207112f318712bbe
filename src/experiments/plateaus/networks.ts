/**
 * Networks of the study of plateaus, and their measurements.
 *
 * @module
 */
import { type Matrix } from "../../linalg/matrix.ts";
import { lstsq } from "../../linalg/svd/lstsq.ts";
import { activationFunction, parseActivation } from "../../nn/activation.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { weightRanks } from "../../rank/ranks/weight_ranks.ts";
import { findPlateaus, type LossCourse } from "../../stats/plateaus.ts";
import type { Samples } from "../../tasks/task.ts";
import type { Training } from "../../train/training.ts";
import type { RunContext } from "../core/experiment.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import { squaredError } from "../methods/outcome.ts";
import { outputProblem } from "../methods/solved.ts";
import { type PlateauArm, plateauArms } from "./plan.ts";

/** A network at a step. */
export interface PlateauPoint {
  /** Updates made. */
  readonly step: number;
  /** Loss over all samples. */
  readonly loss: number;
  /** ε-rank of the hidden features. */
  readonly rank: CertifiedRank;
  /**
   * Share of the pattern, of all neurons on all samples, that has changed since the point before,
   * for each doubling of the steps; NaN at the first point.
   */
  readonly changed: number;
  /** Share of the neurons that are active on some samples, but not on all. */
  readonly active: number;
}

/** A network on its way. */
export interface PlateauNetwork {
  /** Its arm. */
  readonly arm: PlateauArm;
  /** Index in its arm. Those of one index start alike where initialiser and activation agree. */
  readonly replica: number;
  /** It at all waypoints. */
  readonly points: readonly PlateauPoint[];
  /** Plateaus and drops of its loss, in indices of points. */
  readonly course: LossCourse;
}

/** Shares by which the loss falls on a plateau at most, and in a drop at least, per doubling. */
export const COURSE = { slow: 0.1, fast: 0.3 };

/** Share of the largest singular value up to which directions of the features are left out. */
const RCOND = 0.01;

/** Hidden layer of a network on samples, one row a sample. */
interface HiddenLayer {
  /** Preactivations above 0, in the order of the features: the pattern. */
  readonly pattern: readonly boolean[];
  /** Features. */
  readonly features: Float64Array;
}

/**
 * Computes the features and the pattern of a hidden layer, in double precision.
 *
 * @param layer Its parameters.
 * @param samples Samples.
 * @param activation Activation.
 * @returns Both.
 */
export function hiddenLayer(
  { weights, biases }: LayerParameters,
  { count, x }: Pick<Samples, "count" | "x">,
  activation: string,
): HiddenLayer {
  const width = biases.length,
    inputs = x.length / count,
    value = activationFunction(parseActivation(activation));
  const preactivations = Float64Array.from({ length: count * width }, (_, e) => {
    const j = e % width, k = Math.floor(e / width);
    let sum = biases[j];
    for (let i = 0; i < inputs; i++) sum += x[k * inputs + i] * weights[i * width + j];
    return sum;
  });
  return { pattern: Array.from(preactivations, (z) => z > 0), features: preactivations.map(value) };
}

/**
 * Measures the networks of an arm at the steps that its training reached.
 *
 * @param arm Name of the arm.
 * @param training The training, at its end.
 * @param networks Layers of each replica at the waypoints.
 * @param context Device and signal.
 * @returns The networks that did not diverge.
 */
export async function measureNetworks(
  arm: PlateauArm,
  { options: { task, activation, epsilons: [epsilon] }, diverged }: Training,
  networks: ReadonlyMap<number, readonly (readonly LayerParameters[])[]>,
  { gpu, signal }: Pick<RunContext, "gpu" | "signal">,
): Promise<PlateauNetwork[]> {
  const { train } = task, steps = [...networks.keys()];
  const replicas = [...networks.values()][0]?.keys() ?? [];
  const whole = [...replicas].filter((replica) => !diverged.has(replica));
  const layers = whole.flatMap((replica) =>
    steps.map((step) => {
      const [hidden, output] = networks.get(step)![replica];
      return { ...hiddenLayer(hidden, train, [activation].flat()[0]), output };
    })
  );
  const tolerance = Math.sqrt(epsilon), width = layers[0]?.features.length / train.count;
  const matrices = layers.map(({ features }): Matrix => ({
    rows: train.count,
    columns: width,
    data: features.map((value, e) => Math.sqrt(train.weights[Math.floor(e / width)]) * value),
  }));
  const ranks = await weightRanks(gpu, matrices, {
    tolerance,
    threshold: "absolute",
    ...signal && { signal },
  });
  return whole.map((replica, r): PlateauNetwork => {
    const points = steps.map((step, i): PlateauPoint => {
      const at = r * steps.length + i,
        { pattern, features, output } = layers[at],
        { rank, low, high } = ranks[at];
      const doublings = Math.log2(step / steps[i - 1]);
      return {
        step,
        loss: squaredError(train, outputOf(features, output)),
        rank: { rank, low, high },
        changed: i === 0 ? NaN : differing(pattern, layers[at - 1].pattern) / doublings,
        active: activeShare(pattern, width),
      };
    });
    return { arm, replica, points, course: findPlateaus(steps, points.map(({ loss }) => loss), COURSE) };
  });
}

/**
 * Makes the parameters with which networks of an arm start, where they are not those drawn.
 *
 * @param arm Name of the arm.
 * @param training The training, at its start.
 * @param context Device and signal.
 * @returns Layers of each replica; `null` where they are those drawn.
 */
export async function startOf(
  arm: PlateauArm,
  { network, options: { task, activation } }: Training,
  { gpu, signal }: Pick<RunContext, "gpu" | "signal">,
): Promise<LayerParameters[][] | null> {
  if (!plateauArms[arm].isSolved) return null;
  const drawn = await network.readAllParameters();
  const problems = drawn.map(([hidden]) =>
    outputProblem(
      hiddenLayer(hidden, task.train, [activation].flat()[0]).features,
      hidden.biases.length,
      task,
    )
  );
  const solutions = await lstsq(gpu, problems, {
    precision: "double",
    rcond: RCOND,
    ...signal && { signal },
  });
  return solutions.map(({ x: { data } }, replica) => {
    const values = Float32Array.from(data), bias = values.length - task.outputs;
    return [drawn[replica][0], { weights: values.slice(0, bias), biases: values.slice(bias) }];
  });
}

/** Computes the output of a layer. */
function outputOf(features: Float64Array, { weights, biases }: LayerParameters): Float64Array {
  const outputs = biases.length, width = weights.length / outputs;
  return Float64Array.from({ length: features.length / width * outputs }, (_, e) => {
    const c = e % outputs, row = Math.floor(e / outputs) * width;
    let sum = biases[c];
    for (let j = 0; j < width; j++) sum += features[row + j] * weights[j * outputs + c];
    return sum;
  });
}

/** Share of two patterns of one shape that differs. */
function differing(a: readonly boolean[], b: readonly boolean[]): number {
  return a.filter((value, e) => value !== b[e]).length / a.length;
}

/** Share of the neurons that are active on some samples, but not on all. */
function activeShare(pattern: readonly boolean[], width: number): number {
  const changing = Array.from(
    { length: width },
    (_, j) => pattern.some((value, e) => e % width === j && value !== pattern[j]),
  );
  return changing.filter(Boolean).length / width;
}
