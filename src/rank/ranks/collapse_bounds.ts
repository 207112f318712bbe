/**
 * The bound on the distance of weight matrices to rank K, layer by layer.
 *
 * @module
 */
import { checkNumber } from "../../check.ts";
import { InputError } from "../../errors.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { bindLoss } from "../../nn/loss/loss.ts";
import type { Network } from "../../nn/network.ts";
import { bindGradients } from "../../nn/optim/gradients.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { weightRanks } from "./weight_ranks.ts";
import { norm as normOf } from "../../stats/norm.ts";
import type { Task } from "../../tasks/task.ts";
import { collapsedLayers, readMatrices } from "./collapsed_layers.ts";

/** Bound of one weight matrix W_l by the features of an earlier layer. */
export interface LayerBound {
  /** Index of the network in its run. */
  readonly index: number;
  /** Index l of the weight matrix, from 1. */
  readonly layer: number;
  /** Layer k < l whose features bound it; 0 for the samples themselves. */
  readonly from: number;
  /** Weight decay λ that the bound divides by. */
  readonly judgedBy: number;
  /** Distance of W_l to the matrices of rank K. */
  readonly distance: number;
  /** What that distance is at least, by the certified bounds of the singular values. */
  readonly leastDistance: number;
  /** ‖W_l‖_F, the distance to rank 0. */
  readonly norm: number;
  /** Total cluster variation of the features of layer k. */
  readonly variation: number;
  /** What the features bound that distance by, were the gradient 0. */
  readonly bound: number;
  /** What the rank of Δ_l bounds it by instead: ‖A_{l−1}‖_F √Σ_{i>K} σ_i(Δ_l)² / λ. */
  readonly byErrors: number;
  /** Norm of the gradient of loss and weight decay with respect to W_l, divided by λ. */
  readonly gradient: number;
}

/** Activations with slopes of at most 1. */
const GENTLE: readonly string[] = ["identity", "tanh", "sigmoid", "relu", "sine", "cosine", "softplus"];

/**
 * Bounds the distance to rank K of the weights of all hidden layers. With G_l the gradient of the
 * loss and λ ‖θ‖² / 2 with respect to W_l, λ W_l = G_l − A_{l−1}ᵀ Δ_l for the features A_{l−1} and
 * the gradients Δ_l with respect to preactivations. Class means M in place of the features give a
 * matrix Mᵀ Δ_l of rank K at most, so the distance is at most
 * (‖A_{l−1} − M‖_F ‖Δ_l‖₂ + ‖G_l‖_F) / λ. From an earlier layer, the variation grows by no more
 * than the Lipschitz constants of the layers between: ‖W‖₂, with a skip connection 1 + ‖W‖₂, or
 * |1 − α| + |α| ‖W‖₂.
 *
 * G_l is λ W_l + A_{l−1}ᵀ Δ_l for A and Δ as single precision has them, so that their rounding
 * breaks no bound by the features that enter a matrix.
 *
 * @param network The network.
 * @param task The task of classes that it was trained on.
 * @param replicas Indices of the replicas to measure. Their parameters must be finite.
 * @param judgedBy Weight decay λ > 0 of each.
 * @returns Their bounds.
 * @throws {InputError} If the task has no classes, an activation has slopes above 1, the network
 * has gates, or a weight decay is not above 0.
 * @throws {ShapeError} If the adapter has no room for it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { Network } from "../../nn/network.ts";
 * import { mixture } from "../../tasks/mixture.ts";
 *
 * using gpu = await Gpu.open();
 * const shape = { inputs: 20, hidden: [8, 8], outputs: 5, activation: "tanh" };
 * using network = await Network.create(gpu, { ...shape, initializer: "pytorch", skip: true });
 * const bounds = await layerBounds(network, mixture({ samples: 30 }), [0], [0.01]);
 * assert(bounds.every(({ distance, bound, gradient }) => distance <= bound + gradient));
 * ```
 */
