/**
 * Gradient flow of homogeneous networks in polar coordinates, which starts from weights as small as
 * one likes.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import { InputError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import type { Activation } from "../activation.ts";
import { homogeneity } from "../homogeneity.ts";
import type { ParameterLayout } from "../layout.ts";
import { bindLoss, type SampleLossName } from "../loss/loss.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";
import { bindGradients } from "./gradients.ts";
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import sumSource from "../../../shaders/nn/include/workgroup_sum.wgsl" with { type: "text" };
import polarFlowSource from "../../../shaders/nn/optim/polar_flow.wgsl" with { type: "text" };

/** Words of `struct State`, and of `struct Record`, in `shaders/nn/optim/polar_flow.wgsl`. */
const STATE_WORDS = 7;
const RECORD_WORDS = 12;

/** Options of a flow. */
export interface PolarFlowOptions {
  /** Loss. */
  readonly loss: SampleLossName;
  /**
   * Norm of the weights of each replica at the start, ‖w‖ = δ; 0 to ascend the neural correlation
   * function.
   */
  readonly norms: readonly number[];
  /** Share η of their norm by which weights change in a step. */
  readonly rate: number;
  /** From a step on another rate, which falls to 0 at the end. Default: none. */
  readonly fall?: { readonly from: number; readonly rate: number; readonly end: number };
  /** Directions to compare with, laid out as the parameters; none where absent. */
  readonly goal?: GpuArray;
  /** Records that the log holds before it starts over, at least 2. */
  readonly capacity: number;
}

/** A replica on its way. Where `norm` is 0, its loss is that of the output 0. */
export interface FlowRecord {
  /** Steps made. */
  readonly step: number;
  /** s = ∫ ‖w‖^(L−2) dt. */
  readonly time: number;
  /** δ^(L−2) t. */
  readonly earlyTime: number;
  /** ‖w‖. */
  readonly norm: number;
  /** log(‖w‖ / δ); where δ = 0 its limit. */
  readonly growth: number;
  /** Loss Σ w ℓ. */
  readonly loss: number;
  /** Neural correlation N(û). */
  readonly correlation: number;
  /** ‖∇N(û)‖. */
  readonly gradient: number;
  /** KKT residual ‖(I − û ûᵀ) ∇N(û)‖ / ‖∇N(û)‖. */
  readonly residual: number;
  /**
   * Way of û since the record before by the longest that it could have made: the mean of the
   * residual, of vectors, over these steps. Where preactivations sit on kinks, the gradient jumps
   * and only its mean vanishes. 0 at the first record.
   */
  readonly drift: number;
  /** Cosine between û and the direction to compare with; 0 without one. */
  readonly cosine: number;
}

/** The commands of a flow, and the arrays that they write. */
export interface PolarFlow {
  /** Order of homogeneity L. */
  readonly order: number;
  /** Evaluates the network and its loss; comes before either of the others. */
  readonly evaluate: readonly Dispatch[];
  /** Writes a record. */
  readonly record: readonly Dispatch[];
  /** Makes a step. */
  readonly descend: readonly Dispatch[];
  /** Records, `[record mod capacity][replica]`; {@linkcode readRecord} reads them. */
  readonly records: GpuArray;
  /** Directions û at the records, laid out as the parameters. */
  readonly directions: GpuArray;
}

/**
 * Computes the order of homogeneity of a network without biases: H(x; c w) = c^L H(x; w) for c > 0.
 *
 * @param activations Activations of the hidden layers.
 * @returns L.
 * @throws {InputError} If an activation is not homogeneous.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseActivation } from "../activation.ts";
 *
 * assert.equal(homogeneousOrder([parseActivation("relu"), parseActivation("relu")]), 3);
 * assert.equal(homogeneousOrder([parseActivation("relu^2"), parseActivation("relu^2")]), 7);
 * ```
 */
export function homogeneousOrder(activations: readonly Activation[]): number {
  return activations.reduce((order, activation) => {
    const found = homogeneity(activation);
    if (found) return found.order * (order + 1);
    throw new InputError(
      `${activation.name} is not homogeneous: use identity, relu, leaky-relu or their powers`,
    );
  }, 0) + 1;
}

/**
 * Makes the parameters of each replica a direction: weights of length 1, biases 0. Waits for the
 * GPU.
 *
 * @param network The network.
 */
