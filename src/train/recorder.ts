/**
 * From what the GPU wrote to the trace of a run.
 *
 * @module
 */
import {
  lossFloor,
  projectionError,
  type TargetMoments,
  targetMoments,
} from "../rank/certificates/loss_floor.ts";
import type { CountedRecord } from "../rank/probes/counted_probe.ts";
import type { LayerRecord, ProbeRecord } from "../rank/probes/probe.ts";
import { rankInterval } from "../rank/certificates/rank_interval.ts";
import type { Doubt } from "./escalation.ts";
import type { CompleteOptions } from "./options.ts";
import type { TrainingProgram } from "./program.ts";
import type { LayerProbe, Probe, Trace } from "./trace.ts";

/** Steps whose losses a replica has room for at first. */
const FIRST_ROOM = 1024;

/** A probe in single precision, and what of it is in doubt. */
export interface Draft {
  /** The probe. */
  readonly probe: Probe;
  /** Number of the probe, counted from 0 over the whole run. */
  readonly number: number;
  /** Layers whose spectrum is to be solved again. */
  readonly doubts: readonly Doubt[];
}

/** Collects losses and probes of a run in the order of its steps. */
export class Recorder {
  /** Replicas whose loss became NaN or infinite, with the step at which it did. */
  readonly diverged = new Map<number, number>();

  readonly #options: CompleteOptions;
  readonly #program: TrainingProgram;
  readonly #targets: TargetMoments | null;
  /** Whether samples have classes. */
  readonly #isClassifier: boolean;
  /** Σ w u*² over the held-out samples of a differential equation, if it has any. */
  readonly #solutionSquare: number | null;
  readonly #losses: Float32Array[];
  readonly #probes: Probe[] = [];
  #steps = 0;

  /**
   * Prepares to record.
   *
   * @param options Options of the run.
   * @param program Its commands, which know how their records are laid out.
   */
  constructor(options: CompleteOptions, program: TrainingProgram) {
    this.#options = options;
    this.#program = program;
    const { task, replicas } = options;
    this.#targets = task.loss === "mean-squared-error"
      ? targetMoments(task.train.y, task.train.weights)
      : null;
    this.#isClassifier = !["mean-squared-error", "mean-squared-residual"].includes(task.loss);
    this.#solutionSquare = task.loss === "mean-squared-residual" && task.test
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
   * @param first Its first step.
   * @param count Its number of steps.
   * @param results The log of losses, the ring of probes and, where there are probes that count, what these left.
   * @returns The probes that it made, those of diverged replicas left out.
   */
  record(
    first: number,
    count: number,
    [losses, records, tallies, counts]: readonly Float32Array[],
  ): Draft[] {
    const { replicas } = this.#options;
    const { logCapacity, schedule, probe, counted } = this.#program;
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
        const at = { step, replica, number: before.all };
        const draft = kind === "spectra"
          ? this.#draft(probe.decode(records, before.spectra, replica), at)
          : this.#countedDraft(counted!.probes.decode(tallies, counts, before.counts, replica), at);
        // The loss of a mini-batch may be finite where that of all samples is not.
        if (Number.isFinite(draft.probe.loss)) drafts.push(draft);
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
   * @param solved What they came to.
   * @returns The probes.
   */
  add(drafts: readonly Draft[], doubts: readonly Doubt[], solved: readonly LayerRecord[]): Probe[] {
    const better = new Map(doubts.map((doubt, i) => [keyOf(doubt), solved[i]]));
    const probes = drafts.map(({ probe, number }) => ({
      ...probe,
      layers: probe.layers.map((layer, index) => {
        const record = better.get(keyOf({ probe: number, replica: probe.replica, layer: index }));
        return record ? this.#layer(record, index, "double") : layer;
      }),
    }));
    this.#probes.push(...probes);
    return probes;
  }

  /** Room that grows with the run: one that is to go on until it is stopped may ask for billions of steps. */
  #makeRoom(steps: number): void {
    for (const [replica, losses] of this.#losses.entries()) {
      if (losses.length >= steps) continue;
      this.#losses[replica] = new Float32Array(Math.max(steps, 2 * losses.length));
      this.#losses[replica].set(losses);
    }
  }

  #layer({ eigenvalues, bounds }: LayerRecord, index: number, precision: "single" | "double"): LayerProbe {
    const { epsilons, threshold } = this.#options;
    const ranks = epsilons.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, { threshold }));
    return { layer: index + 1, eigenvalues, bounds, ranks, precision };
  }

  #draft(record: ProbeRecord, place: Place): Draft {
    const { epsilons, threshold } = this.#options;
    const layers = record.layers.map((layer, index) => this.#layer(layer, index, "single"));
    const terminal = record.layers[record.layers.length - 1];
    const targets = this.#targets;
    const scale = threshold === "relative" ? terminal.eigenvalues[0] + terminal.bounds[0] : 1;
    const floors = targets &&
      epsilons.map((epsilon) => lossFloor({ ...record, ...terminal, targets }, epsilon * scale));
    const isAllInDoubt = this.#options.precision === "double";
    const draft = this.#finish(record, place, floors, layers, isAllInDoubt);
    if (!targets) return draft;
    const best = projectionError({ ...record, ...terminal, targets });
    return { ...draft, probe: { ...draft.probe, projectionError: best } };
  }

  /** A probe that only counted: in double-single arithmetic already. */
  #countedDraft(record: CountedRecord, place: Place): Draft {
    const nothing = new Float64Array();
    const layers = record.ranks.map((ranks, index): LayerProbe => ({
      layer: index + 1,
      eigenvalues: nothing,
      bounds: nothing,
      ranks,
      precision: "double",
    }));
    return this.#finish(record, place, null, layers, false);
  }

  #finish(
    record: ProbeRecord | CountedRecord,
    { step, replica, number }: Place,
    floors: readonly number[] | null,
    layers: readonly LayerProbe[],
    isAllInDoubt: boolean,
  ): Draft {
    const { task } = this.#options;
    const hits = task.test ? record.heldOutHits / task.test.count : record.hits / task.train.count;
    const accuracy = this.#isClassifier ? hits : null;
    const ofTraining = this.#isClassifier ? { trainingAccuracy: record.hits / task.train.count } : {};
    const square = this.#solutionSquare;
    const ofSolution = square === null ? {} : { relativeError: Math.sqrt(record.heldOutLoss / square) };
    const probe = {
      step,
      replica,
      loss: record.loss,
      accuracy,
      ...ofTraining,
      ...ofSolution,
      floors,
      layers,
    };
    const doubts = layers.flatMap(({ ranks }, layer) =>
      isAllInDoubt || ranks.some(({ low, high }) => low !== high) ? [{ probe: number, replica, layer }] : []
    );
    return { probe, number, doubts };
  }
}

/** Where a probe belongs: its step, its replica, and its number, counted from 0 over the whole run. */
interface Place {
  readonly step: number;
  readonly replica: number;
  readonly number: number;
}

function keyOf({ probe, replica, layer }: Doubt): string {
  return `${probe} ${replica} ${layer}`;
}
