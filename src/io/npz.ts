/**
 * NumPy's `.npz` files, which are ZIP archives of `.npy` files.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { type ArrayList, openNamed } from "./array_list.ts";
import { type ByteSource, heldBytes } from "./bytes.ts";
import type { FloatArray } from "./floats.ts";
import { openNpy } from "./npy.ts";
import { LONGEST_START } from "./npy_header.ts";
import { arrayLabel, wholeArray } from "./stored_array.ts";
import { Unpacker, unpackStart } from "./unpack.ts";
import { listZip, openMember } from "./zip.ts";

const SUFFIX = ".npy";

/** The first bytes of a file, as the file. Those after them are not there, and not read. */
function startOf(start: Uint8Array, size: number): ByteSource {
  return { ...heldBytes(start), size, share: () => heldBytes(start) };
}

/**
 * Lists the arrays of a `.npz` file.
 *
 * @param archive The file; the arrays that are opened share it.
 * @param file Path of the file.
 * @returns The arrays by name, without `.npy`. Dispose of them once all are open.
 * @throws {InputError} If the file is malformed, or holds no arrays.
 */
export function listNpz(archive: ByteSource, file: string): ArrayList {
  const label = shown(file);
  // Many formats are ZIP archives, for instance PyTorch's. The error below explains what these
  // lack.
  const members = listZip(archive, label).filter((member) => member.name.endsWith(SUFFIX));
  const arrays = new Map(members.map((member) => [member.name.slice(0, -SUFFIX.length), member]));
  if (arrays.size === 0) {
    throw new InputError(`${label}: is a ZIP archive without .npy files; save the features with numpy.savez`);
  }
  if (arrays.size < members.length) {
    throw new InputError(`${label}: two arrays have the same name; save it again with numpy.savez`);
  }
  const unpacker = new Unpacker();
  /** Opens what the first bytes of a deflated array tell; `null` if they cannot be unpacked. */
  const begin = async (name: string) => {
    const member = arrays.get(name)!, bytes = openMember(archive, member, arrayLabel(file, name));
    const begun = Math.min(member.size, LONGEST_START), start = await unpackStart(bytes, begun);
    return start.length === begun ? openNpy(startOf(start, member.size), file, name) : null;
  };
  return {
    file,
    names: [...arrays.keys()],
    suffix: SUFFIX,
    async open(name) {
      const member = arrays.get(name)!, label = arrayLabel(file, name);
      const bytes = openMember(archive, member, label);
      if (member.method === 0) return openNpy(bytes, file, name);
      // An array that does not fit its size is refused before it takes any room.
      (await begin(name))?.[Symbol.dispose]();
      return openNpy(await unpacker.unpack(bytes, member, label), file, name);
    },
    async peek(name) {
      const isStored = arrays.get(name)!.method === 0;
      using array = isStored ? await this.open(name) : await begin(name) ?? await this.open(name);
      return { dtype: array.dtype, shape: array.shape };
    },
    [Symbol.dispose]: () => unpacker[Symbol.dispose](),
  };
}

/**
 * Parses one array of a `.npz` file, as `numpy.savez` and `numpy.savez_compressed` write it.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @param array Name of the array, with or without `.npy`; not needed if there is only one.
 * @returns The array, in row-major order.
 * @throws {InputError} If the file is malformed, or the array does not exist, is corrupt or does
 * not hold real numbers.
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
  using arrays = listNpz(heldBytes(bytes), name);
  return wholeArray(await openNamed(arrays, array));
}
