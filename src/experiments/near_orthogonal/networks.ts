/**
 * Networks that learn one set of samples, and what is measured of them.
 *
 * @module
 */
import { randomSteps } from "../../rank/ranks/random_steps.ts";
import { weightRanks, weightStableRank } from "../../rank/ranks/weight_ranks.ts";
import { extent } from "../../stats/extent.ts";
import { mean } from "../../stats/mean.ts";
import { norm } from "../../stats/norm.ts";
import { monteCarloPValue } from "../../stats/p_values.ts";
import { normal, uniform } from "../../stats/random.ts";
import { normals, orthonormalRows, product } from "../../stats/random_matrices.ts";
import { arrayTask } from "../../tasks/array_task.ts";
import type { MeasuredTraining } from "../core/training_run.ts";
import type { CertifiedRank } from "../core/rank_columns.ts";
import type { NearOrthogonalCase, NearOrthogonalPlan } from "./plan.ts";

/** Fresh points at which a network is compared with a linear function. */
const POINTS = 100;
/** Steps drawn under the null. */
const DRAWS = 19;
/** Share of σ₁ above which a singular value counts. */
export const TOLERANCE = 0.01;

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
  /** ‖W‖_F² / ‖W‖₂² of the first layer, and a bound on its error. */
  readonly stableRank: { readonly value: number; readonly bound: number };
  /** Certified upper end of σ₃ / σ₁. */
  readonly third: number;
  /** Numerical rank of W. */
  readonly rank: CertifiedRank;
  /** Rank of the features at the samples, with the same tolerance. */
  readonly featureRank: CertifiedRank;
  /** Stable ranks after steps as long without structure; none before the first step. */
  readonly drawn: readonly number[];
  /** p-value of the stable rank's upper end against these; NaN before the first step. */
  readonly pValue: number;
  /** Loss over the samples. */
  readonly loss: number;
  /** Margins of the samples, least and largest. */
  readonly margins: readonly [least: number, most: number];
  /** Share of the samples that are classified right. */
  readonly accuracy: number;
  /** Share of fresh points that the network classifies as the linear function Σ a_j w_j does. */
  readonly agreement: number;
}

/**
 * Makes the training of one set of samples by networks that differ in the size of their initial
 * weights alone. Classes are 0 and 1 in turn, so they say nothing about the inputs.
 *
 * @param plan The study.
 * @param kind The case.
 * @param replica Index of the set.
 * @returns The training, measured at all waypoints. Networks that diverge on the way have no rows.
 */
