/**
 * Files in the safetensors format. They hold the length of a header (8 bytes, little-endian), the
 * header in JSON, and the data of the tensors. Format: https://github.com/huggingface/safetensors.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count } from "../format.ts";
import { chooseArray, printable } from "./choose_array.ts";
import { countEntries, decodeFloats, type FloatArray, shapeText } from "./floats.ts";

/** Type, shape and place of a tensor. */
interface TensorInfo {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

// The format's own limit.
const LONGEST = 100_000_000;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/** Reads the header: the tensors by name, and where their data begins. */
function parseHeader(
  bytes: Uint8Array,
  name: string,
): { tensors: Map<string, TensorInfo>; start: number } {
  const malformed = (what: string, cause?: unknown) =>
    new InputError(`${name}: malformed safetensors header: ${what}; save it again`, { cause });
  if (bytes.length < 8) {
    throw new InputError(
      `${name}: truncated after ${bytes.length} of the header's 8 bytes or more; save it again`,
    );
  }
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > LONGEST) throw malformed(`it claims ${length} bytes`);
  const start = 8 + length;
  if (bytes.length < start) {
    throw new InputError(
      `${name}: truncated after ${bytes.length} of the header's ${start} bytes; save it again`,
    );
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(8, start)));
  } catch (cause) {
    throw malformed("it is not JSON", cause);
  }
  if (!isObject(header)) throw malformed("it is not a JSON object");
  const tensors = new Map<string, TensorInfo>();
  for (const [key, info] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const offsets = isObject(info) ? info.data_offsets : undefined;
    const wellFormed = isObject(info) && typeof info.dtype === "string" && isSizes(info.shape) &&
      isSizes(offsets) && offsets.length === 2 && offsets[0] <= offsets[1];
    if (!wellFormed) {
      throw malformed(`tensor ${printable(key)} lacks a dtype, a shape or two data_offsets in order`);
    }
    const [begin, end] = offsets;
    tensors.set(key, { dtype: info.dtype as string, shape: info.shape as number[], begin, end });
  }
  return { tensors, start };
}

/**
 * Parses one tensor, of type F32 or F64, of a file in the safetensors format.
 *
 * @param bytes The file.
 * @param name Name of the file, for errors.
 * @param tensor Name of the tensor; not needed if there is only one.
 * @returns The tensor; its data may be a view of `bytes`.
 * @throws {InputError} If the file is malformed, or the tensor does not exist, has another type or
 * no entries.
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
  const { tensors, start } = parseHeader(bytes, name);
  const chosen = chooseArray([...tensors.keys()], tensor, name);
  // The data ends with the last tensor. So a file that is cut off is noticed, whichever tensor is
  // read.
  let length = start;
  for (const { end } of tensors.values()) length = Math.max(length, start + end);
  if (bytes.length < length) {
    throw new InputError(`${name}: truncated after ${bytes.length} of ${length} bytes; save it again`);
  }
  if (bytes.length > length) {
    throw new InputError(
      `${name}: ${
        count(bytes.length - length, "trailing byte")
      } after the ${length} of its tensors; save it again`,
    );
  }
  const label = `${name}:${printable(chosen)}`;
  const { dtype, shape, begin, end } = tensors.get(chosen)!;
  if (dtype !== "F32" && dtype !== "F64") {
    throw new InputError(
      `${label}: has type ${printable(dtype)}, not F32 or F64; convert it before you save it`,
    );
  }
  const size = dtype === "F32" ? 4 : 8;
  const expected = size * countEntries(shape, label);
  if (end - begin !== expected) {
    throw new InputError(
      `${label}: has ${count(end - begin, "byte")}, but ${dtype} of shape ${
        shapeText(shape)
      } needs ${expected}; save it again`,
    );
  }
  return { shape, data: decodeFloats(bytes.subarray(start + begin, start + end), size) };
}
