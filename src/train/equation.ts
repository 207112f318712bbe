/**
 * Rules for tasks that are differential equations.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { isCurved } from "../nn/activation.ts";
import type { Samples, Task } from "../tasks/task.ts";

/**
 * Checks that networks have the second derivatives of an equation. `Training` does not check this;
 * programs that take their activations from a command line should.
 *
 * @param task The task.
 * @param activations Activations of the hidden layers.
 * @throws {InputError} If the task is an equation with second derivatives or higher ones, and all
 * activations are piecewise linear.
 */
export function checkCurvature(task: Task, activations: readonly string[]): void {
  if (task.kind !== "equation") return;
  const isSecondOrder = task.conditions.some(({ operator: { second, mixed = [], third = [] } }) =>
    [...second, ...mixed, ...third].some((c) => c !== 0)
  );
  if (!isSecondOrder || isCurved(activations)) return;
  throw new InputError(
    `networks of ${
      activations.join(", ")
    } have no second derivatives, which the task ${task.name} is about: ` +
      "use tanh, sine, relu^3 …",
  );
}

/**
 * Selects the samples whose features are ranked: all of them; for a differential equation those in
 * the domain, which come first.
 *
 * @param task The task.
 * @returns Their number, and their quadrature weights.
 */
export function rankedSamples(task: Task): Pick<Samples, "count" | "weights"> {
  const { count } = task.kind === "equation" ? task.conditions[0] : task.train;
  return { count, weights: task.train.weights.subarray(0, count) };
}
