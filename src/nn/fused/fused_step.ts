/**
 * The fused step: forward, loss and backward of a network in one dispatch, gradient and update in
 * another; or the hidden layers of a wide one in a dispatch each.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Dispatch, Kernel } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { activationConstants, activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import { type FusedOperands, type FusedStepOptions, workgroupSize } from "./fused_operands.ts";
import { fusedShape, matrixVectors, MOST_LAYERS, ROWS } from "./fused_shape.ts";
import { bindFusedUpdate } from "./fused_step_update.ts";
import { lossConstants } from "../loss/loss.ts";
import { MOST_ITERATIONS } from "../../linalg/iterations.ts";
import type { BatchEvaluation, Network } from "../network.ts";
import type { SampleArrays } from "../samples.ts";
import { type WeightShare, weightShares, WINDOW } from "../layers/weight_windows.ts";
import blockTileSource from "../../../shaders/linalg/include/block_tile.wgsl" with { type: "text" };
import fusedLayerSource from "../../../shaders/nn/fused/fused_step_layer.wgsl" with { type: "text" };
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
  const words = 4 * replicas * matrixVectors(layout, count);
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
  const shape = fusedShape(network, samples, { ...options, gradientSide: options.variant.side });
  const { rowTiles, matrixBatch } = shape;
  const matrices = stack.use(new GpuArray(gpu, "features and deltas", replicas * matrixBatch * 4));
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * rowTiles * 2));
  const operands = { network, samples, options, shape, matrices, partials };
  const { before, last, after } = await bindRows(operands);
  const { log, update } = await bindFusedUpdate(operands);
  const seen = {
    features: layers.slice(0, -1).map(({ outputStride }, index) => ({
      array: matrices,
      stride: outputStride,
      batch: matrixBatch,
      offset: shape.features[index],
    })),
    rows: options.batch ?? samples.count,
    loss: { array: partials, count: rowTiles },
  };
  return { forward: before, measure: [last, log], update: [last, ...after, update], seen };
}

/**
 * Binds the commands from the inputs X to all Δ: those before the last part of the loss, the one
 * that computes it, and those after it.
 */
async function bindRows(
  { network, samples, options, shape: { shape, rowTiles }, matrices, partials }: FusedOperands,
): Promise<{ before: Dispatch[]; last: Dispatch; after: Dispatch[] }> {
  const { gpu, replicas, layout, layout: { layers }, activations, parameters } = network;
  const { loss, batch, arrays, variant: { arrangement, weights, side } } = options;
  const { lanes, rowTiles: tilesAtOnce } = workgroupSize(gpu, arrangement);
  const [first] = activations;
  const mixed = activations.some(({ kind, parameter, exponent }) =>
    kind !== first.kind || parameter !== first.parameter || exponent !== first.exponent
  );
  const shares = arrangement === "own-rows" && weights === "uniform" ? weightShares(layout, replicas) : null;
  const constants = {
    LANES: lanes,
    MIXED: mixed,
    DRAWN: batch !== null,
    ...lossConstants(loss),
    ...(mixed ? {} : activationConstants(first)),
  };
  const files = [
    ...activationFiles,
    sampleLossSource,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    blockTileSource,
    fusedRowsSource,
  ];
  const bindings = ({ firstReplica, secondFrom, windows, bases }: WeightShare, layer: number) => {
    const share = gpuStruct(gpu, "share", ["u32", firstReplica, layer, secondFrom, ...bases]);
    const views = windows.map((at) => ({ array: parameters, first: 4 * at, length: 4 * WINDOW }));
    return [shape, parameters, matrices, share, ...views];
  };
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
    const [first, second, third, , ...windows] = bindings(whole, 0);
    const kernel = await step("shared_rows", 0);
    const last = kernel.bind([first, second, third, null, ...windows, ...measured], [
      workgroups,
      1,
      replicas,
    ]);
    return { before: [], last, after: [] };
  }
  if (arrangement === "own-rows") {
    const kernel = await step("own_rows", shares ? (shares[0].secondFrom < layers.length ? 2 : 1) : 0);
    const rows = (shares ?? [whole]).map((share) =>
      kernel.bind([...bindings(share, 0), ...measured], [workgroups, 1, share.replicas])
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
        forward.bind(bindings(whole, l), [tiles(outputStride), 1, replicas])
      ),
    ],
    last: own.bind([...bindings(whole, layers.length - 1), ...measured], [workgroups, 1, replicas]),
    after: hidden.slice(1).reverse().map(([l, { inputStride }]) =>
      backward.bind(bindings(whole, l), [tiles(inputStride), 1, replicas])
    ),
  };
}

/** Makes the share of a kernel that reads no windows. */
function wholeShare({ replicas, layout }: Network): WeightShare {
  return { firstReplica: 0, replicas, secondFrom: layout.layers.length, windows: [0, 0], bases: [0, 0] };
}
