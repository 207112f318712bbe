/**
 * A step of another program's training: the features of its layers, from files or a stream.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { openArrays } from "../io/array_file.ts";
import { ArrayView } from "../io/array_view.ts";
import { featureAxes, type FeatureAxesOptions } from "../io/feature_axes.ts";
import { countEntries } from "../io/floats.ts";
import { arrayLabel, type StoredArray } from "../io/stored_array.ts";
import type { MatrixSource } from "../linalg/matrix_source.ts";

/** An array of features and the layer that it is of. */
export interface LayerArray {
  /** Name of the layer. */
  readonly layer: string;
  /** Its features. */
  readonly array: StoredArray;
}

/** A step that is open. Dispose of it. */
export interface OpenStep extends Disposable {
  /** Loss at the step; NaN where it is not known. */
  readonly loss: number;
  /** The layers, first to last. */
  readonly layers: readonly LayerArray[];
}

/** A step that waits. */
export interface StepSource {
  /** Number of the step. */
  readonly step: number;
  /** Where it comes from, for messages. */
  readonly name: string;
  /** Bytes of its features, about. */
  readonly bytes: number;
  /**
   * Opens it.
   *
   * @throws {InputError} If it can not be read.
   */
  open(): Promise<OpenStep>;
}

/** Features of a layer in a form that is solved. */
export interface LayerFeatures {
  /** Name of the layer. */
  readonly name: string;
  /** Number of samples; 0 if it is not known. */
  readonly samples: number;
  /** Number of neurons; 0 if it is not known. */
  readonly neurons: number;
  /** The features; `null` if there are none to solve. */
  readonly features: MatrixSource | null;
  /** The reason why there are none; empty if there are. */
  readonly reason: string;
}

/** Most entries of features that are held in memory: those of more stay in their file. */
const MOST_HELD = 2 ** 24;

/** Names of the numbers that a file may hold beside features. */
const LOSS = "loss", STEP = "step";

/**
 * Tells whether an array is of features by its name and its axes: others, such as the loss, have
 * fewer than two axes.
 *
 * @param array The array.
 * @returns Whether it is.
 */
export function isFeatures({ name, shape }: Pick<StoredArray, "name" | "shape">): boolean {
  return shape.length >= 2 && !name?.startsWith("_");
}

/**
 * Reads the features of a layer.
 *
 * @param layer The layer. Its array must stay open while the features are used.
 * @param axes Which axes are features.
 * @returns The features, or the reason why there are none: NaN, infinities, an empty array.
 * @throws {InputError} If the array can not be read.
 */
export function readLayer({ layer, array }: LayerArray, axes: FeatureAxesOptions): LayerFeatures {
  let view: ArrayView;
  try {
    view = new ArrayView(array, featureAxes(array.shape, axes, arrayLabel(array.file, array.name)));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { name: layer, samples: 0, neurons: 0, features: null, reason: error.message };
  }
  const { rows: samples, columns: neurons } = view, size = { name: layer, samples, neurons };
  if (samples * neurons > MOST_HELD) return { ...size, features: view, reason: "" };
  try {
    return { ...size, features: view.whole(), reason: "" };
  } catch (error) {
    // What can not be read at all throws here once more.
    const values = array.read(0, countEntries(array.shape));
    if (!(error instanceof InputError) || values.every(Number.isFinite)) throw error;
    return { ...size, features: null, reason: error.message };
  }
}

/** Reads a number that a file holds beside its features; `null` without one. */
async function readNumber(path: string, name: string): Promise<number | null> {
  try {
    const [array] = await openArrays(path, { tensor: name });
    using open = array;
    return countEntries(open.shape) === 1 ? open.read(0, 1)[0] : null;
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/**
 * Reads the loss that a file holds beside its features, in an array `loss` of one entry.
 *
 * @param path Path of the file.
 * @returns The loss; NaN without one.
 */
export async function readLoss(path: string): Promise<number> {
  return await readNumber(path, LOSS) ?? NaN;
}

/**
 * Reads the step that a file holds beside its features, in an array `step` of one entry.
 *
 * @param path Path of the file.
 * @returns The step; `null` without one.
 */
export async function readStep(path: string): Promise<number | null> {
  const step = await readNumber(path, STEP);
  return step !== null && Number.isSafeInteger(step) && step >= 0 ? step : null;
}
