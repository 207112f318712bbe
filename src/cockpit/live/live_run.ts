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
import { type Signal, signal } from "../deps.ts";
import { commandLine } from "./command.ts";
import { FunctionView, isCurve } from "./function_view.ts";
import { Pace } from "./pace.ts";
import { factsOf, type RunFacts } from "./run_facts.ts";
import { readSettings, type RunSettings } from "./settings.ts";
import type { DrawnFunction, LiveStatus, WatchedRun } from "./watched_run.ts";

/** Parameters of a network on the way. */
interface KnownParameters {
  /** Updates made. */
  readonly step: number;
  /** Their words. */
  readonly words: Uint32Array;
}

/** Largest number of parameters, of all replicas, that are read back while a run trains. */
const MOST_PARAMETERS = 2 ** 18;

/** A run. */
export class LiveRun implements WatchedRun {
  /** Its settings. */
  readonly settings: RunSettings;
  /** How far it is. */
  readonly status: Signal<LiveStatus> = signal("preparing");
  /** What went wrong; empty if nothing has. */
  readonly message: Signal<string> = signal("");
  /** What is shown of its record; `null` before its first probe. */
  readonly trace: Signal<Trace | null> = signal(null);
  /**
   * What the first network is as a function; `null` where it is no curve, or before it is known.
   */
  readonly values: Signal<DrawnFunction | null> = signal(null);
  /** Updates that are shown. */
  readonly steps: Signal<number> = signal(0);
  /** Which of its steps are shown. */
  readonly pace: Pace = new Pace();
  /** What is known of it; `null` until the settings have been read. */
  readonly facts: Signal<RunFacts | null> = signal(null);

  readonly #end = new AbortController();
  #training: Training | null = null;
  #view: FunctionView | null = null;
  /** States that are ahead of what is shown, and the last one that is not. */
  #states: KnownParameters[] = [];
  #isEvaluating = false;

  /**
   * Prepares a run.
   *
   * @param settings Its settings.
   */
  constructor(settings: RunSettings) {
    this.settings = settings;
  }

  /** Updates it has made in a second of training, on average; NaN at the start. */
  get stepsPerSecond(): number {
    const { updates = 0, milliseconds = 0 } = this.#training ?? {};
    return 1000 * updates / milliseconds;
  }

  /** Command that repeats it. */
  get command(): string {
    return commandLine(this.settings);
  }

  /**
   * Trains to the end, at its pace. Ends with the status, and throws nothing.
   *
   * @param gpu Device.
   */
  async train(gpu: Gpu): Promise<void> {
    try {
      const options = await readSettings(this.settings);
      this.facts.value = factsOf(options);
      if (this.#end.signal.aborted) return;
      using training = await Training.create(gpu, options);
      this.#training = training;
      if (this.#end.signal.aborted) return;
      this.status.value = "ready";
      await this.pace.mayTrain(this.#end.signal);
      if (!this.#end.signal.aborted) this.status.value = "open";
      await this.#follow(training, gpu);
    } catch (error) {
      if (this.#end.signal.aborted) return;
      this.message.value = error instanceof Error ? error.message : String(error);
      this.status.value = this.#training?.status === "diverged" ? "diverged" : "failed";
      // What is no message to a person belongs to the console.
      if (!(error instanceof StaircaseError)) throw error;
    }
  }

  async #follow(training: Training, gpu: Gpu): Promise<void> {
    const { signal } = this.#end, { network, options: { task } } = training;
    const isCurved = isCurve(task) && network.parameters.length <= MOST_PARAMETERS;
    if (isCurved) training.requestState();
    let isBound = !isCurved;
    for await (const { first, count, state } of training.chunks()) {
      // Its kernels compile when the first ranks are seen, and not before.
      if (!isBound && first > training.options.probeEvery) {
        isBound = true;
        void this.#bindView(gpu, training.options);
      }
      if (state) this.#states.push({ step: state.step, words: state.arrays.parameters });
      if (isCurved) training.requestState();
      this.pace.arrive(Math.min(first + count - 1, training.options.steps));
      await this.pace.mayTrain(signal);
      if (signal.aborted) break;
    }
  }

  /** Prepares to evaluate the network. */
  async #bindView(gpu: Gpu, options: CompleteOptions): Promise<void> {
    // Without the view the run goes on; a device that failed is the training's to report.
    const view = await FunctionView.bind(gpu, options).catch(() => null);
    if (this.#end.signal.aborted) view?.[Symbol.dispose]();
    else this.#view = view;
  }

  /** Evaluates the last state up to a step, unless it has been. */
  async #evaluate(shown: number): Promise<void> {
    while (this.#states.length > 1 && this.#states[1].step <= shown) this.#states.shift();
    const [state] = this.#states, view = this.#view;
    if (!view || this.#isEvaluating || !state || state.step > shown) return;
    if (this.values.peek()?.step === state.step) return;
    this.#isEvaluating = true;
    const values = await view.values(state.step, state.words).catch(() => null);
    this.#isEvaluating = false;
    if (this.#end.signal.aborted) view[Symbol.dispose]();
    else if (values) this.values.value = { points: view.points, ...values };
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
    void this.#evaluate(shown);
    const { diverged, options: { replicas } } = training;
    if (diverged.size > 0 && diverged.size < replicas) {
      this.message.value = `${diverged.size} of ${replicas} replicas have diverged. Their lines end there.`;
    }
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
    if (!this.#isEvaluating) this.#view?.[Symbol.dispose]();
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
