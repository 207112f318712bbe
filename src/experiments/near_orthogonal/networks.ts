/**
 * Networks that learn from one set of samples, and what is measured of their weights.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import type { RankInterval } from "../../rank/certificates/rank_interval.ts";
import { spectralBounds } from "../../rank/ranks/spectral_bounds.ts";
import { stableRank } from "../../rank/ranks/spectral_ranks.ts";
import { weightRanks } from "../../rank/ranks/weight_ranks.ts";
import { extent } from "../../stats/extent.ts";
import { lowerMedian } from "../../stats/median.ts";
import { norm } from "../../stats/norm.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { normal, uniform } from "../../stats/random.ts";
import { normals, orthonormalRows, product } from "../../stats/random_matrices.ts";
import type { Training } from "../../train/training.ts";
import type { NearOrthogonalCase, NearOrthogonalPlan } from "./plan.ts";
import { randomSteps, transposed } from "./random_steps.ts";

/** Fresh points at which the network is compared with a linear function. */
const POINTS = 100;

/** One network at one step. */
export interface NearOrthogonalRow {
  /** Name of the case. */
  readonly name: string;
  /** Standard deviation of the initial weights. */
  readonly initScale: number;
  /** Set of samples, from 0. */
  readonly replica: number;
  /** Step. */
  readonly step: number;
  /** min ‖x_i‖² / (n max |⟨x_i, x_k⟩|), which the theory demands to be large. */
  readonly orthogonality: number;
  /** ‖W‖_F² / ‖W‖₂² of the first layer. */
  readonly stableRank: number;
  /** Bound on the error of that. */
  readonly bound: number;
  /** Certified upper end of σ₃ / σ₁. */
  readonly third: number;
  /** Numerical rank of W. */
  readonly rank: RankInterval;
  /** Rank of the features at the samples, with the same tolerance. */
  readonly featureRank: RankInterval;
  /** Lower median of the stable ranks after steps without structure; NaN before the first step. */
  readonly nullStableRank: number;
  /** p-value of the stable rank against these; NaN before the first step. */
  readonly pValue: number;
  /** Loss over the samples. */
  readonly loss: number;
  /** Share of the samples that are classified right. */
  readonly accuracy: number;
  /** Least margin divided by the largest. */
  readonly marginRatio: number;
  /** Share of fresh points that the network classifies as the linear function Σ a_j w_j does. */
  readonly agreement: number;
}

/** Samples and initial weights of a replica, the same for all standard deviations. */
export interface ReplicaData {
  /** Samples, `n × d`. */
  readonly x: Float32Array;
  /** Their classes, 0 and 1 in turn: they say nothing about the inputs. */
  readonly labels: Uint32Array;
  /** Initial weights of standard deviation 1, `d × m`. */
  readonly weights: Float32Array;
  /** Output layer, ±1/√m in turn. */
  readonly outputs: Float32Array;
  /** Fresh points, as normal samples are. */
  readonly points: Float32Array;
}

/**
 * Draws samples and initial weights.
 *
 * @param plan The study.
 * @param kind The case.
 * @param replica Index of the replica, from 0.
 * @returns The samples, normal or with Gram–Schmidt made orthogonal, of the norm √d then.
 */
export function drawReplica(
  { samples: n, width: m, seed }: Pick<NearOrthogonalPlan, "samples" | "width" | "seed">,
  { inputs: d, isOrthogonal }: Pick<NearOrthogonalCase, "inputs" | "isOrthogonal">,
  replica: number,
): ReplicaData {
  const [forSamples, forWeights, forPoints] = [0, 1, 2].map((use) => seed + 2 ** 32 * (4 * replica + use));
  return {
    x: isOrthogonal
      ? Float32Array.from(orthonormalRows(n, d, forSamples), (value) => value * Math.sqrt(d))
      : normals(n * d, forSamples),
    labels: Uint32Array.from({ length: n }, (_, i) => i % 2),
    weights: normals(d * m, forWeights),
    outputs: Float32Array.from({ length: m }, (_, j) => (j % 2 ? 1 : -1) / Math.sqrt(m)),
    points: normals(POINTS * d, forPoints),
  };
}

/**
 * Makes the function that measures the networks of a replica.
 *
 * @param gpu Device.
 * @param plan The study.
 * @param kind The case.
 * @param replica Index of the replica.
 * @param data Its samples and initial weights.
 * @returns A function of a training, which measures the networks where it is. Those that have
 * diverged have no rows.
 */
