/**
 * The part of an open device that the other files of this room use.
 *
 * @module
 */
import type { GpuStruct } from "./struct_cache.ts";

/** Timestamps for compute passes with one dispatch each; see {@linkcode Profiler}. */
export interface DispatchTimer {
  /** Claims two timestamps for a dispatch of a kernel; `undefined` if a submission has no more. */
  next(name: string): GPUComputePassTimestampWrites | undefined;
  /** Copies the timestamps of a submission to a staging buffer. */
  resolve(encoder: GPUCommandEncoder): void;
  /** Reads the staging buffer once the submission is done. */
  collect(): void;
}

/** Counts of submitted work; see {@linkcode Meter}. */
export interface WorkCounter {
  /** Number of dispatches. */
  dispatches: number;
  /** Number of submissions with dispatches. */
  submissions: number;
  /** Number of waits for results. */
  waits: number;
  /** Claims two timestamps for a compute pass; `undefined` if there are no more. */
  nextPass(): GPUComputePassTimestampWrites | undefined;
}

/** An open device. {@linkcode Gpu} is the class that implements it. */
export interface GpuContext {
  /** WebGPU device. */
  readonly device: GPUDevice;
  /** Name of the implementation of WebGPU. */
  readonly implementation: string;
  /** Limits that the device grants. */
  readonly limits: GPUSupportedLimits;
  /** Timer of every dispatch; `null` if none is timed. */
  readonly profiler: DispatchTimer | null;
  /** Counter of submitted work; `null` if none is counted. */
  meter: WorkCounter | null;
  /** Refuses to use a device that failed or was disposed: throws why. */
  check(): void;
  /** Allocates a buffer, of the memory that there is. */
  allocate(descriptor: GPUBufferDescriptor): GPUBuffer;
  /** Frees a buffer. */
  release(buffer: GPUBuffer): void;
  /** Runs an action on buffers and reports errors of the device under a name, later. */
  watch<T>(name: string, action: () => T, buffers?: readonly GPUBuffer[]): T;
  /** Waits until the device has accepted buffers and bind groups; rejects if it refuses one. */
  accept(made: readonly (GPUBuffer | GPUBindGroup)[]): Promise<void>;
  /** Maps a staging buffer for reading, once the GPU is done with it. */
  map(staging: GPUBuffer): Promise<ArrayBuffer>;
  /** Finds the struct with these words, or allocates it. */
  struct(label: string, words: Uint32Array<ArrayBuffer>): GpuStruct;
}
