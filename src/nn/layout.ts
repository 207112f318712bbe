/**
 * Places of the parameters of a network.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { padRows, vectors } from "../linalg/matrix_view.ts";

/**
 * Skip connections of a network, with s = σ(a W + b): none; those that add, a + s; adaptive ones,
 * α s + (1 − α) a with a trainable α of each layer, 0 at first (Wang, Li, Chen, Perdikaris,
 * arXiv:2402.00326); or gates between two encoders of the input, s u + (1 − s) v (modified MLP:
 * Wang, Teng, Perdikaris, arXiv:2001.04536).
 */
export type Skip = boolean | "adaptive" | "gated";

/**
 * Names skip connections in words.
 *
 * @param skip Skip connections.
 * @returns ` with skip connections` or the like; nothing for none.
 */
export function skipText(skip: Skip): string {
  if (skip === false) return "";
  return skip === "gated" ? " with gates" : ` with ${skip === true ? "" : "adaptive "}skip connections`;
}

/** Parameters of one layer of one replica. */
export interface LayerParameters {
  /** W, row-major, `inputs × outputs`. */
  readonly weights: Float32Array;
  /** b. */
  readonly biases: Float32Array;
  /** α of an adaptive skip connection; absent from layers without one. Default: 0. */
  readonly alpha?: number;
}

/**
 * Shape of one dense layer and the place of its parameters, in vectors of four floats from the
 * replica's start.
 */
export interface LayerLayout {
  /** Fan-in. */
  readonly inputs: number;
  /** Fan-out. */
  readonly outputs: number;
  /** Vectors a row of the input. */
  readonly inputStride: number;
  /** Vectors a row of the output, of W and of b. */
  readonly outputStride: number;
  /** Start of W: `4 · inputStride` rows, those beyond the inputs zero. */
  readonly weights: number;
  /** Start of b: the row below W. */
  readonly bias: number;
  /** Place of α, the first of four words; absent without an adaptive skip connection. */
  readonly alpha?: number;
}

/** Places of all parameters of a network. */
export interface ParameterLayout {
  /** The layers, the output layer last. */
  readonly layers: readonly LayerLayout[];
  /** The encoders u and v of gates, as wide as the first hidden layer; none without gates. */
  readonly encoders: readonly LayerLayout[];
  /** Vectors a replica. */
  readonly size: number;
}

/**
 * Lays out the parameters of dense layers one behind the other.
 *
 * @param widths Widths from the input to the output.
 * @param skip Skip connections. Default: `false`.
 * @returns Their places.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { layers, size } = parameterLayout([1, 50, 1]);
 * assert.equal(layers[0].bias, 4 * 13);
 * assert.equal(size, (4 + 1) * 13 + (52 + 1) * 1);
 * ```
 */
export function parameterLayout(widths: readonly number[], skip: Skip = false): ParameterLayout {
  const layers: LayerLayout[] = [], skips = skipConnections(widths, skip);
  const shapes = widths.slice(1).map((outputs, i) => [widths[i], outputs]);
  if (skips.includes("gated")) shapes.push(shapes[0], shapes[0]);
  let size = 0;
  for (const [i, [inputs, outputs]] of shapes.entries()) {
    const inputStride = vectors(inputs), outputStride = vectors(outputs);
    const bias = size + 4 * inputStride * outputStride;
    const place = { inputs, outputs, inputStride, outputStride, weights: size, bias };
    size = bias + outputStride;
    layers.push(skips[i] === "adaptive" ? { ...place, alpha: size++ } : place);
  }
  const count = widths.length - 1;
  return { layers: layers.slice(0, count), encoders: layers.slice(count), size };
}

/**
 * Tells around which hidden layers skip connections lead: those as wide as the layer below, or the
 * input; with gates those after the first that are as wide as the first.
 *
 * @param widths Widths from the input to the output.
 * @param skip Skip connections of the network.
 * @returns For each hidden layer its own; `false` for none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(skipConnections([2, 50, 50, 20, 20], true), [false, true, false]);
 * ```
 */
export function skipConnections(widths: readonly number[], skip: Skip): Skip[] {
  return widths.slice(1, -1).map((width, index) => {
    const isLed = skip === "gated" ? index > 0 && width === widths[1] : width === widths[index];
    return isLed ? skip : false;
  });
}

/**
 * Takes the parameters of one replica out of those of all, without padding.
 *
 * @param layout Their places.
 * @param all Parameters of all replicas, as the GPU has them.
 * @param replica Index of the replica.
 * @returns For each layer W, row-major `inputs × outputs`, b, and α if it has one; then those of
 * encoders.
 */
export function unpackParameters(
  { layers, encoders, size }: ParameterLayout,
  all: Float32Array,
  replica: number,
): LayerParameters[] {
  const words = all.subarray(replica * size * 4, (replica + 1) * size * 4);
  return [...layers, ...encoders].map(({ inputs, outputs, outputStride, weights, bias, alpha }) => {
    const matrix = new Float32Array(inputs * outputs);
    for (let i = 0; i < inputs; i++) {
      const row = 4 * (weights + i * outputStride);
      matrix.set(words.subarray(row, row + outputs), i * outputs);
    }
    const biases = words.slice(4 * bias, 4 * bias + outputs);
    return { weights: matrix, biases, ...alpha !== undefined && { alpha: words[4 * alpha] } };
  });
}

/**
 * Pads the parameters of one replica as the GPU has them.
 *
 * @param layout Their places.
 * @param parameters For each layer W, row-major `inputs × outputs`, and b.
 * @param whose Name of the network, for the error.
 * @returns The words of the replica.
 * @throws {ShapeError} If they are not those of a network of this shape.
 */
export function packParameters(
  { layers, encoders, size }: ParameterLayout,
  parameters: readonly LayerParameters[],
  whose: string,
): Float32Array<ArrayBuffer> {
  const words = new Float32Array(4 * size);
  const all = [...layers, ...encoders];
  for (const [index, { inputs, outputs, weights, bias, alpha }] of all.entries()) {
    const given = parameters[index];
    if (
      parameters.length !== all.length ||
      given.weights.length !== inputs * outputs || given.biases.length !== outputs ||
      alpha === undefined && given.alpha !== undefined
    ) throw new ShapeError(`the parameters are not those of ${whose}`);
    words.set(padRows(given.weights, outputs), 4 * weights);
    words.set(given.biases, 4 * bias);
    if (alpha !== undefined) words[4 * alpha] = given.alpha ?? 0;
  }
  return words;
}
