/**
 * Flat parameters, as the reference has them, in the padded layout of the GPU and back.
 *
 * @module
 */
import type { LayerParameters, ParameterLayout } from "../../src/nn/layout.ts";
import { assert } from "../deps.ts";
import { encodersOf, isSkipped, layersOf, type ReferenceNetwork } from "../reference/network.ts";
import { randomFloats } from "./arrays.ts";

/** Index in the padded words of each flat parameter of one replica. */
function places({ layers, encoders }: ParameterLayout): number[] {
  const alphas = layers.flatMap(({ alpha }) => alpha === undefined ? [] : [4 * alpha]);
  return [...layers, ...encoders].flatMap(({ inputs, outputs, outputStride, weights, bias }) => {
    const rows = [...Array.from({ length: inputs }, (_, i) => weights + i * outputStride), bias];
    return rows.flatMap((row) => Array.from({ length: outputs }, (_, j) => 4 * row + j));
  }).concat(alphas);
}

/**
 * Joins the parameters of a network as the reference has them.
 *
 * @param layers Parameters of its layers.
 * @returns Flat parameters.
 */
export function flatParameters(layers: readonly LayerParameters[]): number[] {
  return layers.flatMap(({ weights, biases }) => [...weights, ...biases])
    .concat(layers.flatMap(({ alpha = [] }) => alpha));
}

/**
 * Draws parameters with activations of order one, biases of order one too, in single precision, and
 * α in [−0.5, 1.5].
 *
 * @param widths Widths from the input to the output.
 * @param seed Seed.
 * @param skip Skip connections. Default: none.
 * @returns Flat parameters.
 */
export function randomParameters(
  widths: readonly number[],
  seed: number,
  skip: ReferenceNetwork["skip"] = false,
): Float32Array {
  const floats = randomFloats(seed);
  const network = { widths, activations: widths.slice(2).map(() => "tanh"), skip };
  const layers = [...layersOf(widths), ...encodersOf(network)].flatMap(({ inputs, outputs }) => {
    const reach = Math.sqrt(3 / inputs);
    return [...floats(inputs * outputs, -reach, reach), ...floats(outputs, -0.5, 0.5)];
  });
  const adaptive = network.activations.filter((_, l) => skip === "adaptive" && isSkipped(network, l));
  return Float32Array.from([...layers, ...floats(adaptive.length, -0.5, 1.5)]);
}

/**
 * Pads parameters.
 *
 * @param layout Places of the parameters.
 * @param theta Flat parameters of one replica.
 * @returns Its words.
 */
export function packParameters(layout: ParameterLayout, theta: ArrayLike<number>): Float32Array {
  const words = new Float32Array(4 * layout.size);
  places(layout).forEach((place, i) => words[place] = theta[i]);
  return words;
}

/**
 * Takes the parameters of one replica out of the words of all, and asserts that the padding is
 * exactly 0.
 *
 * @param layout Places of the parameters.
 * @param words Words of all replicas.
 * @param replica Index of the replica.
 * @returns Its flat parameters.
 */
export function unpackParameters(layout: ParameterLayout, words: Float32Array, replica = 0): Float32Array {
  const own = words.slice(4 * replica * layout.size, 4 * (replica + 1) * layout.size);
  const theta = Float32Array.from(places(layout), (place) => own[place]);
  for (const place of places(layout)) own[place] = 0;
  assert(own.every((word) => word === 0), "padding of the parameters is not 0");
  return theta;
}

/**
 * Takes the rows of a padded matrix of one replica, and asserts that the padding is exactly 0.
 *
 * @param words Words of all replicas.
 * @param replica Index of the replica.
 * @param rows Number of rows.
 * @param columns Number of columns.
 * @returns The entries, row-major.
 */
export function unpackMatrix(
  words: Float32Array,
  replica: number,
  rows: number,
  columns: number,
): Float32Array {
  const stride = 4 * Math.ceil(columns / 4);
  const entries = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const first = (replica * rows + i) * stride;
    entries.set(words.subarray(first, first + columns), i * columns);
    const padding = words.subarray(first + columns, first + stride);
    assert(padding.every((word) => word === 0), `padding of row ${i} is not 0`);
  }
  return entries;
}
