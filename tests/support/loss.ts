/** Loss of a device, forced. @module */
import type { Gpu } from "../../src/gpu/device.ts";

/** Calls to a device at which it can be lost. */
export const lossPoints = [
  "createBuffer",
  "createBindGroup",
  "createComputePipeline",
  "createCommandEncoder",
  "submit",
  "mapAsync",
] as const;

/** A call to a device. */
export type LossPoint = (typeof lossPoints)[number];

/** Calls that were counted so far. */
export interface CountedCalls {
  /** Number of calls. */
  count: number;
}

/**
 * Loses the device of a `Gpu` just before its n-th call of a kind. A device of its own that is
 * destroyed by anything but the disposal of the `Gpu` counts as lost: `gpu.device.destroy()` is all
 * that it takes. Drivers that hang cannot be forced, nor can WebGPU see one: it has no time limit.
 *
 * @param gpu The device, opened for the test alone.
 * @param point Kind of call.
 * @param at Number of the call, from 1. Default: never; the calls are counted only.
 * @returns The count of calls, which goes on.
 */
export function loseAt(gpu: Gpu, point: LossPoint, at = Infinity): CountedCalls {
  const calls = { count: 0 };
  const { device } = gpu;
  const counted = (owner: object, name: string) => {
    const method = Reflect.get(owner, name) as (...given: unknown[]) => unknown;
    Object.defineProperty(owner, name, {
      configurable: true,
      writable: true,
      value: (...given: unknown[]) => {
        if (++calls.count === at) device.destroy();
        return method.apply(owner, given);
      },
    });
  };
  if (point === "submit") counted(device.queue, point);
  else if (point !== "mapAsync") counted(device, point);
  else {
    const createBuffer = device.createBuffer;
    device.createBuffer = (descriptor) => {
      const buffer = createBuffer.call(device, descriptor);
      counted(buffer, point);
      return buffer;
    };
  }
  return calls;
}
