/**
 * Tasks of data in files.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, listed, shown } from "../format.ts";
import { arrayTask } from "../tasks/array_task.ts";
import type { ClassificationTask, RegressionTask } from "../tasks/task.ts";
import { openArrays } from "./array_file.ts";
import { listArrays } from "./list_arrays.ts";
import type { DtypeName } from "./dtypes.ts";
import { type FloatArray, shapeText } from "./floats.ts";
import { wholeArray } from "./stored_array.ts";

const SUFFIX = ".npz";

/** Arrays that a task is made of. Others in the file are left alone. */
const NAMES = ["x", "y", "weights", "x_test", "y_test", "weights_test"] as const;

/** An array of a file, with the type that it has there. */
interface TypedArray extends FloatArray {
  readonly dtype: DtypeName;
}

/** The arrays of a file that there are. */
type DataArrays = Readonly<Partial<Record<typeof NAMES[number], TypedArray>>>;

/**
 * Tells whether the name of a task is the path of a file of data.
 *
 * @param name The name.
 * @returns Whether it ends in `.npz`.
 */
export function isDataFile(name: string): boolean {
  return name.endsWith(SUFFIX);
}

/**
 * Reads a task from a `.npz` file. It holds `x`, inputs with one row per sample, and `y`: floats
 * are values to fit, one or a row per sample; integers or booleans are classes, one per sample,
 * numbered from 0. It may hold `weights` of the samples, by default 1/m each, and held-out samples
 * as `x_test`, `y_test` and `weights_test`.
 *
 * @param path Path of the file, which is the name of the task.
 * @param samples Number of samples; it must be that of the file. Default: theirs.
 * @returns The task.
 * @throws {InputError} If the file cannot be read, lacks an array, or holds data that cannot be
 * trained on; another number of samples is asked for.
 * @throws {ShapeError} If arrays do not fit each other.
 */
export async function readTask(
  path: string,
  samples?: number,
): Promise<RegressionTask | ClassificationTask> {
  const { x, y, weights, x_test, y_test, weights_test } = await readArrays(path);
  const file = shown(path);
  if (!x || !y) {
    throw new InputError(`${file}: holds no array ${x ? "y" : "x"}; save inputs as x, targets as y`);
  }
  if (!x_test !== !y_test || !x_test && weights_test) {
    throw new InputError(`${file}: holds a part of held-out samples; save both x_test and y_test, or none`);
  }
  const isClassified = isInteger(y.dtype);
  const train = samplesOf({ x, y, weights, part: "" }, isClassified, file);
  const test = x_test && y_test
    ? samplesOf({ x: x_test, y: y_test, weights: weights_test, part: "_test" }, isClassified, file)
    : undefined;
  if (samples !== undefined && samples !== x.shape[0]) {
    throw new InputError(
      `${file}: holds ${count(x.shape[0], "sample")}, but ${samples} are asked for; leave out the number`,
    );
  }
  return arrayTask({ ...train, ...test && { test }, name: path });
}

/** Reads the arrays that a task is made of. */
async function readArrays(path: string): Promise<DataArrays> {
  const listing = await listArrays(path), names = listing.map(({ name }) => name);
  const wanted = NAMES.filter((name) => names.includes(name));
  const read: [string, TypedArray][] = [];
  for (const tensor of wanted) {
    const [array] = await openArrays(path, { tensor });
    const { dtype } = array;
    read.push([tensor, { dtype, ...wholeArray(array) }]);
  }
  if (read.length === 0) {
    throw new InputError(
      `${shown(path)}: holds ${listed(names.map((name) => name ?? "one without a name"))}, and no x and y; ` +
        "save inputs as x, targets as y",
    );
  }
  return Object.fromEntries(read);
}

/** Whether entries are whole numbers by their type. */
function isInteger(dtype: DtypeName): boolean {
  return dtype === "bool" || /^[iu]/.test(dtype);
}

/** Arrays of training or of held-out samples. */
interface SampleArrays {
  readonly x: TypedArray;
  readonly y: TypedArray;
  readonly weights: TypedArray | undefined;
  /** What follows their names. */
  readonly part: "" | "_test";
}

/** Checks the shapes of samples, and names them as `arrayTask` does. */
function samplesOf({ x, y, weights, part }: SampleArrays, isClassified: boolean, file: string) {
  const refuse = (name: string, { shape }: FloatArray, what: string) =>
    new InputError(`${file}: ${name}${part} has shape ${shapeText(shape)}; give ${what}`);
  const rows = x.shape[0];
  if (x.shape.length !== 1 && x.shape.length !== 2 || x.data.length === 0) {
    throw refuse("x", x, "a row per sample, as x.reshape(len(x), -1)");
  }
  if (isInteger(y.dtype) !== isClassified) {
    throw new InputError(
      `${file}: y holds ${
        isClassified ? "classes" : "values"
      } and y${part} of type ${y.dtype} does not; give one type`,
    );
  }
  const isVector = y.shape.length === 1 || y.shape.length === 2 && y.shape[1] === 1;
  if (isClassified && !isVector) {
    throw refuse("y", y, `one class per sample, or y${part}.astype("f4") to fit its values`);
  }
  if (!isVector && y.shape.length !== 2) throw refuse("y", y, "one value, or one row, per sample");
  if (y.shape[0] !== rows) throw refuse("y", y, `as many rows as x${part}, ${rows}`);
  if (weights && (weights.shape.length !== 1 || weights.shape[0] !== rows)) {
    throw refuse("weights", weights, `one weight for each of ${rows} samples of x${part}`);
  }
  return { x, ...isClassified ? { labels: y.data } : { y }, ...weights && { weights: weights.data } };
}
