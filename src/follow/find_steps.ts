/**
 * Steps in files that are all there.
 *
 * @module
 */
import { join } from "node:path";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { openArray, openArrays } from "../io/array_file.ts";
import { dtypes } from "../io/dtypes.ts";
import { featureAxes, type FeatureAxesOptions } from "../io/feature_axes.ts";
import { compareNames, findFiles } from "../io/find_files.ts";
import { countEntries } from "../io/floats.ts";
import { arrayLabel } from "../io/stored_array.ts";
import { namedSteps } from "../io/step_names.ts";
import { isFeatures, readLoss, readStep, type StepSource } from "./step_source.ts";
import { FEATURES_FOLDER } from "./tracker_files.ts";

/** An array of features in a file. */
interface FoundArray {
  readonly file: string;
  /** Name of the array; `null` in a `.npy` file. */
  readonly tensor: string | null;
  /** Bytes of its entries. */
  readonly bytes: number;
}

/** How steps are found. */
export interface FindOptions {
  /** Arrays of each file; `null` for all. */
  readonly tensor: string | null;
  /** Pattern of the names; `null` for the default. */
  readonly pattern: string | null;
  /** Which axes are features. */
  readonly axes: FeatureAxesOptions;
  /** Losses by their steps; `null` to take them from the files. */
  readonly losses: ReadonlyMap<number, number> | null;
}

/** The files of a folder of a tracker, or those that a pattern stands for. */
async function filesOf(path: string): Promise<string[]> {
  const isFolder = await Deno.stat(path).then(({ isDirectory }) => isDirectory, () => false);
  return await findFiles(isFolder ? join(path, FEATURES_FOLDER, "*.npz") : path);
}

/** Lists the arrays of features of a file. */
async function arraysOf(
  path: string,
  { tensor, axes }: Pick<FindOptions, "tensor" | "axes">,
): Promise<FoundArray[]> {
  using stack = new DisposableStack();
  const arrays = await openArrays(path, tensor === null ? {} : { tensor });
  arrays.forEach((array) => stack.use(array));
  // Arrays that are asked for by name must be features; of all others only some are.
  const chosen = tensor === null ? arrays.filter(isFeatures) : arrays;
  if (chosen.length === 0) {
    throw new InputError(`${shown(path)}: has no array with two axes or more; save features, a sample a row`);
  }
  return chosen.map(({ file, name, shape, dtype }) => {
    if (!shape.includes(0)) featureAxes(shape, axes, arrayLabel(file, name));
    return { file, tensor: name, bytes: countEntries(shape) * dtypes[dtype].bytes };
  });
}

/**
 * Finds the steps of a training in files, and checks all that can be told without reading features.
 *
 * @param paths Paths or patterns, or folders of a tracker.
 * @param options How steps and layers are named, which arrays are features.
 * @returns The steps, ascending.
 * @throws {InputError} If a file can not be read, a step is not known, or a layer is there twice at
 * a step.
 */
export async function findSteps(paths: readonly string[], options: FindOptions): Promise<StepSource[]> {
  const files = new Set<string>();
  for (const path of paths) for (const file of await filesOf(path)) files.add(file);
  const arrays: FoundArray[] = [];
  for (const file of [...files].sort(compareNames)) {
    for (const array of await arraysOf(file, options)) arrays.push(array);
  }
  const names = namedSteps(arrays, options.pattern);
  const steps = new Map<number, Map<string, FoundArray>>(), stepsInFiles = new Map<string, number | null>();
  for (const [i, { step: named, layer }] of names.entries()) {
    const array = arrays[i], { file } = array;
    if (named === null && !stepsInFiles.has(file)) stepsInFiles.set(file, await readStep(file));
    const step = named ?? stepsInFiles.get(file) ?? null;
    if (step === null) {
      throw new InputError(
        `${shown(file)}: no step is in its name; say where with --pattern, as in 'run-{step}/{layer}.npy', ` +
          "or save an array step of one number",
      );
    }
    const layers = steps.get(step) ?? new Map<string, FoundArray>(), other = layers.get(layer);
    if (other) {
      throw new InputError(
        `step ${step} has the layer ${shown(layer)} twice: ${label(other)} and ${label(array)}; ` +
          "leave one out, or say with --pattern what is the step and what the layer",
      );
    }
    steps.set(step, layers.set(layer, array));
  }
  return [...steps].sort(([a], [b]) => a - b).map(([step, layers]) => sourceOf(step, layers, options.losses));
}

const label = ({ file, tensor }: FoundArray) => arrayLabel(file, tensor);

function sourceOf(
  step: number,
  layers: ReadonlyMap<string, FoundArray>,
  losses: FindOptions["losses"],
): StepSource {
  const all = [...layers.values()], files = [...new Set(all.map(({ file }) => file))];
  return {
    step,
    name: files[0],
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
    async open() {
      using stack = new DisposableStack();
      const open = [];
      for (const [layer, { file, tensor }] of layers) {
        open.push({ layer, array: stack.use(await openArray(tensor === null ? file : `${file}:${tensor}`)) });
      }
      const loss = losses ? losses.get(step) ?? NaN : await firstLoss(files);
      const owned = stack.move();
      return { loss, layers: open, [Symbol.dispose]: () => owned.dispose() };
    },
  };
}

/** The loss of the first file that has one. */
async function firstLoss(files: readonly string[]): Promise<number> {
  for (const file of files) {
    const loss = await readLoss(file);
    if (!Number.isNaN(loss)) return loss;
  }
  return NaN;
}
