/**
 * The training loop: chunks of steps, probes included, one submission each; results while the next
 * chunk runs.
 *
 * @module
 */
import { DivergenceError, StaircaseError } from "../errors.ts";
import { Commands } from "../gpu/commands.ts";
import type { Gpu } from "../gpu/device.ts";
import { ReadbackRing } from "../gpu/readback.ts";
import { Network } from "../nn/network.ts";
import { DEPTH, inChunks } from "./chunks.ts";
import { type CompleteOptions, completeOptions, type TrainingOptions } from "./options.ts";
import { bindTrainingCommands, type TrainingCommands } from "./commands.ts";
import type { LayerRecord } from "../rank/probes/probe.ts";
import type { Doubt } from "./escalation.ts";
import { FeatureExport } from "./feature_export.ts";
import { type Draft, Recorder } from "./recorder.ts";
import type { Probe, Trace } from "./trace.ts";

/** Probes that wait for their spectra in doubt. */
interface Pending {
  readonly drafts: readonly Draft[];
  readonly doubts: readonly Doubt[];
  /** The spectra in doubt, solved again; `null` if there are none. */
  readonly solved: Promise<readonly LayerRecord[]> | null;
}

/** The parts of a training, bound. */
interface BoundTraining {
  readonly network: Network;
  readonly commands: TrainingCommands;
  readonly signal: AbortSignal | undefined;
}

/**
 * A training run. Iterate over it to train and get each probe as it arrives; the trace grows
 * meanwhile.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { loadTask } from "../tasks/registry.ts";
 *
 * using gpu = await Gpu.open();
 * const task = await loadTask("cosines");
 * using training = await Training.create(gpu, { task, steps: 20, probeEvery: 10 });
 * for await (const probe of training) {
 *   assert(probe.loss > 0 && probe.layers[1].ranks[0].rank > 0);
 * }
 * assert.deepEqual(training.trace.probes.map(({ step }) => step), [0, 10, 20]);
 * ```
 */
export class Training implements AsyncIterable<Probe>, Disposable {
  /** Options of the run, with every choice made. */
  readonly options: CompleteOptions;
  /** The network. */
  readonly network: Network;
  /** Time since training began, in milliseconds. */
  milliseconds = 0;
  /** GPU commands of one step, without probes. */
  readonly dispatchesPerStep: number;
  /** GPU commands of one probe that solves for spectra. */
  readonly dispatchesPerProbe: number;
  /**
   * GPU commands of one probe that only counts, to which a submission adds two; `null` if all
   * probes solve for spectra.
   */
  readonly dispatchesPerCount: number | null;

  readonly #gpu: Gpu;
  readonly #stack: DisposableStack;
  readonly #commands: TrainingCommands;
  readonly #recorder: Recorder;
  readonly #ring: ReadbackRing;
  readonly #signal: AbortSignal | undefined;
  /** Steps whose results have arrived, the last of which updates nothing. */
  #arrived = 0;
  #isStarted = false;
  #isEnded = false;
  #exported: FeatureExport | null = null;

  private constructor(
    options: CompleteOptions,
    { network, commands, signal }: BoundTraining,
    stack: DisposableStack,
  ) {
    const { gpu } = network;
    this.#gpu = gpu;
    this.options = options;
    this.network = network;
    this.#commands = commands;
    this.#signal = signal;
    this.#stack = stack;
    this.#recorder = new Recorder(options, commands);
    const { step, probes } = commands;
    this.#ring = stack.use(new ReadbackRing(gpu, [step.losses, ...probes.results], DEPTH));
    this.dispatchesPerStep = step.draw.length + step.forward.length + step.update.length;
    this.dispatchesPerProbe = probes.spectrum.commands.length;
    this.dispatchesPerCount = probes.count?.commands.length ?? null;
  }

  /**
   * Allocates everything that a run needs; nothing is allocated once it trains.
   *
   * @param gpu Device.
   * @param options What to train, and how.
   * @returns The run, at its start.
   * @throws {InputError} If an option is out of range.
   * @throws {ShapeError} If the adapter has no room for it.
   */
  static async create(gpu: Gpu, options: TrainingOptions): Promise<Training> {
    const complete = completeOptions(options);
    using stack = new DisposableStack();
    const { task, hidden, activation, initializer, replicas, seed } = complete;
    const { inputs, outputs } = task;
    const shape = { inputs, hidden, outputs, activation, initializer, replicas, seed };
    const network = stack.use(await Network.create(gpu, shape));
    const commands = await bindTrainingCommands(network, complete, stack);
    return new Training(complete, { network, commands, signal: options.signal }, stack.move());
  }

  /** The record so far. */
  get trace(): Trace {
    return this.#recorder.trace;
  }

