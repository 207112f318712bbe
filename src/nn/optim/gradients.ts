/**
 * The backward pass of a network.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { givesTurns } from "../../gpu/turns.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { bindJetBackward } from "../jets/jet_backward.ts";
import { jetComponents } from "../jets/jets.ts";
import { bindDenseBackward, type CarriedGradient } from "../layers/dense_backward.ts";
import { bindDenseGradient, type GradientSlices, gradientSlices } from "../layers/dense_gradient.ts";
import { bindEncoderBackward, bindGateBackward, type EncoderGradients } from "../layers/gate.ts";
import { bindSkipGradient } from "../layers/skip_gradient.ts";
import type { Activations } from "../evaluate.ts";
import type { Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";

/** Gradients of all parameters, and the commands that compute them. */
export interface Gradients {
  /** Δ from the last layer to the first, then the gradient of each layer. */
  readonly dispatches: readonly Dispatch[];
  /**
   * Their sums over slices of the samples, each laid out as the parameters, `cut.slices` for each
   * replica.
   */
  readonly gradients: GpuArray;
  /** The slices. */
  readonly cut: GradientSlices;
  /** Δ of each layer, first to last: gradients of the loss with respect to its preactivations. */
  readonly deltas: readonly MatrixView[];
}

/** A network as it was evaluated, for its backward pass. */
export interface EvaluatedNetwork {
  /** Its outputs. */
  readonly activations: Activations;
  /** Gradient of the loss with respect to the last of them. */
  readonly outputDelta: MatrixView;
  /** Stops the binding between layers. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Binds the backward pass.
 *
 * @param network The network.
 * @param samples Samples that it was evaluated on.
 * @param evaluated Its outputs there, and the gradient of the loss with respect to the last of
 * them.
 * @param stack Owner of the arrays.
 * @returns The gradients.
 */
export async function bindGradients(
  network: Network,
  samples: SampleArrays,
  { activations, outputDelta, signal }: EvaluatedNetwork,
  stack: DisposableStack,
): Promise<Gradients> {
  const { gpu, replicas, layout, skips } = network;
  const { count, axes = 0, order } = samples;
  const rows = jetComponents(axes, order) * count;
  const cut = gradientSlices(rows);
  const gradients = stack.use(new GpuArray(gpu, "gradients", replicas * cut.slices * layout.size * 4));
  const parameters = { array: network.parameters, batch: layout.size };
  const target = { array: gradients, batch: layout.size };
  const dispatches: Dispatch[] = [];
  const deltas = [outputDelta];
  let delta = outputDelta, carried: CarriedGradient | null = null;
  let sums: EncoderGradients | null = null;
  const gated = { gpu, rows: count, axes, order, replicas };
  const turn = givesTurns({ signal });
  for (let index = layout.layers.length - 1; index >= 0; index--) {
    await turn();
    const operands = { gpu, layer: layout.layers[index], rows, replicas };
    const input = index === 0 ? samples.x : activations.layers[index - 1];
    dispatches.push(
      await bindDenseGradient({ ...operands, biased: count }, { input, delta, gradients: target, cut }),
    );
    if (operands.layer.alpha !== undefined) {
      const byFeatures = { ...activations.layers[index], array: carried!.array };
      const difference = activations.kept[index]!;
      dispatches.push(
        await bindSkipGradient(operands, { byFeatures, difference, gradients: target, cut }),
      );
    }
    if (index > 0) {
      const array = stack.use(new GpuArray(gpu, `deltas of layer ${index}`, input.array.length));
      const deltaBelow = { ...input, array };
      // Nothing goes on to the input; α alone needs the gradient there.
      const above = skips[index] ?? false, adds = above === "gated" ? false : above;
      const below = skips[index - 1], keeps = below === true ? index > 1 : below !== false;
      const room: GpuArray | null = adds
        ? carried!.array
        : keeps
        ? stack.use(new GpuArray(gpu, `gradient past layer ${index}`, input.array.length))
        : null;
      carried = room && { array: room, adds, keeps };
      const pass = { delta, parameters, slopes: activations.slopes[index - 1], deltaBelow, carried };
      dispatches.push(
        axes === 0
          ? await bindDenseBackward(operands, pass)
          : await bindJetBackward({ ...operands, rows: count, axes, order }, pass),
      );
      delta = deltaBelow;
      deltas.unshift(delta);
      if (below === "gated") {
        const adds = sums !== null,
          like = (name: string) => ({
            ...input,
            array: stack.use(new GpuArray(gpu, `gradient by encoder ${name}`, input.array.length)),
          });
        sums ??= { u: like("u"), v: like("v") };
        const { kept, encoders, slopes } = activations, gate = kept[index - 1]!;
        const arrays = { byFeatures: room!, gate, encoders: encoders!, slopes: slopes[index - 1] };
        dispatches.push(await bindGateBackward(gated, { ...arrays, delta, sums, adds }));
      }
    }
  }
  for (const [at, layer] of layout.encoders.entries()) {
    const which = at === 0 ? "u" : "v", delta = sums![which], operands = { gpu, layer, rows, replicas };
    dispatches.push(
      await bindEncoderBackward(gated, delta, activations.encoders![which]),
      await bindDenseGradient({ ...operands, biased: count }, {
        input: samples.x,
        delta,
        gradients: target,
        cut,
      }),
    );
  }
  return { dispatches, gradients, cut, deltas };
}
