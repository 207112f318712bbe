/**
 * Values of the entries of files, from their bits, by other ways than the readers take.
 *
 * @module
 */
import type { DtypeName } from "../../src/io/dtypes.ts";

/** Bytes of an entry. */
export const bytesOfDtype: Readonly<Record<DtypeName, 1 | 2 | 4 | 8>> = {
  bool: 1,
  i8: 1,
  i16: 2,
  i32: 4,
  i64: 8,
  u8: 1,
  u16: 2,
  u32: 4,
  u64: 8,
  f8_e4m3: 1,
  f8_e5m2: 1,
  bf16: 2,
  f16: 2,
  f32: 4,
  f64: 8,
};

/**
 * Finite values of a small float that are not negative, by pattern. From one pattern to the next
 * the value rises by a step: the least one up to the second power of two, twice as much from each
 * further one on.
 */
export function ladder(exponentBits: number, mantissaBits: number, patterns: number): number[] {
  const values = [0];
  let step = 2 ** (2 - 2 ** (exponentBits - 1) - mantissaBits);
  for (let pattern = 1; pattern < patterns; pattern++) {
    values.push(values[pattern - 1] + step);
    if (pattern % 2 ** mantissaBits === 0 && pattern > 2 ** mantissaBits) step *= 2;
  }
  return values;
}

const E4M3 = ladder(4, 3, 0x7f);

/** Value of the entry at a byte: a `bigint` for integers of 64 bits. */
export function entryAt(dtype: DtypeName, view: DataView, at: number, little: boolean): number | bigint {
  switch (dtype) {
    case "bool":
      return view.getUint8(at) > 0 ? 1 : 0;
    case "i8":
      return view.getInt8(at);
    case "i16":
      return view.getInt16(at, little);
    case "i32":
      return view.getInt32(at, little);
    case "i64":
      return view.getBigInt64(at, little);
    case "u8":
      return view.getUint8(at);
    case "u16":
      return view.getUint16(at, little);
    case "u32":
      return view.getUint32(at, little);
    case "u64":
      return view.getBigUint64(at, little);
    case "f8_e4m3": {
      const pattern = view.getUint8(at), value = E4M3[pattern % 128] ?? NaN;
      return pattern < 128 ? value : -value;
    }
    case "f8_e5m2":
      return wider(2, (bits) => bits.setUint8(0, view.getUint8(at))).getFloat16(0);
    case "bf16":
      return wider(4, (bits) => bits.setUint16(0, view.getUint16(at, little))).getFloat32(0);
    case "f16":
      return view.getFloat16(at, little);
    case "f32":
      return view.getFloat32(at, little);
    case "f64":
      return view.getFloat64(at, little);
  }
}

/** A wider float of which the first bytes are set, and the others are 0. */
function wider(bytes: number, set: (bits: DataView) => void): DataView {
  const bits = new DataView(new ArrayBuffer(bytes));
  set(bits);
  return bits;
}
