/**
 * Arrays whose ranks are asked for: found, checked, and opened one at a time.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { turn } from "../../gpu/turns.ts";
import { openArray, openArrays } from "../../io/array_file.ts";
import { ArrayView } from "../../io/array_view.ts";
import type { DtypeName } from "../../io/dtypes.ts";
import { featureAxes, type FeatureAxesOptions } from "../../io/feature_axes.ts";
import { compareNames, findFiles } from "../../io/find_files.ts";
import { arrayLabel, type StoredArray } from "../../io/stored_array.ts";
import type { MatrixSource } from "../../linalg/matrix_source.ts";

/** Most entries of features that are held in memory where a method takes them in tiles as well. */
const MOST_HELD = 2 ** 24;
/** Most entries that are held for a method that takes them no other way: 2 GiB. */
const MOST_NEEDED = 2 ** 28;

/** An array whose ranks are asked for. */
export interface RankInput {
  /** File and array, as the user gave them where they name one array. */
  readonly name: string;
  /** Path of the file. */
  readonly file: string;
  /** Name of the array in the file; `null` in a `.npy` file. */
  readonly tensor: string | null;
  /** Type of the entries. */
  readonly dtype: DtypeName;
  /** Shape of the array. */
  readonly shape: readonly number[];
  /** Axes that are features. */
  readonly axes: readonly number[];
  /** Number of samples. */
  readonly rows: number;
  /** Number of features. */
  readonly columns: number;
  /** Opens the array. Dispose of it. */
  open(): Promise<StoredArray>;
}

/** How to find arrays, and what of them is features. */
export interface InputOptions extends FeatureAxesOptions {
  /** Name of the arrays, or a pattern. Default: each file holds one. */
  readonly tensor?: string;
}

/**
 * Finds arrays, and checks all that can be told without reading their entries.
 *
 * @param paths Paths or patterns, each with the name of an array after a colon, if need be.
 * @param options Names of arrays, axes of features.
 * @returns The arrays: files in the order given, or in natural order where that is alphabetical, as
 * shells have it; those that a pattern stands for in natural order.
 * @throws {InputError} If a file can not be read, no file or array fits, or an array is no matrix.
 */
export async function findInputs(
  paths: readonly string[],
  { tensor, ...axes }: InputOptions,
): Promise<RankInput[]> {
  const isSorted = paths.every((path, i) => i === 0 || paths[i - 1] < path);
  const ordered = isSorted ? [...paths].sort(compareNames) : paths;
  const inputs: RankInput[] = [];
  for (const path of ordered) {
    for (const each of await findFiles(path)) {
      for (const input of await inputsOf(each, tensor, axes)) inputs.push(input);
    }
  }
  return inputs;
}

async function inputsOf(
  path: string,
  tensor: string | undefined,
  options: FeatureAxesOptions,
): Promise<RankInput[]> {
  const isPath = await Deno.stat(path).then(() => true, () => false);
  // Without a pattern a file must hold one array: the error lists them.
  const arrays = tensor === undefined && isPath
    ? [await openArray(path)]
    : await openArrays(path, tensor === undefined ? {} : { tensor });
  const isOne = arrays.length === 1 && tensor === undefined;
  using stack = new DisposableStack();
  arrays.forEach((array) => stack.use(array));
  // What is no file, such as a pipe, is read but once, and kept.
  const { isFile } = await Deno.stat(arrays[0].file);
  const inputs = arrays.map((array): RankInput => {
    const { file, name, dtype, shape } = array;
    const { rows, columns, ...found } = axesOf(array, options);
    return {
      name: isOne ? path : name === null ? file : `${file}:${name}`,
      file,
      tensor: name,
      dtype,
      shape,
      ...found,
      rows,
      columns,
      open: isFile
        ? () => openArray(name === null ? file : `${file}:${name}`)
        : () => Promise.resolve(withoutEnd(array)),
    };
  });
  if (!isFile) stack.move();
  return inputs.sort((a, b) => compareNames(a.tensor ?? "", b.tensor ?? ""));
}

/** The same array, which stays open when it is disposed of. */
function withoutEnd(array: StoredArray): StoredArray {
  const { file, name, dtype, shape, strides } = array;
  const read = (first: number, count: number) => array.read(first, count);
  return { file, name, dtype, shape, strides, read, [Symbol.dispose]: () => {} };
}

function axesOf(array: StoredArray, options: FeatureAxesOptions) {
  const axes = featureAxes(array.shape, options, arrayLabel(array.file, array.name));
  const { rows, columns } = new ArrayView(array, axes);
  return { axes, rows, columns };
}

/** Features of an open array. */
export interface OpenFeatures extends Disposable {
  /** The features, in memory if they are few. */
  readonly features: MatrixSource;
}

/**
 * Opens an array as features.
 *
 * @param input The array.
 * @param inMemory Whether they must be in memory.
 * @returns The features, in memory and finite if they are few or must be. Dispose of them.
 * @throws {InputError} If the array can not be read, is not finite, or is too large for memory.
 */
export async function openFeaturesOf(input: RankInput, inMemory: boolean): Promise<OpenFeatures> {
  const { axes, rows, columns, name } = input;
  if (inMemory && rows * columns > MOST_NEEDED) {
    throw new InputError(
      `${name}: ${rows} × ${columns} features are too many to hold in memory; use --rank-method gram-jacobi`,
    );
  }
  using stack = new DisposableStack();
  const array = stack.use(await input.open());
  const view = new ArrayView(array, axes);
  const features = inMemory || rows * columns <= MOST_HELD ? view.whole() : view;
  const owned = stack.move();
  return { features, [Symbol.dispose]: () => owned.dispose() };
}

/**
 * Checks the entries of arrays that are few, before any work on others.
 *
 * @param inputs The arrays.
 * @param work Signal to stop.
 * @throws {InputError} If an entry is not finite or can not be read.
 */
export async function checkEntries(inputs: readonly RankInput[], work: WorkOptions = {}): Promise<void> {
  for (const input of inputs) {
    await turn(work);
    if (input.rows * input.columns > MOST_HELD) continue;
    using _features = await openFeaturesOf(input, false);
  }
}
