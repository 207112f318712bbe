/**
 * Long lists of dispatches, cut into short submissions that can be interrupted.
 *
 * @module
 */
import { GpuArray } from "./array.ts";
import { Commands } from "./commands.ts";
import type { Gpu } from "./device.ts";
import type { Dispatch } from "./kernel.ts";
import { ReadbackRing } from "./readback.ts";

/** Option of functions whose work may take long. */
export interface WorkOptions {
  /**
   * Stops the work early, within a submission or two of about 75 ms each: the promise then rejects
   * with the signal's reason. Default: none.
   */
  readonly signal?: AbortSignal | undefined;
}

/** Time of a submission, in milliseconds; {@linkcode Pacer} has the reason. */
const TARGET_MILLISECONDS = 75;
/**
 * Operations per millisecond that a kernel is expected to make before it has been timed, and the
 * most that are believed of it afterwards: dispatches with nothing left to do seem endlessly fast.
 * lavapipe makes 2 to 20 · 10⁶ on two cores.
 */
const RATES = {
  software: { first: 5e5, most: 1e7 },
  hardware: { first: 2e7, most: 5e9 },
} as const;
/**
 * Shorter submissions say little of a rate: Deno's wait for one takes 10 ms, whatever it does.
 */
const LEAST_MILLISECONDS = 15;
/** Most that one submission changes a rate. */
const MOST_CHANGE = 8;

/** What is known of the kernels of a device. */
interface Known {
  /** Operations per millisecond by the names of kernels. */
  readonly rates: Map<string, number>;
  /** Pipelines that have run before, so that the driver has compiled them. */
  readonly compiled: WeakSet<GPUComputePipeline>;
}

const knownOf = new WeakMap<Gpu, Known>();

/**
 * Dispatches that are submitted as they come, some 75 ms at a time, in their order: the results are
 * those of one submission. Two submissions are on their way at most, and the event loop turns
 * between them, so that a signal is heard and can stop the rest. Small work stays in one submission
 * and costs no wait.
 *
 * How long dispatches take is estimated from {@linkcode Dispatch.operations} and the rates of their
 * kernels, which are learnt from the submissions so far. On a software adapter the first dispatch
 * of a kernel ends its submission, since the driver compiles it there, for seconds at times.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { GpuArray } from "./array.ts";
 * import { Gpu } from "./device.ts";
 * import { PacedCommands } from "./paced_commands.ts";
 *
 * using gpu = await Gpu.open();
 * const files = ["@group(0) @binding(0) var<storage, read_write> x: array<u32>;\n" +
 *   "@compute @workgroup_size(1) fn main() { x[0] = x[0] + 1u; }"];
 * const kernel = await gpu.kernel({ name: "count", files });
 * using word = new GpuArray(gpu, "word", 1);
 * using commands = new PacedCommands(gpu);
 * await commands.run(new Array(100).fill(kernel.bind([word], [1])));
 * commands.submit();
 * assert.deepEqual(await word.readUint32(), Uint32Array.of(100));
 * ```
 */
export class PacedCommands implements Disposable {
  readonly #gpu: Gpu;
  readonly #signal: AbortSignal | undefined;
  readonly #known: Known;
  readonly #word: GpuArray;
  readonly #ring: ReadbackRing;
  #commands: Commands | null = null;
  /** Operations recorded, by the names of kernels. */
  #recorded = new Map<string, number>();
  #estimate = 0;
  #endsHere = false;
  #previous: Promise<void> = Promise.resolve();
  #lastArrival = 0;

  /**
   * Starts an empty list.
   *
   * @param gpu Device of the commands.
   * @param options Signal to stop.
   */
  constructor(gpu: Gpu, { signal }: WorkOptions = {}) {
    signal?.throwIfAborted();
    this.#gpu = gpu;
    this.#signal = signal;
    this.#word = new GpuArray(gpu, "end of a submission", 1);
    this.#ring = new ReadbackRing(gpu, [this.#word], 2);
    this.#known = knownOf.get(gpu) ?? { rates: new Map(), compiled: new WeakSet() };
    knownOf.set(gpu, this.#known);
  }

  /**
   * Records dispatches, in order, and submits those before them that make a submission.
   *
   * @param dispatches Bound kernels.
   * @throws {unknown} The reason of the signal, once it is aborted.
   * @throws {StaircaseError} If the device failed.
   */
  async run(dispatches: readonly Dispatch[]): Promise<void> {
    const { compiled } = this.#known;
    for (const dispatch of dispatches) {
      const milliseconds = dispatch.operations / this.#rate(dispatch.name);
      const isNew = this.#gpu.software && !compiled.has(dispatch.pipeline);
      if (this.#endsHere || this.#estimate + milliseconds > TARGET_MILLISECONDS) await this.#flush();
      compiled.add(dispatch.pipeline);
      this.#commands ??= new Commands(this.#gpu);
      this.#commands.run(dispatch);
      this.#estimate += milliseconds;
      this.#endsHere ||= isNew;
      const recorded = this.#recorded.get(dispatch.name) ?? 0;
      this.#recorded.set(dispatch.name, recorded + dispatch.operations);
    }
  }

  /** Submits what is left. Read an array to wait for it. */
  submit(): void {
    this.#commands?.submit();
    this.#start();
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
    this.#word[Symbol.dispose]();
  }

  #rate(name: string): number {
    return this.#known.rates.get(name) ?? this.#limits.first;
  }

  get #limits() {
    return RATES[this.#gpu.software ? "software" : "hardware"];
  }

  #start(): void {
    this.#commands = null;
    this.#recorded = new Map();
    this.#estimate = 0;
    this.#endsHere = false;
  }

  /** Submits what is recorded, and waits for the submission before it. */
  async #flush(): Promise<void> {
    if (!this.#commands) return;
    const submitted = performance.now();
    const estimate = this.#estimate, recorded = this.#recorded, isCompiled = !this.#endsHere;
    const arrival = this.#ring.submit(this.#commands);
    // Deno's map waits right here until the GPU is done; that of a browser returns at once.
    const blocked = performance.now() - submitted;
    this.#start();
    const done = arrival.then(() => {
      const now = performance.now(), since = now - Math.max(submitted, this.#lastArrival);
      this.#lastArrival = now;
      if (isCompiled) this.#learn(recorded, estimate, blocked > 1 ? blocked : since);
    });
    // A failure is reported where it is awaited.
    done.catch(() => {});
    const previous = this.#previous;
    this.#previous = done;
    await previous;
    if (!this.#signal?.aborted) return;
    await done;
    throw this.#signal.reason;
  }

  /** Adapts the rates of the kernels of a submission to its time. */
  #learn(recorded: ReadonlyMap<string, number>, estimate: number, milliseconds: number): void {
    if (Math.max(estimate, milliseconds) < LEAST_MILLISECONDS) return;
    const change = Math.min(MOST_CHANGE, Math.max(1 / MOST_CHANGE, estimate / Math.max(milliseconds, 0.1)));
    const { first, most } = this.#limits;
    for (const name of recorded.keys()) {
      this.#known.rates.set(name, Math.min(most, Math.max(first / 1e3, change * this.#rate(name))));
    }
  }
}
