/**
 * The GPU of a file of tests.
 *
 * @module
 */
import { Gpu } from "../../src/gpu/device.ts";

/**
 * Opens the GPU that all tests of a file share, and closes it after the last of them. A test that
 * needs what an adapter may lack is skipped by name, `Deno.test({ name, ignore:
 * !gpu.device.features.has(…), fn })`, and a test that loses or closes its device opens one of its
 * own.
 *
 * @returns The GPU.
 */
export async function openGpu(): Promise<Gpu> {
  const gpu = await Gpu.open();
  Deno.test.afterAll(() => gpu[Symbol.dispose]());
  return gpu;
}
