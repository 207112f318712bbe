/**
 * Which axes of an array are features; the others are samples.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { shapeText } from "./floats.ts";

/** Choice of the axes that are features. At most one of `axes` and `layout` is given. */
export interface FeatureAxesOptions {
  /** Axes that are features, from 0, or from −1 backwards. Default: the last one. */
  readonly axes?: readonly number[];
  /**
   * A letter for each axis, in any case: C for the channels, which are features, N for the samples
   * of a batch. Others, such as H and W, count as samples.
   */
  readonly layout?: string;
  /**
   * Whether all axes but one are features: all but N of the layout, or all but the first. Default:
   * false.
   */
  readonly flattened?: boolean;
}

/**
 * Finds the axes of an array that are features.
 *
 * @param shape Shape of the array.
 * @param options The choice.
 * @param name Name of the array, for errors.
 * @returns Axes from 0, in the order in which they were chosen.
 * @throws {InputError} If the array is empty or has less than two axes, an axis is named twice or
 * does not exist, none is left for samples, or the layout does not fit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { featureAxes } from "./feature_axes.ts";
 *
 * const shape = [10, 3, 8, 8];
 * assert.deepEqual(featureAxes(shape, {}, "conv.npy"), [3]);
 * assert.deepEqual(featureAxes(shape, { axes: [1, -1] }, "conv.npy"), [1, 3]);
 * assert.deepEqual(featureAxes(shape, { layout: "NCHW" }, "conv.npy"), [1]);
 * assert.deepEqual(featureAxes(shape, { layout: "NCHW", flattened: true }, "conv.npy"), [1, 2, 3]);
 * ```
 */
export function featureAxes(shape: readonly number[], options: FeatureAxesOptions, name: string): number[] {
  const text = shapeText(shape), { length } = shape;
  if (shape.includes(0)) {
    throw new InputError(`${name}: is empty, of shape ${text}; give an array with entries`);
  }
  if (length < 2) {
    throw new InputError(
      `${name}: an array of shape ${text} is no matrix; give samples along one axis, features along another`,
    );
  }
  const { axes = [-1], layout, flattened = false } = options;
  if (layout !== undefined) {
    const chosen = axesOfLayout(layout, flattened);
    if (layout.length === length) return chosen;
    throw new InputError(
      `${name}: an array of shape ${text} does not fit the layout ${
        shown(layout)
      }; give a letter for each axis`,
    );
  }
  if (flattened) return shape.map((_, axis) => axis).slice(1);
  const chosen = axes.map((axis) => {
    if (Number.isInteger(axis) && axis >= -length && axis < length) return axis < 0 ? axis + length : axis;
    throw new InputError(
      `${name}: an array of shape ${text} has no axis ${axis}; give axes from 0 to ${length - 1}, ` +
        `or from -${length} to -1`,
    );
  });
  const twice = chosen.find((axis, i) => chosen.indexOf(axis) !== i);
  if (twice !== undefined) throw new InputError(`${name}: axis ${twice} is named twice; name it once`);
  if (chosen.length === length) {
    throw new InputError(`${name}: all axes of shape ${text} are features; leave one to the samples`);
  }
  if (chosen.length === 0) throw new InputError(`${name}: no axis is chosen; give at least one`);
  return chosen;
}

function axesOfLayout(layout: string, flattened: boolean): number[] {
  const letters = [...layout.toUpperCase()];
  if (letters.some((letter, i) => !/^[A-Z]$/.test(letter) || letters.indexOf(letter) !== i)) {
    throw new InputError(
      `the layout ${shown(layout)} is not of letters that differ; give one an axis, as in NCHW`,
    );
  }
  const wanted = flattened ? "N" : "C", axis = letters.indexOf(wanted);
  if (axis < 0) {
    throw new InputError(
      `the layout ${shown(layout)} has no ${wanted}; call the axis of ${
        flattened ? "samples" : "channels"
      } ${wanted}`,
    );
  }
  return flattened ? letters.map((_, i) => i).filter((i) => i !== axis) : [axis];
}
