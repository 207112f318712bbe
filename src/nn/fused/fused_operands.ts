/**
 * What the kernels of a fused step are bound to.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { SampleLossName } from "../loss/loss.ts";
import type { Network } from "../network.ts";
import type { OptimizerName } from "../optim/optimizer.ts";
import type { OptimizerArrays } from "../optim/update.ts";
import type { SampleArrays } from "../samples.ts";
import type { FusedShape, FusedShapeOptions } from "./fused_shape.ts";

/**
 * How a fused step shares out the work from the inputs X to the gradients Δ. `own-rows`: an
 * invocation takes a tile of samples all the way, without a barrier. `shared-rows`: a workgroup
 * takes a few tiles of samples, with barriers between the layers. `by-layers`: each hidden layer
 * and direction is a dispatch. They agree to the bit.
 */
export type FusedArrangement = "own-rows" | "shared-rows" | "by-layers";

/** Invocations a workgroup of `shared-rows`, and the tiles of rows that belong to it. */
const SHARED = { lanes: 64, rowTiles: 4 };

/**
 * Chooses the size of a workgroup. On lavapipe a workgroup runs on one core, eight invocations at a
 * time.
 *
 * @param gpu Device.
 * @param arrangement How the work is shared out.
 * @returns Invocations a workgroup, and its tiles of rows.
 */
export function workgroupSize({ software }: Gpu, arrangement: FusedArrangement): typeof SHARED {
  if (arrangement === "shared-rows") return SHARED;
  const lanes = software ? 8 : 64;
  return { lanes, rowTiles: lanes };
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
  readonly loss: SampleLossName;
  /** Optimiser. */
  readonly optimizer: OptimizerName;
  /** Settings, states, moments and log of the optimiser. */
  readonly arrays: OptimizerArrays;
  /** How it is computed. */
  readonly variant: FusedVariant;
}

/** What the kernels of a fused step are bound to. */
export interface FusedOperands {
  /** Network to train. */
  readonly network: Network;
  /** Training samples. */
  readonly samples: SampleArrays;
  /** What is computed, and how. */
  readonly options: FusedStepOptions;
  /** Sizes and places, as the kernels know them. */
  readonly shape: FusedShape;
  /** X, H, U and Δ of all layers. */
  readonly matrices: GpuArray;
  /** Pairs (Σ w ℓ, hits) of each tile of rows. */
  readonly partials: GpuArray;
}
