/**
 * Quantiles of the losses of very many replicas, computed where the losses are.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { lossShares } from "./loss_shares.ts";
import quantilesSource from "../../../shaders/nn/loss/loss_quantiles.wgsl" with { type: "text" };

/** Stands for a replica whose loss has always been finite. */
export const NEVER: number = 2 ** 32 - 1;

/** A log of losses. */
export interface LossLog {
  /** Losses, `[step mod capacity][replica]`. */
  readonly losses: GpuArray;
  /** Number of replicas. */
  readonly replicas: number;
  /** Steps that the log holds. */
  readonly capacity: number;
}

/** Reduces a log of losses to quantiles over the replicas. */
export class LossQuantiles {
  /**
   * Quantiles, those of {@linkcode lossShares}, `[step mod capacity][quantile]`; NaN where no
   * replica has a finite loss.
   */
  readonly quantiles: GpuArray;
  /**
   * First step at which the loss of each replica was not finite, as a word; {@linkcode NEVER} if it
   * always was.
   */
  readonly firstBad: GpuArray;
  readonly #first: GpuArray;
  readonly #dispatch: Dispatch;

  private constructor(quantiles: GpuArray, firstBad: GpuArray, first: GpuArray, dispatch: Dispatch) {
    this.quantiles = quantiles;
    this.firstBad = firstBad;
    this.#first = first;
    this.#dispatch = dispatch;
  }

  /**
   * Binds the reduction.
   *
   * @param gpu Device.
   * @param log The log.
   * @param stack Owner of the arrays.
   * @returns The reduction.
   * @throws {ShapeError} If the adapter has no room.
   */
  static async bind(
    gpu: Gpu,
    { losses, replicas, capacity }: LossLog,
    stack: DisposableStack,
  ): Promise<LossQuantiles> {
    const quantiles = stack.use(
      new GpuArray(gpu, "quantiles of losses", capacity * lossShares.length),
    );
    const firstBad = stack.use(new GpuArray(gpu, "first bad steps", new Uint32Array(replicas).fill(NEVER)));
    const first = stack.use(new GpuArray(gpu, "first step of a submission", 1));
    const shape = gpuStruct(gpu, "loss quantile shape", ["u32", replicas, capacity]);
    const kernel = await gpu.kernel({ name: "loss_quantiles", files: [quantilesSource] });
    const dispatch = kernel.bind([shape, first, losses, firstBad, quantiles], [1]);
    return new LossQuantiles(quantiles, firstBad, first, dispatch);
  }

  /**
   * Records the reduction of some steps, behind the commands of the last of them.
   *
   * @param commands Commands to add to; to be submitted before any others of later steps.
   * @param first First step.
   * @param count Number of steps, at most as many as the log holds.
   */
  encode(commands: Commands, first: number, count: number): void {
    this.#first.write(Uint32Array.of(first));
    commands.run({ ...this.#dispatch, workgroups: [count, 1, 1] });
  }
}
