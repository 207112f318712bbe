/**
 * Estimates of the work and the memory of a trial, to pack and to share out trials by. They need
 * not be right, but the same on every machine.
 *
 * @module
 */
import type { Trial } from "./trial.ts";

/** Values that a neuron has for a sample: of an equation also its first and second derivatives. */
const jets = ({ kind, inputs }: Trial["task"]) => kind === "equation" ? 1 + 2 * inputs : 1;

/** Widths of all layers, and the number of parameters. */
function shapeOf({ task: { inputs, outputs }, settings: { hidden } }: Trial) {
  const widths = [inputs, ...hidden, outputs];
  const parameters = widths.slice(1).reduce((sum, width, l) => sum + (widths[l] + 1) * width, 0);
  return { widths, parameters };
}

/**
 * Estimates the work of a trial: 6 operations a parameter and sample for a step, 2 for the features
 * of a probe, m n² for a Gram matrix and about 20 n³ for its eigenvalues.
 *
 * @param trial The trial.
 * @returns Floating-point operations, about.
 */
export function trialCost(trial: Trial): number {
  const { task, settings: { hidden, batch, steps, probeEvery, spectraEvery } } = trial;
  const { parameters } = shapeOf(trial), all = task.samples * jets(task);
  const step = 6 * parameters * (batch ?? all);
  const probes = steps / probeEvery + 1;
  const features = 2 * parameters * all;
  const grams = hidden.reduce((sum, n) => sum + task.samples * n * n, 0);
  const solved = hidden.reduce((sum, n) => sum + 20 * n ** 3, 0) / spectraEvery;
  return steps * step + probes * (features + grams + solved);
}

/**
 * Estimates the GPU memory that a trial adds to its batch: features and slopes of a step and of a
 * probe, parameters with gradients and moments, Gram matrices.
 *
 * @param trial The trial.
 * @returns Bytes, about.
 */
export function trialBytes(trial: Trial): number {
  const { task, settings: { hidden, batch } } = trial;
  const { widths, parameters } = shapeOf(trial), all = task.samples * jets(task);
  const neurons = widths.slice(1).reduce((sum, width) => sum + width, 0);
  const inputs = batch === null ? 0 : batch * task.inputs;
  const step = 3 * neurons * (batch ?? all) + inputs, probe = batch === null ? 0 : neurons * all;
  const grams = hidden.reduce((sum, n) => sum + 6 * n * n, 0);
  return 4 * (step + probe + neurons * task.heldOut + 8 * parameters + grams);
}
