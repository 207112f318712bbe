/**
 * Tracked steps on their way to their ranks: counted some at a time, solved where spectra are
 * wanted.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { layerEntries } from "./features.ts";
import type { CompleteTrackerOptions } from "./options.ts";
import type { FailedStep, NotFiniteLayer } from "./record.ts";
import { Slots } from "./slots.ts";
import { SlotCounts } from "./slot_counts.ts";
import { solveLayers, type UnsolvedLayer } from "./solve_layers.ts";
import { countedLayer, isUncertain, isUnknown, type TrackedStep, unknownLayer } from "./tracked_step.ts";

/**
 * Steps whose uncertain ranks wait to be solved, at most. Solving is slow beside counting, and more
 * stay as they are, in their intervals.
 */
const MOST_DOUBTS = 8;
/** Share of the time that solving them may take while the program trains. */
const DOUBT_SHARE = 0.02;
/** How many times as long double-single arithmetic takes for a spectrum as single precision. */
const DOUBLE_COST = 8;

/** Layers of a step to solve. */
interface Job {
  readonly tracked: TrackedStep;
  readonly layers: readonly UnsolvedLayer[];
}

/** The steps of a tracker that wait for the GPU. */
export class StepQueue implements Disposable {
  /** Layers whose features are not finite. */
  readonly notFinite: NotFiniteLayer[] = [];
  /** Steps that are missing or lack spectra. */
  readonly failed: FailedStep[] = [];
  /** Steps that wait for their ranks, or for spectra that are to be solved in any case. */
  waiting = 0;
  /** Why nothing is tracked any more; `null` while it is. */
  error: unknown = null;

  /** Memory of the features of steps. */
  readonly slots: Slots;
  readonly #gpu: Gpu;
  readonly #options: CompleteTrackerOptions;
  readonly #started = performance.now();
  #copied: TrackedStep[] = [];
  #counts: { readonly key: string; readonly counts: SlotCounts } | null = null;
  /** Steps that have been added to the counts. */
  #batch: TrackedStep[] = [];
  #needed: Job[] = [];
  #doubts: Job[] = [];
  /** The step that was counted last, whose features are kept: it may be the last of the run. */
  #last: TrackedStep | null = null;
  #judged = 0;
  /** Milliseconds that doubts have taken, and that the next layer in doubt is expected to take. */
  #spent = 0;
  #expected = 0;
  /** Calls that wait for all ranks. */
  #flushes = 0;
  #isFinishing = false;
  #counting: Promise<void> | null = null;
  #solving: Promise<void> | null = null;
  #isDisposed = false;

  /**
   * Starts empty.
   *
   * @param gpu Device.
   * @param options Options of the tracker.
   */
  constructor(gpu: Gpu, options: CompleteTrackerOptions) {
    this.#gpu = gpu;
    this.#options = options;
    this.slots = new Slots(gpu);
  }

  /** Whether the ranks of a step have come. */
  get hasCounted(): boolean {
    return this.#judged > 0;
  }

