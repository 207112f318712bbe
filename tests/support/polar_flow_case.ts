/**
 * Random gradient flows in polar coordinates, and bounds of the errors of their float64 references.
 *
 * @module
 */
import { parseActivation } from "../../src/nn/activation.ts";
import { lossNames } from "../../src/nn/loss/loss.ts";
import { homogeneousOrder } from "../../src/nn/optim/polar_flow.ts";
import type { HostSamples } from "../../src/nn/samples.ts";
import { fc } from "../deps.ts";
import { layersOf, type ReferenceNetwork } from "../reference/network.ts";
import { stepErrors } from "../reference/network_errors.ts";
import { norm, type ReferenceFlow } from "../reference/polar_flow.ts";
import { randomFloats, randomSamples } from "./arrays.ts";

const activation = fc.constantFrom("identity", "relu", "leaky-relu:0.1", "relu^2", "leaky-relu:0.2^2");
export const flows = fc.record({
  inputs: fc.integer({ min: 1, max: 9 }),
  hidden: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), activation), { minLength: 1, maxLength: 3 }),
  outputs: fc.constantFrom(1, 2, 5),
  rows: fc.constantFrom(1, 3, 50, 300),
  loss: fc.constantFrom(...lossNames),
  replicas: fc.constantFrom(1, 3),
  norms: fc.constantFrom([0.1, 1, 2], [2, 0, 1e-3]),
  seed: fc.nat(1e9),
})
  // A single class leaves nothing to learn.
  .filter(({ loss, outputs }) => loss !== "softmax-cross-entropy" || outputs > 1);

/** A network on both sides: a direction, samples and a norm for each replica. */
export interface Case {
  readonly network: ReferenceNetwork;
  readonly loss: typeof lossNames[number];
  readonly norms: readonly number[];
  readonly directions: readonly Float32Array[];
  readonly samples: readonly HostSamples[];
}

/** Random weights of length 1, biases 0. */
export function randomDirection(widths: readonly number[], seed: number): Float32Array {
  const floats = randomFloats(seed);
  const theta = layersOf(widths).flatMap(({ inputs, outputs }) => [
    ...floats(inputs * outputs),
    ...new Float32Array(outputs),
  ]);
  const length = norm(theta);
  return Float32Array.from(theta, (t) => t / length);
}

export function drawCase(shape: typeof flows extends fc.Arbitrary<infer T> ? T : never): Case {
  const { inputs, hidden, outputs, rows, loss, replicas, seed } = shape;
  const widths = [inputs, ...hidden.map(([width]) => width), outputs];
  const each = <T>(make: (replica: number) => T) => Array.from({ length: replicas }, (_, r) => make(r));
  return {
    network: { widths, activations: hidden.map(([, name]) => name) },
    loss,
    norms: shape.norms.slice(0, replicas),
    directions: each((r) => randomDirection(widths, seed + r)),
    samples: each((r) => randomSamples(seed + 10 + r, rows, inputs, outputs)),
  };
}

export function referenceOf({ network, loss, samples }: Case, replica: number): ReferenceFlow {
  const order = homogeneousOrder(network.activations.map(parseActivation));
  return { network, loss, samples: samples[replica], order };
}

/** Multiplies the output layer, whose outputs then are c^L H. */
export function scaledOutput(
  { network, order }: ReferenceFlow,
  direction: ArrayLike<number>,
  c: number,
): Float64Array {
  const { weights } = layersOf(network.widths).at(-1)!;
  return Float64Array.from(direction, (u, i) => i < weights ? u : c ** order * u);
}

/**
 * Bounds of the errors of g at a direction: those of the network with c^L in its output layer,
 * whose hidden layers have gradients c^L g.
 */
export function gradientErrors(flow: ReferenceFlow, direction: ArrayLike<number>, c: number): Float64Array {
  const { weights } = layersOf(flow.network.widths).at(-1)!;
  const { gradient } = stepErrors(flow.network, scaledOutput(flow, direction, c), flow.samples, flow.loss);
  return gradient.map((e, i) => i < weights ? e / c ** flow.order : e);
}

/** The network whose outputs at |x|, |w| no sum of its products exceeds. */
export function absolute({ widths, activations }: ReferenceNetwork): ReferenceNetwork {
  return { widths, activations: activations.map((name) => name.replace(/leaky-relu:[\d.]+/, "relu")) };
}

/** A norm small enough for 0. */
export const tiny = ({ order }: ReferenceFlow) => 1e-10 ** (1 / order);
