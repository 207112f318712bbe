/**
 * Choice of the kernels that run a step, by shape.
 *
 * @module
 */
import type { FusedArrangement } from "../fused/fused_operands.ts";
import { fusedFits, fusedJetsFit } from "../fused/fused_step.ts";
import { jetRows } from "../fused/jet_rows.ts";
import type { ResidualCondition } from "../loss/residual.ts";
import type { Network } from "../network.ts";

/**
 * Which kernels a step runs: some for each layer, or the fused ones in one arrangement or another.
 */
export type StepPath = "layered" | FusedArrangement;

/** All paths. */
export const stepPaths: readonly StepPath[] = ["layered", "own-rows", "shared-rows", "by-layers"];

/** Most samples whose gradient is summed in one go. */
const MOST_SAMPLES = 4096;
/** Widest layer that is narrow, and samples that are many. */
const NARROW = 128, MANY = 64;

/**
 * Decides which kernels run a step: layer by layer with gradients summed in slices, or a way to
 * share out the fused step, whose variants agree to the bit and may be timed against each other
 * ({@linkcode chooseVariant}). Fused and layered steps round differently, so the decision between
 * them depends on the shape alone, and on no measured time. It depends on the number of replicas
 * only where the adapter has no room for that many on the fused path.
 *
 * On lavapipe fused steps have won wherever layers are narrow or samples many. An invocation that
 * takes 8 samples all the way wins on narrow layers; on wide ones, where 64 samples are one group
 * of eight invocations on one core, a dispatch a layer. Skip connections have the layered path
 * alone.
 *
 * @param network Network to train.
 * @param count Samples of a step.
 * @returns The path.
 */
export function choosePath(network: Network, count: number): StepPath {
  if (network.skips.some(Boolean)) return "layered";
  const { software } = network.gpu;
  const narrow = Math.max(...network.widths) <= NARROW;
  if (!(narrow || software && count >= MANY) || count > MOST_SAMPLES || !fusedFits(network, count)) {
    return "layered";
  }
  if (!software) return "shared-rows";
  return narrow ? "own-rows" : "by-layers";
}

/** Most rows, derivatives included, that a GPU adds up in one invocation. */
const MOST_ROWS = 1024;

/**
 * Decides which kernels run a step on a differential equation, by the shape alone, as
 * {@linkcode choosePath} does. On lavapipe the fused step has always won: it takes a third of the
 * time of the layered one, since it carries second derivatives as one sum and boundaries without
 * derivatives. On a GPU an invocation that adds up the rows of all samples for its part of the
 * gradient would leave most of it idle where there are many; the layered path cuts them into
 * slices.
 *
 * @param network Network to train.
 * @param conditions The equation's conditions.
 * @returns The path.
 */
export function chooseJetPath(network: Network, conditions: readonly ResidualCondition[]): StepPath {
  if (network.skips.some(Boolean) || !fusedJetsFit(network, conditions)) return "layered";
  if (network.gpu.software) return "own-rows";
  return jetRows(conditions, network.widths[0]).summed <= MOST_ROWS ? "shared-rows" : "layered";
}
