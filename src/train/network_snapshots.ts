/**
 * Which networks of a run are kept on its way, so that they can be drawn as functions, and the
 * samples that belong to them.
 *
 * @module
 */
import { parameterLayout, type Skip } from "../nn/layout.ts";
import type { Task } from "../tasks/task.ts";
import { rankedSamples } from "./equation.ts";
import type { CompleteOptions } from "./options.ts";

/** Most floats of the parameters of all replicas: a snapshot is for networks that can be drawn. */
const MOST_PARAMETERS = 2 ** 18;

/** Most inputs of functions that can be drawn. */
const MOST_INPUTS = 2;

/** Most samples that a snapshot has; more are thinned evenly. */
const MOST_SAMPLES = 4096;

/** Snapshots in equal steps, and in equal ratios of steps. */
const EVEN = 16, GEOMETRIC = 16;

/** What a snapshot says of its networks. */
export interface SnapshotNotes {
  /** Widths of all layers, inputs and outputs included. */
  readonly widths: readonly number[];
  /** Activations of the hidden layers. */
  readonly activations: readonly string[];
  /** Skip connections; absent from runs without them. */
  readonly skip?: Skip;
  /** Number of replicas. */
  readonly replicas: number;
}

/** Samples that belong to the networks of a run. */
export interface SnapshotSamples {
  /** Inputs of the samples whose features are ranked, a row each. */
  readonly x: Float32Array;
  /** Quadrature weights of these. */
  readonly weights: Float32Array;
  /** Inputs at which the function is known that the networks are to become; empty if it is not. */
  readonly targetX: Float32Array;
  /** Its values there. */
  readonly targetY: Float32Array;
}

/**
 * Describes the networks of a run.
 *
 * @param options Options of the run.
 * @returns Widths, activations and replicas.
 */
export function snapshotNotes({ task, hidden, activation, skip, replicas }: CompleteOptions): SnapshotNotes {
  const activations = typeof activation === "string" ? hidden.map(() => activation) : activation;
  return { widths: [task.inputs, ...hidden, task.outputs], activations, ...skip && { skip }, replicas };
}

/**
 * Tells whether the networks of a run can be drawn: functions of one or two inputs that are not
 * too large.
 *
 * @param options Options of the run.
 * @returns Whether snapshots are taken.
 */
export function hasSnapshots(options: CompleteOptions): boolean {
  const { task, skip, replicas } = options, { widths } = snapshotNotes(options);
  return task.inputs <= MOST_INPUTS && task.kind !== "classification" &&
    4 * replicas * parameterLayout(widths, skip).size <= MOST_PARAMETERS;
}

/**
 * Lists the steps at which snapshots are wanted: evenly spaced, and in equal ratios.
 *
 * @param steps Number of steps of the run.
 * @returns About thirty, ascending, all before the last.
 */
export function snapshotSteps(steps: number): number[] {
  const even = Array.from({ length: EVEN }, (_, k) => Math.round(steps * k / EVEN));
  const geometric = Array.from({ length: GEOMETRIC }, (_, k) => Math.round(steps ** (k / GEOMETRIC)));
  return [...new Set([...even, ...geometric])].filter((step) => step < steps).sort((a, b) => a - b);
}

/** Takes every k-th row, so that no more than {@linkcode MOST_SAMPLES} are left. */
function thinned(values: Float32Array, columns: number): Float32Array {
  const rows = values.length / Math.max(1, columns), every = Math.ceil(rows / MOST_SAMPLES);
  return every <= 1 ? values.slice() : values.filter((_, i) => Math.floor(i / columns) % every === 0);
}

/**
 * Takes the samples whose features are ranked, and the function that the networks are to become.
 *
 * @param task The task.
 * @returns The samples; many are thinned evenly.
 */
export function snapshotSamples(task: Task): SnapshotSamples {
  const { inputs, outputs, train, test } = task, { count, weights } = rankedSamples(task);
  const target = task.kind === "equation" ? test : train;
  return {
    x: thinned(train.x.subarray(0, count * inputs), inputs),
    weights: thinned(weights, 1),
    targetX: target ? thinned(target.x, inputs) : new Float32Array(0),
    targetY: target ? thinned(target.y, outputs) : new Float32Array(0),
  };
}
