/**
 * Places of the parameters of a network.
 *
 * @module
 */
import { vectors } from "../linalg/matrix_view.ts";

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
