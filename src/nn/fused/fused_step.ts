/**
 * The fused step: forward, loss and backward of a network in one dispatch, gradient and update in another; or the hidden
 * layers of a wide one in a dispatch each.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, Kernel } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import {
  type FusedShape,
  fusedShape,
  type FusedShapeOptions,
  matrixVectors,
  MOST_LAYERS,
  ROWS,
} from "./fused_shape.ts";
import { lossNames } from "../loss/loss.ts";
import type { BatchEvaluation, Network } from "../network.ts";
import { type OptimizerName, optimizerNames } from "../optim/optimizer.ts";
import type { SampleArrays } from "../samples.ts";
import { type WeightShare, weightShares, WINDOW } from "../layers/weight_windows.ts";
import blockTileSource from "../../../shaders/linalg/include/block_tile.wgsl" with { type: "text" };
import fusedLayerSource from "../../../shaders/nn/fused/fused_step_layer.wgsl" with { type: "text" };
import fusedRowsSource from "../../../shaders/nn/include/fused_rows.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import fusedStepSource from "../../../shaders/nn/fused/fused_step.wgsl" with { type: "text" };
import fusedUpdateSource from "../../../shaders/nn/fused/fused_step_update.wgsl" with { type: "text" };
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** Iterations that a loop of samples or neurons may take: lavapipe ends an invocation after 65,535 in all its loops. */
const MOST_ITERATIONS = 60_000;

/**
 * How a fused step shares out the way from the inputs to the errors: `own-rows`, an invocation a tile of samples and no
 * barrier; `shared-rows`, a workgroup a few tiles of samples, with barriers between the layers; `by-layers`, a dispatch each
 * hidden layer and direction. They agree to the bit.
 */
export type FusedArrangement = "own-rows" | "shared-rows" | "by-layers";

/** Invocations a workgroup of `shared-rows`, and the tiles of rows that belong to it. */
const SHARED = { lanes: 64, rowTiles: 4 };

/** Invocations a workgroup, and its tiles of rows. On lavapipe a workgroup runs on one core, eight invocations at a time. */
function workgroupSize({ software }: Gpu, arrangement: FusedArrangement): typeof SHARED {
  if (arrangement === "shared-rows") return SHARED;
  const lanes = software ? 8 : 64;
  return { lanes, rowTiles: lanes };
}

/** Arrays of a step that other kernels know too. */
export interface StepArrays {
  /** `struct Hyper` of each replica. */
  readonly hypers: GpuArray;
  /** `struct State` of each replica. */
  readonly states: GpuArray;
  /** Moments of the optimiser. */
  readonly moments: GpuArray;
  /** Log of the losses. */
  readonly losses: GpuArray;
}

/** Which of the variants that agree to the bit compute a fused step. */
export interface FusedVariant {
  /** How the work is shared out. */
  readonly arrangement: FusedArrangement;
  /** Where `own-rows` reads weights from: uniform buffers where they fit, or the storage buffer. */
  readonly weights: "uniform" | "storage";
  /** Rows and columns of a tile of a gradient, and of one of `by-layers`. */
  readonly side: 8 | 16 | 32;
}

/** What a fused step computes, and how. */
export interface FusedStepOptions extends Omit<FusedShapeOptions, "gradientSide"> {
  /** Loss. */
  readonly loss: typeof lossNames[number];
  /** Optimiser. */
  readonly optimizer: OptimizerName;
  /** How it is computed. */
  readonly variant: FusedVariant;
}

/** The commands of a fused step, see `TrainingStep`. */
export interface FusedStep {
  /** What comes before either. */
  readonly forward: readonly Dispatch[];
  /** Computes the loss and logs it. */
  readonly measure: readonly Dispatch[];
  /** Computes the loss, logs it, and updates the parameters. */
  readonly update: readonly Dispatch[];
  /** What `forward` and the first of either leave behind. */
  readonly seen: BatchEvaluation;
}

/**
 * Whether the fused kernels can take a network: whether it fits their table, the adapter's buffers and lavapipe's loops.
 *
 * @param network The network.
 * @param count Samples of a step.
 * @returns Whether they can.
 */
export function fusedFits(network: Network, count: number): boolean {
  const { gpu, replicas, layout, layout: { layers } } = network;
  const words = 4 * replicas * matrixVectors(layout, count);
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  // Of an invocation that has a tile of rows to itself, with room: products forward and backward and what ends them, loss,
  // inputs.
  const steps = layers.reduce((sum, { inputStride, outputStride }) => {
    const forward = Math.ceil(outputStride / 2) * (inputStride + 2) + (ROWS + 1) * outputStride;
    return sum + forward + Math.ceil(inputStride / 2) * (outputStride + 2);
  }, (ROWS + 1) * layers[0].inputStride + 8 * ROWS * layers.at(-1)!.outputStride);
  // Of one that adds up a gradient, and the partial sums of the loss.
  const sums = count / 4 + count / ROWS + 4 * ROWS;
  return layers.length <= MOST_LAYERS && 4 * words <= most && Math.max(steps, sums) <= MOST_ITERATIONS;
}

