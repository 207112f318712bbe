/**
 * Snapshots of a training's networks, taken on its way without a wait of the GPU.
 *
 * @module
 */
import { type RunIdentity, writeSnapshot } from "../../io/mod.ts";
import type { Task } from "../../tasks/task.ts";
import { rankedSamples } from "../../train/equation.ts";
import type { TrainingState } from "../../train/state.ts";
import type { Training } from "../../train/training.ts";

/** Most floats of the parameters of all replicas: a snapshot is for networks that can be drawn. */
const MOST_PARAMETERS = 2 ** 18;

/** Most inputs of functions that can be drawn. */
const MOST_INPUTS = 2;

/** Most samples that a snapshot has; more are thinned evenly. */
const MOST_SAMPLES = 4096;

/** Snapshots in equal steps, and in equal ratios of steps. */
const EVEN = 16, GEOMETRIC = 16;

/** Steps at which snapshots are wanted, ascending. */
function wantedSteps(steps: number): number[] {
  const even = Array.from({ length: EVEN }, (_, k) => Math.round(steps * k / EVEN));
  const geometric = Array.from({ length: GEOMETRIC }, (_, k) => Math.round(steps ** (k / GEOMETRIC)));
  return [...new Set([...even, ...geometric])].filter((step) => step < steps).sort((a, b) => a - b);
}

/** Takes every k-th row, so that no more than {@linkcode MOST_SAMPLES} are left. */
function thinned(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / Math.max(1, columns), every = Math.ceil(rows / MOST_SAMPLES);
  return every <= 1 ? values.slice() : values.filter((_, i) => Math.floor(i / columns) % every === 0);
}

/** Samples whose features are ranked, and the function that the networks are to become. */
function samplesOf(task: Task): Readonly<Record<string, Float32Array>> {
  const { inputs, outputs, train, test } = task, { count, weights } = rankedSamples(task);
  const target = task.kind === "equation" ? test : train;
  return {
    x: thinned(train.x.subarray(0, count * inputs), inputs),
    weights: thinned(weights, 1),
    targetX: target ? thinned(target.x, inputs) : new Float32Array(0),
    targetY: target ? thinned(target.y, outputs) : new Float32Array(0),
  };
}

/** Where snapshots go. */
export interface SnapshotPlace {
  /** Folder of the run's state. */
  readonly folder: string;
  /** Number of the training in its run, from 0. */
  readonly index: number;
  /** What a run must have in common with this one to use them. */
  readonly identity: RunIdentity;
  /** Called with what went wrong. */
  onFault(error: unknown): void;
}

/** The snapshots of a training. */
export class Snapshots {
  readonly #place: SnapshotPlace;
  readonly #training: Training;
  readonly #canBeDrawn: boolean;
  readonly #wanted: number[];
  readonly #samples: Readonly<Record<string, Float32Array>>;
  #isAsked = false;
  readonly #opening: PromiseWithResolvers<void> = Promise.withResolvers();
  #isOpen = false;
  #writing: Promise<void> = this.#opening.promise;

  /**
   * Prepares to take snapshots.
   *
   * @param training The training, before its first chunk.
   * @param place Where they go.
   */
  constructor(training: Training, place: SnapshotPlace) {
    this.#training = training;
    this.#place = place;
    const { task, steps, replicas } = training.options;
    const { length } = training.network.parameters;
    this.#canBeDrawn = task.inputs <= MOST_INPUTS && task.kind !== "classification" &&
      replicas * length <= MOST_PARAMETERS;
    this.#wanted = this.#canBeDrawn ? wantedSteps(steps) : [];
    this.#samples = this.#canBeDrawn ? samplesOf(task) : {};
  }

  /** Takes the networks at their start, before their first step. */
  async begin(): Promise<void> {
    if (!this.#canBeDrawn) return;
    this.#write(this.#training.updates, await this.#training.network.parameters.read());
  }

  /**
   * Asks for the state when a snapshot is due.
   *
   * @param step Step that results have arrived of.
   */
  follow(step: number): void {
    if (this.#isAsked || !(this.#wanted[0] <= step)) return;
    this.#isAsked = true;
    this.#training.requestState();
  }

  /**
   * Takes the networks of a state.
   *
   * @param state The state.
   * @param isWanted Whether it is a snapshot. Default: if one was asked for.
   */
  take({ step, arrays: { parameters } }: TrainingState, isWanted: boolean = this.#isAsked): void {
    this.#isAsked = false;
    if (!isWanted || !this.#canBeDrawn) return;
    this.#write(step, new Float32Array(parameters.buffer, parameters.byteOffset, parameters.length));
  }

  /** Writes from now on, and what has waited for it. */
  open(): void {
    this.#isOpen = true;
    this.#opening.resolve();
  }

  /** Waits until all are written. Without {@linkcode Snapshots.open} none are. */
  async close(): Promise<void> {
    if (this.#isOpen) await this.#writing;
  }

  #write(step: number, parameters: Float32Array): void {
    while (this.#wanted[0] <= step) this.#wanted.shift();
    const { task, hidden, activation, replicas } = this.#training.options;
    const { folder, index, identity, onFault } = this.#place;
    const activations = typeof activation === "string" ? hidden.map(() => activation) : activation;
    const notes: SnapshotNotes = { widths: [task.inputs, ...hidden, task.outputs], activations, replicas };
    const snapshot = { step, notes, arrays: { parameters, ...this.#samples } };
    this.#writing = this.#writing.then(() => writeSnapshot(folder, index, identity, snapshot)).catch(onFault);
  }
}

/** What a snapshot says of its networks. */
export interface SnapshotNotes {
  /** Widths of all layers, inputs and outputs included. */
  readonly widths: readonly number[];
  /** Activations of the hidden layers. */
  readonly activations: readonly string[];
  /** Number of replicas. */
  readonly replicas: number;
}
