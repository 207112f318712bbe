/**
 * Machine code ahead of its use.
 *
 * @module
 */
import { Commands } from "./commands.ts";
import type { Gpu } from "./device.ts";
import type { Dispatch } from "./kernel.ts";

/**
 * Has the driver make the machine code of kernels now, in its own thread, while the host goes on
 * until it submits something else. Drivers that compute on the CPU make it only when a kernel first
 * runs, so each is run with no workgroup there, in Deno; other drivers have made it when this is
 * called, and nothing is done.
 *
 * @param gpu Device.
 * @param dispatches Bound kernels, which are to run soon.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { compileAhead } from "./compile_ahead.ts";
 * import { Gpu } from "./device.ts";
 *
 * using gpu = await Gpu.open();
 * const files = ["@group(0) @binding(0) var<storage, read_write> x: array<u32>;\n" +
 *   "@compute @workgroup_size(1) fn main() { x[0] = x[0] + 1u; }"];
 * const kernel = await gpu.kernel({ name: "count", files });
 * using word = new GpuArray(gpu, "word", 1);
 * compileAhead(gpu, [kernel.bind([word], [1])]);
 * assert.deepEqual(await word.readUint32(), Uint32Array.of(0));
 * ```
 */
export function compileAhead(gpu: Gpu, dispatches: readonly Dispatch[]): void {
  // A profile would count them, and Chrome warns of them.
  if (!gpu.software || gpu.profiler || gpu.implementation !== "wgpu") return;
  const commands = new Commands(gpu);
  for (const dispatch of dispatches) {
    commands.run({ ...dispatch, workgroups: [0, 0, 0], textured: [], operations: 0 });
  }
  commands.submit();
}
