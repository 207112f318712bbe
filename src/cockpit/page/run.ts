/**
 * A run as a page has it.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "../deps.ts";
import type { NetworkColumns } from "../data/networks.ts";
import type { RunColumns } from "../data/run_columns.ts";
import type { RunFacts, RunReport, StairsRecord } from "../data/run_file.ts";
import type { Picked } from "../views/series.ts";

/** A run: constant, or one that grows. */
export interface Run {
  /** Its texts. */
  readonly facts: Pick<RunFacts, "title" | "subtitle" | "lossName" | "layers" | "replicaNames">;
  /** Its record. Replicas, thresholds and layers stay the same. */
  readonly columns: ReadonlySignal<RunColumns>;
  /** Its networks at some steps; `null` where none are known. */
  readonly networks: ReadonlySignal<NetworkColumns | null>;
  /** Stairs that it has found itself at its thresholds, from all of its probes. */
  readonly recordedStairs: readonly StairsRecord[];
}

/**
 * Takes the run out of a report.
 *
 * @param report The report.
 * @returns The run, which stays as it is.
 */
export function runOf({ facts, stairs, columns, networks }: RunReport): Run {
  return { facts, recordedStairs: stairs, columns: signal(columns), networks: signal(networks) };
}

/**
 * Says what of another run is drawn.
 *
 * @param report The other run.
 * @returns Its median, or its only replica.
 */
export function otherPicked({ columns }: RunReport): Picked {
  return { replica: columns.replicas > 1 ? null : 0, hasBand: false };
}
