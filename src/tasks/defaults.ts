/**
 * Settings under which a task trains well, where its author has given none.
 *
 * @module
 */
import { checkKeys } from "../check.ts";
import type { Task, TaskDefaults } from "./task.ts";

/** Most samples of a full batch, and the size of the mini-batches of a task that has more. */
const MOST_FULL = 4096, MINI_BATCH = 256;

const KEYS: Readonly<Record<keyof TaskDefaults, true>> = {
  hidden: true,
  activation: true,
  initializer: true,
  optimizer: true,
  learningRate: true,
  batch: true,
  steps: true,
  probeEvery: true,
  epsilons: true,
};

/**
 * Completes the settings of a task. Where the task has none of its own, they are:
 *
 * | setting | value |
 * | --- | --- |
 * | `hidden`, `activation`, `initializer` | 50-50, `tanh`, `xavier-normal` |
 * | `optimizer` | `adam` |
 * | `learningRate` | 10⁻³ for Adam and AdamW, twice that on an equation; 10⁻² for others |
 * | `batch` | full up to 4,096 samples and on an equation, else 256 |
 * | `steps` | 5,000 |
 * | `probeEvery` | 10 with the full batch, whose features a probe shares; else 50 |
 * | `epsilons` | 10⁻², 10⁻⁴, 10⁻⁶ |
 *
 * @param task The task.
 * @returns All settings. A batch is at most as large as the training set.
 * @throws {InputError} If the task has a setting that does not exist.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { arrayTask } from "./array_task.ts";
 *
 * const task = arrayTask({ x: [0, 1, 2], y: [0, 1, 4], defaults: { optimizer: "momentum" } });
 * const { hidden, optimizer, learningRate, batch } = taskDefaults(task);
 * assert.deepEqual([hidden, optimizer, learningRate, batch], [[50, 50], "momentum", 1e-2, null]);
 * ```
 */
export function taskDefaults(task: Pick<Task, "name" | "kind" | "train" | "defaults">): TaskDefaults {
  const { name, kind, train: { count }, defaults = {} } = task;
  checkKeys(`defaults of task "${name}"`, defaults, Object.keys(KEYS));
  const { optimizer = "adam", batch = kind === "equation" || count <= MOST_FULL ? null : MINI_BATCH } =
    defaults;
  const rate = optimizer.startsWith("adam") ? (kind === "equation" ? 2e-3 : 1e-3) : 1e-2;
  return {
    hidden: defaults.hidden ?? [50, 50],
    activation: defaults.activation ?? "tanh",
    initializer: defaults.initializer ?? "xavier-normal",
    optimizer,
    learningRate: defaults.learningRate ?? rate,
    batch: batch === null ? null : Math.min(batch, count),
    steps: defaults.steps ?? 5000,
    probeEvery: defaults.probeEvery ?? (batch === null ? 10 : 50),
    epsilons: defaults.epsilons ?? [1e-2, 1e-4, 1e-6],
  };
}
