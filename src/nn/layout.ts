/**
 * Places of the parameters of a network.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { padRows, vectors } from "../linalg/matrix_view.ts";

/** Parameters of one layer of one replica. */
export interface LayerParameters {
  /** W, row-major, `inputs × outputs`. */
  readonly weights: Float32Array;
  /** b. */
  readonly biases: Float32Array;
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
}

/** Places of all parameters of a network. */
export interface ParameterLayout {
  /** The layers, the output layer last. */
  readonly layers: readonly LayerLayout[];
  /** Vectors a replica. */
  readonly size: number;
}

/**
 * Lays out the parameters of dense layers one behind the other.
 *
 * @param widths Widths from the input to the output.
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
export function parameterLayout(widths: readonly number[]): ParameterLayout {
  const layers: LayerLayout[] = [];
  let size = 0;
  for (let i = 0; i + 1 < widths.length; i++) {
    const [inputs, outputs] = [widths[i], widths[i + 1]];
    const inputStride = vectors(inputs), outputStride = vectors(outputs);
    const bias = size + 4 * inputStride * outputStride;
    layers.push({ inputs, outputs, inputStride, outputStride, weights: size, bias });
    size = bias + outputStride;
  }
  return { layers, size };
}

/**
 * Tells around which hidden layers skip connections lead: those as wide as the layer below, or the
 * input.
 *
 * @param widths Widths from the input to the output.
 * @param skip Whether the network has skip connections.
 * @returns For each hidden layer whether it has one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(skipConnections([2, 50, 50, 20, 20], true), [false, true, false]);
 * ```
 */
export function skipConnections(widths: readonly number[], skip: boolean): boolean[] {
  return widths.slice(1, -1).map((width, index) => skip && width === widths[index]);
}

/**
 * Takes the parameters of one replica out of those of all, without padding.
 *
 * @param layout Their places.
 * @param all Parameters of all replicas, as the GPU has them.
 * @param replica Index of the replica.
 * @returns For each layer W, row-major `inputs × outputs`, and b.
 */
export function unpackParameters(
  { layers, size }: ParameterLayout,
  all: Float32Array,
  replica: number,
): LayerParameters[] {
  const words = all.subarray(replica * size * 4, (replica + 1) * size * 4);
  return layers.map(({ inputs, outputs, outputStride, weights, bias }) => {
    const matrix = new Float32Array(inputs * outputs);
    for (let i = 0; i < inputs; i++) {
      const row = 4 * (weights + i * outputStride);
      matrix.set(words.subarray(row, row + outputs), i * outputs);
    }
    return { weights: matrix, biases: words.slice(4 * bias, 4 * bias + outputs) };
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
  { layers, size }: ParameterLayout,
  parameters: readonly LayerParameters[],
  whose: string,
): Float32Array<ArrayBuffer> {
  const words = new Float32Array(4 * size);
  for (const [index, { inputs, outputs, weights, bias }] of layers.entries()) {
    const given = parameters[index];
    if (
      parameters.length !== layers.length ||
      given.weights.length !== inputs * outputs || given.biases.length !== outputs
    ) throw new ShapeError(`the parameters are not those of ${whose}`);
    words.set(padRows(given.weights, outputs), 4 * weights);
    words.set(given.biases, 4 * bias);
  }
  return words;
}
