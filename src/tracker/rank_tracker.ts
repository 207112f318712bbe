/**
 * Tracks the ranks of the features of another program's training, on its own device.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Kernel } from "../gpu/kernel.ts";
import { MOST_STEPS } from "../train/limits.ts";
import type { Trace } from "../train/trace.ts";
import { viewTrace } from "../train/trace_view.ts";
import {
  copyFeatures,
  isReadInPlace,
  layOutFeatures,
  type SlotLayout,
  type TrackedFeatures,
} from "./features.ts";
import { bindGatherRows, type GatheredRows, gatherKernel } from "./gather_rows.ts";
import { type CompleteTrackerOptions, completeTrackerOptions, type RankTrackerOptions } from "./options.ts";
import type { TrackerRecord } from "./record.ts";
import { StepQueue } from "./step_queue.ts";
import { probeOf, type TrackedStep } from "./tracked_step.ts";

/** Steps up to which the trace has a loss for every step, NaN where it is not known. */
const MOST_LOSSES = 2 ** 24;

/** A layer that is tracked. */
export interface TrackedLayer {
  /** Its name. */
  readonly name: string;
  /** Number of its neurons. */
  readonly width: number;
}

/**
 * Tracks the certified ranks of features that another program computes on its own `GPUDevice`:
 * TensorFlow.js, jax-js, hand-written WebGPU. `track` encodes copies, submits them and returns;
 * ranks are counted afterwards, and neither `track` nor the program waits for them.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { RankTracker } from "./rank_tracker.ts";
 *
 * const adapter = await navigator.gpu.requestAdapter();
 * const device = await adapter!.requestDevice();
 * const usage = GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
 * const buffer = device.createBuffer({ size: 24, usage });
 * {
 *   using gpu = Gpu.from(device);
 *   using tracker = new RankTracker(gpu, { every: 10, epsilons: [1e-3], layers: ["hidden"] });
 *   for (let step = 0; step <= 10; step++) {
 *     device.queue.writeBuffer(buffer, 0, Float32Array.of(1, 0, 0, step, 0, 0));
 *     tracker.track(step, { hidden: { buffer, rows: 3, columns: 2 } }, 1 / (1 + step));
 *   }
 *   const { probes } = await tracker.finish();
 *   assert.deepEqual(probes.map(({ layers: [{ ranks: [{ rank }] }] }) => rank), [1, 2]);
 * }
 * device.destroy();
 * ```
 */
export class RankTracker implements Disposable {
  readonly #gpu: Gpu;
  readonly #options: CompleteTrackerOptions;
  readonly #queue: StepQueue;
  readonly #steps: TrackedStep[] = [];
  readonly #thinned: { step: number; every: number }[] = [];
  #names: readonly string[] | null;
  readonly #columns: Map<string, number>;
  #every: number;
  /** Whether kernels are compiled: steps left out until then need not be later on. */
  #isWarm = false;
  #latest = -1;
  #layout: SlotLayout | null = null;
  #gather: Kernel | null = null;

  /** Resolves once buffers without `GPUBufferUsage.COPY_SRC` can be tracked. */
  readonly ready: Promise<void>;

  /**
   * Starts to track.
   *
   * @param gpu Device of the program: `Gpu.from(device)`.
   * @param options Steps, layers, thresholds.
   * @throws {InputError} If an option does not exist or is out of range.
   */
  constructor(gpu: Gpu, options: RankTrackerOptions = {}) {
    this.#gpu = gpu;
    this.#options = completeTrackerOptions(options);
    this.#names = this.#options.names;
    this.#columns = new Map(this.#options.columns);
    this.#every = this.#options.every;
    this.#queue = new StepQueue(gpu, this.#options);
    this.ready = gatherKernel(gpu).then((kernel) => {
      this.#gather = kernel;
    });
    // A failure is reported where it is awaited.
    this.ready.catch(() => {});
  }

  /**
   * Tells whether a step is one to track, so that features need not be had for others.
   *
   * @param step Number of updates made before.
   * @returns Whether `track` would take it.
   */
  wants(step: number): boolean {
    return this.#queue.error === null && this.#gpu.error === null && step % this.#every === 0;
  }

