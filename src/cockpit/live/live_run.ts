/**
 * A run of the live page: it trains in the browser, and signals say how far it is.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { CompleteOptions } from "../../train/options.ts";
import type { Probe, Trace } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { type ReadonlySignal, type Signal, signal } from "../deps.ts";
import { Pace } from "./pace.ts";
import { readSettings, type RunSettings } from "./settings.ts";

/**
 * State of a run. `preparing`: kernels compile; `ready`: it has not begun; `open`: it trains or
 * pauses; `failed`: it never began, or broke off, and the message says why.
 */
export type LiveStatus = "preparing" | "ready" | "open" | "done" | "diverged" | "failed";

/** A run. */
export class LiveRun {
  /** Its settings. */
  readonly settings: RunSettings;
  /** How far it is. */
  readonly status: Signal<LiveStatus> = signal("preparing");
  /** What went wrong; empty if nothing has. */
  readonly message: Signal<string> = signal("");
  /** What is shown of its record; `null` before its first probe. */
  readonly trace: Signal<Trace | null> = signal(null);
  /** Updates that are shown. */
  readonly steps: Signal<number> = signal(0);
  /** Which of its steps are shown. */
  readonly pace: Pace = new Pace();

  readonly #options: Signal<CompleteOptions | null> = signal(null);
  readonly #end = new AbortController();
  #training: Training | null = null;

  /**
   * Prepares a run.
   *
   * @param settings Its settings.
   */
  constructor(settings: RunSettings) {
    this.settings = settings;
  }

  /** What it trains, and how; `null` until the settings have been read. */
  get options(): ReadonlySignal<CompleteOptions | null> {
    return this.#options;
  }

  /** Updates it has made in a second of training, on average; NaN at the start. */
  get stepsPerSecond(): number {
    const { updates = 0, milliseconds = 0 } = this.#training ?? {};
    return 1000 * updates / milliseconds;
  }

  /** Widths of all layers; none before it is ready. */
  get widths(): readonly number[] {
    return this.#training?.network.widths ?? [];
  }

  /**
   * Trains to the end, at its pace. Ends with the status, and throws nothing.
   *
   * @param gpu Device.
   */
  async train(gpu: Gpu): Promise<void> {
    try {
      const options = this.#options.value = await readSettings(this.settings);
      if (this.#end.signal.aborted) return;
      using training = await Training.create(gpu, options);
      this.#training = training;
      if (this.#end.signal.aborted) return;
      this.status.value = "ready";
      await this.pace.mayTrain(this.#end.signal);
      if (!this.#end.signal.aborted) this.status.value = "open";
      await this.#follow(training);
    } catch (error) {
      if (this.#end.signal.aborted) return;
      this.message.value = error instanceof Error ? error.message : String(error);
      this.status.value = this.#training?.status === "diverged" ? "diverged" : "failed";
      // What is no message to a person belongs to the console.
      if (!(error instanceof StaircaseError)) throw error;
    }
  }

  async #follow(training: Training): Promise<void> {
    const { signal } = this.#end;
    for await (const { first, count } of training.chunks()) {
      this.pace.arrive(Math.min(first + count - 1, training.options.steps));
      await this.pace.mayTrain(signal);
      if (signal.aborted) break;
    }
  }

  /**
   * Shows what the pace has come to.
   *
   * @param seconds Time since it was shown before.
   */
  show(seconds: number): void {
    this.pace.tick(seconds);
    const training = this.#training;
    if (!training) return;
    const shown = Math.floor(this.pace.shown), { probes, losses } = training.trace;
    if (shown === this.steps.peek() && this.trace.peek()) return;
    const count = countUpTo(probes, shown);
    if (count === 0) return;
    this.steps.value = shown;
    this.trace.value = {
      ...training.trace,
      losses: losses.map((each) => each.subarray(0, shown + 1)),
      probes: count === probes.length ? [...probes] : probes.slice(0, count),
    };
    if (this.status.peek() === "open" && shown >= training.options.steps) this.status.value = "done";
  }

  /** Goes on to the next probe, and pauses there. */
  step(): void {
    const { options } = this.#training ?? {};
    if (!options) return;
    const { probeEvery, steps } = options, shown = Math.floor(this.pace.shown);
    this.pace.goTo(Math.min(steps, (Math.floor(shown / probeEvery) + 1) * probeEvery));
  }

  /** Ends it, and frees what it holds. */
  end(): void {
    this.#end.abort();
    this.pace.wake();
  }
}

/** Counts the probes up to a step; they are in the order of steps. */
function countUpTo(probes: readonly Probe[], step: number): number {
  let low = 0, high = probes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (probes[middle].step <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}
