/**
 * What the kernels of a fused step are bound to.
 *
 * @module
 */
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { ArrayWindow, Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { type Activation, activationConstants } from "../activation.ts";
import { type WeightShare, weightShares, WINDOW } from "../layers/weight_windows.ts";
import type { SampleLossName } from "../loss/loss.ts";
import type { ResidualCondition } from "../loss/residual.ts";
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
  /** Loss; or the conditions of a differential equation. */
  readonly loss: SampleLossName | readonly ResidualCondition[];
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

/** The commands from the inputs X to all Δ. */
export interface RowCommands {
  /** Those before the last part of the loss. */
  readonly before: readonly Dispatch[];
  /** The one that computes it. */
  readonly last: Dispatch;
  /** Those after it. */
  readonly after: readonly Dispatch[];
}

/**
 * Lists what the overrides of a fused kernel are set to for a network's activations: one, or
 * several that are told apart at run time.
 *
 * @param activations Activations of the hidden layers.
 * @returns The overrides.
 */
export function fusedActivation(activations: readonly Activation[]) {
  const [first] = activations;
  const mixed = activations.some(({ kind, parameter, exponent }) =>
    kind !== first.kind || parameter !== first.parameter || exponent !== first.exponent
  );
  return { MIXED: mixed, ...(mixed ? {} : activationConstants(first)) };
}

/**
 * Shares out the replicas over dispatches of `own-rows`: as many as the weights' windows allow, or
 * all, which read them from the storage buffer.
 *
 * @param network The network.
 * @param variant Where weights are read from.
 * @returns The shares, and the windows that each reads through.
 */
export function ownShares(
  network: Network,
  { weights }: FusedVariant,
): { shares: readonly WeightShare[]; windows: 0 | 1 | 2 } {
  const { layout, replicas } = network;
  const shares = weights === "uniform" ? weightShares(layout, replicas) : null;
  if (!shares) return { shares: [wholeShare(network)], windows: 0 };
  return { shares, windows: shares[0].secondFrom < layout.layers.length ? 2 : 1 };
}

/**
 * Makes the share of a kernel that reads no windows.
 *
 * @param network The network.
 * @returns All replicas.
 */
export function wholeShare({ replicas, layout }: Network): WeightShare {
  return { firstReplica: 0, replicas, secondFrom: layout.layers.length, windows: [0, 0], bases: [0, 0] };
}

/**
 * Lists the first six bindings of a kernel that includes `fused_network.wgsl`.
 *
 * @param operands What it is bound to.
 * @param share Replicas, and windows of their weights.
 * @param layer Layer of its own, or the first of them.
 * @returns The bindings.
 */
export function shareBindings(
  { network: { gpu, parameters }, shape: { shape }, matrices }: FusedOperands,
  { firstReplica, secondFrom, windows, bases }: WeightShare,
  layer: number,
): (GpuArray | GpuStruct | ArrayWindow)[] {
  const share = gpuStruct(gpu, "share", ["u32", firstReplica, layer, secondFrom, ...bases]);
  const views = windows.map((at) => ({ array: parameters, first: 4 * at, length: 4 * WINDOW }));
  return [shape, parameters, matrices, share, ...views];
}
