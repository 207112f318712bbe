/**
 * What single precision may do to a network: bounds of the rounding errors of the kernels, first
 * order in u = 2⁻²⁴ for each operation, from Higham's γ_k for a sum of k products in any order.
 *
 * @module
 */
import { activation } from "./activation.ts";
import { type Bounded, product, sum } from "./bounded.ts";
import { sampleLoss } from "./loss.ts";
import {
  alphaPlace,
  encodersOf,
  forward,
  isGated,
  layersOf,
  type ReferenceNetwork,
  type ReferenceSamples,
  row,
  sharesOf,
} from "./network.ts";
import { gamma, U } from "./rounding.ts";

/** Bounds of errors of σ and σ′. */
export interface ActivationErrors {
  /** Of σ. */
  readonly value: number;
  /** Of σ′. */
  readonly derivative: number;
}

/**
 * How far single precision may take σ(z + e) and σ′(z + e) from σ(z) and σ′(z).
 *
 * @param name Activation.
 * @param z Preactivation.
 * @param e Bound of its error.
 * @returns Bounds of both errors.
 */
export function activationErrors(name: string, z: number, e: number): ActivationErrors {
  const { value, derivative, curvature, jumps, multiplies } = activation(name);
  const bend = curvature(Math.abs(z) + e);
  const jump = Math.abs(z) <= e ? Math.abs(jumps[1]) : 0;
  const slope = Math.abs(derivative(z)) + jump + bend * e;
  // 16 u covers the bounds of elementary.wgsl and the few operations after it, a power's included.
  const rounding = (size: number) => 16 * U * ((multiplies ? 0 : 1) + Math.abs(size));
  return { value: slope * e + rounding(value(z)), derivative: jump + bend * e + rounding(derivative(z)) };
}

function negated({ value, error }: Bounded): Bounded {
  return { value: -value, error };
}

/** Bounds of a step's errors. */
export interface StepErrors {
  /** Of the loss. */
  readonly loss: number;
  /** Of the gradient, entry by entry. */
  readonly gradient: Float64Array;
  /** Of the network's outputs at each sample. */
  readonly outputs: number[][];
}

/**
 * Bounds the errors of loss and gradient as the kernels compute them from single-precision
 * parameters and samples.
 *
 * @param network Shape.
 * @param theta Parameters.
 * @param samples Samples.
 * @param lossName Which loss.
 * @returns Bounds.
 */
