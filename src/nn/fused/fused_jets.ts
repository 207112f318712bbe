/**
 * The rows of a fused step for a differential equation: forward, residual and backward of samples
 * that carry derivatives, in one dispatch.
 *
 * @module
 */
import { Commands } from "../../gpu/commands.ts";
import { gpuStruct, type StructFields } from "../../gpu/struct.ts";
import { activationFiles } from "../activation.ts";
import { permutationFiles } from "../layers/batch.ts";
import {
  fusedActivation,
  type FusedOperands,
  ownShares,
  type RowCommands,
  shareBindings,
  wholeShare,
  workgroupSize,
} from "./fused_operands.ts";
import type { Network } from "../network.ts";
import type { JetRows } from "./jet_rows.ts";
import fusedJetsSource from "../../../shaders/nn/fused/fused_jets.wgsl" with { type: "text" };
import fusedNetworkSource from "../../../shaders/nn/include/fused_network.wgsl" with { type: "text" };
import fusedShapeSource from "../../../shaders/nn/include/fused_shape.wgsl" with { type: "text" };
import jetTileSource from "../../../shaders/nn/include/jet_tile.wgsl" with { type: "text" };
import scheduleSource from "../../../shaders/nn/include/schedule.wgsl" with { type: "text" };

/**
 * Binds the command from the inputs X to all Δ, and writes X, which is the same at every step.
 *
 * @param operands What it is bound to.
 * @param rows Where the samples lie.
 * @returns The commands.
 */
export async function bindJets(operands: FusedOperands, rows: JetRows): Promise<RowCommands> {
  const { network, samples, options, partials } = operands;
  const { gpu, widths: [axes] } = network;
  const { arrays, variant, variant: { arrangement } } = options;
  const { lanes, rowTiles } = workgroupSize(gpu, arrangement);
  writeInputs(operands, rows);
  const files = [
    ...activationFiles,
    ...permutationFiles,
    scheduleSource,
    fusedShapeSource,
    fusedNetworkSource,
    jetTileSource,
    fusedJetsSource,
  ];
  const conditions = gpuStruct(gpu, "conditions of rows", ...conditionFields(rows));
  const measured = [
    null,
    arrays.states,
    samples.y.array,
    samples.weights,
    partials,
    arrays.hypers,
    conditions,
  ];
  const workgroups = Math.ceil(rows.partials / rowTiles);
  const shared = arrangement === "shared-rows";
  const { shares, windows } = shared
    ? { shares: [wholeShare(network)], windows: 0 }
    : ownShares(network, variant);
  const kernel = await gpu.kernel(
    { name: "fused_jets", files, entryPoint: shared ? "shared_rows" : "own_rows" },
    {
      LANES: lanes,
      ROW_TILES: rowTiles,
      WINDOWS: windows,
      AXES: axes,
      COMPONENTS: rows.components,
      THIRD: rows.components > axes + 2,
      COLUMNS: shared ? 1 : tileColumns(network),
      ...fusedActivation(network.activations),
    },
  );
  const commands = shares.map((share) =>
    kernel.bind([...shareBindings(operands, share, 0), ...measured], [workgroups, 1, share.replicas])
  );
  return { before: commands.slice(0, -1), last: commands.at(-1)!, after: [] };
}

/**
 * Chooses how wide the tiles of `own-rows` are, of 4 to 7 blocks: those that take the least time,
 * of which loads of rows are as much as four blocks, with what pads the last tile of a layer.
 */
function tileColumns({ layout: { layers } }: Network): number {
  const time = (columns: number) =>
    layers.reduce((sum, { outputStride }) => sum + Math.ceil(outputStride / columns) * (columns + 4), 0);
  return [4, 5, 6, 7].reduce((best, columns) => time(columns) < time(best) ? columns : best);
}

/** The table of conditions, as the kernel reads it. */
function conditionFields({ conditions }: JetRows): StructFields[] {
  return conditions.flatMap(({ condition, derives, tiles, samples, valueRow, derivativeRow }) => {
    const { value, cube, advection, first, second, mixed = [], third = [0] } = condition.operator;
    const along = (values: readonly number[]) => [0, 1, 2].map((axis) => values[axis] ?? 0);
    return [
      ["u32", ...tiles, ...samples, valueRow, derivativeRow, +derives],
      ["f32", value, cube, advection, ...along(first), ...along(second), ...along(mixed), third[0]],
    ] satisfies StructFields[];
  });
}

/** Writes X: coordinates in the rows of values, unit vectors in those of first derivatives. */
function writeInputs(
  { network: { gpu, replicas, widths: [axes] }, samples: { x }, shape: { matrixBatch }, matrices }:
    FusedOperands,
  { conditions, biased, derivatives }: JetRows,
): void {
  const words = 4 * x.stride;
  const units = new Float32Array(axes * derivatives * words);
  for (let axis = 0; axis < axes; axis++) {
    for (let k = 0; k < derivatives; k++) units[(axis * derivatives + k) * words + axis] = 1;
  }
  const commands = new Commands(gpu);
  for (let replica = 0; replica < replicas; replica++) {
    const start = 4 * replica * matrixBatch;
    if (units.length > 0) matrices.write(units, start + biased * words);
    for (const { samples: [first, end], valueRow } of conditions) {
      commands.copy(x.array, first * words, matrices, start + valueRow * words, (end - first) * words);
    }
  }
  commands.submit();
}
