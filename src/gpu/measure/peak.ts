/**
 * Peak rates of an adapter: arithmetic, bandwidth, latency of a dispatch and of a wait. Kernels are
 * reported as a fraction of these.
 *
 * @module
 */
import { GpuArray } from "../array.ts";
import { Commands } from "../commands.ts";
import type { Gpu } from "../device.ts";
import type { Dispatch } from "../kernel.ts";
import { measure } from "./meter.ts";
import { gpuStruct } from "../struct.ts";
import peakSource from "../../../shaders/gpu/measure/peak.wgsl" with { type: "text" };

/** Peak rates of an adapter. */
export interface Peak {
  /** Single-precision operations a second, of `fma` in registers, each counted as two. */
  readonly flopsPerSecond: number;
  /** Bytes a second, read and written, of a copy of 16-byte vectors too large for caches. */
  readonly bytesPerSecond: number;
  /** Time of a dispatch in a long pass, in milliseconds. */
  readonly dispatchMilliseconds: number;
  /** Time from a submission that does nothing to its result on the host, in milliseconds. */
  readonly waitMilliseconds: number;
}

/** Invocations a workgroup, and flops an invocation and iteration, of `peak.wgsl`. */
const WORKGROUP = 64, FLOPS = 256;
const ITERATIONS = 1024;
/**
 * Shortest measurement that counts, in milliseconds; a shorter one is repeated with more work. By
 * the host's clock it has to be longer, since that includes about 10 ms of waiting.
 */
const LONG_ENOUGH = { gpu: 20, host: 100 };
/** Number of measurements that count; the best of them is reported. */
const REPEATS = 5;
/** Bytes of an array to copy, if the adapter allows as many: more than a cache holds. */
const COPIED_BYTES = 2 ** 26;

/**
 * Measures the adapter's peak rates in about a second: by timestamps on the GPU if the adapter
 * takes them, else by the host's clock, which includes a wait.
 *
 * @param gpu Device.
 * @returns The best of a few repetitions each.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../device.ts";
 * import { measurePeak } from "./peak.ts";
 *
 * using gpu = await Gpu.open();
 * const { flopsPerSecond } = await measurePeak(gpu);
 * assert(flopsPerSecond > 1e6);
 * ```
 */
export async function measurePeak(gpu: Gpu): Promise<Peak> {
  using stack = new DisposableStack();
  const bytes = Math.min(COPIED_BYTES, gpu.limits.maxBufferSize, gpu.limits.maxStorageBufferBindingSize);
  const vectors = WORKGROUP * Math.floor(
    Math.min(bytes / 16 / WORKGROUP, gpu.limits.maxComputeWorkgroupsPerDimension),
  );
  const source = stack.use(new GpuArray(gpu, "vectors to copy", 4 * vectors));
  const results = stack.use(new GpuArray(gpu, "copied vectors", 4 * vectors));
  const word = stack.use(new GpuArray(gpu, "word", 1));
  const shape = (count: number) => gpuStruct(gpu, "peak shape", ["u32", count], ["f32", -1, 1]);
  const [arithmetic, copy, nothing] = await Promise.all(
    ["arithmetic", "copy", "nothing"].map((entryPoint) =>
      gpu.kernel({ name: "peak", files: [peakSource], entryPoint })
    ),
  );
  const workgroups = vectors / WORKGROUP;

  const flops = await best(gpu, word, workgroups, (amount) => ({
    dispatches: [arithmetic.bind([shape(ITERATIONS), results], [amount])],
    work: amount * WORKGROUP * ITERATIONS * FLOPS,
  }));
  const copied = copy.bind([shape(vectors), results, source], [workgroups]);
  const moved = await best(gpu, word, 64, (amount) => ({
    dispatches: new Array<Dispatch>(amount).fill(copied),
    work: amount * vectors * 32,
  }));
  const idle = nothing.bind([shape(1), results], [1]);
  const dispatched = await best(gpu, word, 2 ** 14, (amount) => ({
    dispatches: new Array<Dispatch>(amount).fill(idle),
    work: amount,
  }));
  let waitMilliseconds = Infinity;
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const start = performance.now();
    await word.read();
    waitMilliseconds = Math.min(waitMilliseconds, performance.now() - start);
  }
  return {
    flopsPerSecond: flops,
    bytesPerSecond: moved,
    dispatchMilliseconds: 1000 / dispatched,
    waitMilliseconds,
  };
}

/** Dispatches and the amount of work that they do. */
interface Load {
  readonly dispatches: readonly Dispatch[];
  readonly work: number;
}

/**
 * Measures the best rate, in work per second. Each load is four times as large as the one before
 * it, until a load takes long enough or is as large as allowed.
 */
async function best(
  gpu: Gpu,
  word: GpuArray,
  most: number,
  load: (amount: number) => Load,
): Promise<number> {
  let amount = 1, rate = 0;
  for (let repeat = 0; repeat < REPEATS;) {
    const { dispatches, work } = load(amount);
    const { milliseconds, gpuMilliseconds } = await measure(gpu, async () => {
      const commands = new Commands(gpu);
      commands.run(dispatches);
      commands.submit();
      await word.read();
    });
    const took = gpuMilliseconds ?? milliseconds;
    const enough = gpuMilliseconds === null ? LONG_ENOUGH.host : LONG_ENOUGH.gpu;
    if (took >= enough || amount === most) {
      rate = Math.max(rate, 1000 * work / took);
      repeat++;
    } else {
      amount = Math.min(most, 4 * amount);
    }
  }
  return rate;
}
