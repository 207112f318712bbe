/**
 * Snapshots of a training's networks, taken on its way without a wait of the GPU.
 *
 * @module
 */
import { type RunIdentity, writeSnapshot } from "../../io/mod.ts";
import {
  hasSnapshots,
  snapshotNotes,
  snapshotSamples,
  snapshotSteps,
} from "../../train/network_snapshots.ts";
import type { TrainingState } from "../../train/state.ts";
import type { Training } from "../../train/training.ts";

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
    const { options } = training;
    this.#canBeDrawn = hasSnapshots(options);
    this.#wanted = this.#canBeDrawn ? snapshotSteps(options.steps) : [];
    this.#samples = this.#canBeDrawn ? { ...snapshotSamples(options.task) } : {};
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
    const { folder, index, identity, onFault } = this.#place;
    const notes = snapshotNotes(this.#training.options);
    const snapshot = { step, notes, arrays: { parameters, ...this.#samples } };
    this.#writing = this.#writing.then(() => writeSnapshot(folder, index, identity, snapshot)).catch(onFault);
  }
}
