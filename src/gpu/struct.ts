/**
 * Small records for kernels: the TypeScript side of a WGSL `struct` of scalars.
 *
 * @module
 */
import { GpuArray } from "./array.ts";
import type { Gpu } from "./device.ts";

/** A run of fields of one scalar type, in the order of the WGSL struct. */
export type StructFields = readonly ["u32" | "f32", ...number[]];

/**
 * Writes scalars one behind the other, as WGSL lays out a `struct` of scalars.
 *
 * @param fields Runs of fields.
 * @returns The words, padded to a multiple of 16 bytes, as a uniform buffer wants it.
 */
export function packStruct(...fields: readonly StructFields[]): Uint32Array {
  const count = fields.reduce((sum, run) => sum + run.length - 1, 0);
  const words = new Uint32Array(4 * Math.ceil(count / 4));
  const floats = new Float32Array(words.buffer);
  let at = 0;
  for (const [type, ...values] of fields) {
    (type === "u32" ? words : floats).set(values, at);
    at += values.length;
  }
  return words;
}

/**
 * Puts a struct into GPU memory.
 *
 * @param gpu Device.
 * @param label What it is for, in error messages.
 * @param fields Runs of fields.
 * @returns The array to bind as a uniform.
 */
export function gpuStruct(gpu: Gpu, label: string, ...fields: readonly StructFields[]): GpuArray {
  return new GpuArray(gpu, label, packStruct(...fields));
}