  /**
   * Takes the features of a step. Does nothing at steps between those that are tracked. Buffers and
   * arrays are copied: overwrite or destroy them as soon as this returns.
   *
   * Does not wait for the GPU, and does not fail with it: after a failure nothing is tracked, and
   * `finish` rejects.
   *
   * @param step Number of updates made before; more than in the call before.
   * @param features Features of each layer by its name.
   * @param loss Loss at this step, or a promise of it. Default: not known.
   * @returns Whether the features were taken.
   * @throws {InputError} If a step does not ascend, or a layer is missing, unknown or no features.
   * @throws {ShapeError} If a layer changes its number of columns, reaches beyond its buffer, or
   * has not one row for each weight.
   * @throws {StaircaseError} If the tracker was disposed.
   */
  track(
    step: number,
    features: Readonly<Record<string, TrackedFeatures>>,
    loss: number | PromiseLike<number> = NaN,
  ): boolean {
    this.#queue.check();
    checkNumber("step", step, { min: 0, max: MOST_STEPS, integer: true });
    if (step <= this.#latest) {
      throw new InputError(
        `step ${step} after step ${this.#latest}: give steps that ascend, and each run its own tracker`,
      );
    }
    this.#warmUp(step);
    const layout = this.wants(step) ? this.#layOut(features) : null;
    this.#latest = step;
    if (layout === null) return false;
    if (this.#queue.waiting >= this.#options.capacity) {
      this.#track(step, 2 * this.#every);
      return false;
    }
    const slot = this.#queue.slots.take(layout.words);
    const copied = this.#gpu.scope(`features of step ${step}`, () => {
      const commands = new Commands(this.#gpu);
      const read = (buffer: GPUBuffer, rows: GatheredRows) =>
        bindGatherRows(this.#gpu, this.#gather!, [buffer, slot], rows);
      copyFeatures(features, layout, { commands, slot, read });
      commands.submit();
    });
    const tracked: TrackedStep = {
      step,
      loss: NaN,
      lossKnown: Promise.resolve(loss).then((value) => {
        tracked.loss = Number(value);
      }, () => {}),
      layout,
      slot,
      copied,
      layers: layout.layers.map(() => null),
    };
    this.#steps.push(tracked);
    this.#queue.add(tracked);
    return true;
  }

  /** The record so far, in the order of steps: those whose ranks are known. */
  get trace(): Trace {
    const probes = this.#steps.flatMap((tracked) => probeOf(tracked) ?? []);
    const steps = probes.length > 0 ? probes[probes.length - 1].step + 1 : 0;
    const losses = new Float32Array(steps > MOST_LOSSES ? 0 : steps).fill(NaN);
    for (const { step, loss } of probes) if (step < losses.length) losses[step] = loss;
    return viewTrace({ replicas: 1, epsilons: this.#options.epsilons, losses: [losses], probes });
  }

  /** The layers, first to last, in the order of the trace; empty before the first tracked step. */
  get layers(): readonly TrackedLayer[] {
    return (this.#names ?? []).flatMap((name) => {
      const width = this.#columns.get(name);
      return width === undefined ? [] : [{ name, width }];
    });
  }

  /** What was left out so far, and why. */
  get record(): TrackerRecord {
    const { notFinite, failed } = this.#queue;
    return {
      every: this.#every,
      tracked: this.#steps.length,
      thinned: [...this.#thinned],
      notFinite: [...notFinite],
      failed: [...failed],
    };
  }

  /**
   * Waits for the ranks of all steps that have been tracked. They come some steps at a time
   * otherwise.
   *
   * @throws {StaircaseError} If the device failed, or the tracker was disposed.
   */
  async flush(): Promise<void> {
    await this.#queue.flush();
    await Promise.all(this.#steps.map(({ lossKnown }) => lossKnown));
  }

  /**
   * Waits for all ranks, solves for the spectra of the last step and for those that counts left
   * uncertain.
   *
   * @returns The whole trace.
   * @throws {StaircaseError} If the device failed, or the tracker was disposed.
   */
  async finish(): Promise<Trace> {
    await this.#queue.finish();
    await this.flush();
    return this.trace;
  }

  /** Frees the memory. The trace so far stays. */
  [Symbol.dispose](): void {
    this.#queue[Symbol.dispose]();
  }

  /** Changes how many steps are tracked. */
  #track(step: number, every: number): void {
    this.#every = every;
    this.#thinned.push({ step, every });
  }

  /** Forgets, once kernels have been compiled, that steps had to wait for that. */
  #warmUp(step: number): void {
    const { every } = this.#options;
    if (this.#isWarm || !this.#queue.hasCounted) return;
    this.#isWarm = true;
    if (this.#every !== every) this.#track(step, every);
  }

  /** Checks features, and lays them out; equal layouts are one object. */
  #layOut(features: Readonly<Record<string, TrackedFeatures>>): SlotLayout {
    if (typeof features !== "object" || features === null) {
      throw new InputError(`features are ${features}: give an object with those of each layer by name`);
    }
    const names = this.#names ?? Object.keys(features);
    if (names.length === 0) throw new InputError("no layers are tracked: give features of at least one");
    const layout = layOutFeatures(features, names);
    const inPlace = names.find((name) => isReadInPlace(features[name]));
    if (inPlace !== undefined && this.#gather === null) {
      throw new InputError(
        `the buffer of ${inPlace} can not be copied: await tracker.ready, or create it with GPUBufferUsage.COPY_SRC`,
      );
    }
    const { weights } = this.#options;
    for (const { name, rows, columns } of layout.layers) {
      const expected = this.#columns.get(name) ?? columns;
      if (columns !== expected) {
        throw new ShapeError(
          `layer ${name} has ${columns} columns, not ${expected}: a layer keeps its width`,
        );
      }
      if (weights && weights.length !== rows) {
        throw new ShapeError(
          `layer ${name} has ${rows} rows for ${weights.length} weights: give one for each`,
        );
      }
    }
    this.#names = names;
    for (const { name, columns } of layout.layers) this.#columns.set(name, columns);
    if (layout.key !== this.#layout?.key) this.#layout = layout;
    return this.#layout;
  }
}
