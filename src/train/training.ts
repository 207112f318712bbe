/**
 * The training loop: chunks of steps, probes included, one submission each; results while the next
 * chunk runs.
 *
 * @module
 */
import { StaircaseError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import type { Network } from "../nn/network.ts";
import { inChunks } from "./chunks.ts";
import { divergenceError, hasDiverged } from "./divergence.ts";
import type { CompleteOptions, TrainingOptions } from "./options.ts";
import { beginTraining, type BegunTraining } from "./begin.ts";
import type { TrainingCommands } from "./commands.ts";
import type { FeatureExport } from "./feature_export.ts";
import type { NetworkExport } from "./network_export.ts";
import { checkBegins, checkReadable, DISPOSED_IN_LOOP, type Phase } from "./phase.ts";
import { type Recorded, Recorder } from "./recorder.ts";
import type { DivergedReplica, SavedTraining, TraceChunk, TrainingState } from "./state.ts";
import type { Probe, Trace } from "./trace.ts";
import type { Submissions } from "./submissions.ts";
import { TraceBuilder } from "./trace_builder.ts";

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
 * for await (const { loss, layers } of training) assert(loss > 0 && layers[1].ranks[0].rank > 0);
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
   * GPU commands of one probe that only counts, to which a submission adds two or three; `null` if
   * all probes solve for spectra.
   */
  readonly dispatchesPerCount: number | null;

  readonly #stack: DisposableStack;
  readonly #commands: TrainingCommands;
  readonly #recorder: Recorder;
  readonly #builder: TraceBuilder;
  readonly #submissions: Submissions;
  readonly #signal: AbortSignal | undefined;
  /** Steps whose results have arrived, the last of which updates nothing. */
  #arrived: number;
  #phase: Phase = "new";

  private constructor(begun: BegunTraining, stack: DisposableStack) {
    const { options, network, commands, submissions, signal, from } = begun;
    this.options = options;
    this.network = network;
    this.#commands = commands;
    this.#signal = signal;
    this.#stack = stack;
    this.#recorder = new Recorder(options, commands, from?.state.diverged ?? []);
    this.#builder = new TraceBuilder(options);
    this.#arrived = from?.state.step ?? 0;
    if (from) this.#builder.start(from);
    this.#submissions = submissions;
    const { step, probes } = commands;
    this.dispatchesPerStep = step.draw.length + step.forward.length + step.update.length;
    this.dispatchesPerProbe = probes.spectrum.commands.length;
    this.dispatchesPerCount = probes.count?.commands.length ?? null;
  }

  /**
   * Allocates everything that a run needs; nothing is allocated once it trains.
   *
   * @param gpu Device.
   * @param options What to train, and how.
   * @param from A training to go on with, of the same options but for `steps`, which may be more:
   * what follows has the bits of a run that was never interrupted. Default: none, from the start.
   * @returns The run, at its start or where the other one was.
   * @throws {InputError} If an option is out of range, or the options are not those of the training
   * to go on with, or a cosine schedule is to have another number of steps.
   * @throws {ShapeError} If the adapter has no room for it, or the machine no memory. The message
   * says what would fit.
   * @throws {unknown} The reason of `options.signal`, if it is aborted meanwhile.
   *
   * @example
   * ```ts
   * import assert from "node:assert/strict";
   * import { Gpu } from "../gpu/device.ts";
   * import { loadTask } from "../tasks/registry.ts";
   *
   * using gpu = await Gpu.open();
   * const options = { task: await loadTask("cosines"), steps: 20, probeEvery: 10 };
   * using training = await Training.create(gpu, options);
   * const saved = { trace: await training.finish(), state: await training.readState() };
   * using longer = await Training.create(gpu, { ...options, steps: 40 }, saved);
   * assert.deepEqual((await longer.finish()).probes.map(({ step }) => step), [0, 10, 20, 30, 40]);
   * ```
   */
  static async create(
    gpu: Gpu,
    options: TrainingOptions,
    from: SavedTraining | null = null,
  ): Promise<Training> {
    const stack = new DisposableStack();
    return new Training(await beginTraining(gpu, options, from, stack), stack);
  }

  /** The record so far: all chunks that have been yielded, and what it went on from. */
  get trace(): Trace {
    return this.#builder.trace;
  }

  /**
   * Replicas whose loss became NaN or infinite, with the step at which it did. Their trace ends
   * before it.
   */
  get diverged(): ReadonlyMap<number, number> {
    return this.#builder.diverged;
  }

  /** Replicas that have diverged, when and in which layer, in the order in which they did. */
  get divergedReplicas(): readonly DivergedReplica[] {
    return this.#builder.divergedReplicas;
  }

  /** Number of updates whose results have arrived, from 0 to `options.steps`. */
  get updates(): number {
    return Math.min(this.#arrived, this.options.steps);
  }

  /**
   * State of the run: `done` once all results have arrived, `diverged` once every replica has
   * diverged, or one with `stopOnDivergence`; `stopped` if it ended before, by its signal, by an
   * error or because its caller left; otherwise `running`, which includes not yet started.
   */
  get status(): "running" | "done" | "stopped" | "diverged" {
    if (hasDiverged(this.diverged, this.options)) return "diverged";
    if (this.#arrived > this.options.steps) return "done";
    const isOpen = this.#phase === "new" || this.#phase === "running";
    return isOpen && !this.#stack.disposed ? "running" : "stopped";
  }

  /**
   * Computes the loss that each replica starts with, before training starts.
   *
   * @returns The losses, which come before the driver has compiled any probe.
   */
  async startLosses(): Promise<number[]> {
    checkBegins(this.#phase, this.#stack.disposed);
    return await this.#submissions.startLosses();
  }

  /**
   * Exports the features of some probes, so that their ranks can be verified. Call it before
   * training starts.
   *
   * @param steps Steps of probes.
   * @returns The features, once the probes have arrived.
   */
  exportFeatures(steps: Iterable<number>): FeatureExport {
    return this.#submissions.exportFeatures(steps);
  }

  /**
   * Exports the networks at some probes, so that their weights can be looked at. Call it before
   * training starts.
   *
   * @param steps Steps of probes, in any order.
   * @param before Words of what an earlier part of this training has exported, from
   * `NetworkExport.words`. Default: none.
   * @returns The networks, once the probes have arrived.
   * @throws {InputError} If there is no probe at one of the steps.
   */
  exportNetworks(
    steps: readonly number[],
    before: ReadonlyMap<number, Float32Array> = new Map(),
  ): NetworkExport {
    return this.#submissions.exportNetworks(steps, before);
  }

  /**
   * Asks for the state: a copy of it at the end of the submission that is encoded next arrives with
   * that submission's chunk. The GPU does not wait for it.
   */
  requestState(): void {
    this.#submissions.requestState();
  }

  /**
   * Reads the state after the last chunk, for a run that is to go on later. If it is done, that is
   * before the last step, which updates nothing: `steps` may grow. Waits for the GPU.
   *
   * @returns The state.
   * @throws {StaircaseError} If the run goes on, or ended otherwise than by its signal or its last
   * step: the GPU is then ahead of the chunks.
   */
  async readState(): Promise<TrainingState> {
    checkReadable(this.#phase, this.#stack.disposed);
    return this.#recorder.stateAt(this.updates, await this.#commands.state.read());
  }

  /**
   * Trains, and yields the record of each submission as it arrives. A training can be iterated over
   * once, by chunks or by probes.
   *
   * @throws {StaircaseError} If it has been iterated over before, or was disposed, before or in the
   * loop.
   * @throws {DivergenceError} If every replica has diverged, or one with `stopOnDivergence`.
   * @throws {DeviceLostError} If the device is lost.
   */
  async *chunks(): AsyncGenerator<TraceChunk, void, void> {
    checkBegins(this.#phase, this.#stack.disposed);
    this.#phase = "running";
    const { steps } = this.options;
    const pending: Recorded[] = [];
    const chunks = inChunks({
      first: this.#arrived,
      steps: steps + 1,
      // The last step is on its own, so that there is a chunk that ends before it.
      border: steps,
      most: this.#commands.mostSteps,
      signal: this.#signal,
      prepare: (first, count) => this.#submissions.prepare(first, count),
      submit: (first, count) => this.#submissions.submit(first, count),
    });
    try {
      for await (const { first, count, result, milliseconds } of chunks) {
        pending.push(this.#recorder.record(first, count, result));
        this.milliseconds = milliseconds;
        const { hasDiverged } = this.#recorder;
        // Spectra that are solved again have time until the next submission has been read.
        while (pending.length > 1 || pending.length === 1 && Recorder.isComplete(pending[0])) {
          yield await this.#complete(pending.shift()!);
        }
        if (hasDiverged) break;
      }
      while (pending.length > 0) yield await this.#complete(pending.shift()!);
      if (this.#recorder.hasDiverged) throw divergenceError(this.divergedReplicas, this.options);
      this.#phase = "drained";
    } catch (error) {
      throw this.#stack.disposed ? new StaircaseError(DISPOSED_IN_LOOP, { cause: error }) : error;
    } finally {
      if (this.#phase === "running") this.#phase = "left";
      // No result may be in flight to buffers that the caller is about to free.
      await Promise.allSettled(pending.flatMap(({ solved, located }) => [solved, located]));
    }
  }

  /**
   * Trains, and yields the probes as they arrive: in the order of steps, then replicas.
   *
   * @throws {StaircaseError} If it has been iterated over before, or was disposed.
   * @throws {DivergenceError} If every replica has diverged, or one with `stopOnDivergence`.
   * @throws {DeviceLostError} If the device is lost.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Probe, void, void> {
    for await (const { probes } of this.chunks()) yield* probes;
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

  async #complete(recorded: Recorded): Promise<TraceChunk> {
    const chunk = await this.#recorder.complete(recorded);
    if (this.#stack.disposed) throw new StaircaseError(DISPOSED_IN_LOOP);
    this.#builder.add(chunk);
    this.#arrived = chunk.first + chunk.count;
    return chunk;
  }

  /** Frees everything. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}
