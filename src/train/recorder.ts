/**
 * The record of a run, decoded from the results of its commands.
 *
 * @module
 */
import { rankIntervals } from "../rank/certificates/rank_interval.ts";
import { type TargetMoments, targetMoments } from "../rank/certificates/target_moments.ts";
import { NEVER } from "../nn/loss/loss_quantiles.ts";
import { lossShares } from "../nn/loss/loss_shares.ts";
import type { CountedRecord } from "../rank/probes/counted_probe.ts";
import type { LayerRecord, ProbeRecord } from "../rank/probes/probe.ts";
import type { TrainingCommands } from "./commands.ts";
import { CompactProbes } from "./compact.ts";
import type { Doubt } from "./escalation.ts";
import { hasDiverged } from "./divergence.ts";
import { type Floors, type OutputNorms, probeFloors } from "./floors.ts";
import type { CompleteOptions } from "./options.ts";
import type { DivergedReplica, TraceChunk, TrainingState } from "./state.ts";
import type { SubmissionResults } from "./submissions.ts";
import type { CountProbe, LayerCount, LayerProbe, LayerSpectrum, Probe, SpectrumProbe } from "./trace.ts";

/** A probe before spectra in doubt have been solved again. */
export interface Draft {
  /** The probe. */
  readonly probe: Probe;
  /** Number of the probe, counted from 0 over the whole run. */
  readonly number: number;
  /** Layers whose spectrum is to be solved again. */
  readonly doubts: readonly Doubt[];
  /** Norms of the output layer; `null` where the probe has no floors, or nothing is in doubt. */
  readonly norms: OutputNorms | null;
}

/** Steps whose results have arrived, before spectra in doubt have been solved again. */
export interface Recorded {
  /** First step. */
  readonly first: number;
  /** Number of steps up to the one at which the run ended by divergence, if it did. */
  readonly count: number;
  /** Loss at each of these steps: `losses[replica][step - first]`; empty if these are quantiles. */
  readonly losses: readonly Float32Array[];
  /** Quantiles in place of them, `lossQuantiles[quantile][step - first]`. */
  readonly lossQuantiles?: readonly Float32Array[];
  /** Networks that only a probe at these steps saw diverge. */
  readonly diverged: readonly DivergedReplica[];
  /** Networks that diverged at these steps, and where; `null` if none did. */
  readonly located: Promise<readonly DivergedReplica[]> | null;
  /** Probes at these steps, except those of diverged networks. */
  readonly drafts: readonly Draft[];
  /** State after these steps, if one was asked for. */
  readonly state: TrainingState | null;
  /** The spectra in doubt, solved again, in the order of the drafts; `null` if there are none. */
  readonly solved: Promise<readonly LayerRecord[]> | null;
}

/** Step and replica of a probe. */
type Place = Pick<Probe, "step" | "replica">;

/** Decodes losses and probes of a run in the order of its steps. */
export class Recorder {
  readonly #options: CompleteOptions;
  readonly #commands: TrainingCommands;
  readonly #targets: TargetMoments | null;
  /** Σ w u*² over the held-out samples of a differential equation; `null` without them. */
  readonly #solutionSquare: number | null;
  readonly #compact = new CompactProbes();
  /** Replicas whose loss became NaN or infinite; their layers once these are found. */
  readonly #diverged: Map<number, DivergedReplica>;

  /**
   * Prepares to record.
   *
   * @param options Options of the run.
   * @param commands Commands of the run, which decode their results.
   * @param diverged Replicas that had diverged before.
   */
  constructor(options: CompleteOptions, commands: TrainingCommands, diverged: readonly DivergedReplica[]) {
    this.#options = options;
    this.#commands = commands;
    this.#diverged = new Map(diverged.map((each) => [each.replica, each]));
    const { task } = options;
    this.#targets = task.kind === "regression" ? targetMoments(task.train.y, task.train.weights) : null;
    this.#solutionSquare = task.kind === "equation" && task.test
      ? targetMoments(task.test.y, task.test.weights).square
      : null;
  }

