/**
 * Types of the entries of files, and their exact values in single or double precision.
 *
 * @module
 */

/** Floats in single or double precision. */
export type Floats = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/**
 * Name of a type: kind and bits. `bf16` is a single-precision float cut to 16 bits; `f8_e4m3` and
 * `f8_e5m2` are the 8-bit floats of the Open Compute Project, the first without infinities.
 */
export type DtypeName =
  | "bool"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "f8_e4m3"
  | "f8_e5m2"
  | "bf16"
  | "f16"
  | "f32"
  | "f64";

/** How the entries of a type are read. */
export interface Dtype {
  /** Bytes of an entry. */
  readonly bytes: 1 | 2 | 4 | 8;
  /** The lowest precision that holds all values; 64-bit integers may not fit into any. */
  readonly precision: "single" | "double";
  /**
   * Converts little-endian entries.
   *
   * @param raw Their bytes, aligned to their size.
   * @param to Where values go, as many as there are entries.
   * @returns Index of the first entry that is no float64; −1 if all are.
   */
  readonly convert: (raw: Uint8Array<ArrayBuffer>, to: Floats) => number;
}

/** Reads the bytes of a typed array as another. */
type View = new (buffer: ArrayBuffer, offset: number, length: number) => Floats | IntegerArray;
type IntegerArray = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array;

/** A type whose entries are numbers of a typed array. */
function plain(bytes: 1 | 2 | 4 | 8, precision: "single" | "double", view: View): Dtype {
  return {
    bytes,
    precision,
    convert: (raw, to) => {
      to.set(new view(raw.buffer, raw.byteOffset, raw.length / bytes));
      return -1;
    },
  };
}

/** A type of few patterns, whose values stand in a table that is made at first use. */
function tabulated(bytes: 1 | 2, value: (pattern: number) => number): Dtype {
  let table: Float32Array | undefined;
  return {
    bytes,
    precision: "single",
    convert: (raw, to) => {
      table ??= Float32Array.from({ length: 256 ** bytes }, (_, pattern) => value(pattern));
      const patterns = bytes === 1 ? raw : new Uint16Array(raw.buffer, raw.byteOffset, raw.length / bytes);
      for (let i = 0; i < patterns.length; i++) to[i] = table[patterns[i]];
      return -1;
    },
  };
}

/**
 * Value of a float of few bits: sign, exponent, mantissa. The largest exponent is kept for
 * infinities and NaN, as in IEEE 754.
 */
function smallFloat(pattern: number, exponentBits: number, mantissaBits: number): number {
  const bias = 2 ** (exponentBits - 1) - 1, steps = 2 ** mantissaBits;
  const sign = pattern >> (exponentBits + mantissaBits) ? -1 : 1;
  const exponent = (pattern >> mantissaBits) % 2 ** exponentBits, mantissa = pattern % steps;
  if (exponent === 2 ** exponentBits - 1) return mantissa === 0 ? sign * Infinity : NaN;
  // Below the normal numbers, the leading 1 is missing.
  return exponent === 0
    ? sign * mantissa / steps * 2 ** (1 - bias)
    : sign * (1 + mantissa / steps) * 2 ** (exponent - bias);
}

/**
 * Value of an f8_e4m3. Of the largest exponent only the last mantissa is NaN; the others are
 * numbers up to 448.
 */
function e4m3(pattern: number): number {
  const magnitude = pattern & 0x7f, sign = pattern >> 7 ? -1 : 1;
  if (magnitude === 0x7f) return NaN;
  return magnitude < 0x78 ? smallFloat(pattern, 4, 3) : sign * (1 + (magnitude & 7) / 8) * 256;
}

/**
 * A type of 64-bit integers. One that lies beyond 2⁵³ is converted if it is a float64, and counts
 * as no float64 otherwise.
 */
function integers64(High: Int32ArrayConstructor | Uint32ArrayConstructor): Dtype {
  return {
    bytes: 8,
    precision: "double",
    convert: (raw, to) => {
      const count = raw.length / 8;
      const highs = new High(raw.buffer, raw.byteOffset, 2 * count);
      const lows = new Uint32Array(raw.buffer, raw.byteOffset, 2 * count);
      for (let i = 0; i < count; i++) {
        const high = highs[2 * i + 1] * 2 ** 32, low = lows[2 * i];
        const value = high + low;
        // Exact, as |high| ≥ low or high = 0 (Dekker): what the sum rounded off.
        if (value - high !== low) return i;
        to[i] = value;
      }
      return -1;
    },
  };
}

/** Types by name. */
export const dtypes: Readonly<Record<DtypeName, Dtype>> = {
  // As in NumPy, any byte but 0 is true.
  bool: tabulated(1, (pattern) => pattern === 0 ? 0 : 1),
  i8: plain(1, "single", Int8Array),
  i16: plain(2, "single", Int16Array),
  i32: plain(4, "double", Int32Array),
  i64: integers64(Int32Array),
  u8: plain(1, "single", Uint8Array),
  u16: plain(2, "single", Uint16Array),
  u32: plain(4, "double", Uint32Array),
  u64: integers64(Uint32Array),
  f8_e4m3: tabulated(1, e4m3),
  f8_e5m2: tabulated(1, (pattern) => smallFloat(pattern, 5, 2)),
  bf16: tabulated(2, (pattern) => smallFloat(pattern, 8, 7)),
  f16: tabulated(2, (pattern) => smallFloat(pattern, 5, 10)),
  f32: plain(4, "single", Float32Array),
  f64: plain(8, "double", Float64Array),
};

/**
 * Reverses the bytes of every word.
 *
 * @param bytes Whole words; they are changed.
 * @param size Bytes of a word.
 */
export function swapBytes(bytes: Uint8Array, size: 1 | 2 | 4 | 8): void {
  if (size === 1) return;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // On integers, because floats would lose the payload of a NaN.
  for (let at = 0; at < bytes.length; at += size) {
    if (size === 2) {
      view.setUint16(at, view.getUint16(at), true);
    } else if (size === 4) {
      view.setUint32(at, view.getUint32(at), true);
    } else {
      const first = view.getUint32(at);
      view.setUint32(at, view.getUint32(at + 4), true);
      view.setUint32(at + 4, first, true);
    }
  }
}
