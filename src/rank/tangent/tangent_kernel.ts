/**
 * The empirical tangent kernel of a network, in float64 on the host, with a bound on its error.
 *
 * @module
 */
import type { Steps } from "../../gpu/turns.ts";
import type { Activation } from "../../nn/activation.ts";
import type { LayerParameters } from "../../nn/layout.ts";
import { U64 } from "../../linalg/host/reflection.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { gamma } from "../../linalg/rounding.ts";
import { backwardPass, type BoundedRows, forwardPass, zeroRows } from "./bounded_pass.ts";

/** Covers products that underflow, for each term of a sum. */
const UNDERFLOW = 2 ** -1070;

/** A network whose skip connections add, if it has any. */
export interface PlainNetwork {
  /** Activations of the hidden layers. */
  readonly activations: readonly Activation[];
  /** Whether each has a skip connection. */
  readonly skips: readonly boolean[];
}

/** A tangent kernel. */
export interface TangentKernel {
  /** Its order N: samples × outputs, the outputs of one sample beside each other. */
  readonly order: number;
  /** Entries, row-major, `N × N`; only the lower triangle is filled. */
  readonly entries: Float64Array;
  /** Bound on its error in the spectral norm. */
  readonly bound: number;
}

/**
 * Computes √w J Jᵀ √w, J being the derivatives of all outputs at all samples by all parameters.
 *
 * With D_l the derivatives by the preactivations of layer l and A_l the features below it, the
 * derivative by W_l is the outer product of a row of each, so that
 *
 *   K = Σ_l (D_l D_lᵀ) ∘ (A_l A_lᵀ + 1),
 *
 * where 1 is of the biases. Layers are added from the last to the first, and D_l is dropped then:
 * no more than one of them is held beside K and the features.
 *
 * Let row k of D_l have norm d_k and errors of norm δ_k, and (A_l, 1) a_k and α_k. By
 * Cauchy–Schwarz, entry (k, j) of a layer is off by at most P_k P_j − p_k p_j, where p = d a and
 * P = (d + δ)(a + α), besides γ_n P_k P_j for n roundings. With π = P − p that matrix has a norm of
 * at most 2 ‖p‖ ‖π‖ + ‖π‖² + γ_n ‖P‖².
 *
 * @param network The network.
 * @param parameters W and b of each layer.
 * @param samples Samples, a row each.
 * @param weights Weight of each sample, at least 0.
 * @returns The kernel, after a step for each sample of each layer.
 */
export function* tangentKernel(
  { activations, skips }: PlainNetwork,
  parameters: readonly LayerParameters[],
  samples: Matrix,
  weights: ArrayLike<number>,
): Steps<TangentKernel> {
  const { rows, columns, data } = samples, last = parameters.length - 1;
  const outputs = parameters[last].biases.length, order = rows * outputs;
  const given = { rows, columns, data: Float64Array.from(data), bounds: new Float64Array(data.length) };
  const passes = forwardPass(activations, skips, parameters, given);
  yield;
  const entries = new Float64Array(order * order);
  let derivatives = outputDerivatives(weights, rows, outputs), byFeatures: BoundedRows | null = null;
  let bound = 0;
  for (let layer = last; layer >= 0; layer--) {
    const { input } = passes[layer];
    bound += layerBound(derivatives, input, passes.length);
    const features = new Float64Array(rows), products = new Float64Array(order);
    for (let k = 0; k < rows; k++) {
      addSample(entries, k, derivatives, input, { features, products });
      yield;
    }
    if (layer === 0) break;
    const skipped = skips[layer] ? byFeatures : null;
    const below = backwardPass(derivatives, parameters[layer].weights, passes[layer - 1].slopes!, skipped);
    ({ byFeatures, byPreactivations: derivatives } = below);
    yield;
  }
  return { order, entries, bound: bound * (1 + 2 ** -20) };
}

