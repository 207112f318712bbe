/**
 * A training run in float64.
 *
 * @module
 */
import { lossGradient, type ReferenceNetwork, type ReferenceSamples } from "./network.ts";
import {
  type ReferenceOptimizer,
  type ReferenceSchedule,
  scheduleFactor,
  update,
  zeroMoments,
} from "./optimizer.ts";
import { epochOrder } from "./permutation.ts";

/** A run. */
export interface ReferenceRun {
  /** Shape. */
  readonly network: ReferenceNetwork;
  /** Training samples. */
  readonly samples: ReferenceSamples;
  /** Loss. */
  readonly loss: string;
  /** Optimiser. */
  readonly optimizer: ReferenceOptimizer;
  /** Schedule. */
  readonly schedule: ReferenceSchedule;
  /** Updates of the whole run. */
  readonly steps: number;
  /** Samples of a mini-batch, `null` for all; with the seed and replica that they are drawn by. */
  readonly batch: { readonly size: number; readonly seed: number; readonly replica: number } | null;
}

/** Errors to put into a run. */
export interface Disturbance {
  /** Changes the gradient of a step. */
  gradient(
    step: number,
    gradient: Float64Array,
    network: ReferenceNetwork,
    theta: Float64Array,
    samples: ReferenceSamples,
  ): void;
  /** Changes the parameters after a step. */
  parameters(step: number, theta: Float64Array, before: Float64Array): void;
}

/**
 * Runs all steps.
 *
 * @param run What to run.
 * @param start Initial parameters.
 * @param disturbance Errors to put in. Default: none.
 * @returns The loss before each update, and the parameters at the end.
 */
export function train(
  run: ReferenceRun,
  start: ArrayLike<number>,
  disturbance?: Disturbance,
): { losses: number[]; theta: Float64Array } {
  const theta = Float64Array.from(start);
  const moments = zeroMoments(theta.length);
  const losses: number[] = [];
  for (let step = 0; step < run.steps; step++) {
    const samples = samplesOf(run, step), before = theta.slice();
    const { loss, gradient } = lossGradient(run.network, theta, samples, run.loss);
    losses.push(loss);
    disturbance?.gradient(step, gradient, run.network, theta, samples);
    const rate = run.optimizer.learningRate * scheduleFactor(run.schedule, step, run.steps);
    update(run.optimizer, rate, step + 1, theta, gradient, moments);
    disturbance?.parameters(step, theta, before);
  }
  return { losses, theta };
}

/**
 * The samples of a step.
 *
 * @param run The run.
 * @param step Updates made.
 * @returns All samples, or the mini-batch of the step, its weights scaled to estimate the whole
 * loss.
 */
export function samplesOf({ network, samples, batch }: ReferenceRun, step: number): ReferenceSamples {
  if (batch === null) return samples;
  const { count } = samples, inputs = network.widths[0], outputs = network.widths.at(-1)!;
  const x: number[] = [], y: number[] = [], weights: number[] = [];
  const orders = new Map<number, number[]>();
  for (let b = 0; b < batch.size; b++) {
    const position = step * batch.size + b, epoch = Math.floor(position / count);
    if (!orders.has(epoch)) orders.set(epoch, epochOrder(count, batch.seed, batch.replica, epoch));
    const sample = orders.get(epoch)![position % count];
    for (let i = 0; i < inputs; i++) x.push(samples.x[sample * inputs + i]);
    for (let i = 0; i < outputs; i++) y.push(samples.y[sample * outputs + i]);
    weights.push(samples.weights[sample] * count / batch.size);
  }
  return { count: batch.size, x, y, weights };
}
