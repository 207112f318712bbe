/**
 * A network forward, layer by layer.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import type { WorkOptions } from "../gpu/paced_commands.ts";
import { givesTurns } from "../gpu/turns.ts";
import type { MatrixView } from "../linalg/matrix_view.ts";
import type { Activation } from "./activation.ts";
import { bindJetForward } from "./jets/jet_forward.ts";
import { jetComponents, tangentRows } from "./jets/jets.ts";
import { bindDenseForward, type SkippedActivation } from "./layers/dense_forward.ts";
import { bindGate, type Encoders } from "./layers/gate.ts";
import type { LayerLayout, ParameterLayout, Skip } from "./layout.ts";
import type { SampleArrays } from "./samples.ts";

/**
 * Outputs of all layers on given samples: activations H, slopes D = σ′ of the hidden layers. Of
 * samples that carry derivatives both have more rows, the first of H being the features.
 */
export interface Activations {
  /** Features of each hidden layer, then the output of the network. */
  readonly layers: readonly MatrixView[];
  /** Slopes of the hidden layers, or their tangents: see `jets.ts`. */
  readonly slopes: readonly GpuArray[];
  /**
   * What the hidden layers keep for their skip connections, in the shape of their features: σ − a
   * for an adaptive one, σ for a gate.
   */
  readonly kept: readonly (GpuArray | null)[];
  /** The encoders of gates; `null` without. */
  readonly encoders: Encoders | null;
  /** Commands that compute them. */
  readonly forward: readonly Dispatch[];
  /** For each layer, how many of these commands lead to its outputs, the first ones. */
  readonly ends: readonly number[];
}

/** What is known of a network that is evaluated. */
export interface EvaluatedParts {
  /** Device. */
  readonly gpu: Gpu;
  /** Activations of the hidden layers. */
  readonly activations: readonly Activation[];
  /** Their skip connections. */
  readonly skips: readonly Skip[];
  /** Number of replicas. */
  readonly replicas: number;
  /** Places of the parameters. */
  readonly layout: ParameterLayout;
  /** Parameters of all replicas. */
  readonly parameters: GpuArray;
}

/**
 * Allocates room for a network's outputs on given samples, and binds the commands that compute
 * them.
 *
 * @param network The network.
 * @param samples Samples, shared by the replicas or not, with derivatives or without.
 * @param stack Owner of the arrays.
 * @param options Signal to stop.
 * @returns The outputs.
 * @throws {ShapeError} If the adapter has no room for them.
 * @throws {unknown} The reason of the signal, if it is aborted between layers.
 */
export async function bindEvaluation(
  { gpu, activations, skips, replicas, layout, parameters: array }: EvaluatedParts,
  samples: SampleArrays,
  stack: DisposableStack,
  options: WorkOptions,
): Promise<Activations> {
  const { count, axes = 0, order } = samples;
  const rows = jetComponents(axes, order) * count;
  const layers: MatrixView[] = [];
  const slopes: GpuArray[] = [];
  const kept: (GpuArray | null)[] = [];
  const forward: Dispatch[] = [];
  const ends: number[] = [];
  const parameters = { array, batch: layout.size };
  const turn = givesTurns(options);
  const matrix = ({ outputStride: stride }: LayerLayout, name: string): MatrixView => {
    const batch = rows * stride;
    return { array: stack.use(new GpuArray(gpu, name, replicas * batch * 4)), stride, batch };
  };
  /** Evaluates a hidden layer, and gives what its backward pass needs. */
  const activate = async (
    layer: LayerLayout,
    input: MatrixView,
    output: MatrixView,
    passed: SkippedActivation,
    name: string,
  ) => {
    const words = replicas * tangentRows(axes, order) * count * layer.outputStride * 4;
    const slope = stack.use(new GpuArray(gpu, `slopes of ${name}`, words));
    const operands = { gpu, layer, rows: count, replicas };
    const arrays = { input, parameters, output };
    forward.push(
      axes > 0
        ? await bindJetForward({ ...operands, axes, order }, { ...arrays, ...passed, tangents: slope })
        : await bindDenseForward(operands, { ...arrays, activated: { ...passed, slope } }),
    );
    return slope;
  };

  const encoded: { readonly values: MatrixView; readonly slope: GpuArray }[] = [];
  for (const [index, encoder] of layout.encoders.entries()) {
    const name = `encoder ${"uv"[index]}`, values = matrix(encoder, name);
    const plain = { activation: activations[0], skip: false, difference: null };
    encoded.push({ values, slope: await activate(encoder, samples.x, values, plain, name) });
  }
  const encoders = encoded.length > 0 ? { u: encoded[0], v: encoded[1] } : null;
  let input = samples.x;
  for (const [index, layer] of layout.layers.entries()) {
    await turn();
    const activation = activations[index], skip = skips[index];
    const name = `layer ${index + 1}`, output = matrix(layer, activation ? `features of ${name}` : "output");
    if (!activation) {
      const operands = { gpu, layer, rows, biased: count, replicas };
      forward.push(await bindDenseForward(operands, { input, parameters, output, activated: null }));
    } else if (skip === "gated") {
      const gate = matrix(layer, `gates of ${name}`), plain = { activation, skip: false, difference: null };
      slopes.push(await activate(layer, input, gate, plain, name));
      kept.push(gate.array);
      const operands = { gpu, rows: count, axes, order, replicas };
      forward.push(await bindGate(operands, { gate: gate.array, encoders: encoders!, output }));
    } else {
      const difference = layer.alpha === undefined
        ? null
        : stack.use(new GpuArray(gpu, `differences of ${name}`, output.array.length));
      slopes.push(await activate(layer, input, output, { activation, skip, difference }, name));
      kept.push(difference);
    }
    layers.push(output);
    ends.push(forward.length);
    input = output;
  }
  return { layers, slopes, kept, encoders, forward, ends };
}
