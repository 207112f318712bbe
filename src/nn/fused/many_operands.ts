/**
 * What the kernels are bound to that make many steps in a dispatch.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch, Kernel } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import type { SampleLossName } from "../loss/loss.ts";
import type { Network } from "../network.ts";
import type { OptimizerArrays } from "../optim/update.ts";
import type { SampleArrays } from "../samples.ts";
import type { FusedStepOptions } from "./fused_operands.ts";

/** What such a kernel computes. */
export interface ManyOptions extends Omit<FusedStepOptions, "variant" | "loss"> {
  /** Loss. */
  readonly loss: SampleLossName;
}

/** Storage buffers of such a kernel with rates of layers; WebGPU promises 8. */
const MOST_BUFFERS = 9;

/**
 * Tells whether the adapter has as many storage buffers as such a kernel is bound to.
 *
 * @param gpu Device.
 * @param arrays Arrays of the optimiser.
 * @returns Whether it has.
 */
export function buffersFit({ limits }: Gpu, { layerRates }: OptimizerArrays): boolean {
  return layerRates === null || limits.maxStorageBuffersPerShaderStage >= MOST_BUFFERS;
}

/** Lists the commands that make so many steps. */
export type ManySteps = (steps: number) => readonly Dispatch[];

/** A compiled kernel, and how it is dispatched. */
export interface ManyKernel {
  /** The kernel. */
  readonly kernel: Kernel;
  /** `struct Shape` of the network and its samples. */
  readonly shape: GpuStruct;
  /** Number of workgroups. */
  readonly workgroups: number;
  /** Whether its text speaks of moments. */
  readonly hasMoments: boolean;
  /** Most steps of a dispatch. */
  readonly most: number;
}

/**
 * Binds a kernel that makes many steps, for each number of them when it is first asked for.
 *
 * @param network Network to train.
 * @param samples Training samples.
 * @param options What a step computes.
 * @param compiled The kernel.
 * @returns The commands of any number of steps.
 */
export function bindMany(
  { gpu, parameters }: Network,
  samples: SampleArrays,
  { arrays: { hypers, states, losses, moments, layerRates } }: ManyOptions,
  { kernel, shape, workgroups, hasMoments, most }: ManyKernel,
): ManySteps {
  const bound = new Map<number, Dispatch>();
  const dispatch = (steps: number): Dispatch => {
    const known = bound.get(steps);
    if (known) return known;
    const made = kernel.bind([
      shape,
      gpuStruct(gpu, "steps of a dispatch", ["u32", steps], ["f32", 0]),
      samples.x.array,
      samples.y.array,
      samples.weights,
      hypers,
      states,
      losses,
      parameters,
      hasMoments ? moments : null,
      layerRates,
    ], [workgroups]);
    bound.set(steps, made);
    return made;
  };
  return (steps) => {
    const commands: Dispatch[] = [];
    for (let left = steps; left > 0; left -= most) commands.push(dispatch(Math.min(left, most)));
    return commands;
  };
}
