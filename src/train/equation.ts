/**
 * What is special about tasks that are differential equations.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { isCurved } from "../nn/activation.ts";
import type { Samples, Task } from "../tasks/task.ts";

/**
 * Checks that a task has conditions where its loss is that of a differential equation, and that they fit its samples.
 *
 * @param task The task.
 * @param batch Samples of a mini-batch; `null` for the full batch.
 * @throws {InputError} Where loss and conditions do not go together, or the batch is not full.
 * @throws {ShapeError} Where the conditions fit neither the samples nor the dimension of the input.
 */
export function checkEquation(task: Task, batch: number | null): void {
  const { name, inputs, outputs, loss, train, conditions } = task;
  const where = `task "${name}"`;
  if ((loss === "mean-squared-residual") !== (conditions !== undefined)) {
    throw new InputError(
      `${where}: the loss is ${loss} and there are ${
        conditions ? "" : "no "
      }conditions: give both, or neither`,
    );
  }
  if (!conditions) return;
  if (outputs !== 1) {
    throw new ShapeError(`${where}: a differential equation with ${outputs} outputs: give one of one output`);
  }
  if (batch !== null) {
    throw new InputError(
      `${where}: a batch of ${batch} samples of a differential equation: give the full batch`,
    );
  }
  if (conditions.length === 0) {
    throw new ShapeError(`${where}: no condition: give the equation in the domain`);
  }
  let sum = 0;
  for (const [index, { count, operator: { first, second } }] of conditions.entries()) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ShapeError(
        `${where}: condition ${index + 1} holds at ${count} samples: give a whole number from 1`,
      );
    }
    if (first.length !== inputs || second.length !== inputs) {
      throw new ShapeError(
        `${where}: condition ${
          index + 1
        } has ${first.length} first and ${second.length} second coefficients, ` +
          `give one of each for each of ${inputs} inputs`,
      );
    }
    sum += count;
  }
  if (sum !== train.count) {
    throw new ShapeError(
      `${where}: conditions at ${sum} samples in all, there are ${train.count}: let them agree`,
    );
  }
}

/**
 * Checks that networks have the second derivatives that an equation is made of. Training does without: programs that take their
 * activations from a command line should not.
 *
 * @param task The task.
 * @param activations Activations of the hidden layers.
 * @throws {InputError} Where the task is an equation with second derivatives, and all activations are piecewise linear.
 */
export function checkCurvature({ name, conditions }: Task, activations: readonly string[]): void {
  if (!conditions?.some(({ operator }) => operator.second.some((c) => c !== 0)) || isCurved(activations)) {
    return;
  }
  throw new InputError(
    `networks of ${activations.join(", ")} have no second derivatives, which the task ${name} is about: ` +
      "use tanh, sine, relu^3 …",
  );
}

/**
 * The samples whose features are ranked: all of them; of a differential equation those in the domain, the first.
 *
 * @param task The task.
 * @returns Their number, and their quadrature weights.
 */
export function rankedSamples({ train, conditions }: Task): Pick<Samples, "count" | "weights"> {
  const { count } = conditions?.[0] ?? train;
  return { count, weights: train.weights.subarray(0, count) };
}
