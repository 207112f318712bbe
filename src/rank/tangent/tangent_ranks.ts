/**
 * Certified ranks of the empirical neural tangent kernel.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { InputError, ShapeError } from "../../errors.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { inTurns, type Steps } from "../../gpu/turns.ts";
import { hostSvdvalsSteps, MOST_HOST_COLUMNS } from "../../linalg/host/host_svdvals.ts";
import { pivotedCholesky } from "../../linalg/host/pivoted_cholesky.ts";
import { U64 } from "../../linalg/host/reflection.ts";
import { checkMatrix, type Matrix } from "../../linalg/matrix.ts";
import { type LayerParameters, type Skip, skipText } from "../../nn/layout.ts";
import type { Network } from "../../nn/network.ts";
import {
  type RankInterval,
  rankIntervals,
  type Threshold,
  thresholdNames,
} from "../certificates/rank_interval.ts";
import { checkEpsilons } from "../spectra/spectrum_options.ts";
import { type PlainNetwork, tangentKernel } from "./tangent_kernel.ts";

/** Options of {@linkcode tangentRanks}. */
export interface TangentRanksOptions extends WorkOptions {
  /** Thresholds ε > 0. */
  readonly epsilons: readonly number[];
  /** Whether thresholds are absolute or relative to λ₁. Default: absolute. */
  readonly threshold?: Threshold;
  /** Weight of each sample, at least 0. Default: 1/m each. */
  readonly weights?: ArrayLike<number>;
}

/** Eigenvalues and ranks of the tangent kernel of one replica. */
export interface TangentRanks {
  /** Rank at each threshold, with the interval that certainly holds the exact one. */
  readonly ranks: readonly RankInterval[];
  /**
   * Eigenvalues λ̂, descending, one for each sample and output; NaN where the kernel is not finite.
   */
  readonly eigenvalues: Float64Array;
  /** Bounds on their errors. */
  readonly bounds: Float64Array;
}

/**
 * Computes ranks of the empirical neural tangent kernel K = √w J Jᵀ √w of each replica of a network
 * (Jacot, Gabriel, Hongler, arXiv:1806.07572), in float64 on the host. J has a row for each sample
 * and output and a column for each weight and bias. It is never formed: K is a sum over the
 * layers. Waits for the GPU to read the parameters.
 *
 * Outputs are those of the last layer: of classes the logits, before softmax. At a kink σ′ is that
 * from the left, as in training: 0 of ReLU at 0. The exact rank is that of the parameters and
 * samples as they are, in exact arithmetic. A neuron whose side of a kink rounding leaves open
 * counts as error.
 *
 * With the weights of `featureRanks`, K ⪰ √w Φ Φᵀ √w for the features Φ of the last hidden layer,
 * so for one output it has at least their rank at the same absolute threshold.
 *
 * A pivoted Cholesky factor L of K is made until rounding is larger than the rest, which n × k
 * entries of L hold; their singular values squared, off by the bounds of all steps, are the
 * eigenvalues. So the time is that of N² (n + k) products, for N rows, layers of n neurons and rank
 * k, and 8 N² bytes are needed.
 *
 * @param network A network, or its activations, skip connections and parameters.
 * @param samples Samples, `m × inputs`, a sample a row.
 * @param options Thresholds and weights.
 * @returns The ranks of each replica. Of a replica whose kernel is not finite they are 0 in [0, N].
 * @throws {InputError} If an option is unknown or out of range, a sample is not finite, or the
 * network has gates or adaptive skip connections.
 * @throws {ShapeError} If samples, weights and network do not fit together, or m times the outputs
 * is above 8,192.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { Network } from "../../nn/network.ts";
 * import { tangentRanks } from "./tangent_ranks.ts";
 *
 * using gpu = await Gpu.open();
 * const start = { activation: "tanh", initializer: "xavier-normal" };
 * using network = await Network.create(gpu, { inputs: 1, hidden: [8], outputs: 1, ...start });
 * const samples = { rows: 3, columns: 1, data: Float32Array.of(-1, 0, 1) };
 * const [{ ranks }] = await tangentRanks(network, samples, { epsilons: [1e-9] });
 * assert.deepEqual(ranks, [{ epsilon: 1e-9, rank: 3, low: 3, high: 3 }]);
 * ```
 */
