/**
 * Files in the safetensors format, which hold tensors by name.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, shown } from "../format.ts";
import type { ArrayList } from "./array_list.ts";
import { type ByteSource, heldBytes } from "./bytes.ts";
import { chooseArray } from "./choose_array.ts";
import { type DtypeName, dtypes } from "./dtypes.ts";
import { countEntries, type FloatArray, MOST_DIMENSIONS, shapeText } from "./floats.ts";
import { readSafetensorsHeader, type TensorInfo } from "./safetensors_header.ts";
import { arrayLabel, ArrayOfBytes, type StoredArray, wholeArray } from "./stored_array.ts";

const DTYPES: Readonly<Record<string, DtypeName>> = {
  BOOL: "bool",
  I8: "i8",
  I16: "i16",
  I32: "i32",
  I64: "i64",
  U8: "u8",
  U16: "u16",
  U32: "u32",
  U64: "u64",
  F8_E4M3: "f8_e4m3",
  F8_E5M2: "f8_e5m2",
  BF16: "bf16",
  F16: "f16",
  F32: "f32",
  F64: "f64",
};

/** Opens a tensor. */
function openTensor(
  source: ByteSource,
  file: string,
  { name, ...info }: TensorInfo & { readonly name: string },
): StoredArray {
  const label = arrayLabel(file, name), { shape, begin, end } = info;
  if (!Object.hasOwn(DTYPES, info.dtype)) {
    const what = /^C\d/.test(info.dtype) ? "complex numbers" : "an unknown type";
    throw new InputError(
      `${label}: holds ${what} (${shown(info.dtype)}), not real numbers of type ${
        Object.keys(DTYPES).join(", ")
      }; convert it before you save it`,
    );
  }
  if (shape.length > MOST_DIMENSIONS) {
    throw new InputError(
      `${label}: has ${shape.length} dimensions, of at most ${MOST_DIMENSIONS}; save it with fewer`,
    );
  }
  const dtype = DTYPES[info.dtype], expected = dtypes[dtype].bytes * countEntries(shape);
  if (end - begin !== expected) {
    throw new InputError(
      `${label}: has ${count(end - begin, "byte")}, but ${info.dtype} of shape ${
        shapeText(shape)
      } needs ${expected}; save it again`,
    );
  }
  return new ArrayOfBytes(source, { file, name, dtype, shape, begin });
}

/**
 * Lists the tensors of a safetensors file.
 *
 * @param source The file; the tensors that are opened share it.
 * @param file Path of the file.
 * @returns The tensors by name.
 * @throws {InputError} If the header is malformed, or the file is truncated or too long.
 */
export function listSafetensors(source: ByteSource, file: string): ArrayList {
  const tensors = readSafetensorsHeader(source, shown(file));
  // As a promise, so that errors reject it.
  const open = async (name: string) =>
    await Promise.resolve(openTensor(source, file, { name, ...tensors.get(name)! }));
  return {
    file,
    names: [...tensors.keys()],
    suffix: "",
    open,
    peek: async (name) => {
      using array = await open(name);
      return { dtype: array.dtype, shape: array.shape };
    },
    [Symbol.dispose]: () => {},
  };
}

/**
 * Parses one tensor of a file in the safetensors format.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @param tensor Name of the tensor; not needed if there is only one.
 * @returns The tensor.
 * @throws {InputError} If the file is malformed, or the tensor does not exist or has another type
 * than those of {@linkcode StoredArray}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSafetensors } from "./safetensors.ts";
 *
 * const phi = { dtype: "F32", shape: [1, 2], data_offsets: [0, 8] };
 * const header = new TextEncoder().encode(JSON.stringify({ phi }));
 * const data = new Uint8Array(Float32Array.of(1, 2).buffer);
 * const file = Uint8Array.of(header.length, 0, 0, 0, 0, 0, 0, 0, ...header, ...data);
 * const { shape, data: values } = parseSafetensors(file, "phi.safetensors");
 * assert.deepEqual([shape, values], [[1, 2], Float32Array.of(1, 2)]);
 * ```
 */
export function parseSafetensors(bytes: Uint8Array, name: string, tensor?: string): FloatArray {
  const source = heldBytes(bytes), tensors = readSafetensorsHeader(source, shown(name));
  const chosen = chooseArray([...tensors.keys()], tensor, shown(name));
  return wholeArray(openTensor(source, name, { name: chosen, ...tensors.get(chosen)! }));
}
