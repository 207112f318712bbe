/**
 * Dense networks in float64: forward, loss, backward, one sample after the other.
 *
 * Parameters are one flat vector: for each layer W, row-major `inputs × outputs`, then b; at the
 * end α of each layer with an adaptive skip connection, or the encoders u and v of gates.
 *
 * @module
 */
import { activation } from "./activation.ts";
import { sampleLoss } from "./loss.ts";

/** Shape of a network. */
export interface ReferenceNetwork {
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Activation of each hidden layer. */
  readonly activations: readonly string[];
  /**
   * Whether hidden layers as wide as the layer below, or the input, add it: a + σ(a W + b), or
   * adaptive (1 − α) a + α σ(a W + b). Gated: whether those after the first that are as wide as the
   * first are v + σ(a W + b) (u − v).
   */
  readonly skip?: boolean | "adaptive" | "gated";
}

/**
 * Tells whether a layer is a gate between the encoders.
 *
 * @param network Shape.
 * @param l Index of the layer, from 0.
 * @returns Whether it is.
 */
export function isGated({ widths, activations, skip }: ReferenceNetwork, l: number): boolean {
  return skip === "gated" && l > 0 && l < activations.length && widths[l + 1] === widths[1];
}

/**
 * Places of the encoders in the flat parameters.
 *
 * @param network Shape.
 * @returns u and v; none without a gate.
 */
export function encodersOf(network: ReferenceNetwork): ReferenceLayer[] {
  if (!network.activations.some((_, l) => isGated(network, l))) return [];
  const layers = layersOf(network.widths), [first] = layers, { bias, outputs } = layers.at(-1)!;
  const size = first.bias + first.outputs;
  return [0, size].map((behind) => {
    const at = bias + outputs + behind;
    return { ...first, weights: at, bias: at + first.bias };
  });
}

/**
 * Tells whether the features of a layer are added to those of the layer above.
 *
 * @param network Shape.
 * @param l Index of the layer, from 0.
 * @returns Whether it is a hidden layer with a skip connection.
 */
export function isSkipped({ widths, activations, skip = false }: ReferenceNetwork, l: number): boolean {
  return skip !== false && skip !== "gated" && l < activations.length && widths[l] === widths[l + 1];
}

/**
 * Finds α of a layer in the flat parameters.
 *
 * @param network Shape.
 * @param l Index of the layer, from 0.
 * @returns Its index; `null` for a layer without one.
 */
export function alphaPlace(network: ReferenceNetwork, l: number): number | null {
  if (network.skip !== "adaptive" || !isSkipped(network, l)) return null;
  const { outputs, bias } = layersOf(network.widths).at(-1)!;
  return Array.from({ length: l }, (_, i) => i).filter((i) => isSkipped(network, i)).length + bias + outputs;
}

/**
 * Shares of σ and of the features below in the features of a layer.
 *
 * @param network Shape.
 * @param theta Parameters.
 * @param l Index of the layer, from 0.
 * @returns Both: 1 and 0 without a skip connection, 1 and 1 with one that adds, α and 1 − α.
 */
export function sharesOf(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  l: number,
): { readonly branch: number; readonly past: number } {
  const place = alphaPlace(network, l);
  if (place !== null) return { branch: theta[place], past: 1 - theta[place] };
  return { branch: 1, past: isSkipped(network, l) ? 1 : 0 };
}

/** Samples, row-major. */
export interface ReferenceSamples {
  /** Number of samples. */
  readonly count: number;
  /** Inputs. */
  readonly x: ArrayLike<number>;
  /** Targets. */
  readonly y: ArrayLike<number>;
  /** Weights. */
  readonly weights: ArrayLike<number>;
}

/** One layer of the flat parameters. */
export interface ReferenceLayer {
  /** Fan-in. */
  readonly inputs: number;
  /** Fan-out. */
  readonly outputs: number;
  /** Index of W. */
  readonly weights: number;
  /** Index of b. */
  readonly bias: number;
}

/**
 * Places of the layers in the flat parameters.
 *
 * @param widths Widths from the input to the output.
 * @returns The layers.
 */
export function layersOf(widths: readonly number[]): ReferenceLayer[] {
  const layers: ReferenceLayer[] = [];
  let at = 0;
  for (let l = 0; l + 1 < widths.length; l++) {
    const inputs = widths[l], outputs = widths[l + 1], bias = at + inputs * outputs;
    layers.push({ inputs, outputs, weights: at, bias });
    at = bias + outputs;
  }
  return layers;
}

/** Values of one sample on its way through the network. */
export interface ReferencePass {
  /** Input, features of each hidden layer, output. */
  readonly h: number[][];
  /** Preactivations of each layer. */
  readonly z: number[][];
  /** The encoders of gates: their preactivations, and values. */
  readonly encoders: readonly { readonly z: number[]; readonly values: number[] }[];
}

/**
 * Evaluates the network at one sample.
 *
 * @param network Shape.
 * @param theta Parameters.
 * @param x Input.
 * @returns All values on the way.
 */