export function replicaTraining(
  { samples, width, initScales, replicas, rate, steps, waypoints, seed }: NearOrthogonalPlan,
  { name, inputs, isOrthogonal, slope }: NearOrthogonalCase,
  replica: number,
): MeasuredTraining<NearOrthogonalRow> {
  const label = `${name}, replica ${replica}`;
  const seedOf = (use: number) => seed + 2 ** 32 * (4 * replica + use);
  const x = isOrthogonal
    ? Float32Array.from(orthonormalRows(samples, inputs, seedOf(0)), (each) => each * Math.sqrt(inputs))
    : normals(samples * inputs, seedOf(0));
  const labels = Array.from({ length: samples }, (_, k) => k % 2);
  const unit = normals(inputs * width, seedOf(1));
  const outputs = Float32Array.from({ length: width }, (_, j) => (j % 2 ? 1 : -1) / Math.sqrt(width));
  const starts = initScales.map((scale) => unit.map((weight) => scale * weight));
  const featuresOf = (at: Float32Array, count: number, weights: Float32Array) =>
    product(at, weights, count, width, inputs).map((z) => z > 0 ? z : slope * z);
  return {
    label,
    nameOf: (i) => `${label}, init scale ${initScales[i]}`,
    training: {
      task: arrayTask({ x, labels, inputs, loss: "logistic", name }),
      hidden: [width],
      activation: slope > 0 ? `leaky-relu:${slope}` : "relu",
      optimizer: {
        name: "sgd",
        learningRate: rate / inputs,
        layers: [{ weights: 1, biases: 0 }, { weights: 0, biases: 0 }],
      },
      batch: null,
      steps,
      // Networks are measured, not probes.
      probeEvery: steps,
      precision: "single",
      replicas,
      start: starts.map((weights) => [
        { weights, biases: new Float32Array(width) },
        { weights: outputs, biases: new Float32Array(1) },
      ]),
    },
    networksAt: waypoints,
    measure: async ({ status, diverged }, _, { gpu }, networks) => {
      if (status !== "done") return { rows: [] };
      const kept = [...networks].flatMap(([step, found]) =>
        found.flatMap(([{ weights }], i) => diverged.has(i) ? [] : [{ step, i, weights }])
      );
      const ranksOf = (rows: number, all: Float32Array[]) =>
        weightRanks(gpu, all.map((data) => ({ rows, columns: width, data })), { tolerance: TOLERANCE });
      const features = kept.map(({ weights }) => featuresOf(x, samples, weights));
      const weightsRanks = await ranksOf(inputs, kept.map(({ weights }) => weights));
      const featureRanks = await ranksOf(samples, features.map(toUnit));
      const points = normals(POINTS * inputs, seedOf(2)), next = normal(uniform(seedOf(3)));
      const nulls = starts.map((weights) => randomSteps({ weights, x, samples, inputs, width }, next));
      const orthogonality = orthogonalityOf(x, samples);
      const outputOf = (hidden: Float64Array) =>
        Array.from(product(hidden, outputs, hidden.length / width, 1, width));
      const rows = kept.map(({ step, i, weights }, k): NearOrthogonalRow => {
        const { singularValues: sigma, bounds } = weightsRanks[k];
        const stableRank = weightStableRank(weightsRanks[k]), { value, bound } = stableRank;
        const length = norm(weights.map((weight, j) => weight - starts[i][j]));
        const drawn = Array.from({ length: step === 0 ? 0 : DRAWS }, () => nulls[i](length));
        const margins = outputOf(features[k]).map((output, s) => labels[s] ? output : -output);
        const linear = product(points, product(weights, outputs, inputs, 1, width), POINTS, 1, inputs);
        const output = outputOf(featuresOf(points, POINTS, weights));
        return {
          name,
          initScale: initScales[i],
          replica,
          step,
          orthogonality,
          stableRank,
          third: (sigma[2] + bounds[2]) / Math.max(0, sigma[0] - bounds[0]),
          rank: certified(weightsRanks[k]),
          featureRank: certified(featureRanks[k]),
          drawn,
          // A low stable rank is the extreme one.
          pValue: step === 0 ? NaN : monteCarloPValue(-value - bound, drawn.map((each) => -each)),
          // log(1 + e^(−margin)), without overflow.
          loss: mean(margins.map((margin) => Math.max(0, -margin) + Math.log1p(Math.exp(-Math.abs(margin))))),
          margins: extent(margins),
          accuracy: mean(margins.map((margin) => Number(margin > 0))),
          agreement: mean(output.map((each, p) => Number(each * linear[p] > 0))),
        };
      });
      return { rows };
    },
  };
}

/** Scales a matrix to a largest entry of 1, which changes no rank, and rounds it to float32. */
function toUnit(matrix: Float64Array): Float32Array {
  const most = extent(matrix.map(Math.abs))[1] || 1;
  return Float32Array.from(matrix, (value) => value / most);
}

/** Leaves out the singular values. */
function certified({ rank, low, high }: CertifiedRank): CertifiedRank {
  return { rank, low, high };
}

/**
 * Measures how close samples are to orthogonal.
 *
 * @param x Samples, a row each.
 * @param count Their number, at least 2.
 * @returns min ‖x_i‖² / (n max |⟨x_i, x_k⟩|).
 */
export function orthogonalityOf(x: Float32Array, count: number): number {
  const inputs = x.length / count;
  const rows = Array.from({ length: count }, (_, i) => x.subarray(i * inputs, (i + 1) * inputs));
  const inner = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  const [least] = extent(rows.map((row) => inner(row, row)));
  const pairs = rows.flatMap((row, i) => rows.slice(0, i).map((other) => Math.abs(inner(row, other))));
  return least / (count * extent(pairs)[1]);
}
