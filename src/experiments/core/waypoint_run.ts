/**
 * Runs that train networks and measure them at given steps on the way.
 *
 * @module
 */
import { divergencePlace } from "../../train/divergence.ts";
import type { TrainingOptions } from "../../train/options.ts";
import type { Training } from "../../train/training.ts";
import { trainThrough } from "../../train/waypoints.ts";
import type { Run, RunContext } from "./experiment.ts";

/** A training, and how to measure its networks. */
export interface MeasuredWaypoints<Row> {
  /** What to train, and how, but for the number of steps and of replicas. */
  readonly training: Omit<TrainingOptions, "steps" | "probeEvery" | "replicas">;
  /**
   * Measures networks at a waypoint.
   *
   * @param training The training there, probed.
   * @param alive Replicas that have not diverged.
   * @param context Device, signal, progress.
   * @returns A row for each of these.
   */
  measure(training: Training, alive: readonly number[], context: RunContext): Promise<readonly Row[]>;
}

/** A training to measure on its way. */
export interface WaypointTraining<Row> {
  /** Name in a few words, for the progress line. */
  readonly label: string;
  /** Names of its networks, which are its replicas. */
  readonly names: readonly string[];
  /** Steps at which to measure, ascending; the last one is the end. */
  readonly waypoints: readonly number[];
  /**
   * Begins: what is costly to make is made here.
   *
   * @returns The training.
   */
  begin(): MeasuredWaypoints<Row>;
}

/**
 * Makes a run of a training that pauses to be measured. Networks that diverge on the way have no
 * rows at all: their first steps say nothing about an end that they do not have. A run that is
 * stopped keeps nothing and is made again.
 *
 * @param options What to train, where to measure and how.
 * @returns The run.
 */
export function waypointRun<Row>({ label, names, waypoints, begin }: WaypointTraining<Row>): Run<Row> {
  const steps = waypoints[waypoints.length - 1], networks = names.length;
  return {
    label,
    steps,
    networks,
    async execute(context) {
      const { gpu, signal, onProgress } = context;
      const measured: { readonly replica: number; readonly row: Row }[] = [];
      const all = names.map((_, replica) => replica);
      let made = -1, milliseconds = 0, lost: Training["divergedReplicas"] = [];
      const { training: wanted, measure } = begin();
      const options = { ...wanted, replicas: networks, ...signal && { signal } };
      for await (const training of trainThrough(gpu, options, waypoints)) {
        made = training.updates;
        milliseconds += training.milliseconds;
        lost = training.divergedReplicas;
        const alive = all.filter((replica) => lost.every((other) => other.replica !== replica));
        const rows = alive.length > 0 ? await measure(training, alive, context) : [];
        measured.push(...rows.map((row, i) => ({ replica: alive[i], row })));
        onProgress(made);
      }
      const isLost = lost.length === networks;
      if (made < steps && !isLost) {
        return { rows: [], diverged: [], status: "stopped", steps: 0, milliseconds };
      }
      return {
        rows: measured.filter(({ replica }) => lost.every((other) => other.replica !== replica))
          .map(({ row }) => row),
        diverged: lost.map((each) => ({
          ...each,
          description: `${label}, ${names[each.replica]} diverged ${divergencePlace(each)}`,
        })),
        status: isLost ? "diverged" : "done",
        steps: made,
        milliseconds,
      };
    },
  };
}
