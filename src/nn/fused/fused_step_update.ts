/**
 * The end of a fused step: gradient and update of all layers in one dispatch.
 *
 * @module
 */
import type { Dispatch } from "../../gpu/kernel.ts";
import { permutationFiles } from "../layers/batch.ts";
import { optimizerConstants } from "../optim/optimizer.ts";
import { type FusedOperands, workgroupSize } from "./fused_operands.ts";
import blockTileSource from "../../../shaders/linalg/include/block_tile.wgsl" with { type: "text" };
import elementarySource from "../../../shaders/nn/include/elementary.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import fusedUpdateSource from "../../../shaders/nn/fused/fused_step_update.wgsl" with { type: "text" };
import optimizerSource from "../../../shaders/nn/include/optimizer.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/**
 * Binds the gradient and the update of all layers, and the log of the loss alone.
 *
 * @param operands What they are bound to.
 * @returns The commands.
 */
export async function bindFusedUpdate(
  { network, options, shape: { shape, gradientTiles }, matrices, partials }: FusedOperands,
): Promise<{ log: Dispatch; update: Dispatch }> {
  const { gpu, replicas, parameters } = network;
  const { optimizer, arrays, variant: { arrangement, side } } = options;
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
      TILE_ROWS: side,
      TILE_COLUMNS: side,
      ...optimizerConstants(optimizer, arrays),
    });
  const logged = [shape, partials, arrays.states, arrays.losses];
  return {
    log: (await kernel("log_only")).bind(logged, [1, 1, replicas]),
    update: (await kernel("main")).bind(
      [...logged, matrices, arrays.hypers, parameters, arrays.moments, arrays.layerRates],
      [Math.ceil(gradientTiles / lanes), 1, replicas],
    ),
  };
}
