/**
 * TensorFlow.js on WebGPU. For products only: under Deno its core has no gradients, and the whole
 * of it, which has, is the toolkit's size many times over.
 *
 * @module
 */
import { tf } from "./deps.ts";

/** TensorFlow.js with tensors on the GPU. */
export async function openTensorFlow(): Promise<typeof tf> {
  if (!await tf.setBackend("webgpu")) {
    throw new Error("TensorFlow.js finds no WebGPU here");
  }
  await tf.ready();
  return tf;
}