export async function layerBounds(
  network: Network,
  task: Task,
  replicas: readonly number[],
  judgedBy: readonly number[],
): Promise<LayerBound[]> {
  if (task.kind !== "classification") {
    throw new InputError(`the task ${task.name} has no classes: give one that has`);
  }
  const steep = network.activations.find(({ name }) => !GENTLE.includes(name));
  if (steep) {
    throw new InputError(`slopes of ${steep.name} may be above 1: use one of ${GENTLE.join(", ")}`);
  }
  if (network.skips.includes("gated")) {
    throw new InputError(
      "gates multiply features by features, which no norm of weights bounds: leave them out",
    );
  }
  for (const decay of judgedBy) checkNumber("weight decay", decay, { positive: true });
  if (replicas.length === 0) return [];
  const { gpu, widths, skips } = network, rows = task.train.count;
  using stack = new DisposableStack();
  const layers = await collapsedLayers(network, task, replicas, { precision: "double" });
  const samples = uploadSamples(gpu, task.train, stack);
  const activations = await network.evaluate(samples, stack);
  const compared = { samples, output: activations.layers.at(-1)!, replicas: network.replicas };
  const loss = await bindLoss(gpu, { ...compared, name: task.loss, outputs: task.outputs }, stack);
  const evaluated = { activations, outputDelta: loss.delta };
  const { dispatches, deltas } = await bindGradients(network, samples, evaluated, stack);
  const commands = new Commands(gpu);
  commands.run([...activations.forward, loss.dispatch, ...dispatches]);
  commands.submit();
  const parameters = await network.readAllParameters();
  const found: LayerBound[] = [];
  for (let l = 1; l + 1 < widths.length; l++) {
    const [columns, outputs] = [widths[l - 1], widths[l]];
    const entering = l > 1
      ? await readMatrices(activations.layers[l - 2], { rows, columns }, replicas)
      : null;
    const errors = await readMatrices(deltas[l - 1], { rows, columns: outputs }, replicas);
    const sizes = await weightRanks(gpu, errors, { precision: "double" });
    for (const [i, index] of replicas.entries()) {
      const own = layers.filter((layer) => layer.index === index);
      const { singularValues, bounds, distance } = own[l - 1];
      const weights = { rows: columns, columns: outputs, data: parameters[index][l - 1].weights };
      const features = entering?.[i] ?? { rows, columns, data: task.train.x };
      const gradient = gradientNorm(features, errors[i], weights, judgedBy[i]) / judgedBy[i];
      const errorTail = normOf(sizes[i].singularValues.subarray(task.outputs));
      const byErrors = normOf(features.data) * errorTail / judgedBy[i];
      const tail = singularValues.subarray(task.outputs);
      const least = normOf(tail.map((value, j) => Math.max(0, value - bounds[task.outputs + j])));
      const norm = normOf(singularValues);
      let reach = (sizes[i].singularValues[0] + sizes[i].bounds[0]) / judgedBy[i];
      for (let from = l - 1; from >= 0; from--) {
        const { variation } = own[from];
        found.push({
          ...{ index, layer: l, from, judgedBy: judgedBy[i], distance, leastDistance: least, norm },
          ...{ variation, bound: variation * reach, byErrors, gradient },
        });
        // Layer `from`, whose input is next, stretches differences by at most its norm.
        if (from > 0) {
          const { singularValues, bounds } = own[from - 1];
          const { alpha } = parameters[index][from - 1], norm = singularValues[0] + bounds[0];
          reach *= alpha === undefined
            ? norm + (skips[from - 1] ? 1 : 0)
            : Math.abs(1 - alpha) + Math.abs(alpha) * norm;
        }
      }
    }
  }
  return found;
}

/** ‖Aᵀ Δ + λ W‖_F. */
function gradientNorm(features: Matrix, errors: Matrix, weights: Matrix, weightDecay: number): number {
  const { rows, columns } = weights;
  const sum = Float64Array.from(weights.data, (weight) => weightDecay * weight);
  for (let s = 0; s < features.rows; s++) {
    for (let i = 0; i < rows; i++) {
      const feature = features.data[s * rows + i];
      for (let j = 0; j < columns; j++) sum[i * columns + j] += feature * errors.data[s * columns + j];
    }
  }
  return normOf(sum);
}