export function stepErrors(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  samples: ReferenceSamples,
  lossName: string,
): StepErrors {
  const layers = layersOf(network.widths), last = layers.length;
  const gradient = new Float64Array(theta.length), outputErrors: number[][] = [];
  const size = (at: number) => Math.abs(theta[at]);
  // Layer by layer, a gradient is summed over slices of 256 samples, longer where there are more
  // than 64 slices, then over the slices; in the fused step, which takes up to 4,096 samples, by
  // fours and then one four after the other.
  const slice = Math.max(256, Math.ceil(samples.count / 64));
  const sliced = Math.min(slice, samples.count) + Math.ceil(samples.count / slice) + 2;
  const overSamples = gamma(Math.max(sliced, Math.min(samples.count, 4096) / 4 + 4));
  let lossError = 0;
  for (let k = 0; k < samples.count; k++) {
    const { h, z, encoders } = forward(network, theta, row(samples.x, k, network.widths[0]));
    const encoded = encodersOf(network).map(({ inputs, outputs, weights, bias }, e) =>
      encoders[e].z.map((zj, j) => {
        let magnitude = size(bias + j);
        for (let i = 0; i < inputs; i++) magnitude += Math.abs(h[0][i]) * size(weights + i * outputs + j);
        const errors = activationErrors(network.activations[0], zj, gamma(inputs + 4) * magnitude);
        const { value, derivative } = activation(network.activations[0]);
        return {
          value: { value: value(zj), error: errors.value },
          slope: { value: derivative(zj), error: errors.derivative },
        };
      })
    );
    // u − v, and the terms of the gradients with respect to u and v.
    const spread = (j: number) => sum([encoded[0][j].value, negated(encoded[1][j].value)]);
    const byEncoders: Bounded[][][] = encoded.map((each) => each.map(() => []));
    const sigmas: Bounded[][] = [];
    const hError = [h[0].map(() => 0)], slopeError: number[][] = [];
    // σ − a of layers with an α, and its error.
    const apart: { value: number; error: number }[][] = [];
    for (const [l, { inputs, outputs, weights, bias }] of layers.entries()) {
      const errors = z[l].map((zj, j) => {
        let carried = 0, magnitude = size(bias + j);
        for (let i = 0; i < inputs; i++) {
          carried += hError[l][i] * size(weights + i * outputs + j);
          magnitude += (Math.abs(h[l][i]) + hError[l][i]) * size(weights + i * outputs + j);
        }
        const e = carried + gamma(inputs + 4) * magnitude;
        return l + 1 < last ? activationErrors(network.activations[l], zj, e) : { value: e, derivative: 0 };
      });
      const { branch, past } = sharesOf(network, theta, l), hasAlpha = alphaPlace(network, l) !== null;
      if (isGated(network, l)) {
        const { value } = activation(network.activations[l]);
        sigmas[l] = errors.map((error, j) => ({ value: value(z[l][j]), error: error.value }));
        const gated = sigmas[l].map((sigma, j) => sum([encoded[1][j].value, product(sigma, spread(j))]));
        apart.push([]);
        hError.push(gated.map(({ error }) => error));
        slopeError.push(errors.map(({ derivative }) => derivative));
        continue;
      }
      apart.push(
        hasAlpha
          ? errors.map(({ value }, j) => {
            const own = activation(network.activations[l]).value(z[l][j]) - h[l][j];
            return { value: own, error: value + hError[l][j] + U * (Math.abs(own) + value + hError[l][j]) };
          })
          : [],
      );
      // The features below are added to σ, and the sum is rounded; with α so are σ − a and α times
      // it.
      const below = (j: number) => {
        if (past === 0 && !hasAlpha) return 0;
        const rounded = U * Math.abs(h[l + 1][j]);
        const scaled = hasAlpha ? 3 * U * (Math.abs(branch * apart[l][j].value) + Math.abs(h[l][j])) : 0;
        return Math.abs(past) * hError[l][j] + rounded + scaled;
      };
      hError.push(errors.map(({ value }, j) => Math.abs(branch) * value + below(j)));
      slopeError.push(
        errors.map(({ derivative }, j) =>
          l + 1 === last || !hasAlpha ? derivative : Math.abs(branch) * derivative +
            2 * U * Math.abs(branch * activation(network.activations[l]).derivative(z[l][j]))
        ),
      );
    }
    outputErrors.push(hError[last]);
    const y = row(samples.y, k, network.widths[last]), weight = samples.weights[k];
    const each = sampleLoss(lossName, h[last], y), errors = lossErrors(lossName, h[last], y, hError[last]);
    // The loss is summed in a tree of 8 levels, its partial sums in 64 lanes and a tree of 6.
    lossError += weight * (errors.loss + gamma(20 + samples.count / 2 ** 14) * Math.abs(each.loss));
    let delta = each.gradient.map((g) => weight * g);
    let deltaError = errors.gradient.map((e, c) => weight * e + 2 * U * Math.abs(delta[c]));
    // Gradients with respect to the features of the layer, and their errors.
    let byFeatures: { value: number; error: number }[] = [];
    for (let l = last - 1; l >= 0; l--) {
      const { inputs, outputs, weights, bias } = layers[l];
      const largest = delta.map((d, j) => Math.abs(d) + deltaError[j]);
      const alpha = alphaPlace(network, l);
      if (alpha !== null) {
        // Terms are added up one after the other in 256 lanes, then in a tree of 8 levels and four
        // words, then by slices.
        const depth = Math.ceil(Math.min(slice, samples.count) * Math.ceil(outputs / 4) / 256);
        const overAll = gamma(depth + 8 + 2 + Math.ceil(samples.count / slice) + 3);
        byFeatures.forEach(({ value: g, error: gError }, j) => {
          const { value: s, error: sError } = apart[l][j];
          const most = (Math.abs(g) + gError) * (Math.abs(s) + sError);
          gradient[alpha] += Math.abs(g) * sError + gError * (Math.abs(s) + sError) + overAll * most;
        });
      }
      for (let j = 0; j < outputs; j++) {
        gradient[bias + j] += deltaError[j] + overSamples * largest[j];
        for (let i = 0; i < inputs; i++) {
          const most = Math.abs(h[l][i]) + hError[l][i];
          gradient[weights + i * outputs + j] += most * deltaError[j] + hError[l][i] * largest[j] +
            overSamples * most * largest[j];
        }
      }
      if (l === 0) break;
      const { derivative } = activation(network.activations[l - 1]);
      const { past } = sharesOf(network, theta, l), { branch } = sharesOf(network, theta, l - 1);
      byFeatures = z[l - 1].map((_, i) => {
        const carried = past === 0 ? { value: 0, error: 0 } : byFeatures[i];
        // What is carried is added to a sum of the size of all terms: one more rounding of each.
        // 1 − α is rounded, and so is the product with it.
        let sum = past * carried.value;
        let error = Math.abs(past) * carried.error + (alpha === null ? 1 : 4) * U * Math.abs(sum);
        for (let j = 0; j < outputs; j++) {
          const at = weights + i * outputs + j;
          sum += delta[j] * theta[at];
          error += size(at) * (deltaError[j] + gamma(outputs + 5) * largest[j]);
        }
        return { value: sum, error };
      });
      const below = z[l - 1].map((zi, i) => {
        if (isGated(network, l - 1)) {
          const g = byFeatures[i], byW = product(g, sigmas[l - 1][i]);
          byEncoders[0][i].push(byW);
          byEncoders[1][i].push(sum([g, negated(byW)]));
          return product(g, spread(i), { value: derivative(zi), error: slopeError[l - 1][i] });
        }
        const { value, error } = byFeatures[i], slope = branch * derivative(zi), e = slopeError[l - 1][i];
        return { value: value * slope, error: error * (Math.abs(slope) + e) + Math.abs(value) * e };
      });
      delta = below.map(({ value }) => value);
      deltaError = below.map(({ value, error }) => error + U * Math.abs(value));
    }
    for (const [e, { inputs, outputs, weights, bias }] of encodersOf(network).entries()) {
      for (let j = 0; j < outputs; j++) {
        const own = product(sum(byEncoders[e][j], 1), encoded[e][j].slope);
        const error = own.error + overSamples * (Math.abs(own.value) + own.error);
        gradient[bias + j] += error;
        for (let i = 0; i < inputs; i++) gradient[weights + i * outputs + j] += Math.abs(h[0][i]) * error;
      }
    }
  }
  return { loss: lossError, gradient, outputs: outputErrors };
}

