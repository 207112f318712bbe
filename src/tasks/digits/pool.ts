/**
 * Tasks on smaller images.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Samples, Task } from "../task.ts";

/**
 * Shrinks the images of a task: each pixel becomes the mean of a square of them.
 *
 * @param task A task whose inputs are square images, row by row.
 * @param factor Side of the squares in pixels, a divisor of the side of the images.
 * @returns The same task on the smaller images.
 * @throws {InputError} If the inputs are no square images, or the factor does not divide their
 * side.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTask } from "../registry.ts";
 *
 * const task = poolImages(await loadTask("digits", { samples: 20 }), 4);
 * assert.equal(task.inputs, 7 * 7);
 * ```
 */
export function poolImages(task: Task, factor: number): Task {
  const side = Math.sqrt(task.inputs);
  if (!Number.isInteger(side)) {
    throw new InputError(
      `the task ${task.name} has ${task.inputs} inputs, which make no square image: leave it whole`,
    );
  }
  if (!Number.isInteger(factor) || factor < 1 || side % factor !== 0) {
    throw new InputError(
      `squares of side ${factor} do not tile images of side ${side}: give a divisor of it`,
    );
  }
  const small = side / factor;
  const pool = (samples: Samples): Samples => {
    const x = new Float32Array(samples.count * small * small);
    for (let from = 0; from < samples.x.length; from++) {
      const row = Math.floor(from / side), column = from % side;
      // Rows of all images stand below each other, and squares never straddle two images.
      x[Math.floor(row / factor) * small + Math.floor(column / factor)] += samples.x[from] / factor ** 2;
    }
    return { ...samples, x };
  };
  return { ...task, inputs: small * small, train: pool(task.train), test: task.test && pool(task.test) };
}
