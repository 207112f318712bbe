/**
 * Gradient flow of homogeneous networks in float64, on the weights themselves.
 *
 * @module
 */
import { sampleLoss } from "./loss.ts";
import {
  forward,
  layersOf,
  lossGradient,
  type ReferenceNetwork,
  type ReferenceSamples,
  row,
} from "./network.ts";

/** A network without biases, its samples and its loss. */
export interface ReferenceFlow {
  /** Shape. */
  readonly network: ReferenceNetwork;
  /** Samples. */
  readonly samples: ReferenceSamples;
  /** Loss. */
  readonly loss: string;
  /** Order of homogeneity L. */
  readonly order: number;
}

/** Weights, and the clocks that go with them. */
export interface ReferenceWeights {
  /** w. */
  readonly weights: Float64Array;
  /** ∫ ‖w‖^(L−2) dt. */
  readonly time: number;
  /** δ^(L−2) t. */
  readonly earlyTime: number;
}

/** Length of a vector. */
export function norm(vector: ArrayLike<number>): number {
  return Math.sqrt(dot(vector, vector));
}

/** Inner product of two vectors. */
export function dot(x: ArrayLike<number>, y: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i] * y[i];
  return sum;
}

/** Gradient of the loss with respect to the weights; 0 for biases. */
export function weightGradient(
  { network, samples, loss }: ReferenceFlow,
  weights: ArrayLike<number>,
): Float64Array {
  const { gradient } = lossGradient(network, weights, samples, loss);
  for (const { bias, outputs } of layersOf(network.widths)) gradient.fill(0, bias, bias + outputs);
  return gradient;
}

/** N(u) = −Σ w_k ∂ℓ/∂u(0, y_k) · H(x_k; u). */
export function neuralCorrelation(
  { network, samples, loss }: ReferenceFlow,
  weights: ArrayLike<number>,
): number {
  const inputs = network.widths[0], outputs = network.widths[network.widths.length - 1];
  let sum = 0;
  for (let k = 0; k < samples.count; k++) {
    const output = forward(network, weights, row(samples.x, k, inputs)).h.at(-1)!;
    const { gradient } = sampleLoss(loss, output.map(() => 0), row(samples.y, k, outputs));
    sum -= samples.weights[k] * dot(gradient, output);
  }
  return sum;
}

/** ∇N(u): what is left of −∇L(c u) / c^(L−1) as c goes to 0, where c^L is below the digits. */
export function correlationGradient(flow: ReferenceFlow, direction: ArrayLike<number>): Float64Array {
  const c = 1e-16 ** (1 / flow.order);
  const gradient = weightGradient(flow, Float64Array.from(direction, (u) => c * u));
  return gradient.map((g) => -g / c ** (flow.order - 1));
}

/**
 * Makes steps of Euler's, dt = η ‖w‖ / ‖∇L(w)‖; weights without a gradient rest.
 *
 * @param flow What flows.
 * @param start Weights at the start.
 * @param rates η of each step.
 * @param disturb Changes the gradient of a step, by the way. Default: no change.
 * @returns Weights before each step, and those at the end.
 */
export function flowSteps(
  flow: ReferenceFlow,
  start: ArrayLike<number>,
  rates: readonly number[],
  disturb: (gradient: Float64Array, weights: Float64Array) => void = () => {},
): ReferenceWeights[] {
  const delta = norm(start), exponent = flow.order - 2;
  const passed: ReferenceWeights[] = [{ weights: Float64Array.from(start), time: 0, earlyTime: 0 }];
  for (const rate of rates) {
    const { weights, time, earlyTime } = passed[passed.length - 1];
    const gradient = weightGradient(flow, weights);
    disturb(gradient, weights);
    const length = norm(gradient);
    const step = length === 0 ? 0 : rate * norm(weights) / length;
    passed.push({
      weights: weights.map((w, i) => w - step * gradient[i]),
      time: time + norm(weights) ** exponent * step,
      earlyTime: earlyTime + delta ** exponent * step,
    });
  }
  return passed;
}
