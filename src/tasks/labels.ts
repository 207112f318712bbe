/**
 * Classes of samples: whole numbers, and the same as targets of a network.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { InputError } from "../errors.ts";
import type { ClassSamples } from "./task.ts";

/**
 * Encodes classes as targets: a row for each sample, 1 in the column of its class and 0 elsewhere.
 *
 * @param labels Class of each sample, a whole number from 0 to `classes` − 1.
 * @param classes Number of classes.
 * @returns The targets, `labels.length × classes`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...oneHot([1, 0], 3)], [0, 1, 0, 1, 0, 0]);
 * ```
 */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const y = new Float32Array(labels.length * classes);
  for (let k = 0; k < labels.length; k++) y[k * classes + labels[k]] = 1;
  return y;
}

/**
 * Gives the class of each sample of a classification.
 *
 * @param samples The samples.
 * @param outputs Outputs of the task; 1 for the logistic loss.
 * @returns The labels of the samples; where they have none, the most probable class by their
 * targets, the first of several.
 */
export function labelsOf({ count, y, labels }: ClassSamples, outputs: number): Uint32Array {
  if (labels) return labels;
  return Uint32Array.from({ length: count }, (_, k) => {
    if (outputs === 1) return Number(y[k] > 0.5);
    const row = y.subarray(k * outputs, (k + 1) * outputs);
    return row.indexOf(row.reduce((most, share) => Math.max(most, share)));
  });
}

/**
 * Counts the classes of labelled training samples.
 *
 * @param labels Class of each sample.
 * @param given Number of classes, if the caller knows it.
 * @param where Beginning of messages.
 * @returns The number of classes, at least 2.
 * @throws {InputError} If a label is no whole number from 0; if the number of classes is not given
 * and a class has no sample.
 */
export function countClasses(labels: ArrayLike<number>, given: number | undefined, where: string): number {
  if (given !== undefined) {
    checkNumber(`${where}: classes`, given, { min: 2, integer: true });
    readLabels(labels, given, where);
    return given;
  }
  const seen = new Set(readLabels(labels, Infinity, where));
  const count = seen.size;
  if (count < 2) {
    throw new InputError(`${where}: labels of ${count} class${count ? "" : "es"}: give at least two classes`);
  }
  for (let label = 0; label < count; label++) {
    if (seen.has(label)) continue;
    throw new InputError(
      `${where}: no sample has label ${label}: number the classes from 0 without gaps, or give their number as classes`,
    );
  }
  return count;
}

/**
 * Checks labels.
 *
 * @param labels Class of each sample.
 * @param classes Number of classes.
 * @param where Beginning of messages.
 * @returns The labels.
 * @throws {InputError} If one is no whole number from 0 to `classes` − 1.
 */
export function readLabels(labels: ArrayLike<number>, classes: number, where: string): Uint32Array {
  for (let k = 0; k < labels.length; k++) {
    const label = labels[k];
    if (!Number.isInteger(label) || label < 0 || label > 2 ** 32 - 1) {
      throw new InputError(`${where}: label of sample ${k} is ${label}: give whole numbers from 0`);
    }
    if (label >= classes) {
      throw new InputError(
        `${where}: label of sample ${k} is ${label}: those of ${classes} classes go from 0 to ${classes - 1}`,
      );
    }
  }
  return Uint32Array.from(labels);
}
