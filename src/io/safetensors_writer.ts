/**
 * Writes files in the safetensors format.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count, shown } from "../format.ts";
import { joined } from "./bytes.ts";
import { countEntries, type FloatArray, MOST_DIMENSIONS, shapeText } from "./floats.ts";

/** Tensors by their names, in the order in which a file is to list them. */
export type NamedTensors = Iterable<readonly [name: string, tensor: FloatArray]>;

/** Bytes of which the header fills a multiple, so that the entries can be mapped into memory. */
const ALIGNMENT = 8;

/**
 * Writes tensors in the safetensors format piece by piece: the header, then the entries of one
 * tensor after another, which are not copied. Tensors in double precision come first, so that all
 * entries are aligned.
 *
 * @param tensors The tensors, in single or double precision.
 * @param metadata Texts by their names. Default: none.
 * @returns The pieces of the file, for `writeAtomically`.
 * @throws {InputError} If two tensors have the same name, or one has that of the metadata.
 * @throws {ShapeError} If shape and data differ in their numbers of entries, or there are more than
 * 64 dimensions.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseSafetensors } from "./safetensors.ts";
 * import { safetensors } from "./safetensors_writer.ts";
 *
 * const phi = { shape: [1, 2], data: Float32Array.of(1, 2) };
 * const file = safetensors([["phi", phi]], { step: "100" });
 * assert.deepEqual(parseSafetensors(file, "phi.safetensors"), phi);
 * ```
 */
export function safetensorsPieces(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer>[] {
  const all = [...tensors];
  const seen = new Set(["__metadata__"]);
  for (const [name, tensor] of all) {
    checkTensor(name, tensor);
    if (seen.has(name)) {
      throw new InputError(`two tensors have the name ${shown(name)}, or the format needs it; give another`);
    }
    seen.add(name);
  }
  const placed = all.toSorted(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  const begins = new Map<string, number>();
  let end = 0;
  for (const [name, { data }] of placed) {
    begins.set(name, end);
    end += data.byteLength;
  }
  const entries = all.map(([name, { shape, data }]) => {
    const begin = begins.get(name)!;
    const dtype = data instanceof Float64Array ? "F64" : "F32";
    return [name, { dtype, shape, data_offsets: [begin, begin + data.byteLength] }];
  });
  const hasMetadata = Object.keys(metadata).length > 0;
  const header = Object.fromEntries(hasMetadata ? [["__metadata__", metadata], ...entries] : entries);
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array) =>
    new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return [head, ...placed.map(([, { data }]) => bytesOf(data))];
}

/**
 * Writes tensors as a file in the safetensors format, in memory. See
 * {@linkcode safetensorsPieces} for files that are large.
 *
 * @param tensors The tensors, in single or double precision.
 * @param metadata Texts by their names. Default: none.
 * @returns The file.
 * @throws {InputError} If two tensors have the same name, or one has that of the metadata.
 * @throws {ShapeError} If shape and data differ in their numbers of entries, or there are more than
 * 64 dimensions.
 */
export function safetensors(
  tensors: NamedTensors,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const pieces = safetensorsPieces(tensors, metadata);
  return joined(pieces, pieces.reduce((sum, { length }) => sum + length, 0));
}

function checkTensor(name: string, { shape, data }: FloatArray): void {
  const areSizes = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!areSizes || countEntries(shape) !== data.length) {
    throw new ShapeError(
      `tensor ${shown(name)} of shape ${shapeText(shape)} cannot have ${
        count(data.length, "entry", "entries")
      }; give as many as the shape has`,
    );
  }
  if (shape.length > MOST_DIMENSIONS) {
    throw new ShapeError(
      `tensor ${shown(name)} has ${shape.length} dimensions; give at most ${MOST_DIMENSIONS}`,
    );
  }
}
