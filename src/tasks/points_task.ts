/**
 * Tasks of fitting a few points, given as text.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, quoted } from "../format.ts";
import { arrayTask } from "./array_task.ts";
import type { RegressionTask } from "./task.ts";

/** Most points of a text: more belong into an array, see {@linkcode arrayTask}. */
const MOST = 2000;

/**
 * Tells whether the name of a task is a list of points.
 *
 * @param name The name.
 * @returns Whether it begins with `points`.
 */
export function isPoints(name: string): boolean {
  return /^\s*points\b/.test(name);
}

/**
 * Makes the task of fitting points of a curve: mean squared error, all points in each step.
 *
 * @param text `points x y, x y, …`. It is the name of the task.
 * @param samples Number of samples; it must be that of the points. Default: theirs.
 * @returns The task.
 * @throws {InputError} If it is no such list, or another number of samples is asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { pointsTask } from "./points_task.ts";
 *
 * const { train } = pointsTask("points -1 0.5, 0 1, 1 0.5");
 * assert.deepEqual([[...train.x], [...train.y]], [[-1, 0, 1], [0.5, 1, 0.5]]);
 * ```
 */
export function pointsTask(text: string, samples?: number): RegressionTask {
  const pairs = text.trim().replace(/^points\s*/, "").split(",");
  if (pairs.length > MOST) throw new InputError(`${pairs.length} points: give at most ${MOST}`);
  const points = pairs.map((pair) => {
    const numbers = pair.trim().split(/\s+/).map(Number);
    if (pair.trim() === "" || numbers.length !== 2 || !numbers.map(Math.fround).every(Number.isFinite)) {
      throw new InputError(
        `task ${quoted(text)}: ${quoted(pair.trim())} is no point: give "points x y, x y, …"`,
      );
    }
    return numbers;
  });
  if (samples !== undefined && samples !== points.length) {
    throw new InputError(
      `${count(points.length, "point")} given, but ${
        count(samples, "sample")
      } asked for: leave out the number`,
    );
  }
  const ends = points.map(([x]) => x);
  return arrayTask({
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    name: text.trim(),
    description: `${count(points.length, "point")} on [${Math.min(...ends)}, ${Math.max(...ends)}]`
      .replaceAll("-", "−"),
    defaults: { batch: null },
  }) as RegressionTask;
}
