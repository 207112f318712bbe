/**
 * Implementations of WebGPU: the runtime's own, or another one that a program brings.
 *
 * @module
 */
import { operatingSystem } from "./environment.ts";

/** An implementation of WebGPU. */
export interface Implementation {
  /** Name, for records of runs and for choices by timing. */
  readonly name: string;
  /** Its entry point; `undefined` where there is none. */
  readonly gpu: GPU | undefined;
}

/**
 * Names the implementation of a device that was opened without one.
 *
 * @param device The device.
 * @returns `wgpu` or `browser` for a device of the runtime; `unknown` for another one.
 */
export function implementationOf(device: GPUDevice): string {
  return device instanceof GPUDevice ? ownImplementation().name : "unknown";
}

/**
 * Finds the implementation of the runtime.
 *
 * @returns `wgpu` under Deno, `browser` elsewhere, with `navigator.gpu`.
 */
export function ownImplementation(): Implementation {
  return { name: operatingSystem() === "browser" ? "browser" : "wgpu", gpu: navigator.gpu };
}
