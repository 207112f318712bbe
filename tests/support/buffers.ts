/** Counting of buffers, for tests that look for leaks. @module */
import type { Gpu } from "../../src/gpu/device.ts";

/** Buffers made since the counting began and not destroyed, by their labels. */
export interface BufferCount extends Disposable {
  /** Buffers that their makers have to free. */
  readonly alive: string[];
  /** Structs, which the `Gpu` owns and uses again. */
  readonly structs: string[];
  /** Bytes of all of these. */
  readonly bytes: number;
}

/** Counts the buffers that are made on a device from now on, until disposed. */
export function countBuffers(gpu: Gpu): BufferCount {
  const { device } = gpu;
  const alive = new Set<GPUBuffer>(), structs = new Set<GPUBuffer>();
  const createBuffer = device.createBuffer, struct = gpu.struct;
  device.createBuffer = (descriptor) => {
    const buffer = createBuffer.call(device, descriptor);
    const destroy = buffer.destroy;
    buffer.destroy = () => {
      alive.delete(buffer);
      structs.delete(buffer);
      return destroy.call(buffer);
    };
    alive.add(buffer);
    return buffer;
  };
  gpu.struct = (label, words) => {
    const found = struct.call(gpu, label, words);
    if (alive.delete(found.buffer)) structs.add(found.buffer);
    return found;
  };
  const labels = (buffers: Iterable<GPUBuffer>) => [...buffers].map(({ label }) => label);
  return {
    get alive() {
      return labels(alive);
    },
    get structs() {
      return labels(structs);
    },
    get bytes() {
      return [...alive, ...structs].reduce((sum, { size }) => sum + size, 0);
    },
    [Symbol.dispose]: () => {
      device.createBuffer = createBuffer;
      gpu.struct = struct;
    },
  };
}