/**
 * Binds a fused step.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What to compute, and how.
 * @param arrays Arrays of the step.
 * @param stack Owner of the arrays that only these kernels know.
 * @returns The commands.
 */
export async function bindFusedStep(
  network: Network,
  samples: SampleArrays,
  options: FusedStepOptions,
  arrays: StepArrays,
  stack: DisposableStack,
): Promise<FusedStep> {
  const { gpu, replicas, layout: { layers } } = network;
  const shape = fusedShape(network, samples, { ...options, gradientSide: options.variant.side });
  const { rowTiles, matrixBatch } = shape;
  const matrices = stack.use(new GpuArray(gpu, "features and errors", replicas * matrixBatch * 4));
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * rowTiles * 2));
  const bound = { network, samples, options, arrays, shape, matrices, partials };
  const { before, last, after } = await bindRows(bound);
  const { log, update } = await bindUpdate(bound);
  const seen = {
    features: layers.slice(0, -1).map(({ outputStride }, index) => ({
      array: matrices,
      stride: outputStride,
      batch: matrixBatch,
      offset: shape.features[index],
    })),
    loss: { array: partials, count: rowTiles },
  };
  return { forward: before, measure: [last, log], update: [last, ...after, update], seen };
}

/** What the commands of a step are bound to. */
interface Bound {
  readonly network: Network;
  readonly samples: SampleArrays;
  readonly options: FusedStepOptions;
  readonly arrays: StepArrays;
  readonly shape: FusedShape;
  readonly matrices: GpuArray;
  readonly partials: GpuArray;
}

/** The way from the inputs to the errors: what comes before the loss of all samples is known, that, and the rest of it. */
async function bindRows(
  { network, samples, options, arrays, shape: { shape, rowTiles }, matrices, partials }: Bound,
): Promise<{ before: Dispatch[]; last: Dispatch; after: Dispatch[] }> {
  const { gpu, replicas, layout, layout: { layers }, activations, parameters } = network;
  const { loss, batch, variant: { arrangement, weights, side } } = options;
  const { lanes, rowTiles: tilesAtOnce } = workgroupSize(gpu, arrangement);
  const [first] = activations;
  const mixed = activations.some(({ kind, parameter }) =>
    kind !== first.kind || parameter !== first.parameter
  );
  const shares = arrangement === "own-rows" && weights === "uniform" ? weightShares(layout, replicas) : null;
  const constants = {
    LANES: lanes,
    MIXED: mixed,
    DRAWN: batch !== null,
    LOSS: lossNames.indexOf(loss),
    ACTIVATION: mixed ? 0 : first.kind,
    ACTIVATION_PARAMETER: mixed ? 0 : first.parameter,
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
      LARGEST: 16,
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
      LARGEST: Math.max(side, 16),
    });
  const inputs = (await layerKernel("inputs")).bind(
    [shape, null, matrices, null, null, null, x.array, arrays.states],
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

/** Gradient and update of all layers, or the log of the loss alone. */
async function bindUpdate(
  { network, options, arrays, shape: { shape, gradientTiles }, matrices, partials }: Bound,
): Promise<{ log: Dispatch; update: Dispatch }> {
  const { gpu, replicas, parameters } = network;
  const { arrangement, side } = options.variant;
  const { lanes } = workgroupSize(gpu, arrangement);
  const files = [
    elementarySource,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    blockTileSource,
    optimizerSource,
    fusedUpdateSource,
  ];
  const kernel = (entryPoint: string) =>
    gpu.kernel({ name: "fused_step_update", files, entryPoint }, {
      LANES: lanes,
      SIDE: side,
      LARGEST: Math.max(side, 16),
      OPTIMIZER: optimizerNames.indexOf(options.optimizer),
    });
  const logged = [shape, partials, arrays.states, arrays.losses];
  return {
    log: (await kernel("log_only")).bind(logged, [1, 1, replicas]),
    update: (await kernel("main")).bind(
      [...logged, matrices, arrays.hypers, parameters, arrays.moments],
      [Math.ceil(gradientTiles / lanes), 1, replicas],
    ),
  };
}

/** The share of a kernel that reads no windows. */
function wholeShare({ replicas, layout }: Network): WeightShare {
  return { firstReplica: 0, replicas, secondFrom: layout.layers.length, windows: [0, 0], bases: [0, 0] };
}
