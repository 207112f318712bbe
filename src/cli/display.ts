/**
 * What a display of progress is, and what it shows.
 *
 * @module
 */
import type { Probe } from "../train/trace.ts";

/** A run whose probes are watched. */
export interface WatchedRun {
  /** Its name in a few words. */
  readonly label: string;
  /** Its steps. */
  readonly steps: number;
  /** Networks that train side by side. */
  readonly networks: number;
}

/**
 * Display of a job's progress. It shows nothing before the first update: a job that cannot start
 * leaves no trace.
 */
export interface Progress extends Disposable {
  /**
   * Records how much is done. Cheap: call it as often as you like.
   *
   * @param done Work done so far, of the total.
   * @param text A few words on how it goes, such as the loss and the rank.
   */
  update(done: number, text?: string): void;
  /**
   * Records a probe, which the next update draws if the job is watched. Cheap, as updates are.
   *
   * @param probe The probe.
   * @param run The run that it is of; with another one the drawing begins anew.
   */
  probe(probe: Probe, run: WatchedRun): void;
  /** Ends the display with what is done by now. Further calls do nothing. */
  finish(): void;
}

/** Job to show. */
export interface ProgressOptions {
  /** All the work: steps, for instance. */
  readonly total: number;
  /** Name of the job, in a word or two. */
  readonly label: string;
  /** A line before all others, such as the name of the adapter. None by default. */
  readonly heading?: string;
  /** Whether to show nothing. @default false */
  readonly quiet?: boolean;
  /** Whether to draw loss and ranks, where a terminal allows it. @default false */
  readonly watch?: boolean;
}
