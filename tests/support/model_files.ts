/**
 * Models on the disk for tests.
 *
 * @module
 */
import { safetensorsFile } from "./array_files.ts";

/** A tensor: its type and shape as the file has them, and its bytes. */
export interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** A tensor of float32. */
export function floats(shape: readonly number[], values: ArrayLike<number>): Tensor {
  const data = Float32Array.from(values);
  return { dtype: "F32", shape, bytes: new Uint8Array(data.buffer) };
}

/** A tensor of float64. */
export function doubles(shape: readonly number[], values: ArrayLike<number>): Tensor {
  const data = Float64Array.from(values);
  return { dtype: "F64", shape, bytes: new Uint8Array(data.buffer) };
}

/** A tensor of bfloat16: the upper halves of float32. */
export function brainFloats(shape: readonly number[], values: ArrayLike<number>): Tensor {
  const words = new Uint32Array(Float32Array.from(values).buffer);
  const halves = Uint16Array.from(words, (word) => word >>> 16);
  return { dtype: "BF16", shape, bytes: new Uint8Array(halves.buffer) };
}

/** A tensor of float16. */
export function halfFloats(shape: readonly number[], values: ArrayLike<number>): Tensor {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat16(2 * i, values[i], true);
  return { dtype: "F16", shape, bytes: new Uint8Array(view.buffer) };
}

/** A safetensors file of some tensors by name. */
export function modelFile(tensors: Readonly<Record<string, Tensor>>): Uint8Array<ArrayBuffer> {
  let at = 0;
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
      const begin = at;
      at += bytes.length;
      return [name, { dtype, shape, data_offsets: [begin, at] }];
    }),
  );
  const data = new Uint8Array(at);
  at = 0;
  for (const { bytes } of Object.values(tensors)) {
    data.set(bytes, at);
    at += bytes.length;
  }
  return safetensorsFile(header, data);
}
