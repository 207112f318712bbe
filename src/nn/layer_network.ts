/**
 * Hidden layers by themselves.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { LayerParameters } from "./layout.ts";
import { Network } from "./network.ts";

/** Hidden layers of one shape. */
export interface LayerNetworkOptions {
  /** Dimension of the input. */
  readonly inputs: number;
  /** Activation. */
  readonly activation: string;
  /** The layer of each replica. */
  readonly layers: readonly LayerParameters[];
}

/**
 * Puts hidden layers, a replica each, into a network whose output is 0.
 *
 * @param gpu Device.
 * @param options The layers.
 * @returns The network.
 * @throws {InputError} If the activation is unknown, or there is no layer.
 * @throws {ShapeError} If layers do not fit the input or each other, or the adapter has no room
 * for them.
 */
export async function layerNetwork(
  gpu: Gpu,
  { inputs, activation, layers }: LayerNetworkOptions,
): Promise<Network> {
  if (layers.length === 0) throw new InputError("no layer: give one at least");
  const width = layers[0].biases.length;
  const output = { weights: new Float32Array(width), biases: new Float32Array(1) };
  const shape = { inputs, hidden: [width], outputs: 1, activation, replicas: layers.length };
  using stack = new DisposableStack();
  const network = stack.use(await Network.create(gpu, { ...shape, initializer: "normal:0" }));
  layers.forEach((layer, replica) => network.writeParameters([layer, output], replica));
  stack.move();
  return network;
}
