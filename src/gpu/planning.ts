/**
 * Devices that only plan: they count what would be allocated, and compute nothing.
 *
 * @module
 */
import { ShapeError } from "../errors.ts";
import { Gpu } from "./device.ts";

/** The device that each plan is for. */
const originals = new WeakMap<Gpu, Gpu>();

/**
 * Finds the device that a plan is for.
 *
 * @param gpu A device, or a plan for one.
 * @returns The device.
 */
export function originalOf(gpu: Gpu): Gpu {
  return originals.get(gpu) ?? gpu;
}

/**
 * Tells whether something would fit on a device. It is done on a plan instead: an open device with
 * the same limits and the same memory left, whose buffers take no memory and hold zeros.
 *
 * @param gpu The device.
 * @param action What to do on the plan.
 * @returns Whether nothing was too large.
 * @throws {unknown} What the action throws, unless it is a {@linkcode ShapeError}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { Gpu } from "./device.ts";
 * import { wouldFit } from "./planning.ts";
 *
 * using gpu = await Gpu.open();
 * assert.equal(await wouldFit(gpu, (plan) => new GpuArray(plan, "words", 2 ** 20)), true);
 * assert.equal(await wouldFit(gpu, (plan) => new GpuArray(plan, "words", 2 ** 40)), false);
 * ```
 */
export async function wouldFit(gpu: Gpu, action: (plan: Gpu) => unknown): Promise<boolean> {
  using plan = Gpu.from(plannedDevice(gpu), { memory: gpu.memoryLeft });
  originals.set(plan, originalOf(gpu));
  try {
    await action(plan);
    return true;
  } catch (error) {
    if (error instanceof ShapeError) return false;
    throw error;
  }
}

/**
 * Finds the largest number that fits, of numbers of which each fits where a larger one does. It is
 * exact up to 10, and at most 10 % below the largest from there on.
 *
 * @param most Largest number to try.
 * @param fits Tells whether a number fits.
 * @returns The number; 0 if not even 1 fits.
 */
export async function largestFitting(
  most: number,
  fits: (count: number) => Promise<boolean>,
): Promise<number> {
  let low = 0, high = 1;
  while (high <= most && await fits(high)) {
    low = high;
    high *= 2;
  }
  high = Math.min(high, most + 1);
  while (high - low > 1 && high - low > low / 10) {
    const middle = Math.floor((low + high) / 2);
    if (await fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/** Does nothing. */
const nothing = () => {};

/** What a device must have for arrays, kernels, commands and read-back, without memory or work. */
function plannedDevice(gpu: Gpu): GPUDevice {
  const pass = { setPipeline: nothing, setBindGroup: nothing, dispatchWorkgroups: nothing, end: nothing };
  const encoder = {
    beginComputePass: () => pass,
    copyBufferToBuffer: nothing,
    copyBufferToTexture: nothing,
    finish: () => ({}),
  };
  const planned = {
    limits: gpu.limits,
    features: new Set<string>(),
    adapterInfo: { description: gpu.adapterName, isFallbackAdapter: gpu.software },
    lost: new Promise<never>(nothing),
    queue: { submit: nothing, writeBuffer: nothing },
    addEventListener: nothing,
    removeEventListener: nothing,
    pushErrorScope: nothing,
    popErrorScope: () => Promise.resolve(null),
    createShaderModule: () => ({}),
    createComputePipeline: () => ({ getBindGroupLayout: () => ({}) }),
    createBindGroup: () => ({}),
    createCommandEncoder: () => encoder,
    createTexture: () => ({ createView: () => ({}) }),
    createBuffer: ({ label, size }: GPUBufferDescriptor) => ({
      label,
      size,
      mapAsync: () => Promise.resolve(),
      getMappedRange: () => new ArrayBuffer(size),
      unmap: nothing,
      destroy: nothing,
    }),
  };
  return planned as unknown as GPUDevice;
}