export async function tangentRanks(
  network: Pick<Network, "activations" | "skips"> & {
    readAllParameters(): Promise<readonly (readonly LayerParameters[])[]>;
  },
  samples: Matrix,
  options: TangentRanksOptions,
): Promise<TangentRanks[]> {
  checkKeys("options of tangentRanks", options, ["epsilons", "threshold", "weights", "signal"]);
  const { epsilons, threshold = "absolute", signal } = options;
  checkEpsilons(epsilons);
  checkName("kind of threshold", threshold, thresholdNames);
  checkMatrix(samples, "samples");
  if (!samples.data.every(Number.isFinite)) throw new InputError("a sample is not finite: give numbers");
  const weights = options.weights ?? new Float64Array(samples.rows).fill(1 / samples.rows);
  checkWeights(weights, samples.rows);
  const plain = { activations: network.activations, skips: addingSkips(network.skips) };
  const replicas = await network.readAllParameters();
  const found: TangentRanks[] = [];
  for (const parameters of replicas) {
    checkShape(samples, parameters);
    const spectrum = await inTurns(spectrumOf(plain, parameters, { samples, weights }), { signal });
    found.push({ ...spectrum, ranks: rankIntervals(spectrum, epsilons, threshold) });
  }
  return found;
}

/** Computes the eigenvalues of the kernel of one replica. */
function* spectrumOf(
  network: PlainNetwork,
  parameters: readonly LayerParameters[],
  { samples, weights }: { readonly samples: Matrix; readonly weights: ArrayLike<number> },
): Steps<Omit<TangentRanks, "ranks">> {
  const kernel = yield* tangentKernel(network, parameters, samples, weights), { order, entries } = kernel;
  const eigenvalues = new Float64Array(order), bounds = new Float64Array(order).fill(Infinity);
  const notFinite = { eigenvalues: eigenvalues.fill(NaN), bounds };
  if (!Number.isFinite(kernel.bound)) return notFinite;
  const { factor, columns, bound } = yield* pivotedCholesky(entries, order, kernel.bound);
  const off = bound + kernel.bound;
  if (!Number.isFinite(off)) return notFinite;
  eigenvalues.fill(0);
  bounds.fill(off * (1 + 2 ** -40));
  if (columns === 0) return { eigenvalues, bounds };
  const found = yield* hostSvdvalsSteps({ rows: order, columns, data: factor });
  found.values.forEach((sigma, i) => {
    const d = found.bounds[i];
    eigenvalues[i] = sigma * sigma;
    bounds[i] = (off + 2 * sigma * d + d * d + U64 * sigma * sigma) * (1 + 2 ** -40);
  });
  return { eigenvalues, bounds };
}

/** Checks that skip connections add, where there are any. */
function addingSkips(skips: readonly Skip[]): boolean[] {
  const other = skips.find((skip) => typeof skip === "string");
  if (other) {
    throw new InputError(`the tangent kernel of networks${skipText(other)} is not computed: have none`);
  }
  return skips.map((skip) => skip === true);
}

/** Checks that there is a weight for each sample. */
function checkWeights(weights: ArrayLike<number>, count: number): void {
  if (weights.length !== count) {
    throw new ShapeError(`${weights.length} weights for ${count} samples: give one for each`);
  }
  for (let k = 0; k < count; k++) {
    if (weights[k] >= 0 && weights[k] < Infinity) continue;
    throw new InputError(`weight ${k} (from 0) is ${weights[k]}: give a number of at least 0`);
  }
}

/** Checks that samples are inputs of a network, and that a matrix of them is not too large. */
function checkShape({ rows, columns }: Matrix, parameters: readonly LayerParameters[]): void {
  const inputs = parameters[0].weights.length / parameters[0].biases.length;
  if (columns !== inputs) {
    throw new ShapeError(`samples of ${columns} numbers for a network of ${inputs} inputs`);
  }
  const order = rows * parameters[parameters.length - 1].biases.length;
  if (order > MOST_HOST_COLUMNS) {
    throw new ShapeError(
      `${order} samples × outputs are too many: give samples for at most ${MOST_HOST_COLUMNS}`,
    );
  }
}
