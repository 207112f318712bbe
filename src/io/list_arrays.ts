/**
 * What a file holds, without its entries.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { arraysOf } from "./array_file.ts";
import type { DtypeName } from "./dtypes.ts";
import { featureAxes, type FeatureAxesOptions } from "./feature_axes.ts";
import { arrayLabel } from "./stored_array.ts";

/** An array of a file. */
export interface ArrayInfo {
  /** Name in the file; `null` in a `.npy` file. */
  readonly name: string | null;
  /** Type of the entries; `null` if it is none that can be read. */
  readonly dtype: DtypeName | null;
  /** Size along each axis; `null` if it is not known. */
  readonly shape: readonly number[] | null;
  /** Number of samples, if it can be taken as features; else `null`. */
  readonly rows: number | null;
  /** Number of features of a sample; `null` likewise. */
  readonly columns: number | null;
  /** Why it cannot be taken as features, in one line; `null` if it can. */
  readonly problem: string | null;
}

/** How arrays are listed. */
export interface ListArraysOptions extends FeatureAxesOptions {
  /** Name of arrays, or a pattern. Default: all. */
  readonly tensor?: string;
}

/**
 * Lists the arrays of a `.npy`, `.npz` or safetensors file: names, types, shapes, and whether each
 * can be taken as features. Only headers are read, so that an array may still turn out not to be
 * finite.
 *
 * @param path Path of the file, and after a colon the name of an array or a pattern of names.
 * @param options Names of arrays; which axes are features, by default the last one.
 * @returns The arrays, in the order of the file.
 * @throws {InputError} If the file cannot be read or is malformed, or no array has such a name.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listArrays } from "./list_arrays.ts";
 * import { npy } from "./npy.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
 * assert.deepEqual(await listArrays(path), [
 *   { name: null, dtype: "f32", shape: [2, 3], rows: 2, columns: 3, problem: null },
 * ]);
 * await Deno.remove(path);
 * ```
 */
export async function listArrays(
  path: string,
  { tensor, ...axes }: ListArraysOptions = {},
): Promise<ArrayInfo[]> {
  return await arraysOf(path, tensor, async ({ file, name, peek }) => {
    const found = { name, dtype: null, shape: null, rows: null, columns: null, problem: null };
    let known: Pick<ArrayInfo, "dtype" | "shape"> = found;
    try {
      const { dtype, shape } = known = await peek();
      const chosen = featureAxes(shape, axes, arrayLabel(file, name));
      const product = (isMeant: (axis: number) => boolean) =>
        shape.reduce((size, each, axis) => isMeant(axis) ? size * each : size, 1);
      return {
        name,
        dtype,
        shape,
        rows: product((axis) => !chosen.includes(axis)),
        columns: product((axis) => chosen.includes(axis)),
        problem: null,
      };
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const { dtype, shape } = known, label = `${arrayLabel(file, name)}: `;
      const { message } = error;
      return {
        ...found,
        dtype,
        shape,
        problem: message.startsWith(label) ? message.slice(label.length) : message,
      };
    }
  });
}
