/**
 * Initial parameters in float64, draw for draw those of the library.
 *
 * @module
 */
import { layersOf } from "./network.ts";
import { philox, PURPOSE, uniformOpen } from "./philox.ts";

/** Scale of the weights and half-width of the biases for a fan-in and fan-out. */
const SCALES: Readonly<Record<string, (inputs: number, outputs: number) => [number, number]>> = {
  "xavier-normal": (inputs, outputs) => [Math.sqrt(2 / (inputs + outputs)), 0],
  "xavier-uniform": (inputs, outputs) => [Math.sqrt(6 / (inputs + outputs)), 0],
  "he-normal": (inputs) => [Math.sqrt(2 / inputs), 0],
  "he-uniform": (inputs) => [Math.sqrt(6 / inputs), 0],
  "lecun-normal": (inputs) => [Math.sqrt(1 / inputs), 0],
  "pytorch": (inputs) => [1 / Math.sqrt(inputs), 1 / Math.sqrt(inputs)],
};

/** Whether the weights are normal (not uniform), their scale, and the half-width of the biases. */
export function distributionOf(
  name: string,
  inputs: number,
  outputs: number,
): { normal: boolean; scale: number; biasScale: number } {
  const [kind, given] = name.split(":");
  const [scale, biasScale] = given === undefined ? SCALES[kind](inputs, outputs) : [Number(given), 0];
  return { normal: kind.endsWith("normal"), scale, biasScale };
}

/**
 * Draws the initial parameters of a network.
 *
 * @param widths Widths from the input to the output.
 * @param name Initialiser.
 * @param seed Seed.
 * @param replica Index of the replica.
 * @returns Flat parameters.
 */
export function initialParameters(
  widths: readonly number[],
  name: string,
  seed: number,
  replica: number,
): Float64Array {
  const theta: number[] = [];
  for (const [layer, { inputs, outputs }] of layersOf(widths).entries()) {
    const { normal, scale, biasScale } = distributionOf(name, inputs, outputs);
    for (let number = 0; number < inputs * outputs; number++) {
      const [u, v] = philox([number, layer, PURPOSE.weights, 0], [seed, replica]).map(uniformOpen);
      theta.push(scale * (normal ? Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v) : 2 * u - 1));
    }
    for (let j = 0; j < outputs; j++) {
      const u = uniformOpen(philox([j, layer, PURPOSE.biases, 0], [seed, replica])[0]);
      theta.push(biasScale * (2 * u - 1));
    }
  }
  return Float64Array.from(theta);
}
