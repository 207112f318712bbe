/**
 * Checks of tasks, those that callers make themselves among them.
 *
 * @module
 */
import { checkKeys, checkName, checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { taskDefaults } from "./defaults.ts";
import type { ClassSamples, Condition, LossName, Samples, Task, TaskKind } from "./task.ts";

/** Losses of each kind of task. */
const LOSSES: Readonly<Record<TaskKind, readonly LossName[]>> = {
  regression: ["mean-squared-error"],
  classification: ["softmax-cross-entropy", "logistic"],
  equation: ["mean-squared-residual"],
};

const KEYS = ["name", "description", "kind", "inputs", "outputs", "loss", "train", "test", "defaults"];

/**
 * Furthest that the class probabilities of a sample may be from 1 in sum: roundings, not mistakes.
 */
const SLACK = 1e-3;

/**
 * Checks that a task is whole and that its data can be trained on.
 *
 * @param task The task.
 * @returns The task.
 * @throws {InputError} If it has an unknown field, kind or loss, or data that is not finite, or
 * weights that are negative or all 0, or targets that are no class probabilities.
 * @throws {ShapeError} If its arrays or its conditions do not fit its sizes. The message says what
 * was given.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { arrayTask } from "./array_task.ts";
 *
 * const task = arrayTask({ x: [0, 1], y: [0, 1], name: "line" });
 * const train = { ...task.train, x: Float32Array.of(0, NaN) };
 * assert.throws(() => checkTask({ ...task, train }), {
 *   message: 'task "line": x of sample 1 is NaN: give finite numbers',
 * });
 * ```
 */
export function checkTask(task: Task): Task {
  if (typeof task !== "object" || task === null) {
    throw new InputError(`no task: give one of loadTask or arrayTask, not ${task}`);
  }
  checkName("kind of task", task.kind, Object.keys(LOSSES));
  const { name, kind, loss, outputs, train, test } = task;
  checkKeys(`fields of the ${kind} "${name}"`, task, kind === "equation" ? [...KEYS, "conditions"] : KEYS);
  const where = `task "${name}"`;
  checkName(`${kind} loss`, loss, LOSSES[kind]);
  checkNumber(`${where}: inputs`, task.inputs, { min: 1, integer: true });
  checkNumber(`${where}: outputs`, outputs, { min: 1, integer: true });
  if (kind === "classification" && (loss === "logistic") !== (outputs === 1)) {
    throw new ShapeError(
      `${where}: ${plural(outputs, "output")} with the loss ${loss}: give ` +
        (loss === "logistic" ? "one output" : "one output for each of at least two classes, or logistic"),
    );
  }
  for (const [samples, part] of [[train, ""], [test, "held-out "]] as const) {
    if (!samples) continue;
    checkSizes(samples, task, { where: `${where}: `, part });
    checkValues(samples, task, `${where}: ${part}`);
    if (kind === "classification") checkClasses(samples, task, `${where}: ${part}`);
  }
  if (kind === "equation") checkConditions(task.conditions, task, where);
  taskDefaults(task);
  return task;
}

/** Checks the lengths of the arrays. */
function checkSizes(
  samples: ClassSamples,
  { inputs, outputs }: Task,
  { where, part }: { readonly where: string; readonly part: string },
): void {
  const { count, x, y, weights, labels } = samples;
  checkNumber(`${where}number of ${part}samples`, count, { min: 1, integer: true });
  const check = (name: string, array: ArrayLike<number>, each: number, what: string) => {
    if (!ArrayBuffer.isView(array)) {
      throw new InputError(`${where}${part}${name} is no typed array: make the task with arrayTask`);
    }
    if (array.length === count * each) return;
    const of = what === "" ? "" : ` of ${plural(each, what)}`;
    throw new ShapeError(
      `${where}${plural(count, `${part}sample`)}${of} ${count === 1 ? "needs" : "need"} ` +
        `${plural(count * each, "number")} in ${name}, got ${array.length}`,
    );
  };
  check("x", x, inputs, "input");
  check("y", y, outputs, "output");
  check("weights", weights, 1, "");
  if (labels) check("labels", labels, 1, "");
}

/** Checks that data is finite, and that weights are not negative. */
function checkValues(samples: Samples, { inputs, outputs }: Task, where: string): void {
  const { x, y, weights } = samples;
  for (const [name, array, each] of [["x", x, inputs], ["y", y, outputs]] as const) {
    // A plain loop, because data may hold 47 million numbers, as all of MNIST does.
    let at = 0;
    while (at < array.length && Number.isFinite(array[at])) at++;
    if (at === array.length) continue;
    const column = each > 1 ? `[${at % each}]` : "";
    throw new InputError(
      `${where}${name}${column} of sample ${Math.floor(at / each)} is ${array[at]}: give finite numbers`,
    );
  }
  const at = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (at >= 0) {
    throw new InputError(`${where}weight of sample ${at} is ${weights[at]}: give finite numbers from 0`);
  }
  if (weights.every((weight) => weight === 0)) {
    throw new InputError(`${where}weights are all 0: give at least one above 0`);
  }
}

/** Checks that targets are probabilities, and that labels are those of the targets. */
function checkClasses(samples: ClassSamples, { outputs, loss }: Task, where: string): void {
  const { count, y, labels } = samples;
  for (let k = 0; k < count; k++) {
    let sum = 0;
    for (let j = 0; j < outputs; j++) {
      const share = y[k * outputs + j];
      sum += share;
      if (share >= 0 && share <= 1) continue;
      throw new InputError(
        `${where}y of sample ${k} is ${share}: the loss ${loss} takes probabilities from 0 to 1`,
      );
    }
    if (outputs > 1 && !(Math.abs(sum - 1) <= SLACK)) {
      throw new InputError(
        `${where}class probabilities of sample ${k} add up to ${sum}: give probabilities that add up to 1`,
      );
    }
    const isRight = !labels || (outputs === 1 ? y[k] === labels[k] : y[k * outputs + labels[k]] === 1);
    if (!isRight) {
      throw new InputError(`${where}label ${labels[k]} of sample ${k} is not the class of its target`);
    }
  }
}

/** Checks that conditions fit the samples and the dimension of the input. */
function checkConditions(
  conditions: readonly Condition[] | undefined,
  { inputs, outputs, train }: Task,
  where: string,
): void {
  if (outputs !== 1) {
    throw new ShapeError(`${where}: a differential equation with ${outputs} outputs: give one of one output`);
  }
  if (!conditions || conditions.length === 0) {
    throw new ShapeError(`${where}: no condition: give the equation in the domain`);
  }
  let sum = 0;
  const pairs = inputs * (inputs - 1) / 2;
  for (const [index, { count, operator: { first, second, mixed, third } }] of conditions.entries()) {
    if (!Number.isInteger(count) || count < 1) {
      throw new ShapeError(
        `${where}: condition ${index + 1} holds at ${count} samples: give a whole number from 1`,
      );
    }
    if (first.length !== inputs || second.length !== inputs) {
      throw new ShapeError(
        `${where}: condition ${index + 1} has ${first.length} first and ${second.length} second ` +
          `coefficients, give one of each for each of ${inputs} inputs`,
      );
    }
    if ((mixed ?? []).length !== (mixed ? pairs : 0) || (third ?? []).length !== (third ? inputs : 0)) {
      throw new ShapeError(
        `${where}: condition ${index + 1} has ${mixed?.length ?? 0} mixed and ${third?.length ?? 0} third ` +
          `coefficients, give ${pairs} and ${inputs} of them, or leave them out`,
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
 * Writes a number with its noun.
 *
 * @param count The number.
 * @param noun The noun in the singular.
 * @returns For example `1 sample`, `2 samples`.
 */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