/**
 * Bounds the errors of one sample's loss.
 *
 * @param name Which loss.
 * @param output Outputs.
 * @param y Targets.
 * @param e Bounds of the outputs' errors.
 * @returns Bounds of the errors of ℓ and of ∂ℓ/∂u.
 */
export function lossErrors(
  name: string,
  output: readonly number[],
  y: readonly number[],
  e: readonly number[],
): { loss: number; gradient: number[] } {
  const worst = Math.max(...e), n = output.length;
  const { loss, gradient } = sampleLoss(name, output, y);
  // |∂ℓ/∂u| e plus half the curvature, at most 1, times e²; the curvature of softmax couples
  // outputs, hence n · worst.
  const carried = gradient.reduce((sum, g, c) => sum + Math.abs(g) * e[c] + n * worst * e[c], 0);
  if (name === "mean-squared-error") {
    return {
      loss: carried + gamma(n + 5) * loss,
      gradient: gradient.map((g, c) => 2 * e[c] + 3 * U * Math.abs(g)),
    };
  }
  const mass = y.reduce((sum, yc) => sum + Math.abs(yc), 0);
  if (name === "logistic") {
    const terms = output.reduce((sum, uc, c) => sum + Math.abs(uc) * (1 + Math.abs(y[c])) + 1, 0);
    // max(u, 0) − y u cancels, so that each term counts; 12 u bounds log1p of an exponential.
    return {
      loss: carried + (n + 12) * U * terms,
      gradient: gradient.map((_, c) => e[c] / 4 + 12 * U * (1 + Math.abs(y[c]))),
    };
  }
  const top = Math.max(...output);
  const excess = output.reduce((sum, uc, c) => sum + Math.abs(y[c]) * (top - uc), 0);
  return {
    // A probability moves by Σ_j |∂p_i/∂u_j| e_j ≤ 2 p_i (1 − p_i) max e ≤ ½ max e. The rounding of
    // u − top is (top − u) u, and (top − u) e^(u − top) < 0.4.
    loss: carried + (n + 8) * U * excess + (2 * n + 16) * U * mass * (1 + Math.log(n)),
    gradient: gradient.map((_, c) => mass * worst + (2 * n + 24) * U * (mass + Math.abs(y[c]))),
  };
}
