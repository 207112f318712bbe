/**
 * The submissions of a run: some steps, their probes, and what is read back of them.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { Commands } from "../gpu/commands.ts";
import { ReadbackRing } from "../gpu/readback.ts";
import type { Network } from "../nn/network.ts";
import { DEPTH } from "./chunks.ts";
import type { TrainingCommands } from "./commands.ts";
import { FeatureExport } from "./feature_export.ts";
import { NetworkExport } from "./network_export.ts";
import type { CompleteOptions } from "./options.ts";
import type { TrainingState } from "./state.ts";

/** What a submission leaves for the host. */
export interface SubmissionResults {
  /** The log of losses; or its quantiles, and the first bad step of each replica. */
  readonly losses: readonly Float32Array[];
  /** The results of the probes, as `Recorder.record` takes them. */
  readonly probes: readonly Float32Array[];
  /** Arrays of the state after it; `null` if none was asked for. */
  readonly arrays: TrainingState["arrays"] | null;
}

/** Makes the submissions of a run. */
export class Submissions {
  readonly #network: Network;
  readonly #options: CompleteOptions;
  readonly #commands: TrainingCommands;
  readonly #ring: ReadbackRing;
  readonly #lossArrays: number;
  #exported: FeatureExport | null = null;
  #networks: NetworkExport | null = null;
  #isStateWanted = false;
  #countsCompiled = false;

  /**
   * Allocates the room for results.
   *
   * @param network The network.
   * @param options Options of the run.
   * @param commands Its commands.
   * @param stack Owner of the room.
   */
  constructor(
    network: Network,
    options: CompleteOptions,
    commands: TrainingCommands,
    stack: DisposableStack,
  ) {
    this.#network = network;
    this.#options = options;
    this.#commands = commands;
    const { step, reduction, probes } = commands;
    const losses = reduction ? [reduction.quantiles, reduction.firstBad] : [step.losses];
    this.#lossArrays = losses.length;
    this.#ring = stack.use(new ReadbackRing(network.gpu, [...losses, ...probes.results], DEPTH));
  }

  /**
   * Computes the losses at the parameters that the first step starts from, on its samples. Changes
   * nothing that a step does not set.
   *
   * @returns The loss of each replica.
   */
  async startLosses(): Promise<number[]> {
    const { draw, forward, update: [first], seen: { loss: { array, count } } } = this.#commands.step;
    const commands = new Commands(this.#network.gpu);
    commands.run(draw, forward, first);
    commands.submit();
    const pairs = await array.read();
    return Array.from({ length: this.#options.replicas }, (_, replica) => {
      let sum = 0;
      for (let i = 0; i < count; i++) sum += pairs[2 * (replica * count + i)];
      return sum;
    });
  }

  /**
   * Exports the features of some probes of later submissions.
   *
   * @param steps Steps of probes.
   * @returns The features, once the probes have arrived.
   */
  exportFeatures(steps: Iterable<number>): FeatureExport {
    const { features: views } = this.#commands.probes;
    return this.#exported = new FeatureExport(this.#network, this.#options, { views, steps });
  }

  /**
   * Exports the networks at some steps of later submissions.
   *
   * @param steps The steps.
   * @param before Words of what an earlier part of the training has exported.
   * @returns The networks, once the steps have arrived.
   * @throws {InputError} If the run has no such step.
   */
  exportNetworks(steps: readonly number[], before: ReadonlyMap<number, Float32Array>): NetworkExport {
    const { steps: last } = this.#options;
    const odd = steps.find((step) => !(Number.isInteger(step) && step >= 0 && step <= last));
    if (odd !== undefined) {
      throw new InputError(`networks at step ${odd}: give whole numbers of steps from 0 to ${last}`);
    }
    return this.#networks = new NetworkExport(this.#network, steps, before);
  }

  /** Asks for the state at the end of the next submission. */
  requestState(): void {
    this.#isStateWanted = true;
  }

  /**
   * Compiles what some steps are the first to need.
   *
   * @param start First step.
   * @param count Number of steps.
   * @returns A promise of its end; `null` where there is nothing to compile.
   */
  prepare(start: number, count: number): Promise<void> | null {
    const { schedule, count: counted } = this.#commands.probes;
    if (this.#countsCompiled || !counted) return null;
    for (let step = start; step < start + count; step++) {
      if (schedule.kind(step) !== "count") continue;
      this.#countsCompiled = true;
      return counted.compile();
    }
    return null;
  }

  /**
   * Submits some steps. The last step of the run comes alone: before it, what it changes is copied
   * aside.
   *
   * @param start First step.
   * @param count Number of steps.
   * @returns Their results, and the state if it was asked for and they do not end the run.
   */
  async submit(start: number, count: number): Promise<SubmissionResults> {
    const { steps } = this.#options;
    const { step, reduction, probes: { schedule, spectrum, count: counted }, escalation, state } =
      this.#commands;
    let commands = new Commands(this.#network.gpu), counts = 0;
    if (start === steps) state.spare(commands);
    for (let s = start; s < start + count; s++) {
      commands = this.#networks?.take(s, commands) ?? commands;
      // Up to the next probe, which looks at what a single step leaves, or networks to export.
      const end = Math.min(start + count, schedule.next(s));
      if (step.many && end > s) {
        const between = Math.min(end, this.#networks?.next(s + 1) ?? Infinity) - s;
        commands.run(step.many(between));
        s += between - 1;
        continue;
      }
      const [first, ...rest] = s === steps ? step.measure : step.update;
      commands.run(step.draw, step.forward, first);
      const kind = schedule.kind(s);
      // There is no basis for the spectra to start from yet, or it is as old as the last of them.
      if (s === 0 || (kind === "spectrum" && counted)) commands.run(spectrum.warmUp);
      if (kind === "spectrum") commands.run(spectrum.commands);
      if (kind === "count" && counted) {
        commands.run(counted.commands);
        counts++;
      }
      if (kind) {
        escalation?.keep(commands, schedule.before(s).all);
        commands = this.#exported?.take(s, commands) ?? commands;
      }
      commands.run(rest);
    }
    reduction?.encode(commands, start, count);
    counted?.probes.count(commands, schedule.before(start).count, counts);
    const isStateWanted = this.#isStateWanted && start < steps;
    this.#isStateWanted = false;
    const submitted = this.#ring.submit(commands);
    // Nothing that changes the state is submitted in between.
    const [results, arrays] = await Promise.all([submitted, isStateWanted ? state.read() : null]);
    const at = this.#lossArrays;
    return { losses: results.slice(0, at), probes: results.slice(at), arrays };
  }
}
