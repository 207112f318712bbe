/**
 * Loss floors at any threshold, from a run's networks, on the host.
 *
 * @module
 */
import { type FloorInput, lossFloor } from "../../rank/certificates/loss_floor.ts";
import { targetMoments } from "../../rank/certificates/target_moments.ts";
import { parameterLayout } from "../../nn/layout.ts";
import { evaluateNetwork, leadingEigenvectors, type NetworkColumns } from "./networks.ts";

/** Unit roundoff of float64. */
const U64 = 2 ** -53;

/** Operations that an entry of a Gram matrix goes through in the rotations, for each neuron. */
const ROTATIONS = 40;

/** What the floor of one network depends on, for any threshold. */
export type FloorBasis = FloorInput;

/**
 * Tells whether floors can be computed: the loss is a squared error at the samples themselves.
 *
 * @param networks The networks.
 * @returns Whether the function that the networks are to become is known at the samples.
 */
export function hasFloors({ x, targetX }: NetworkColumns): boolean {
  return x.length > 0 && x.length === targetX.length && x.every((value, i) => value === targetX[i]);
}

/**
 * Computes what the floor of a network depends on: the spectrum of its last hidden layer and the
 * moments of the eigenfeatures, in double precision.
 *
 * Features, Gram sums and rotations of n neurons at m samples each round by a few units: the
 * eigenvalues, and the departure of the eigenfeatures from orthogonality, are within (m + 40 n) u
 * tr M. A moment is a sum of m products of n terms, so that Σ_i ‖t̂_i − t_i‖² / λ_i is at most n
 * ((m + n) u)² ‖y‖², here doubled.
 *
 * @param networks The networks, see {@linkcode hasFloors}.
 * @param which Index of the step, and of the replica.
 * @returns The input of `lossFloor`.
 */
export function floorBasis(
  networks: NetworkColumns,
  which: { readonly snapshot: number; readonly replica: number },
): FloorBasis {
  const { widths, x, weights, targetY, parameters } = networks;
  const outputs = widths[widths.length - 1], m = weights.length, L = widths.length - 2;
  const features = evaluateNetwork(networks, which, x)[L - 1], n = features.columns;
  const { eigenvalues, vectors } = leadingEigenvectors(features, weights, n);
  const meanMoments = new Float64Array(n);
  const moments = Array.from({ length: outputs }, () => new Float64Array(n));
  let trace = 0;
  for (let k = 0; k < m; k++) {
    const row = features.values.subarray(k * n, (k + 1) * n);
    for (const value of row) trace += weights[k] * value * value;
    for (const [i, vector] of vectors.entries()) {
      let psi = 0;
      for (let j = 0; j < n; j++) psi += row[j] * vector[j];
      meanMoments[i] += weights[k] * psi;
      for (let c = 0; c < outputs; c++) moments[c][i] += weights[k] * psi * targetY[k * outputs + c];
    }
  }
  const { layers, size } = parameterLayout(widths, networks.skip), last = layers[L];
  const own = parameters[which.snapshot].subarray(4 * size * which.replica);
  const norm = (from: number, rows: number) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const at = 4 * (from + i * last.outputStride);
      for (let c = 0; c < outputs; c++) sum += own[at + c] ** 2;
    }
    return Math.sqrt(sum);
  };
  const bound = (m + ROTATIONS * n) * U64 * trace;
  return {
    eigenvalues: eigenvalues.map((value) => Math.max(0, value)),
    bounds: eigenvalues.map(() => bound),
    targetMoments: moments,
    meanMoments,
    momentBound: 2 * (m + n) * U64 * Math.sqrt(n),
    targets: targetMoments(targetY, weights),
    weightNorm: norm(last.weights, n),
    biasNorm: norm(last.bias, 1),
  };
}

/**
 * Bounds the loss of a network from below by its rank at a threshold.
 *
 * @param basis What {@linkcode floorBasis} computed.
 * @param epsilon The threshold.
 * @param isRelative Whether it is a share of λ₁. Default: no.
 * @returns The bound.
 */
export function floorAt(basis: FloorBasis, epsilon: number, isRelative = false): number {
  const scale = isRelative ? (basis.eigenvalues[0] ?? 0) + (basis.bounds[0] ?? 0) : 1;
  return lossFloor(basis, epsilon * scale);
}
