/**
 * Small records for kernels: the TypeScript side of a WGSL `struct` of scalars.
 *
 * @module
 */
import { checkName } from "../check.ts";
import type { GpuContext } from "./context.ts";
import type { GpuStruct } from "./struct_cache.ts";

export type { GpuStruct } from "./struct_cache.ts";

/** A run of fields of one scalar type, in the order of the WGSL struct. */
export type StructFields = readonly ["u32" | "f32", ...number[]];

/**
 * Packs scalars one behind the other, as WGSL lays out a `struct` of scalars.
 *
 * @param fields Runs of fields.
 * @returns The words, padded to a multiple of 16 bytes as a uniform buffer requires.
 * @throws {InputError} If a run has another type than `u32` or `f32`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { packStruct } from "./struct.ts";
 *
 * assert.deepEqual([...packStruct(["u32", 7], ["f32", 1])], [7, 0x3f800000, 0, 0]);
 * ```
 */
export function packStruct(...fields: readonly StructFields[]): Uint32Array<ArrayBuffer> {
  const count = fields.reduce((sum, run) => sum + run.length - 1, 0);
  const words = new Uint32Array(4 * Math.ceil(count / 4));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  for (const [type, ...values] of fields) {
    checkName("type of fields", type, ["u32", "f32"]);
    (type === "u32" ? words : floats).set(values, at);
    at += values.length;
  }
  return words;
}

/**
 * Puts a struct of settings into GPU memory. The `Gpu` owns it: a struct with the same label and
 * fields is the same buffer, and disposing of the `Gpu` frees it. Kernels must not write to it.
 *
 * @param gpu Device.
 * @param label Name for error messages.
 * @param fields Runs of fields.
 * @returns The struct, to bind as a uniform.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "./device.ts";
 * import { gpuStruct } from "./struct.ts";
 *
 * using gpu = await Gpu.open();
 * const shape = gpuStruct(gpu, "shape", ["u32", 3, 5], ["f32", 0.5]);
 * assert.equal(shape.buffer, gpuStruct(gpu, "shape", ["u32", 3, 5], ["f32", 0.5]).buffer);
 * ```
 */
export function gpuStruct(gpu: GpuContext, label: string, ...fields: readonly StructFields[]): GpuStruct {
  return gpu.struct(label, packStruct(...fields));
}
