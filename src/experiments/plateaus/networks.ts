/**
 * Networks of the study of plateaus, and their measurements.
 *
 * @module
 */
import { lstsq } from "../../linalg/svd/lstsq.ts";
import { activationFunction, parseActivation } from "../../nn/activation.ts";
import { hostLayer } from "../../nn/host_layer.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { activeShare, patternChange } from "../../rank/ranks/activation_pattern.ts";
import { weightRanks } from "../../rank/ranks/weight_ranks.ts";
import { findPlateaus, type LossCourse } from "../../stats/plateaus.ts";
import type { Training } from "../../train/training.ts";
import type { RunContext } from "../core/experiment.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import { squaredError } from "../methods/outcome.ts";
import { outputProblem } from "../methods/solved.ts";
import type { PlateauArm } from "./plan.ts";

/** A network at a step. */
export interface PlateauPoint {
  /** Updates made. */
  readonly step: number;
  /** Loss over all samples. */
  readonly loss: number;
  /** ε-rank of the hidden features. */
  readonly rank: CertifiedRank;
  /** Share of the pattern that changed since the point before, per doubling; NaN at the first. */
  readonly changed: number;
  /** Share of the neurons that are active on some samples, but not on all. */
  readonly active: number;
}

/** A network on its way. */
export interface PlateauNetwork {
  /** Its arm. */
  readonly arm: PlateauArm;
  /** Index in its arm. */
  readonly replica: number;
  /** It at all waypoints. */
  readonly points: readonly PlateauPoint[];
  /** Plateaus and drops of its loss, in indices of points. */
  readonly course: LossCourse;
}

/** Most fall of the loss on a plateau, and least one in a drop, while the steps double. */
const COURSE = { slow: 0.1, fast: 0.3 };

/** Share of the largest singular value up to which directions of the features are left out. */
const RCOND = 0.01;

/**
 * Measures the networks of an arm at the steps that its training reached.
 *
 * @param arm Name of the arm.
 * @param training The training, at its end.
 * @param networks Layers of each replica at the waypoints.
 * @param context Device and signal.
 * @returns The networks that did not diverge; none if the training was stopped.
 */
export async function measureNetworks(
  arm: PlateauArm,
  { status, options: { task, activation, replicas, epsilons: [epsilon] }, diverged }: Training,
  networks: ReadonlyMap<number, readonly (readonly LayerParameters[])[]>,
  { gpu, signal }: Pick<RunContext, "gpu" | "signal">,
): Promise<PlateauNetwork[]> {
  const whole = Array.from({ length: replicas }, (_, i) => i).filter((i) => !diverged.has(i));
  if (status !== "done" || whole.length === 0) return [];
  const { train } = task, steps = [...networks.keys()];
  const layers = whole.flatMap((replica) =>
    steps.map((step) => {
      const [hidden, output] = networks.get(step)![replica], preactivations = hostLayer(hidden, train.x);
      const features = preactivations.map(activationFunction(parseActivation([activation].flat()[0])));
      return { width: hidden.biases.length, preactivations, features, output };
    })
  );
  const matrices = layers.map(({ width, features }) => ({
    rows: train.count,
    columns: width,
    data: features.map((value, e) => Math.sqrt(train.weights[Math.floor(e / width)]) * value),
  }));
  const tolerance = Math.sqrt(epsilon), work = { ...signal && { signal } };
  const ranks = await weightRanks(gpu, matrices, { tolerance, threshold: "absolute", ...work });
  return whole.map((replica, r): PlateauNetwork => {
    const points = steps.map((step, i): PlateauPoint => {
      const at = r * steps.length + i, { width, preactivations, features, output } = layers[at];
      const before = i > 0 ? layers[at - 1].preactivations : null, { rank, low, high } = ranks[at];
      return {
        step,
        loss: squaredError(train, hostLayer(output, features)),
        rank: { rank, low, high },
        changed: before ? patternChange(before, preactivations) / Math.log2(step / steps[i - 1]) : NaN,
        active: activeShare(preactivations, width),
      };
    });
    return { arm, replica, points, course: findPlateaus(steps, points.map(({ loss }) => loss), COURSE) };
  });
}

/**
 * Solves for the output layers of ReLU networks by least squares.
 *
 * @param training A training, at its start.
 * @param context Device and signal.
 * @returns Layers of each replica.
 */
export async function solvedStart(
  { network, options: { task } }: Training,
  { gpu, signal }: Pick<RunContext, "gpu" | "signal">,
): Promise<LayerParameters[][]> {
  const drawn = await network.readAllParameters();
  const problems = drawn.map(([hidden]) => {
    const features = hostLayer(hidden, task.train.x).map((z) => Math.max(0, z));
    return outputProblem(features, hidden.biases.length, task);
  });
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
