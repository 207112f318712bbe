/**
 * NumPy's `.npz` files, which are ZIP archives of `.npy` files.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { chooseArray, printable } from "./choose_array.ts";
import type { FloatArray } from "./floats.ts";
import { parseNpy } from "./npy.ts";
import { listZip, unzip } from "./zip.ts";

const SUFFIX = ".npy";

/**
 * Parses one array of a `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write it.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @param array Name of the array, with or without `.npy`; not needed if there is only one.
 * @returns The array, in row-major order.
 * @throws {InputError} If the file is malformed, or the array does not exist, is corrupt or does
 * not hold floats.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseNpz } from "./npz.ts";
 *
 * await assert.rejects(parseNpz(new TextEncoder().encode("1, 2, 3"), "features.npz"), {
 *   message: "features.npz: corrupt or truncated ZIP archive; save it again",
 * });
 * ```
 */
export async function parseNpz(bytes: Uint8Array, name: string, array?: string): Promise<FloatArray> {
  // Many formats are ZIP archives, for instance PyTorch's. The error below explains what these
  // lack.
  const members = listZip(bytes, name).filter((member) => member.name.endsWith(SUFFIX));
  const arrays = new Map(members.map((member) => [member.name.slice(0, -SUFFIX.length), member]));
  if (arrays.size === 0) {
    throw new InputError(`${name}: is a ZIP archive without .npy files; save the features with numpy.savez`);
  }
  if (arrays.size < members.length) {
    throw new InputError(`${name}: two arrays have the same name; save it again with numpy.savez`);
  }
  const asked = array?.endsWith(SUFFIX) && !arrays.has(array) ? array.slice(0, -SUFFIX.length) : array;
  const chosen = chooseArray([...arrays.keys()], asked, name);
  const label = `${name}:${printable(chosen)}`;
  return parseNpy(await unzip(bytes, arrays.get(chosen)!, label), label);
}
