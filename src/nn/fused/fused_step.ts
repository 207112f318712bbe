/**
 * The fused step: forward, loss and backward of a network in one dispatch, gradient and update in
 * another; or the hidden layers of a wide one in a dispatch each.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch, Kernel } from "../../gpu/kernel.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import {
  fusedActivation,
  type FusedOperands,
  type FusedStepOptions,
  ownShares,
  type RowCommands,
  shareBindings,
  wholeShare,
  workgroupSize,
} from "./fused_operands.ts";
import { bindJets } from "./fused_jets.ts";
import { fusedShape, matrixVectors, MOST_LAYERS, plainRows, ROWS } from "./fused_shape.ts";
import { bindFusedUpdate } from "./fused_step_update.ts";
import { fusedComponents, jetRows } from "./jet_rows.ts";
import type { ResidualCondition } from "../loss/residual.ts";
import { lossConstants, type SampleLossName } from "../loss/loss.ts";
import { MOST_ITERATIONS } from "../../linalg/iterations.ts";
import type { BatchEvaluation, Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";
import blockTileSource from "../../../shaders/linalg/include/block_tile.wgsl" with { type: "text" };
import fusedLayerSource from "../../../shaders/nn/fused/fused_step_layer.wgsl" with { type: "text" };
import fusedNetworkSource from "../../../shaders/nn/include/fused_network.wgsl" with { type: "text" };
import fusedRowsSource from "../../../shaders/nn/include/fused_rows.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import fusedStepSource from "../../../shaders/nn/fused/fused_step.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** The commands of a fused step, see `TrainingStep`. */
export interface FusedStep {
  /** Commands that come before either of the others. */
  readonly forward: readonly Dispatch[];
  /** Computes the loss and logs it. */
  readonly measure: readonly Dispatch[];
  /** Computes the loss, logs it, and updates the parameters. */
  readonly update: readonly Dispatch[];
  /** Features and loss, once `forward` and the first of either have run. */
  readonly seen: BatchEvaluation;
}

/**
 * Tells whether the fused kernels can run a network: whether it fits their table, the adapter's
 * buffers and lavapipe's loops.
 *
 * @param network The network.
 * @param count Samples of a step.
 * @returns Whether they can.
 */
export function fusedFits(network: Network, count: number): boolean {
  const { gpu, replicas, layout, layout: { layers } } = network;
  const words = 4 * replicas * matrixVectors(layout, plainRows(count));
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  // Iterations of an invocation that has a tile of rows to itself, rounded up: products forward and
  // backward and their ends, loss, inputs.
  const steps = layers.reduce((sum, { inputStride, outputStride }) => {
    const forward = Math.ceil(outputStride / 2) * (inputStride + 2) + (ROWS + 1) * outputStride;
    return sum + forward + Math.ceil(inputStride / 2) * (outputStride + 2);
  }, (ROWS + 1) * layers[0].inputStride + 8 * ROWS * layers.at(-1)!.outputStride);
  // Iterations of one that adds up a gradient and the partial sums of the loss.
  const sums = count / 4 + count / ROWS + 4 * ROWS;
  return layers.length <= MOST_LAYERS && 4 * words <= most && Math.max(steps, sums) <= MOST_ITERATIONS;
}

/**
 * Tells whether the fused kernels can run a network on a differential equation.
 *
 * @param network The network.
 * @param conditions The equation's conditions.
 * @returns Whether they can.
 */
export function fusedJetsFit(network: Network, conditions: readonly ResidualCondition[]): boolean {
  const { gpu: { limits }, replicas, widths: [axes], layout, layout: { layers } } = network;
  const components = fusedComponents(conditions, axes);
  if (components === null || layers.length > MOST_LAYERS) return false;
  const rows = jetRows(conditions, axes);
  const bytes = 16 * replicas * matrixVectors(layout, rows);
  // Iterations of an invocation that has a tile to itself, as above; a row of each of its blocks is
  // an iteration of the ends.
  const tile = 4 * components + 2;
  const steps = layers.reduce(
    (sum, { inputStride, outputStride }) =>
      sum + outputStride * (inputStride + tile) + inputStride * (outputStride + tile),
    conditions.length,
  );
  const sums = rows.summed / 4 + rows.partials + 4 * ROWS;
  return bytes <= Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) &&
    Math.max(steps, sums) <= MOST_ITERATIONS;
}

/**
 * Binds a fused step.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What to compute, and how.
 * @param stack Owner of the arrays that only these kernels know.
 * @returns The commands.
 */
