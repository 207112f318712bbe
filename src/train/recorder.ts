/**
 * The trace of a run, decoded from the results of its commands.
 *
 * @module
 */
import { rankInterval } from "../rank/certificates/rank_interval.ts";
import { type TargetMoments, targetMoments } from "../rank/certificates/target_moments.ts";
import type { CountedRecord } from "../rank/probes/counted_probe.ts";
import type { LayerRecord, ProbeRecord } from "../rank/probes/probe.ts";
import type { TrainingCommands } from "./commands.ts";
import type { Doubt } from "./escalation.ts";
import { type Floors, type OutputNorms, probeFloors } from "./floors.ts";
import type { CompleteOptions } from "./options.ts";
import type {
  CountProbe,
  LayerCount,
  LayerProbe,
  LayerSpectrum,
  Probe,
  SpectrumProbe,
  Trace,
} from "./trace.ts";

/** Steps whose losses a replica has room for at first. */
const FIRST_ROOM = 1024;

/** A probe before spectra in doubt have been solved again. */
export interface Draft {
  /** The probe. */
  readonly probe: Probe;
  /** Number of the probe, counted from 0 over the whole run. */
  readonly number: number;
  /** Layers whose spectrum is to be solved again. */
  readonly doubts: readonly Doubt[];
  /** Norms of the output layer; `null` where the probe has no floors. */
  readonly norms: OutputNorms | null;
}

/** Step and replica of a probe. */
type Place = Pick<Probe, "step" | "replica">;

/** Collects losses and probes of a run in the order of its steps. */
export class Recorder {
  /** Replicas whose loss became NaN or infinite, with the step at which it did. */
  readonly diverged = new Map<number, number>();

  readonly #options: CompleteOptions;
  readonly #commands: TrainingCommands;
  readonly #targets: TargetMoments | null;
  /** Σ w u*² over the held-out samples of a differential equation; `null` without them. */
  readonly #solutionSquare: number | null;
  readonly #losses: Float32Array[];
  readonly #probes: Probe[] = [];
  #steps = 0;

  /**
   * Prepares to record.
   *
   * @param options Options of the run.
   * @param commands Commands of the run, which decode their results.
   */
  constructor(options: CompleteOptions, commands: TrainingCommands) {
    this.#options = options;
    this.#commands = commands;
    const { task, replicas } = options;
    this.#targets = task.kind === "regression" ? targetMoments(task.train.y, task.train.weights) : null;
    this.#solutionSquare = task.kind === "equation" && task.test
      ? targetMoments(task.test.y, task.test.weights).square
      : null;
    this.#losses = Array.from({ length: replicas }, () => new Float32Array(FIRST_ROOM));
  }

  /** The record so far. */
  get trace(): Trace {
    const { replicas, epsilons } = this.#options;
    return {
      replicas,
      epsilons,
      losses: this.#losses.map((losses, replica) =>
        losses.subarray(0, Math.min(this.#steps, this.diverged.get(replica) ?? Infinity))
      ),
      probes: this.#probes,
    };
  }

  /**
   * Takes in the results of a submission: the losses at once, the probes as drafts.
   *
   * @param first First step of the submission.
   * @param count Number of its steps.
   * @param results The log of losses, then the results of the probes.
   * @returns The probes of the submission, except those of diverged replicas.
   */
  record(
    first: number,
    count: number,
    [losses, records, tallies, counts]: readonly Float32Array[],
  ): Draft[] {
    const { replicas } = this.#options;
    const { logCapacity, probes: { schedule, spectrum, count: counted } } = this.#commands;
    const drafts: Draft[] = [];
    this.#makeRoom(first + count);
    for (let step = first; step < first + count; step++) {
      for (let replica = 0; replica < replicas; replica++) {
        const loss = losses[(step % logCapacity) * replicas + replica];
        this.#losses[replica][step] = loss;
        if (!Number.isFinite(loss) && !this.diverged.has(replica)) this.diverged.set(replica, step);
      }
      const kind = schedule.kind(step), before = schedule.before(step);
      if (!kind) continue;
      for (let replica = 0; replica < replicas; replica++) {
        if (this.diverged.has(replica)) continue;
        const record = kind === "count" && counted
          ? counted.probes.decode(tallies, counts, before.count, replica)
          : spectrum.ring.decode(records, before.spectrum, replica);
        // The loss of a mini-batch may be finite while that of all samples is not.
        if (Number.isFinite(record.loss)) drafts.push(this.#draft(record, { step, replica }, before.all));
        else this.diverged.set(replica, step);
      }
    }
    this.#steps = first + count;
    return drafts;
  }

  /**
   * Adds probes to the trace.
   *
   * @param drafts Probes in the order of steps, then replicas.
   * @param doubts Spectra that were solved again.
   * @param solved Their results.
   * @returns The probes.
   */
  add(drafts: readonly Draft[], doubts: readonly Doubt[], solved: readonly LayerRecord[]): Probe[] {
    const better = new Map(doubts.map((doubt, i) => [keyOf(doubt), solved[i]]));
    const probes = drafts.map(({ probe, number, norms }): Probe => {
      const { replica } = probe;
      const solvedAgain = (layer: number) => better.get(keyOf({ probe: number, replica, layer }));
      const again = <Layer extends LayerProbe>(layer: Layer, index: number): Layer | LayerSpectrum => {
        const record = solvedAgain(index);
        return record ? this.#layer(record, index, "double") : layer;
      };
      if (probe.kind === "count") return { ...probe, layers: probe.layers.map(again) };
      const last = solvedAgain(probe.layers.length - 1);
      const floors = last && norms && this.#floors(last, norms);
      return { ...probe, layers: probe.layers.map(again), ...floors };
    });
    this.#probes.push(...probes);
    return probes;
  }

  /**
   * Makes room that grows with the run: a run that goes on until it is stopped may ask for billions
   * of steps.
   */
  #makeRoom(steps: number): void {
    for (const [replica, losses] of this.#losses.entries()) {
      if (losses.length >= steps) continue;
      this.#losses[replica] = new Float32Array(Math.max(steps, 2 * losses.length));
      this.#losses[replica].set(losses);
    }
  }

  #layer({ eigenvalues, bounds }: LayerRecord, index: number, precision: "single" | "double"): LayerSpectrum {
    const { epsilons, threshold } = this.#options;
    const ranks = epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, { threshold }));
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
    return { probe, number, doubts, norms: isSpectrum ? record : null };
  }
}

function keyOf({ probe, replica, layer }: Doubt): string {
  return `${probe} ${replica} ${layer}`;
}
