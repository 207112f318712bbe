/** jax-js on WebGPU. @module */
import { defaultDevice, init, numpy } from "./deps.ts";

/** NumPy of jax-js, with arrays on the GPU. */
export async function openJax(): Promise<typeof numpy> {
  const devices = await init();
  if (!devices.includes("webgpu")) throw new Error("jax-js finds no WebGPU here");
  defaultDevice("webgpu");
  return numpy;
}