/** Derivatives of the outputs by the preactivations of the last layer, which they are: √w I. */
function outputDerivatives(weights: ArrayLike<number>, rows: number, outputs: number): BoundedRows {
  const derivatives = zeroRows(rows * outputs, outputs);
  for (let k = 0; k < rows; k++) {
    const root = Math.sqrt(weights[k]);
    for (let o = 0; o < outputs; o++) {
      const e = (k * outputs + o) * outputs + o;
      derivatives.data[e] = root;
      derivatives.bounds[e] = U64 * root;
    }
  }
  return derivatives;
}

/** Adds the rows of one sample of one layer to the lower triangle. */
function addSample(
  entries: Float64Array,
  sample: number,
  derivatives: BoundedRows,
  input: BoundedRows,
  { features, products }: { readonly features: Float64Array; readonly products: Float64Array },
): void {
  const order = derivatives.rows, outputs = order / input.rows;
  multiplyRows(input, sample, features);
  for (let r = sample * outputs; r < (sample + 1) * outputs; r++) {
    multiplyRows(derivatives, r, products);
    const row = entries.subarray(r * order, r * order + r + 1);
    if (outputs === 1) {
      for (let j = 0; j <= r; j++) row[j] += products[j] * (features[j] + 1);
      continue;
    }
    for (let j = 0, at = 0; at <= sample; at++) {
      const factor = features[at] + 1;
      for (const end = Math.min(r + 1, (at + 1) * outputs); j < end; j++) row[j] += products[j] * factor;
    }
  }
}

/** Dot products of one row with all rows up to it, four at a time so that sums overlap. */
function multiplyRows({ columns: n, data }: BoundedRows, row: number, out: Float64Array): void {
  const x = data.subarray(row * n, (row + 1) * n);
  let j = 0;
  for (; j + 3 <= row; j += 4) {
    let a = j * n, b = a + n, c = b + n, d = c + n, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let i = 0; i < n; i++) {
      const value = x[i];
      s0 += value * data[a++];
      s1 += value * data[b++];
      s2 += value * data[c++];
      s3 += value * data[d++];
    }
    out[j] = s0;
    out[j + 1] = s1;
    out[j + 2] = s2;
    out[j + 3] = s3;
  }
  for (; j <= row; j++) {
    let sum = 0;
    for (let i = 0, a = j * n; i < n; i++) sum += x[i] * data[a++];
    out[j] = sum;
  }
}

/** Bounds what a layer's share of the kernel is off by, see {@linkcode tangentKernel}. */
function layerBound(derivatives: BoundedRows, input: BoundedRows, layers: number): number {
  const outputs = derivatives.rows / input.rows;
  const roundings = derivatives.columns + input.columns + 3 + layers;
  let small = 0, extra = 0, whole = 0, sizes = 1;
  for (let k = 0; k < input.rows; k++) {
    const a = Math.hypot(1, rowNorm(input, k, input.data)), alpha = rowNorm(input, k, input.bounds);
    for (let r = k * outputs; r < (k + 1) * outputs; r++) {
      const d = rowNorm(derivatives, r, derivatives.data),
        delta = rowNorm(derivatives, r, derivatives.bounds);
      const more = d * alpha + delta * (a + alpha);
      small += (d * a) ** 2;
      extra += more ** 2;
      whole += (d * a + more) ** 2;
      sizes += d * d + a * a;
    }
  }
  const pi = Math.sqrt(extra), tiny = (derivatives.columns + input.columns) * UNDERFLOW;
  return pi * (2 * Math.sqrt(small) + pi) + gamma(roundings, U64) * whole + tiny * sizes * sizes;
}

/** Bounds the norm of a row; numbers whose squares underflow are below 2⁻⁵¹⁰. */
function rowNorm({ columns }: BoundedRows, row: number, numbers: Float64Array): number {
  let sum = 0;
  for (let e = row * columns; e < (row + 1) * columns; e++) sum += numbers[e] ** 2;
  return Math.sqrt(sum) + columns * 2 ** -510;
}
