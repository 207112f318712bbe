/**
 * Packs numbers and a record into text that a page can hold: columns shuffled by bytes, gzip,
 * base64.
 *
 * @module
 */
import { InputError } from "../../errors.ts";

/** Arrays that can be packed, by the name of their type. */
const TYPES = {
  f8: Float64Array,
  f4: Float32Array,
  i4: Int32Array,
  u4: Uint32Array,
  u1: Uint8Array,
} as const;

/** An array that can be packed. */
export type Packable = Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;

/** A record and its arrays. */
export interface Packed {
  /** Anything that JSON holds; NaN and infinities become `null`. */
  readonly record: unknown;
  /** The arrays, by name. */
  readonly arrays: Readonly<Record<string, Packable>>;
}

/** Head of what is packed. */
interface Head {
  readonly record: unknown;
  readonly arrays: readonly (readonly [name: string, type: keyof typeof TYPES, length: number])[];
}

function typeOf(array: Packable): keyof typeof TYPES {
  return (Object.keys(TYPES) as (keyof typeof TYPES)[]).find((type) => array instanceof TYPES[type])!;
}

/** Puts the i-th bytes of all numbers side by side: they resemble each other, and gzip sees it. */
function shuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / size, shuffled = new Uint8Array(bytes.length);
  for (let b = 0; b < size; b++) {
    for (let i = 0, at = b * count; i < count; i++) shuffled[at++] = bytes[i * size + b];
  }
  return shuffled;
}

/** The inverse of {@linkcode shuffle}. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const count = bytes.length / size, whole = new Uint8Array(bytes.length);
  for (let b = 0; b < size; b++) {
    for (let i = 0, at = b * count; i < count; i++) whole[i * size + b] = bytes[at++];
  }
  return whole;
}

async function through(
  parts: readonly BlobPart[],
  stream: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  const piped = new Blob([...parts]).stream().pipeThrough(stream as unknown as TransformStream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/**
 * Packs a record and arrays.
 *
 * @param packed What to pack.
 * @returns Text of the letters of base64, which needs no escape anywhere.
 */
export async function pack({ record, arrays }: Packed): Promise<string> {
  const entries = Object.entries(arrays);
  const head: Head = {
    record,
    arrays: entries.map(([name, array]) => [name, typeOf(array), array.length]),
  };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const columns = entries.map(([, array]) =>
    shuffle(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), array.BYTES_PER_ELEMENT)
  );
  const parts = [Uint32Array.of(text.length), text, ...columns];
  const bytes = await through(parts, new CompressionStream("gzip"));
  const letters: string[] = [];
  // In threes, so that pieces of base64 can be joined.
  for (let at = 0; at < bytes.length; at += 24_576) {
    letters.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 24_576))));
  }
  return letters.join("");
}

/**
 * Unpacks what {@linkcode pack} made.
 *
 * @param text The text.
 * @returns The record and the arrays.
 * @throws {InputError} If it is something else, or damaged.
 */
export async function unpack(text: string): Promise<Packed> {
  try {
    const letters = atob(text.trim()), zipped = new Uint8Array(letters.length);
    for (let i = 0; i < letters.length; i++) zipped[i] = letters.charCodeAt(i);
    const bytes = await through([zipped], new DecompressionStream("gzip"));
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Head;
    let at = 4 + length;
    const arrays = head.arrays.map(([name, type, count]): [string, Packable] => {
      const Type = TYPES[type], size = count * Type.BYTES_PER_ELEMENT;
      if (at + size > bytes.length) throw new RangeError("too short");
      const column = unshuffle(bytes.subarray(at, at += size), Type.BYTES_PER_ELEMENT);
      return [name, new Type(column.buffer)];
    });
    return { record: head.record, arrays: Object.fromEntries(arrays) };
  } catch (cause) {
    throw new InputError("the data of the report are damaged; take the file from the run again", { cause });
  }
}