export async function toDirections(network: Network): Promise<void> {
  for (const [replica, layers] of (await network.readAllParameters()).entries()) {
    const length = norm(layers.flatMap(({ weights }) => [...weights]));
    const directed = layers.map(({ weights, biases }) => ({
      weights: weights.map((weight) => weight / length),
      biases: biases.map(() => 0),
    }));
    network.writeParameters(directed, replica);
  }
}

/**
 * Binds the flow of a network whose parameters are directions: of length 1, biases 0.
 *
 * @param network The network, homogeneous of order L ≥ 2.
 * @param samples Samples, shared by the replicas or not.
 * @param options What to descend, and how.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {InputError} If an activation is not homogeneous, or the network has skip connections.
 */
export async function bindPolarFlow(
  network: Network,
  samples: SampleArrays,
  options: PolarFlowOptions,
  stack: DisposableStack,
): Promise<PolarFlow> {
  const { gpu, replicas, layout, parameters, widths } = network;
  const { loss: lossName, norms, rate, capacity } = options;
  const fall = options.fall ?? { from: 2 ** 32, rate, end: 2 ** 33 };
  if (network.skips.some(Boolean)) {
    throw new InputError("networks with skip connections are not homogeneous: leave skip out");
  }
  const order = homogeneousOrder(network.activations);
  const array = (label: string, words: number | Float32Array) => stack.use(new GpuArray(gpu, label, words));
  const activations = await network.evaluate(samples, stack);
  const output = activations.layers[activations.layers.length - 1];
  const outputs = widths[widths.length - 1];
  const scaled = { ...output, array: array("scaled output", output.array.length) };
  const compared = { name: lossName, samples, outputs, replicas };
  const loss = await bindLoss(gpu, { ...compared, output: scaled }, stack);
  const descent = await bindGradients(network, samples, { activations, outputDelta: loss.delta }, stack);

  // The gradients at the output 0 stay what they are.
  const zero = { ...output, array: array("output 0", output.array.length) };
  const atZero = await bindLoss(gpu, { ...compared, output: zero }, stack);
  const commands = new Commands(gpu);
  commands.run(atZero.dispatch);
  commands.submit();
  const correlation = await bindGradients(
    network,
    samples,
    { activations, outputDelta: atZero.delta },
    stack,
  );

  const states = array("flow states", replicas * STATE_WORDS);
  norms.forEach((norm, replica) => states.write(Float32Array.of(norm), replica * STATE_WORDS));
  const mask = array("weights", weightMask(layout));
  const goal = options.goal ?? array("goal", parameters.length);
  const records = array("flow records", capacity * replicas * RECORD_WORDS);
  const directions = array("directions", capacity * replicas * layout.size * 4);
  const shape = gpuStruct(
    gpu,
    "flow shape",
    ["u32", output.batch, layout.size, descent.cut.slices, order, loss.partialCount, capacity, replicas],
    ["f32", rate, fall.from, fall.rate, fall.end],
  );
  const kernel = (entryPoint: string) =>
    gpu.kernel({ name: "polar_flow", files: [elementarySource, sumSource, polarFlowSource], entryPoint });
  const scale = (await kernel("scale")).bind(
    [shape, states, ...new Array<null>(7).fill(null), output.array, scaled.array],
    [Math.ceil(output.batch / 64), 1, replicas],
  );
  const record = (await kernel("record")).bind(
    [shape, states, mask, parameters, correlation.gradients, goal, loss.partials, records, directions],
    [replicas],
  );
  const descend = (await kernel("descend")).bind(
    [shape, states, mask, parameters, descent.gradients],
    [replicas],
  );
  return {
    order,
    evaluate: [...activations.forward, scale, loss.dispatch],
    record: [...correlation.dispatches, record],
    descend: [...descent.dispatches, descend],
    records,
    directions,
  };
}

/**
 * Reads a record.
 *
 * @param words Words of `records`.
 * @param index Index of the record: its slot in the log times the number of replicas, plus the
 * replica.
 * @returns The record.
 */
export function readRecord(words: Float32Array, index: number): FlowRecord {
  const [step, time, earlyTime, norm, growth, loss, correlation, gradient, residual, drift, cosine] = words
    .subarray(index * RECORD_WORDS, (index + 1) * RECORD_WORDS);
  return { step, time, earlyTime, norm, growth, loss, correlation, gradient, residual, drift, cosine };
}

/** Makes a mask: 1 for each vector of weights, 0 for those of biases. */
function weightMask({ layers, size }: ParameterLayout): Float32Array {
  const mask = new Float32Array(size).fill(1);
  for (const { bias, outputStride } of layers) mask.fill(0, bias, bias + outputStride);
  return mask;
}