  /** Whether the run has ended because one replica has diverged, or all have. */
  get hasDiverged(): boolean {
    return hasDiverged(this.#diverged, this.#options);
  }

  /**
   * Tells whether a record waits for nothing more.
   *
   * @param recorded The record.
   * @returns Whether it does not.
   */
  static isComplete({ solved, located }: Recorded): boolean {
    return solved === null && located === null;
  }

  /**
   * Takes in the results of a submission. Nothing is recorded after the step at which the run ends
   * by divergence, so that its end does not depend on how steps fall into submissions. Starts to
   * solve spectra in doubt again.
   *
   * @param first First step of the submission.
   * @param count Number of its steps.
   * @param submitted What it left.
   * @returns The record, its probes as drafts.
   */
  record(first: number, count: number, { losses: [log, bad], probes, arrays }: SubmissionResults): Recorded {
    const { replicas } = this.#options;
    const { logCapacity, reduction, probes: { schedule, spectrum, count: counted } } = this.#commands;
    const [records, tallies, counts] = probes;
    const width = reduction ? lossShares.length : replicas, losses = new Float32Array(width * count);
    const badAt = reduction && this.#badSteps(bad);
    const drafts: Draft[] = [], diverged: DivergedReplica[] = [], unlocated: DivergedReplica[] = [];
    const diverge = (replica: number, step: number, found: DivergedReplica[]) => {
      const each = { replica, step, layer: null };
      this.#diverged.set(replica, each);
      found.push(each);
    };
    let step = first;
    for (; step < first + count && (step === first || !this.hasDiverged); step++) {
      for (let row = 0; row < width; row++) {
        const loss = log[(step % logCapacity) * width + row];
        losses[row * count + step - first] = loss;
        if (!badAt && !Number.isFinite(loss) && !this.#diverged.has(row)) diverge(row, step, unlocated);
      }
      for (const replica of badAt?.get(step) ?? []) diverge(replica, step, unlocated);
      const kind = schedule.kind(step), before = schedule.before(step);
      if (!kind) continue;
      for (let replica = 0; replica < replicas; replica++) {
        if (this.#diverged.has(replica)) continue;
        const record = kind === "count" && counted
          ? counted.probes.decode(tallies, counts, before.count, replica)
          : spectrum.ring.decode(records, before.spectrum, replica);
        // The loss of a mini-batch may be finite while that of all samples is not.
        if (Number.isFinite(record.loss)) drafts.push(this.#draft(record, { step, replica }, before.all));
        else diverge(replica, step, diverged);
      }
    }
    const made = step - first;
    // The state is that after all of the steps, of which some may not be recorded.
    const state = arrays && made === count ? this.stateAt(first + count, arrays) : null;
    const doubts = drafts.flatMap((draft) => draft.doubts);
    const solved = doubts.length > 0 ? this.#commands.escalation?.solve(doubts) ?? null : null;
    // The error reaches the caller that awaits this chunk, if there is one.
    solved?.catch(() => {});
    const located = unlocated.length > 0 ? this.#commands.locate(unlocated) : null;
    located?.catch(() => {});
    const cut = Array.from({ length: width }, (_, r) => losses.subarray(r * count, r * count + made));
    const record = reduction ? { losses: [], lossQuantiles: cut } : { losses: cut };
    return { first, count: made, ...record, diverged, located, drafts, state, solved };
  }

  /** Replicas by the step at which they diverged, of those that are not known to have. */
  #badSteps(firstBad: Float32Array): Map<number, number[]> {
    const words = new Uint32Array(firstBad.buffer, firstBad.byteOffset, firstBad.length);
    const found = new Map<number, number[]>();
    for (const [replica, step] of words.entries()) {
      if (step === NEVER || this.#diverged.has(replica)) continue;
      const own = found.get(step);
      if (own) own.push(replica);
      else found.set(step, [replica]);
    }
    return found;
  }

  /**
   * Completes a record once its spectra have been solved again.
   *
   * @param recorded The record.
   * @returns The chunk.
   */
  async complete({ drafts, solved, diverged, located, state, ...rest }: Recorded): Promise<TraceChunk> {
    const [again, found] = await Promise.all([solved, located]);
    for (const each of found ?? []) this.#diverged.set(each.replica, each);
    const doubts = again ? drafts.flatMap((draft) => draft.doubts) : [];
    return {
      ...rest,
      diverged: [...found ?? [], ...diverged].sort((a, b) => a.step - b.step || a.replica - b.replica),
      state: state && this.stateAt(state.step, state.arrays),
      probes: this.#probes(drafts, new Map(doubts.map((each, i) => [keyOf(each), again![i]]))),
    };
  }

  /**
   * Makes a state.
   *
   * @param step Number of the next step.
   * @param arrays Words of its arrays.
   * @returns The state, with the replicas that had diverged by then.
   */
  stateAt(step: number, arrays: TrainingState["arrays"]): TrainingState {
    const diverged = [...this.#diverged.values()].filter((each) => each.step < step);
    const { steps, spectraEvery } = this.#options;
    return { step, steps, spectraEvery, arrays, diverged };
  }

  #probes(drafts: readonly Draft[], better: ReadonlyMap<string, LayerRecord>): Probe[] {
    return drafts.map(({ probe, number, doubts, norms }): Probe => {
      if (doubts.length === 0) return probe;
      const { replica } = probe;
      const solvedAgain = (layer: number) => better.get(keyOf({ probe: number, replica, layer }));
      const again = <Layer extends LayerProbe>(layer: Layer, index: number): Layer | LayerSpectrum => {
        const record = solvedAgain(index);
        return record ? this.#layer(record, index, "double") : layer;
      };
      if (probe.kind === "count") {
        return this.#compact.pack({ ...probe, layers: probe.layers.map(again) });
      }
      const last = solvedAgain(probe.layers.length - 1);
      const floors = last && norms && this.#floors(last, norms);
      return this.#compact.pack({ ...probe, layers: probe.layers.map(again), ...floors });
    });
  }

  #layer({ eigenvalues, bounds }: LayerRecord, index: number, precision: "single" | "double"): LayerSpectrum {
    const { epsilons, threshold } = this.#options;
    const ranks = rankIntervals({ eigenvalues, bounds }, epsilons, threshold);
    return { kind: "spectrum", layer: index + 1, eigenvalues, bounds, ranks, precision };
  }

  #spectrumProbe(record: ProbeRecord, place: Place): SpectrumProbe {
    const layers = record.layers.map((layer, index) => this.#layer(layer, index, "single"));
    const floors = this.#floors(record.layers[layers.length - 1], record) ?? { floors: null };
    return { kind: "spectrum", ...place, ...this.#measures(record), layers, ...floors };
  }

  #floors(terminal: LayerRecord, norms: OutputNorms): Floors | null {
    const { epsilons, threshold, task } = this.#options, targets = this.#targets;
    if (!targets) return null;
    return probeFloors(terminal, norms, { targets, samples: task.train.count, epsilons, threshold });
  }

  #countProbe(record: CountedRecord, place: Place): CountProbe {
    const layers = record.ranks.map((ranks, index): LayerCount => ({
      kind: "count",
      layer: index + 1,
      ranks,
      precision: "double",
    }));
    return { kind: "count", ...place, ...this.#measures(record), layers };
  }

  /** Loss, and where the task has them accuracies or the error of the solution. */
  #measures({ loss, hits, heldOutHits, heldOutLoss }: ProbeRecord | CountedRecord) {
    const { kind, train, test } = this.#options.task;
    if (kind === "classification") {
      const trainingAccuracy = hits / train.count;
      return { loss, accuracy: test ? heldOutHits / test.count : trainingAccuracy, trainingAccuracy };
    }
    const square = this.#solutionSquare;
    if (square === null) return { loss, accuracy: null };
    return { loss, accuracy: null, relativeError: Math.sqrt(heldOutLoss / square) };
  }

  /**
   * Finds the layers to solve again: all spectra if double precision was asked for, and those with
   * an uncertain rank.
   */
  #draft(record: ProbeRecord | CountedRecord, place: Place, number: number): Draft {
    const isSpectrum = "layers" in record;
    const probe = isSpectrum ? this.#spectrumProbe(record, place) : this.#countProbe(record, place);
    const isAllInDoubt = this.#options.precision === "double" && probe.kind === "spectrum";
    const doubts = probe.layers.flatMap(({ ranks }, layer) =>
      isAllInDoubt || ranks.some(({ low, high }) => low !== high)
        ? [{ probe: number, replica: probe.replica, layer }]
        : []
    );
    // Thousands of drafts may wait: those without doubts are complete, and take little memory.
    if (doubts.length === 0) return { probe: this.#compact.pack(probe), number, doubts, norms: null };
    return { probe, number, doubts, norms: isSpectrum ? record : null };
  }
}

function keyOf({ probe, replica, layer }: Doubt): string {
  return `${probe} ${replica} ${layer}`;
}