  /**
   * Replicas whose loss became NaN or infinite, with the step at which it did. Their trace ends
   * before it.
   */
  get diverged(): ReadonlyMap<number, number> {
    return this.#recorder.diverged;
  }

  /** Number of updates whose results have arrived, from 0 to `options.steps`. */
  get updates(): number {
    return Math.min(this.#arrived, this.options.steps);
  }

  /**
   * State of the run: `done` once all results have arrived, `diverged` once every replica has
   * diverged, `stopped` if it ended before, by its signal, by an error or because its caller left;
   * otherwise `running`, which includes not yet started.
   */
  get status(): "running" | "done" | "stopped" | "diverged" {
    if (this.diverged.size === this.options.replicas) return "diverged";
    if (this.#arrived > this.options.steps) return "done";
    return this.#isEnded ? "stopped" : "running";
  }

  /**
   * Exports the features of some probes, so that their ranks can be verified. Call it before
   * training starts.
   *
   * @param steps Steps of probes.
   * @returns The features, once the probes have arrived.
   */
  exportFeatures(steps: Iterable<number>): FeatureExport {
    const { features: views } = this.#commands.probes;
    return this.#exported = new FeatureExport(this.network, this.options, { views, steps });
  }

  /**
   * Trains, and yields the probes as they arrive: in the order of steps, then replicas.
   *
   * @throws {DivergenceError} If every replica has diverged.
   * @throws {DeviceLostError} If the device is lost.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Probe, void, void> {
    if (this.#isStarted) throw new StaircaseError("a training run can be iterated over once: create another");
    this.#isStarted = true;
    const { steps, replicas } = this.options;
    const pending: Pending[] = [];
    const chunks = inChunks({
      steps: steps + 1,
      most: this.#commands.mostSteps,
      signal: this.#signal,
      submit: (first, count) => this.#submit(first, count),
    });
    try {
      for await (const { first, count, result, milliseconds } of chunks) {
        pending.push(this.#judge(this.#recorder.record(first, count, result)));
        this.#arrived += count;
        this.milliseconds = milliseconds;
        // Spectra that are solved again have time until the next submission has been read.
        while (pending.length > 1 || pending[0]?.solved === null) yield* await this.#add(pending.shift()!);
        if (this.diverged.size === replicas) break;
      }
      while (pending.length > 0) yield* await this.#add(pending.shift()!);
      if (this.diverged.size === replicas) throw divergence(this.diverged);
    } finally {
      this.#isEnded = true;
      // No result may be in flight to buffers that the caller is about to free.
      await Promise.allSettled(pending.map(({ solved }) => solved));
    }
  }

  /**
   * Trains to the end.
   *
   * @returns The record.
   */
  async finish(): Promise<Trace> {
    for await (const _ of this);
    return this.trace;
  }

  /** Starts to solve the spectra in doubt again. */
  #judge(drafts: readonly Draft[]): Pending {
    const { escalation } = this.#commands;
    const doubts = escalation ? drafts.flatMap((draft) => draft.doubts) : [];
    if (!escalation || doubts.length === 0) return { drafts, doubts, solved: null };
    const solved = escalation.solve(doubts);
    solved.catch(() => {});
    return { drafts, doubts, solved };
  }

  async #add({ drafts, doubts, solved }: Pending): Promise<Probe[]> {
    return this.#recorder.add(drafts, doubts, await solved ?? []);
  }

  #submit(start: number, count: number): Promise<Float32Array[]> {
    const { steps } = this.options;
    const { step, probes: { schedule, spectrum, count: counted }, escalation } = this.#commands;
    let commands = new Commands(this.#gpu), counts = 0;
    for (let s = start; s < start + count; s++) {
      const [first, ...rest] = s === steps ? step.measure : step.update;
      commands.run(...step.draw, ...step.forward, first);
      const kind = schedule.kind(s);
      // There is no basis for the spectra to start from yet, or it is as old as the last of them.
      if (s === 0 || (kind === "spectrum" && counted)) commands.run(...spectrum.warmUp);
      if (kind === "spectrum") commands.run(...spectrum.commands);
      if (kind === "count" && counted) {
        commands.run(...counted.commands);
        counts++;
      }
      if (kind) {
        escalation?.keep(commands, schedule.before(s).all);
        commands = this.#exported?.take(s, commands) ?? commands;
      }
      commands.run(...rest);
    }
    counted?.probes.count(commands, schedule.before(start).count, counts);
    return this.#ring.submit(commands);
  }

  /** Frees everything. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

function divergence(diverged: ReadonlyMap<number, number>): DivergenceError {
  const step = Math.min(...diverged.values());
  return new DivergenceError(
    `the loss is no longer finite from step ${step} on: lower the learning rate, or choose another initialiser`,
    step,
    [...diverged.keys()],
  );
}
