/**
 * The fused step: forward, loss and backward of a narrow network in one dispatch, gradient and update in another.
 *
 * @module
 */
import { GpuArray } from "../gpu/array.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import { gpuStruct, type StructFields } from "../gpu/struct.ts";
import { activationFiles } from "./activation.ts";
import { lossNames } from "./loss.ts";
import type { ParameterLayout } from "./layout.ts";
import type { BatchEvaluation, Network } from "./network.ts";
import { type OptimizerName, optimizerNames } from "./optimizer.ts";
import type { SampleArrays } from "./samples.ts";
import blockTileSource from "../../shaders/linalg/block_tile.wgsl" with { type: "text" };
import fusedShapeSource from "../../shaders/nn/fused_shape.wgsl" with { type: "text" };
import fusedStepSource from "../../shaders/nn/fused_step.wgsl" with { type: "text" };
import fusedUpdateSource from "../../shaders/nn/fused_update.wgsl" with { type: "text" };
import elementarySource from "../../shaders/nn/elementary.wgsl" with { type: "text" };
import optimizerSource from "../../shaders/nn/optimizer.wgsl" with { type: "text" };
import sampleLossSource from "../../shaders/nn/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../shaders/nn/schedule.wgsl" with { type: "text" };
import stateSource from "../../shaders/nn/state.wgsl" with { type: "text" };

/** Layers that the table in `shaders/nn/fused_shape.wgsl` holds. */
const MOST_LAYERS = 32;
/** Iterations that a loop of samples or neurons may take: lavapipe ends an invocation after 65,535 in all its loops. */
const MOST_ITERATIONS = 60_000;

/**
 * How the first kernel of a fused step shares out its work: `own-rows`, an invocation a tile of samples and no barrier;
 * `shared-rows`, a workgroup a few tiles of samples, with barriers between the layers.
 */
export type FusedArrangement = "own-rows" | "shared-rows";

/** Invocations a workgroup, and the tiles of rows that belong to it. */
const SIZES = {
  "own-rows": { lanes: 8, rowTiles: 8 },
  "shared-rows": { lanes: 64, rowTiles: 4 },
} as const;
/** Rows and columns of a tile. */
const SIDE = 8;

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

/** What a fused step computes, and how. */
export interface FusedStepOptions {
  /** Loss. */
  readonly loss: typeof lossNames[number];
  /** Optimiser. */
  readonly optimizer: OptimizerName;
  /** Fields of `struct Schedule` in `shaders/nn/schedule.wgsl`. */
  readonly schedule: readonly StructFields[];
  /** Steps that the log of losses holds. */
  readonly logCapacity: number;
  /** How the work is shared out. */
  readonly arrangement: FusedArrangement;
}

/** The commands of a fused step, see `TrainingStep`. */
export interface FusedStep {
  /** Computes the loss and logs it. */
  readonly measure: readonly Dispatch[];
  /** Computes the loss, logs it, and updates the parameters. */
  readonly update: readonly Dispatch[];
  /** What the first of either leaves behind. */
  readonly seen: BatchEvaluation;
}

/**
 * Vectors of four that the matrices of a replica take: X, H of each hidden layer and U, and the errors of all but X, with
 * rows padded to whole tiles.
 */
