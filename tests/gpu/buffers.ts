/** Counting of buffers, for tests that look for leaks. @module */

/** Buffers of a device that are alive. */
export interface BufferCount extends Disposable {
  /** Labels of the buffers made since the counting began and not destroyed. */
  readonly alive: string[];
}

/** Counts the buffers that are made on a device from now on, until disposed. */
export function countBuffers(device: GPUDevice): BufferCount {
  const create = device.createBuffer;
  const alive = new Set<GPUBuffer>();
  device.createBuffer = (descriptor) => {
    const buffer = create.call(device, descriptor);
    const destroy = buffer.destroy;
    buffer.destroy = () => {
      alive.delete(buffer);
      return destroy.call(buffer);
    };
    alive.add(buffer);
    return buffer;
  };
  return {
    get alive() {
      return [...alive].map(({ label }) => label);
    },
    [Symbol.dispose]: () => void (device.createBuffer = create),
  };
}
