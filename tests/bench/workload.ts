/**
 * Networks to train, alike for everybody.
 *
 * @module
 */
import { targetFunctions } from "../../src/tasks/functions.ts";
import { functionTask } from "../../src/tasks/function_task.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import type { TrainingOptions } from "../../src/train/options.ts";

/** A network, and how it is trained. */
export interface Workload {
  /** Widths from the input to the output. */
  readonly widths: readonly number[];
  /** Samples of a step. */
  readonly samples: number;
  /** Activation of the hidden layers. */
  readonly activation: "tanh" | "relu";
  /** Optimiser. */
  readonly optimizer: "momentum" | "adam";
  /** Loss. */
  readonly loss: "mean-squared-error" | "softmax-cross-entropy";
}

/** The network of the staircase: see "Two landmarks" in .github/ARCHITECTURE.md. */
export const SMALL: Workload = {
  widths: [1, 50, 50, 1],
  samples: 256,
  activation: "tanh",
  optimizer: "momentum",
  loss: "mean-squared-error",
};

/** Digits that mini-batches are drawn from. */
const DIGITS = 1024;

/** `momentum step, 1-50-50-1 tanh, 256 samples`. */
export function workloadName(
  { widths, samples, activation, optimizer }: Workload,
): string {
  return `${optimizer} step, ${widths.join("-")} ${activation}, ${samples} samples`;
}

/**
 * Our side of a workload.
 *
 * @param workload Workload.
 * @returns Options of a training run: the full batch of a function, or mini-batches of digits.
 */
export async function trainingOptions(
  { widths, samples, activation, optimizer, loss }: Workload,
): Promise<TrainingOptions> {
  const digits = loss === "softmax-cross-entropy";
  const task = digits
    ? { ...await loadTask("digits", { samples: DIGITS }), test: null }
    : functionTask(targetFunctions.cosines, { samples });
  return {
    task,
    hidden: widths.slice(1, -1),
    activation,
    optimizer: { name: optimizer, learningRate: 1e-3 },
    batch: digits ? samples : null,
  };
}

/**
 * Operations of a step: 2 m a b for each of the products of a layer from a to b neurons: its
 * output, its gradient, and, but for the first layer, the error of the layer below. Activations and
 * the update are left out.
 *
 * @param workload Workload.
 * @returns Operations, an `fma` counted as two.
 */
export function stepFlops(
  { widths, samples }: Pick<Workload, "widths" | "samples">,
): number {
  return widths.slice(1).reduce(
    (sum, outputs, index) => sum + 2 * samples * widths[index] * outputs * (index === 0 ? 2 : 3),
    0,
  );
}

/**
 * Operations of a probe, its rotations apart, see `spectra.ts`: 14 m n² for Ψ in both passes, 2 m
 * n² for the upper triangles of two Gram matrices, and 28 n³ to keep the bases orthonormal; a sweep
 * of rotations takes 6 n³.
 *
 * @param workload Workload.
 * @returns Operations of all hidden layers without sweeps, and those of one sweep of each.
 */
export function probeFlops(
  { widths, samples }: Pick<Workload, "widths" | "samples">,
): { readonly withoutSweeps: number; readonly aSweep: number } {
  const hidden = widths.slice(1, -1);
  const sum = (of: (n: number) => number) => hidden.reduce((total, n) => total + of(n), 0);
  return {
    withoutSweeps: sum((n) => 16 * samples * n ** 2 + 28 * n ** 3),
    aSweep: sum((n) => 6 * n ** 3),
  };
}

/**
 * Operations of a probe that counts, see `counted_probe.ts`: 3 m n² for Gram matrices in fixed
 * point, and for each threshold two factorisations of n³/6 terms, each of some 55 operations.
 *
 * @param workload Workload.
 * @param thresholds Number of thresholds.
 * @returns Operations of all hidden layers.
 */
export function countFlops(
  { widths, samples }: Pick<Workload, "widths" | "samples">,
  thresholds: number,
): number {
  return widths.slice(1, -1).reduce(
    (sum, n) => sum + 3 * samples * n ** 2 + 2 * thresholds * 55 * n ** 3 / 6,
    0,
  );
}
