/**
 * Many steps of many small networks in one dispatch: a workgroup is a network.
 *
 * @module
 */
import { MOST_ITERATIONS } from "../../linalg/iterations.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import { lossConstants } from "../loss/loss.ts";
import type { Network } from "../network.ts";
import { optimizerConstants } from "../optim/optimizer.ts";
import type { SampleArrays } from "../samples.ts";
import { fusedActivation } from "./fused_operands.ts";
import { fusedShape, gradientTiles, MOST_LAYERS, ROWS } from "./fused_shape.ts";
import { bindMany, type ManyOptions, type ManySteps } from "./many_operands.ts";
import blockTileSource from "../../../shaders/linalg/include/block_tile.wgsl" with { type: "text" };
import fusedGroupSource from "../../../shaders/nn/fused/fused_group.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import manyStepsSource from "../../../shaders/nn/include/many_steps.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import sampleLossSource from "../../../shaders/nn/include/sample_loss.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/** Invocations a workgroup. */
const LANES = 64;
/** Rows and columns of a tile of a gradient. */
const SIDE = 8;

/** Vectors of workgroup memory: matrices with rows of whole tiles, and parameters. */
function memoryVectors({ layout: { layers, size } }: Network, count: number): number {
  const outputs = layers.reduce((sum, { outputStride }) => sum + outputStride, 0);
  return ROWS * Math.ceil(count / ROWS) * (layers[0].inputStride + 2 * outputs) + size;
}

/**
 * Counts the iterations of the loops of a step for lavapipe's limit, those of eight neighbours
 * together.
 */
function stepIterations({ layout, layout: { layers } }: Network, count: number): number {
  const tiles = Math.ceil(count / ROWS);
  const turns = (work: number) => Math.ceil(work / LANES);
  const products = layers.reduce((sum, { inputStride, outputStride }) => {
    const forward = turns(tiles * Math.ceil(outputStride / 2)) * (inputStride + 4 * ROWS);
    return sum + forward + turns(tiles * Math.ceil(inputStride / 2)) * (outputStride + 4 * ROWS);
  }, 0);
  const gradients = turns(gradientTiles(layout, SIDE).all) * (count / 4 + 4 * ROWS + layers.length);
  const losses = turns(tiles) * ROWS * (80 + 12 * layers.at(-1)!.outputStride) + tiles;
  const inputs = turns(ROWS * tiles) * (80 + layers[0].inputStride);
  return Math.ceil(8 * (products + gradients + losses + inputs));
}

/**
 * Tells whether the kernel can train a network: whether it fits workgroup memory, and lavapipe's
 * limit on loops.
 *
 * @param network Network to train.
 * @param count Samples of a step.
 * @returns Whether it does.
 */
export function groupsFit(network: Network, count: number): boolean {
  const { gpu: { limits }, replicas, layout: { layers, size } } = network;
  const bytes = 16 * memoryVectors(network, count) + 16 * Math.ceil(count / ROWS);
  return layers.length <= MOST_LAYERS && replicas <= limits.maxComputeWorkgroupsPerDimension &&
    bytes <= limits.maxComputeWorkgroupStorageSize &&
    stepIterations(network, count) + 2 * size <= MOST_ITERATIONS;
}

/**
 * Binds the kernel.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What a step computes.
 * @returns The commands of any number of steps.
 */
export async function bindGroups(
  network: Network,
  samples: SampleArrays,
  options: ManyOptions,
): Promise<ManySteps> {
  const { gpu, replicas, layout, activations } = network;
  const { loss, optimizer, batch } = options;
  const { shape } = fusedShape(network, samples, { ...options, gradientSide: SIDE });
  const count = batch ?? samples.count;
  const files = [
    ...activationFiles,
    sampleLossSource,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    blockTileSource,
    optimizerSource,
    manyStepsSource,
    fusedGroupSource,
  ];
  const kernel = await gpu.kernel({ name: "fused_group", files }, {
    LANES,
    VECTORS: memoryVectors(network, count),
    TILES: Math.ceil(count / ROWS),
    TILE_ROWS: SIDE,
    TILE_COLUMNS: SIDE,
    DRAWN: batch !== null,
    ...lossConstants(loss),
    ...optimizerConstants(optimizer, options.arrays),
    ...fusedActivation(activations),
  });
  const most = Math.floor((MOST_ITERATIONS - 2 * layout.size) / stepIterations(network, count));
  return bindMany(network, samples, options, { kernel, shape, workgroups: replicas, hasMoments: true, most });
}