export async function bindFusedStep(
  network: Network,
  samples: SampleArrays,
  options: FusedStepOptions,
  stack: DisposableStack,
): Promise<FusedStep> {
  const { gpu, replicas, layout: { layers } } = network;
  const { loss, variant: { side } } = options;
  const jets = typeof loss === "string" ? null : jetRows(loss, network.widths[0]);
  const rows = jets ?? plainRows(options.batch ?? samples.count);
  const shape = fusedShape(network, samples, { ...options, rows, gradientSide: side });
  const { matrixBatch } = shape;
  const matrices = stack.use(new GpuArray(gpu, "features and deltas", replicas * matrixBatch * 4));
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * rows.partials * 2));
  const operands = { network, samples, options, shape, matrices, partials };
  const { before, last, after } = typeof loss === "string"
    ? await bindRows(operands, loss)
    : await bindJets(operands, jets!);
  const { log, update } = await bindFusedUpdate(operands);
  const seen = {
    features: layers.slice(0, -1).map(({ outputStride }, index) => ({
      array: matrices,
      stride: outputStride,
      batch: matrixBatch,
      offset: shape.features[index],
    })),
    rows: rows.summed,
    loss: { array: partials, count: rows.partials },
  };
  return { forward: before, measure: [last, log], update: [last, ...after, update], seen };
}

/**
 * Binds the commands from the inputs X to all Δ.
 *
 * @param operands What they are bound to.
 * @param loss The loss.
 */
async function bindRows(operands: FusedOperands, loss: SampleLossName): Promise<RowCommands> {
  const { network, samples, options, shape: { shape, rows: { partials: rowTiles } }, matrices, partials } =
    operands;
  const { gpu, replicas, layout: { layers } } = network;
  const { batch, arrays, variant, variant: { arrangement, side } } = options;
  const { lanes, rowTiles: tilesAtOnce } = workgroupSize(gpu, arrangement);
  const constants = {
    LANES: lanes,
    DRAWN: batch !== null,
    ...lossConstants(loss),
    ...fusedActivation(network.activations),
  };
  const files = [
    ...activationFiles,
    sampleLossSource,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    fusedNetworkSource,
    blockTileSource,
    fusedRowsSource,
  ];
  const { x, y, weights: sampleWeights } = samples;
  const measured = [x.array, arrays.states, y.array, sampleWeights, partials, arrays.hypers];
  const workgroups = Math.ceil(rowTiles / tilesAtOnce);
  const step = (entryPoint: string, windows: number) =>
    gpu.kernel({ name: "fused_step", files: [...files, fusedStepSource], entryPoint }, {
      ...constants,
      ROW_TILES: tilesAtOnce,
      TILE_ROWS: 8,
      TILE_COLUMNS: 16,
      WINDOWS: windows,
    });
  const whole = wholeShare(network);
  if (arrangement === "shared-rows") {
    const [first, second, third, , ...windows] = shareBindings(operands, whole, 0);
    const kernel = await step("shared_rows", 0);
    const last = kernel.bind([first, second, third, null, ...windows, ...measured], [
      workgroups,
      1,
      replicas,
    ]);
    return { before: [], last, after: [] };
  }
  if (arrangement === "own-rows") {
    const { shares, windows } = ownShares(network, variant);
    const kernel = await step("own_rows", windows);
    const rows = shares.map((share) =>
      kernel.bind([...shareBindings(operands, share, 0), ...measured], [workgroups, 1, share.replicas])
    );
    return { before: rows.slice(0, -1), last: rows.at(-1)!, after: [] };
  }
  const own = await step("own_rows", 0);
  const layerKernel = (entryPoint: string) =>
    gpu.kernel({ name: "fused_step_layer", files: [...files, fusedLayerSource], entryPoint }, {
      ...constants,
      SIDE: side,
      TILE_ROWS: side,
      TILE_COLUMNS: side,
    });
  const inputs = (await layerKernel("inputs")).bind(
    [shape, null, matrices, null, null, null, x.array, batch === null ? null : arrays.states],
    [Math.ceil(ROWS * rowTiles / lanes), Math.min(layers[0].inputStride, 16), replicas],
  );
  const tiles = (vectors: number) =>
    Math.ceil(Math.ceil(ROWS * rowTiles / side) * Math.ceil(4 * vectors / side) / lanes);
  const [forward, backward]: Kernel[] = [await layerKernel("forward"), await layerKernel("backward")];
  const hidden = [...layers.entries()].slice(0, -1);
  return {
    before: [
      inputs,
      ...hidden.map(([l, { outputStride }]) =>
        forward.bind(shareBindings(operands, whole, l), [tiles(outputStride), 1, replicas])
      ),
    ],
    last: own.bind([...shareBindings(operands, whole, layers.length - 1), ...measured], [
      workgroups,
      1,
      replicas,
    ]),
    after: hidden.slice(1).reverse().map(([l, { inputStride }]) =>
      backward.bind(shareBindings(operands, whole, l), [tiles(inputStride), 1, replicas])
    ),
  };
}