export function forward(network: ReferenceNetwork, theta: ArrayLike<number>, x: number[]): ReferencePass {
  const h = [x], z: number[][] = [];
  const dense = ({ inputs, outputs, weights, bias }: ReferenceLayer, a: number[]) => {
    const sums = Array.from({ length: outputs }, (_, j) => theta[bias + j]);
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < outputs; j++) sums[j] += a[i] * theta[weights + i * outputs + j];
    }
    return sums;
  };
  const encoders = encodersOf(network).map((encoder) => {
    const z = dense(encoder, x);
    return { z, values: z.map(activation(network.activations[0]).value) };
  });
  for (const [l, layer] of layersOf(network.widths).entries()) {
    const sums = dense(layer, h[l]);
    z.push(sums);
    const values = l < network.activations.length ? sums.map(activation(network.activations[l]).value) : sums;
    if (isGated(network, l)) {
      const [u, v] = encoders.map(({ values }) => values);
      h.push(values.map((value, j) => v[j] + value * (u[j] - v[j])));
      continue;
    }
    const { branch, past } = sharesOf(network, theta, l);
    h.push(past === 0 && branch === 1 ? values : values.map((value, j) => branch * value + past * h[l][j]));
  }
  return { h, z, encoders };
}

/** Loss Σ w ℓ, its gradient, and the number of hits. */
export interface LossGradient {
  /** Σ w ℓ. */
  readonly loss: number;
  /** Gradient with respect to the parameters. */
  readonly gradient: Float64Array;
  /** Number of hits. */
  readonly hits: number;
}

/**
 * Computes the weighted loss of all samples and its gradient by back-propagation.
 *
 * @param network Shape.
 * @param theta Parameters.
 * @param samples Samples.
 * @param lossName Which loss.
 * @returns Loss, gradient, hits.
 */
export function lossGradient(
  network: ReferenceNetwork,
  theta: ArrayLike<number>,
  samples: ReferenceSamples,
  lossName: string,
): LossGradient {
  const layers = layersOf(network.widths);
  const gradient = new Float64Array(theta.length);
  let loss = 0, hits = 0;
  for (let k = 0; k < samples.count; k++) {
    const { h, z, encoders } = forward(network, theta, row(samples.x, k, network.widths[0]));
    const byEncoders = encoders.map(({ z }) => z.map(() => 0));
    const each = sampleLoss(lossName, h[layers.length], row(samples.y, k, network.widths[layers.length]));
    loss += samples.weights[k] * each.loss;
    hits += each.hit ? 1 : 0;
    let delta = each.gradient.map((g) => samples.weights[k] * g);
    // Gradient with respect to the features of the layer.
    let byFeatures: number[] = [];
    for (let l = layers.length - 1; l >= 0; l--) {
      const { inputs, outputs, weights, bias } = layers[l], alpha = alphaPlace(network, l);
      if (alpha !== null) {
        const { value } = activation(network.activations[l]);
        byFeatures.forEach((g, j) => gradient[alpha] += g * (value(z[l][j]) - h[l][j]));
      }
      for (let j = 0; j < outputs; j++) {
        gradient[bias + j] += delta[j];
        for (let i = 0; i < inputs; i++) gradient[weights + i * outputs + j] += h[l][i] * delta[j];
      }
      if (l === 0) break;
      const { derivative } = activation(network.activations[l - 1]);
      const { past } = sharesOf(network, theta, l), { branch } = sharesOf(network, theta, l - 1);
      byFeatures = z[l - 1].map((_, i) => {
        let sum = past === 0 ? 0 : past * byFeatures[i];
        for (let j = 0; j < outputs; j++) sum += delta[j] * theta[weights + i * outputs + j];
        return sum;
      });
      const { value } = activation(network.activations[l - 1]);
      delta = z[l - 1].map((zi, i) => {
        if (!isGated(network, l - 1)) return branch * byFeatures[i] * derivative(zi);
        const [u, v] = encoders.map(({ values }) => values[i]);
        byEncoders[0][i] += byFeatures[i] * value(zi);
        byEncoders[1][i] += byFeatures[i] * (1 - value(zi));
        return byFeatures[i] * (u - v) * derivative(zi);
      });
    }
    for (const [e, { inputs, outputs, weights, bias }] of encodersOf(network).entries()) {
      const { derivative } = activation(network.activations[0]);
      for (let j = 0; j < outputs; j++) {
        const own = byEncoders[e][j] * derivative(encoders[e].z[j]);
        gradient[bias + j] += own;
        for (let i = 0; i < inputs; i++) gradient[weights + i * outputs + j] += h[0][i] * own;
      }
    }
  }
  return { loss, gradient, hits };
}

/**
 * Takes a row of a matrix.
 *
 * @param matrix Row-major.
 * @param index Index of the row.
 * @param columns Length of a row.
 * @returns The row.
 */
export function row(matrix: ArrayLike<number>, index: number, columns: number): number[] {
  return Array.from({ length: columns }, (_, j) => matrix[index * columns + j]);
}
