/**
 * Simple readers of the formats of arrays, to compare with. They read valid files only, entry by
 * entry, and take nothing from the readers that they judge.
 *
 * @module
 */
import { inflateRawSync } from "node:zlib";
import type { DtypeName } from "../../../../src/io/dtypes.ts";
import type { FloatArray } from "../../../../src/io/floats.ts";
import { assert } from "../../../deps.ts";
import { bytesOfDtype, entryAt } from "../../../reference/dtypes.ts";

/** An array read by a simple reader. */
export interface SimpleArray {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const KINDS: Readonly<Record<string, string>> = { b: "bool", V: "bf", i: "i", u: "u", f: "f" };

function entries(
  bytes: Uint8Array,
  { dtype, shape, start, little = true }: {
    readonly dtype: DtypeName;
    readonly shape: readonly number[];
    readonly start: number;
    readonly little?: boolean;
  },
): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), each = bytesOfDtype[dtype];
  const count = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: count }, (_, i) => Number(entryAt(dtype, view, start + each * i, little)));
}

/** Reads a valid `.npy` file, whatever follows it. */
export function simpleNpy(bytes: Uint8Array): SimpleArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), wide = bytes[6] > 1;
  const begin = wide ? 12 : 10, start = begin + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const text = new TextDecoder("latin1").decode(bytes.subarray(begin, start)).replaceAll('"', "'");
  const [, order, kind, size] = /'descr'\s*:\s*'([<>=|]?)([biufV])(\d)'/.exec(text)!;
  const shape = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)![1].split(",").filter((each) => each.trim() !== "")
    .map((each) => parseInt(each));
  const dtype = (kind === "b" ? "bool" : `${KINDS[kind]}${8 * Number(size)}`) as DtypeName;
  const stored = entries(bytes, { dtype, shape, start, little: order !== ">" });
  if (!/'fortran_order'\s*:\s*True/.test(text)) return { shape, values: stored };
  // The index of an entry in row-major order, digit by digit.
  const values = new Array<number>(stored.length);
  for (let i = 0; i < stored.length; i++) {
    let rest = i, at = 0;
    const digits = shape.map((size) => {
      const digit = rest % size;
      rest = Math.floor(rest / size);
      return digit;
    });
    shape.forEach((size, axis) => at = at * size + digits[axis]);
    values[at] = stored[i];
  }
  return { shape, values };
}

/** Reads a tensor of a valid safetensors file. */
export function simpleSafetensors(bytes: Uint8Array, name: string): SimpleArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true)), text = bytes.subarray(8, 8 + length);
  const header = JSON.parse(new TextDecoder().decode(text).replace(/\0+$/, ""));
  const { dtype, shape, data_offsets: [begin] } = Object.getOwnPropertyDescriptor(header, name)!.value;
  return { shape, values: entries(bytes, { dtype: dtype.toLowerCase(), shape, start: 8 + length + begin }) };
}

/** Unpacks what follows each local header of a valid ZIP archive, whatever its name. */
export function simpleZip(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), found: Uint8Array[] = [];
  for (let at = 0; at + 30 <= bytes.length; at++) {
    if (view.getUint32(at, true) !== 0x04034b50) continue;
    const rest = bytes.subarray(at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true));
    found.push(rest);
    try {
      found.push(inflateRawSync(rest));
    } catch {
      // It is stored.
    }
  }
  return found;
}

/** Asserts that two arrays are the same to the bit. */
export function assertSame({ shape, data }: FloatArray, simple: SimpleArray): void {
  assert.deepEqual([...shape], [...simple.shape]);
  assert.equal(data.length, simple.values.length);
  for (let i = 0; i < data.length; i++) assert(Object.is(data[i], simple.values[i]), `entry ${i}`);
}