export function measurer(
  gpu: Gpu,
  plan: NearOrthogonalPlan,
  { name, inputs: d, slope }: NearOrthogonalCase,
  replica: number,
  { x, labels, weights: unit, outputs, points }: ReplicaData,
): (training: Training) => Promise<NearOrthogonalRow[]> {
  const { samples: n, width: m, initScales, tolerance, draws, seed } = plan;
  const starts = initScales.map((scale) => unit.map((value) => scale * value));
  const next = normal(uniform(seed + 2 ** 32 * (4 * replica + 3)));
  const nulls = starts.map((weights) => randomSteps({ weights, x, samples: n, inputs: d, width: m }, next));
  const orthogonality = orthogonalityOf(x, n, d);
  const evaluate = (inputs: Float32Array, weights: ArrayLike<number>) => {
    const rows = inputs.length / d, hidden = product(inputs, weights, rows, m, d);
    return product(hidden.map((value) => value > 0 ? value : slope * value), outputs, rows, 1, m);
  };
  return async ({ network, trace, updates: step, diverged }) => {
    const alive = initScales.map((_, i) => i).filter((i) => !diverged.has(i));
    const parameters = await network.readAllParameters();
    const matrices = alive.map((i) => ({ rows: d, columns: m, data: parameters[i][0].weights }));
    const ranks = await weightRanks(gpu, matrices, { tolerance });
    return alive.map((i, k): NearOrthogonalRow => {
      const { data: weights } = matrices[k], { singularValues, bounds, ...rank } = ranks[k];
      const values = singularValues.map((sigma) => sigma ** 2);
      const stable = stableRank(values);
      const { stableRank: bound } = spectralBounds(
        values,
        bounds.map((bound, j) => (2 * singularValues[j] + bound) * bound),
      );
      const length = norm(Float64Array.from(weights, (value, j) => value - starts[i][j]));
      const drawn = step === 0
        ? []
        : Array.from({ length: draws }, () => nulls[i](length));
      const margins = evaluate(x, weights).map((output, s) => labels[s] ? output : -output);
      const linear = product(points, product(weights, outputs, d, 1, m), POINTS, 1, d);
      const agreeing = evaluate(points, weights).filter((output, s) => output * linear[s] > 0).length;
      const [least, most] = extent(margins);
      const probe = trace.probes.findLast((other) => other.replica === i)!;
      return {
        name,
        initScale: initScales[i],
        replica,
        step,
        orthogonality,
        stableRank: stable,
        bound,
        third: (singularValues[2] + bounds[2]) / Math.max(0, singularValues[0] - bounds[0]),
        rank,
        featureRank: probe.layers[0].ranks[0],
        nullStableRank: lowerMedian(drawn),
        // A low stable rank is the extreme one; its certified upper end is held against the null.
        pValue: step === 0 ? NaN : monteCarloPValue(-stable - bound, drawn.map((value) => -value)),
        loss: probe.loss,
        accuracy: margins.filter((margin) => margin > 0).length / n,
        marginRatio: least / most,
        agreement: agreeing / POINTS,
      };
    });
  };
}

/**
 * Measures how close samples are to orthogonal.
 *
 * @param x Samples, `count × inputs`.
 * @param count Their number.
 * @param inputs Dimension.
 * @returns min ‖x_i‖² / (n max |⟨x_i, x_k⟩|).
 */
export function orthogonalityOf(x: Float32Array, count: number, inputs: number): number {
  const gram = product(x, transposed(x, count, inputs), count, count, inputs);
  const isOwn = (_: number, i: number) => i % (count + 1) === 0;
  const [least] = extent(gram.filter(isOwn));
  return least / (count * extent(gram.filter((value, i) => !isOwn(value, i)).map(Math.abs))[1]);
}

/**
 * Makes the parameters that the networks of a replica begin with.
 *
 * @param plan The study.
 * @param data Initial weights of standard deviation 1, and the output layer.
 * @returns Layers of a network for each standard deviation, without biases.
 */
export function startsOf(
  { initScales, width }: Pick<NearOrthogonalPlan, "initScales" | "width">,
  { weights, outputs }: ReplicaData,
): LayerParameters[][] {
  return initScales.map((scale) => [
    { weights: weights.map((value) => scale * value), biases: new Float32Array(width) },
    { weights: outputs, biases: new Float32Array(1) },
  ]);
}
