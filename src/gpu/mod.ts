/**
 * The GPU: a device, arrays in its memory, kernels in WGSL, lists of commands, and read-back while
 * the GPU keeps working. Everything else in this toolkit is built on these.
 *
 * `Gpu.open()` opens an adapter's device and owns it. `Gpu.from(device)` uses a `GPUDevice` that
 * you own: disposing of the `Gpu` leaves your device open.
 *
 * The types of WebGPU are built into Deno, which downloads nothing for them. TypeScript elsewhere
 * (bundlers, Node) takes them from the package `@webgpu/types`: install it and name it in
 * `compilerOptions.types` of your `tsconfig.json`.
 *
 * @example Add two vectors with a kernel of your own.
 * ```ts
 * import assert from "node:assert/strict";
 * import { Commands, Gpu, GpuArray } from "./mod.ts";
 *
 * using gpu = await Gpu.open();
 * using a = new GpuArray(gpu, "a", Float32Array.of(1, 2, 3));
 * using b = new GpuArray(gpu, "b", Float32Array.of(10, 20, 30));
 * const kernel = await gpu.kernel({
 *   name: "add",
 *   files: [`
 *     @group(0) @binding(0) var<storage, read_write> a: array<f32>;
 *     @group(0) @binding(1) var<storage, read> b: array<f32>;
 *     @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
 *       if (id.x < arrayLength(&a)) { a[id.x] += b[id.x]; }
 *     }`],
 * });
 * const commands = new Commands(gpu);
 * commands.run(kernel.bind([a, b], [1]));
 * commands.submit();
 * assert.deepEqual(await a.read(), Float32Array.of(11, 22, 33));
 * ```
 *
 * @module
 */
export {
  DeviceLostError,
  GpuUnavailableError,
  InputError,
  KernelError,
  LimitError,
  OutOfMemoryError,
  ShapeError,
  StaircaseError,
} from "../errors.ts";
export type { AdapterInfo, AdapterPreference } from "./adapter.ts";
export { allocateArrays, GpuArray } from "./array.ts";
export { Commands } from "./commands.ts";
export type { DispatchTimer, GpuContext, WorkCounter } from "./context.ts";
export { Gpu } from "./device.ts";
export { type Backend, type BackendClues, backendOf } from "./backend.ts";
export type { Implementation } from "./implementation.ts";
export {
  type ArrayWindow,
  type Dispatch,
  Kernel,
  type KernelSource,
  type OverrideConstants,
} from "./kernel.ts";
export type { Deferred } from "./kernel_cache.ts";
export { measure, type Measurement } from "./measure/meter.ts";
export { measurePeak, type Peak } from "./measure/peak.ts";
export type { KernelTime, Profiler } from "./measure/profiler.ts";
export type { GpuFromOptions, GpuOptions } from "./options.ts";
export type { TextureWindow } from "./operand_texture.ts";
export type { WorkOptions } from "./paced_commands.ts";
export { ReadbackRing } from "./readback.ts";
export { type GpuStruct, gpuStruct, packStruct, type StructFields } from "./struct.ts";
export { autotune, type Candidate } from "./tune/autotune.ts";
export type { ChoiceKey, ChoiceStore, RememberedChoice } from "./tune/choice_store.ts";
export type { Choice, Question, QuestionShape, Tuner, WeighedQuestion } from "./tune/tuner.ts";
