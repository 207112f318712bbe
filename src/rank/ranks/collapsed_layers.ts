/**
 * Measurements of the layers of classifiers: ranks of their weights, and variability of their
 * inputs.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import type { Matrix } from "../../linalg/matrix.ts";
import { type MatrixView, unpadRows } from "../../linalg/matrix_view.ts";
import type { Network } from "../../nn/network.ts";
import { uploadSamples } from "../../nn/samples.ts";
import { labelsOf } from "../../tasks/labels.ts";
import type { Task } from "../../tasks/task.ts";
import { type ClusterVariation, clusterVariations } from "./cluster_variation.ts";
import { type WeightRank, type WeightRankOptions, weightRanks } from "./weight_ranks.ts";

/** A layer of one replica: its weight matrix W, and the training samples as they enter it. */
export interface CollapsedLayer extends WeightRank, ClusterVariation {
  /** Index of the network in its run. */
  readonly index: number;
  /** Index of the layer, from 1; the last is the output layer. */
  readonly layer: number;
  /** Distance of W to the matrices of rank K, √Σ_{i>K} σ_i², K the number of classes. */
  readonly distance: number;
  /** That distance divided by ‖W‖_F; NaN if W is 0. */
  readonly relativeDistance: number;
}

/**
 * Measures all layers of trained replicas. The weights of a layer are solved as one batch. Waits
 * for the GPU.
 *
 * @param network The network.
 * @param task The task of classes that it was trained on.
 * @param replicas Indices of the replicas to measure. Their parameters must be finite.
 * @param options Tolerance and precision of the ranks.
 * @returns Their layers, in the order of layers, then replicas.
 * @throws {ShapeError} If the adapter has no room for the embeddings.
 */
export async function collapsedLayers(
  network: Network,
  task: Task,
  replicas: readonly number[],
  options: WeightRankOptions = {},
): Promise<CollapsedLayer[]> {
  if (replicas.length === 0) return [];
  const { gpu, widths } = network;
  const parameters = [];
  for (const replica of replicas) parameters.push(await network.readParameters(replica));
  const labels = labelsOf(task.train, task.outputs);
  using stack = new DisposableStack();
  const { layers: outputs, forward } = await network.evaluate(
    uploadSamples(gpu, task.train, stack),
    stack,
  );
  const commands = new Commands(gpu);
  commands.run(forward);
  commands.submit();
  // The samples themselves enter the first layer of every network.
  const inputs = { rows: task.train.count, columns: task.inputs, data: task.train.x };
  const [atInput] = clusterVariations([inputs], labels);
  const measured: CollapsedLayer[] = [];
  for (let l = 0; l + 1 < widths.length; l++) {
    const matrices = parameters.map((layers) => ({
      rows: widths[l],
      columns: widths[l + 1],
      data: layers[l].weights,
    }));
    const ranks = await weightRanks(gpu, matrices, options);
    let variations = replicas.map(() => atInput);
    if (l > 0) {
      const entering = await readMatrices(
        outputs[l - 1],
        { rows: task.train.count, columns: widths[l] },
        replicas,
      );
      variations = clusterVariations(entering, labels);
    }
    ranks.forEach((rank, i) => {
      const square = (values: Float64Array) => values.reduce((sum, value) => sum + value ** 2, 0);
      const distance = Math.sqrt(square(rank.singularValues.subarray(task.outputs)));
      measured.push({
        ...rank,
        ...variations[i],
        index: replicas[i],
        layer: l + 1,
        distance,
        relativeDistance: distance / Math.sqrt(square(rank.singularValues)),
      });
    });
  }
  return measured;
}

/**
 * Reads a matrix of each replica. Waits for the GPU.
 *
 * @param view The matrices of all replicas.
 * @param shape Rows and columns of one.
 * @param replicas Indices of the replicas.
 * @returns Their matrices, without padding.
 */
export async function readMatrices(
  { array, stride }: MatrixView,
  { rows, columns }: Pick<Matrix, "rows" | "columns">,
  replicas: readonly number[],
): Promise<Matrix[]> {
  const all = await array.read(), words = rows * 4 * stride;
  return replicas.map((replica) => ({
    rows,
    columns,
    data: unpadRows(all.subarray(replica * words, (replica + 1) * words), columns, stride),
  }));
}