function matrixVectors({ layers }: ParameterLayout, rows: number): number {
  const outputs = layers.reduce((sum, { outputStride }) => sum + outputStride, 0);
  return rows * (layers[0].inputStride + 2 * outputs);
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
  const words = 4 * replicas * matrixVectors(layout, SIDE * Math.ceil(count / SIDE));
  const most = Math.min(gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  // Of an invocation that has a tile of rows to itself: products forward and backward, activations, loss, inputs.
  const steps = layers.reduce((sum, { inputStride, outputStride }) => {
    const forward = Math.ceil(outputStride / 2) * (inputStride + 2) + (SIDE + 1) * outputStride;
    return sum + forward + Math.ceil(inputStride / 2) * (outputStride + 2);
  }, (SIDE + 1) * layers[0].inputStride + 8 * SIDE * layers.at(-1)!.outputStride);
  // Of one that adds up a gradient, and the partial sums of the loss.
  const sums = count / 4 + count / SIDE + 4 * SIDE;
  return layers.length <= MOST_LAYERS && 4 * words <= most && Math.max(steps, sums) <= MOST_ITERATIONS;
}

/**
 * Binds a fused step.
 *
 * @param network Network to train.
 * @param samples Samples of the step.
 * @param options What to compute, and how.
 * @param arrays Arrays of the step.
 * @param stack Owner of the arrays that only these kernels know.
 * @returns The commands: `measure` computes the loss and logs it, `update` also updates the parameters; and what their
 * first command, the same in both, leaves behind.
 */
export async function bindFusedStep(
  network: Network,
  samples: SampleArrays,
  options: FusedStepOptions,
  { hypers, states, moments, losses }: StepArrays,
  stack: DisposableStack,
): Promise<FusedStep> {
  const { gpu, replicas, layout, layout: { layers, size }, activations } = network;
  const { lanes, rowTiles: tilesAtOnce } = SIZES[options.arrangement];
  const rowTiles = Math.ceil(samples.count / SIDE), rows = SIDE * rowTiles;

  // Places of X, H … and U, then of the errors of all but X.
  const strides = [layers[0].inputStride, ...layers.map(({ outputStride }) => outputStride)];
  const places = [0];
  for (const stride of [...strides, ...strides.slice(1)]) places.push(places.at(-1)! + rows * stride);
  places.pop();
  const errors = places.slice(layers.length);
  const table: StructFields[] = [];
  let tiles = 0;
  for (const [index, { outputs, inputStride, outputStride, weights }] of layers.entries()) {
    const { kind, parameter } = activations[index] ?? { kind: 0, parameter: 0 };
    table.push(
      ["u32", outputs, inputStride, outputStride, weights],
      ["u32", places[index], places[index + 1], errors[index + 1], errors[index], tiles, kind],
      ["f32", parameter, 0],
    );
    tiles += Math.ceil((inputStride + 1) / 2) * Math.ceil(outputStride / 2);
  }
  table.push(["u32", ...new Array<number>(12 * (MOST_LAYERS - layers.length)).fill(0)]);
  const matrixBatch = matrixVectors(layout, rows);
  const shape = stack.use(gpuStruct(
    gpu,
    "fused shape",
    ...options.schedule,
    ["u32", samples.count, layers.length, matrixBatch, size],
    ["u32", samples.x.batch, samples.y.batch, samples.weightBatch, rowTiles],
    ["u32", options.logCapacity, replicas, tiles, 0],
    ...table,
  ));
  const matrices = stack.use(new GpuArray(gpu, "features and errors", replicas * matrixBatch * 4));
  const partials = stack.use(new GpuArray(gpu, "partial losses", replicas * rowTiles * 2));

  const [first] = activations;
  const mixed = activations.some(({ kind, parameter }) =>
    kind !== first.kind || parameter !== first.parameter
  );
  const stepKernel = await gpu.kernel(
    {
      name: "fused_step",
      files: [
        ...activationFiles,
        sampleLossSource,
        stateSource,
        scheduleSource,
        fusedShapeSource,
        blockTileSource,
        fusedStepSource,
      ],
      entryPoint: options.arrangement.replace("-", "_"),
    },
    {
      LANES: lanes,
      MIXED: mixed,
      LOSS: lossNames.indexOf(options.loss),
      ACTIVATION: mixed ? 0 : first.kind,
      ACTIVATION_PARAMETER: mixed ? 0 : first.parameter,
      ROW_TILES: tilesAtOnce,
    },
  );
  const { x, y, weights } = samples;
  const step = stepKernel.bind(
    [shape, x.array, y.array, weights, network.parameters, matrices, partials, hypers, states],
    [Math.ceil(rowTiles / tilesAtOnce), 1, replicas],
  );
  const updateFiles = [
    elementarySource,
    stateSource,
    scheduleSource,
    fusedShapeSource,
    blockTileSource,
    optimizerSource,
    fusedUpdateSource,
  ];
  const updateKernel = (entryPoint: string) =>
    gpu.kernel(
      { name: "fused_update", files: updateFiles, entryPoint },
      { LANES: lanes, OPTIMIZER: optimizerNames.indexOf(options.optimizer) },
    );
  const logged = [shape, partials, states, losses];
  const log = (await updateKernel("log_only")).bind(logged, [1, 1, replicas]);
  const update = (await updateKernel("main")).bind(
    [...logged, matrices, hypers, network.parameters, moments],
    [Math.ceil(tiles / lanes), 1, replicas],
  );
  const seen = {
    features: layers.slice(0, -1).map(({ outputStride }, index) => ({
      array: matrices,
      stride: outputStride,
      batch: matrixBatch,
      offset: places[index + 1],
    })),
    loss: { array: partials, count: rowTiles },
  };
  return { measure: [step, log], update: [step, update], seen };
}
