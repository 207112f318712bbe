/**
 * A run of the live page: it trains in the browser, and signals say how far it is.
 *
 * @module
 */
import { StaircaseError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import {
  hasSnapshots,
  snapshotNotes,
  snapshotSamples,
  snapshotSteps,
} from "../../train/network_snapshots.ts";
import type { Probe, Trace } from "../../train/trace.ts";
import { Training } from "../../train/training.ts";
import { GrowingNetworks, type NetworkColumns } from "../data/networks.ts";
import { type Signal, signal } from "../deps.ts";
import { commandLine } from "./command.ts";
import { Pace } from "./pace.ts";
import { factsOf, type RunFacts } from "./run_facts.ts";
import { readSettings, type RunSettings } from "./settings.ts";
import type { LiveStatus, WatchedRun } from "./watched_run.ts";

/** Parameters of all replicas on the way. */
interface KnownParameters {
  /** Updates made. */
  readonly step: number;
  /** The parameters. */
  readonly parameters: Float32Array;
}

/** Milliseconds from one network that is shown to the next, while a run goes on. */
const NETWORKS_EVERY = 300;

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
  /** Its networks as far as they are shown; `null` where they cannot be drawn. */
  readonly networks: Signal<NetworkColumns | null> = signal(null);
  /** Updates that are shown. */
  readonly steps: Signal<number> = signal(0);
  /** Which of its steps are shown. */
  readonly pace: Pace = new Pace();
  /** What is known of it; `null` until the settings have been read. */
  readonly facts: Signal<RunFacts | null> = signal(null);

  readonly #end = new AbortController();
  #training: Training | null = null;
  /** Networks that are shown, and those that are ahead of them. */
  #shown: GrowingNetworks | null = null;
  readonly #ahead: KnownParameters[] = [];
  #networksAt = -Infinity;

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
      if (hasSnapshots(options)) {
        const { task, steps } = options;
        this.#shown = new GrowingNetworks(
          snapshotNotes(options),
          snapshotSamples(task),
          snapshotSteps(steps),
        );
        this.networks.value = this.#shown.columns;
      }
      this.facts.value = factsOf(options);
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
    const { signal } = this.#end, isDrawn = this.#shown !== null;
    if (isDrawn) {
      const parameters = await training.network.parameters.read();
      this.#ahead.push({ step: training.updates, parameters });
      training.requestState();
    }
    for await (const { first, count, state } of training.chunks()) {
      if (state && isDrawn) {
        const { buffer, byteOffset, length } = state.arrays.parameters;
        this.#ahead.push({ step: state.step, parameters: new Float32Array(buffer, byteOffset, length) });
      }
      if (isDrawn) training.requestState();
      this.pace.arrive(Math.min(first + count - 1, training.options.steps));
      await this.pace.mayTrain(signal);
      if (signal.aborted) break;
    }
  }

  /** Takes in the networks up to a step, now and then: each is evaluated and drawn. */
  #showNetworks(step: number): void {
    const isBetween = performance.now() - this.#networksAt < NETWORKS_EVERY;
    if (isBetween && this.pace.isRunning && this.status.peek() === "open") return;
    const shown = this.#shown, due = this.#ahead.findIndex((each) => each.step > step);
    const next = this.#ahead.splice(0, due < 0 ? this.#ahead.length : due);
    if (!shown || next.length === 0) return;
    for (const { step, parameters } of next) shown.take(step, parameters);
    this.networks.value = shown.columns;
    this.#networksAt = performance.now();
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
    const shown = Math.floor(this.pace.shown), { trace } = training, { probes } = trace;
    this.#showNetworks(shown);
    const { diverged, options: { replicas } } = training;
    if (diverged.size > 0 && diverged.size < replicas) {
      this.message.value = `${diverged.size} of ${replicas} replicas have diverged. Their lines end there.`;
    }
    if (shown === this.steps.peek() && this.trace.peek()) return;
    const count = countUpTo(probes, shown);
    if (count === 0) return;
    this.steps.value = shown;
    this.trace.value = {
      ...trace,
      losses: trace.losses.map((each) => each.subarray(0, shown + 1)),
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
