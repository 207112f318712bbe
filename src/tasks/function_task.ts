/**
 * Tasks of fitting a function from its values at chosen points.
 *
 * @module
 */

import { InputError } from "../errors.ts";
import { type TargetFunction, targetFunctions } from "./functions.ts";
import { checkSamples, checkSeed, type SampleOptions, type TaskEntry } from "./options.ts";
import { equidistant, quasirandom } from "./points.ts";
import type { RegressionTask } from "./task.ts";

/**
 * Makes the task of fitting a function: mean squared error, weights 1/m, no held-out samples.
 *
 * In one dimension the samples are equidistant, whatever the seed; in more they are the
 * low-discrepancy points of {@linkcode quasirandom}, shifted by the seed. Targets are the values of
 * f at the f32 coordinates that the network sees.
 *
 * @param target The function.
 * @param options Number of samples, and seed.
 * @returns The task.
 * @throws {InputError} If `samples` or `seed` is out of range, or the function is not finite at a
 * sample.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { functionTask } from "./function_task.ts";
 * import { targetFunctions } from "./functions.ts";
 *
 * const task = functionTask(targetFunctions.abs, { samples: 3 });
 * assert.deepEqual([...task.train.x], [-1, 0, 1]);
 * assert.deepEqual([...task.train.y], [1, 0, 1]);
 * ```
 */
export function functionTask(target: TargetFunction, options: SampleOptions = {}): RegressionTask {
  const { name, description, inputs, domain: [low, high], f, defaults } = target;
  const count = checkSamples(options.samples ?? target.samples);
  const seed = checkSeed(options.seed ?? 0);
  const x = inputs === 1 ? equidistant(count, low, high) : quasirandom(count, inputs, { low, high, seed });
  const y = new Float32Array(count);
  for (let k = 0; k < count; k++) {
    const point = x.subarray(k * inputs, (k + 1) * inputs);
    y[k] = f(...point);
    if (!Number.isFinite(y[k])) {
      throw new InputError(
        `task "${name}": f(${point.join(", ")}) is ${y[k]}; choose a domain on which f is finite`,
      );
    }
  }
  const weights = new Float32Array(count).fill(1 / count);
  const train = { count, x, y, weights };
  return {
    name,
    description,
    kind: "regression",
    inputs,
    outputs: 1,
    loss: "mean-squared-error",
    train,
    test: null,
    defaults,
  };
}

/** The functions of the table as tasks, by name. */
export const functionEntries: Readonly<Record<string, TaskEntry>> = Object.fromEntries(
  Object.entries(targetFunctions).map(([name, target]): [string, TaskEntry] => [name, {
    help: target.description,
    kind: "regression",
    load: (options) => functionTask(target, options),
  }]),
);
