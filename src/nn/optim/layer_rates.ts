/**
 * Learning rates of layers, as factors of that of the network.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { count } from "../../format.ts";
import type { ParameterLayout } from "../layout.ts";

/** Factors ≥ 0 of the learning rate of one layer; 0 freezes. */
export interface LayerRates {
  /** Factor for its weights. */
  readonly weights: number;
  /** Factor for its biases, and for the weight α of its skip connection. */
  readonly biases: number;
}

/** Rates of each layer, the output layer last, for all replicas; or those of each replica. */
type NetworkRates = readonly LayerRates[] | readonly (readonly LayerRates[])[];

/**
 * Checks rates of layers.
 *
 * @param rates The rates.
 * @param layers Number of layers, the output layer included.
 * @param replicas Number of replicas.
 * @throws {InputError} If a list does not have an entry for each layer or replica, a factor is
 * negative, or a key is unknown.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const frozen = { weights: 0, biases: 0 }, free = { weights: 1, biases: 1 };
 * checkLayerRates([frozen, free], 2, 3);
 * assert.throws(() => checkLayerRates([free], 2, 3), {
 *   message: "rates of 1 layer, but the network has 2 layers: give one for each, the output last",
 * });
 * ```
 */
export function checkLayerRates(rates: NetworkRates, layers: number, replicas: number): void {
  for (const own of ofEachReplica(rates, replicas)) {
    if (!Array.isArray(own) || own.length !== layers) {
      const given = Array.isArray(own) ? `rates of ${count(own.length, "layer")}` : "no list of rates";
      throw new InputError(
        `${given}, but the network has ${count(layers, "layer")}: give one for each, the output last`,
      );
    }
    for (const [index, layer] of own.entries()) {
      const what = `rates of layer ${index + 1}`;
      checkKeys(what, layer, ["weights", "biases"]);
      checkNumber(`${what}: that of the weights`, layer.weights, { min: 0 });
      checkNumber(`${what}: that of the biases`, layer.biases, { min: 0 });
    }
  }
}

/**
 * Writes rates of layers as the kernels read them, a factor for each vector of four parameters: an
 * update then needs to know nothing of layers.
 *
 * @param rates The rates.
 * @param layout Places of the parameters.
 * @param replicas Number of replicas.
 * @returns `layout.size` floats for each replica.
 * @throws {InputError} If {@linkcode checkLayerRates} refuses them.
 */
export function layerRateWords(
  rates: NetworkRates,
  { layers, encoders, size }: ParameterLayout,
  replicas: number,
): Float32Array<ArrayBuffer> {
  checkLayerRates(rates, layers.length, replicas);
  const words = new Float32Array(replicas * size);
  for (const [replica, own] of ofEachReplica(rates, replicas).entries()) {
    const ofReplica = words.subarray(replica * size, (replica + 1) * size);
    for (const [at, { weights, bias, outputStride, alpha }] of [...layers, ...encoders].entries()) {
      // Encoders have the rates of the first layer.
      const index = at < layers.length ? at : 0;
      ofReplica.fill(own[index].weights, weights, bias);
      ofReplica.fill(own[index].biases, bias, bias + outputStride);
      if (alpha !== undefined) ofReplica[alpha] = own[index].biases;
    }
  }
  return words;
}

/** The rates of each replica. */
function ofEachReplica(rates: NetworkRates, replicas: number): readonly (readonly LayerRates[])[] {
  if (!Array.isArray(rates)) throw new InputError("rates of layers must be a list with one for each layer");
  if (!Array.isArray(rates[0])) {
    return Array.from({ length: replicas }, () => rates as readonly LayerRates[]);
  }
  if (rates.length !== replicas) {
    throw new InputError(
      `rates of layers: ${count(rates.length, "list")}, but the number of replicas is ${replicas}; ` +
        "give one for each, or one for all",
    );
  }
  return rates as readonly (readonly LayerRates[])[];
}