  /**
   * Refuses what comes after the end.
   *
   * @throws {StaircaseError} If the queue was disposed.
   */
  check(): void {
    if (this.#isDisposed) throw new StaircaseError("this tracker was disposed; make another one");
  }

  /**
   * Takes a step whose features are on their way into its slot.
   *
   * @param tracked The step.
   */
  add(tracked: TrackedStep): void {
    this.waiting++;
    // Reported where it is awaited.
    tracked.copied.catch(() => {});
    this.#copied.push(tracked);
    this.#run();
  }

  /** Waits until all steps have their ranks. */
  async flush(): Promise<void> {
    this.#flushes++;
    try {
      do {
        this.check();
        this.#gpu.check();
        if (this.error !== null) throw this.error;
        this.#run();
        await this.#counting;
        await this.#solving;
      } while (this.#copied.length + this.#batch.length + this.#needed.length > 0 || this.#mayResolve);
      if (this.error !== null) throw this.error;
    } finally {
      this.#flushes--;
    }
  }

  /** Waits, and solves for the spectra of the last step and what is uncertain. */
  async finish(): Promise<void> {
    this.#isFinishing = true;
    try {
      await this.flush();
      const last = this.#last;
      if (last?.slot) {
        this.waiting++;
        const unsolved = [...last.layers.entries()].flatMap(([index, layer]) =>
          layer?.kind === "count" && !this.#isNotFinite(last, index) ? [index] : []
        );
        await this.#plan(last, unsolved, []);
        this.#release(last);
      }
      await this.flush();
    } finally {
      this.#isFinishing = false;
    }
  }

  /** Frees the memory. */
  [Symbol.dispose](): void {
    this.#isDisposed = true;
    this.error ??= new StaircaseError("this tracker was disposed; make another one");
    this.#counts?.counts[Symbol.dispose]();
    this.slots[Symbol.dispose]();
  }

  /** Sees to it that steps are counted and solved, each after the other. */
  #run(): void {
    const fail = (error: unknown) => {
      this.error ??= error;
      this.#copied = [];
      this.#batch = [];
      this.#needed = [];
    };
    if (this.error !== null) return;
    this.#counting ??= this.#count().catch(fail).finally(() => {
      this.#counting = null;
      if (this.#copied.length > 0) this.#run();
    });
    this.#solving ??= this.#solve().catch(fail).finally(() => {
      this.#solving = null;
      if (this.#needed.length > 0) this.#run();
    });
  }

  async #count(): Promise<void> {
    for (let tracked = this.#copied.shift(); tracked; tracked = this.#copied.shift()) {
      try {
        await tracked.copied;
      } catch (error) {
        this.#gpu.check();
        this.#fail(tracked, error);
        this.#release(tracked);
        this.waiting--;
        continue;
      }
      const { layout: { key }, layout } = tracked;
      if (this.#counts?.key !== key) {
        await this.#judge();
        this.#counts?.counts[Symbol.dispose]();
        this.#counts = null;
        this.#counts = { key, counts: await SlotCounts.bind(this.#gpu, layout, this.#options) };
        if (this.#isDisposed) this.#counts.counts[Symbol.dispose]();
      }
      const { counts } = this.#counts;
      await counts.add(tracked.slot!);
      this.#batch.push(tracked);
      if (this.#batch.length >= counts.steps) await this.#judge();
    }
    if (this.#flushes > 0) await this.#judge();
  }

  /** Counts in the steps that are ready, and decides what is to be solved. */
  async #judge(): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const counted = await this.#counts!.counts.read();
    for (const [i, tracked] of batch.entries()) {
      const { layers } = tracked, isAsked = this.#judged++ % this.#options.spectraEvery === 0;
      const wanted: number[] = [], doubtful: number[] = [];
      for (const [index, ranks] of counted[i].entries()) {
        const layer = layers[index] = ranks && countedLayer(index, ranks);
        if (layer === null || isAsked) wanted.push(index);
        else if (isUncertain(layer) && (this.#takesDoubts || isUnknown(layer))) doubtful.push(index);
      }
      await this.#plan(tracked, wanted, doubtful);
      if (this.#last) this.#release(this.#last);
      this.#last = tracked;
      this.#run();
    }
  }

  /**
   * Reads the features of layers that are to be solved, and lines them up.
   *
   * @param tracked A step.
   * @param wanted Layers whose spectra are wanted.
   * @param doubtful Layers with a rank in doubt, to be solved as time permits.
   */
  async #plan(tracked: TrackedStep, wanted: readonly number[], doubtful: readonly number[]): Promise<void> {
    const { layers, layout } = tracked, all = [...wanted, ...doubtful];
    const words = all.length > 0 ? await tracked.slot!.read() : null;
    const finite = new Map<number, UnsolvedLayer>();
    for (const index of all) {
      const { name, rows, columns } = layout.layers[index], data = layerEntries(words!, layout.layers[index]);
      if (data.every(Number.isFinite)) {
        finite.set(index, { index, features: { rows, columns, data }, ranks: layers[index]?.ranks ?? null });
        continue;
      }
      layers[index] = unknownLayer(index, Math.min(rows, columns), this.#options.epsilons);
      this.notFinite.push({ step: tracked.step, layer: name });
    }
    const [needed, doubts] = [wanted, doubtful].map((some) =>
      some.flatMap((index) => finite.get(index) ?? [])
    );
    if (needed.length > 0) this.#needed.push({ tracked, layers: needed });
    else this.waiting--;
    if (doubts.length > 0 && this.#takesDoubts) this.#doubts.push({ tracked, layers: doubts });
  }

  #isNotFinite({ step, layout: { layers } }: TrackedStep, index: number): boolean {
    return this.notFinite.some((each) => each.step === step && each.layer === layers[index].name);
  }

  /** Whether a step with a rank in doubt may wait for its spectra. */
  get #takesDoubts(): boolean {
    return this.#options.precision !== "single" && this.#doubts.length < MOST_DOUBTS;
  }

  /** Whether there is a doubt, and time to resolve it. */
  get #mayResolve(): boolean {
    if (this.#doubts.length === 0) return false;
    const needed = this.#spent + this.#expected * this.#doubts[0].layers.length;
    return this.#isFinishing || needed <= DOUBT_SHARE * (performance.now() - this.#started);
  }

  /** Solves what is lined up, as far as time permits. */
  async #solve(): Promise<void> {
    for (;;) {
      const needed = this.#needed.shift(),
        job = needed ?? (this.#mayResolve ? this.#doubts.shift() : undefined);
      if (!job) return;
      const { tracked, layers } = job, start = performance.now();
      try {
        for (const layer of await solveLayers(this.#gpu, layers, this.#options)) {
          tracked.layers[layer.layer - 1] = layer;
        }
      } catch (error) {
        this.#gpu.check();
        this.check();
        this.#fail(tracked, error);
        for (const { index, features: { rows, columns } } of layers) {
          tracked.layers[index] ??= unknownLayer(index, Math.min(rows, columns), this.#options.epsilons);
        }
      }
      const time = performance.now() - start;
      if (needed) this.waiting--;
      else this.#spent += time;
      if (!needed) this.#expected = time / layers.length;
      else if (this.#spent === 0) this.#expected = DOUBLE_COST * time / layers.length;
    }
  }

  #fail({ step }: TrackedStep, error: unknown): void {
    this.failed.push({ step, reason: error instanceof Error ? error.message : String(error) });
  }

  #release(tracked: TrackedStep): void {
    if (tracked.slot) this.slots.release(tracked.slot);
    tracked.slot = null;
  }
}
