/**
 * Arrays that stay in their file and are read by ranges.
 *
 * @module
 */
import { InputError, ShapeError } from "../errors.ts";
import { count as amountOf, shown } from "../format.ts";
import type { ByteSource, SharedBytes } from "./bytes.ts";
import { type Dtype, type DtypeName, dtypes, type Floats, swapBytes } from "./dtypes.ts";
import { countEntries, type FloatArray, shapeText } from "./floats.ts";

/** An array in a file, read by ranges. The file stays open until all its arrays are disposed of. */
export interface StoredArray extends Disposable {
  /** Path of the file as the user gave it, without the name of the array. */
  readonly file: string;
  /** Name within the file; `null` for a `.npy` file. */
  readonly name: string | null;
  /** Type of the entries in the file. */
  readonly dtype: DtypeName;
  /** Size along each axis; empty for a single number. */
  readonly shape: readonly number[];
  /**
   * Entries from one index to the next along each axis, in the order of the file: the last axis has
   * 1, or the first in Fortran order.
   */
  readonly strides: readonly number[];
  /**
   * Reads entries in the order of the file. Every value is exact: in single precision where the
   * type fits into it (floats of at most 32 bits, integers of at most 16, booleans), else in
   * double.
   *
   * @param first Index of the first entry.
   * @param count Number of entries.
   * @returns The entries. The next call may overwrite them.
   * @throws {ShapeError} If the array has no such entries.
   * @throws {InputError} If an integer of 64 bits is no float64, or the file has become shorter,
   * can not be read or fails its checksum.
   */
  read(first: number, count: number): Floats;
}

/** Where an array lies. */
export interface ArrayLayout {
  /** Path of the file. */
  readonly file: string;
  /** Name within the file. */
  readonly name: string | null;
  /** Type of the entries. */
  readonly dtype: DtypeName;
  /** Size along each axis. */
  readonly shape: readonly number[];
  /** Whether the first index runs fastest. @default false */
  readonly fortranOrder?: boolean;
  /** Whether the most significant byte comes first. @default false */
  readonly bigEndian?: boolean;
  /** Index of the first byte. */
  readonly begin: number;
}

/** Bytes that are read before they are converted: as many as a cache holds. */
const PIECE = 2 ** 18;

/**
 * Names an array for errors.
 *
 * @param file Path of its file.
 * @param name Its name in the file, if it has one.
 * @returns Both on one line.
 */
export function arrayLabel(file: string, name: string | null): string {
  return name === null ? shown(file) : `${shown(file)}:${shown(name)}`;
}

/**
 * Counts entries from one index to the next along each axis.
 *
 * @param shape Size along each axis.
 * @param fortranOrder Whether the first index runs fastest. @default false
 * @returns The strides.
 */
export function stridesOf(shape: readonly number[], fortranOrder = false): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = 0; i < shape.length; i++) {
    const axis = fortranOrder ? i : shape.length - 1 - i;
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** An array of bytes that are read by ranges. */
export class ArrayOfBytes implements StoredArray {
  readonly file: string;
  readonly name: string | null;
  readonly dtype: DtypeName;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly #source: SharedBytes;
  readonly #layout: ArrayLayout;
  readonly #dtype: Dtype;
  readonly #size: number;
  #values: Floats | null = null;
  #raw: Uint8Array<ArrayBuffer> | null = null;
  #isOpen = true;

  /**
   * Shares bytes.
   *
   * @param source The bytes. They must hold all entries.
   * @param layout Where the array lies in them.
   */
  constructor(source: ByteSource, layout: ArrayLayout) {
    ({ file: this.file, name: this.name, dtype: this.dtype, shape: this.shape } = layout);
    this.strides = stridesOf(layout.shape, layout.fortranOrder);
    this.#source = source.share();
    this.#layout = layout;
    this.#dtype = dtypes[layout.dtype];
    this.#size = countEntries(layout.shape);
  }

  /** Reads entries; see {@linkcode StoredArray.read}. */
  read(first: number, count: number): Floats {
    const isRange = Number.isSafeInteger(first) && Number.isSafeInteger(count) && first >= 0 && count >= 0 &&
      first + count <= this.#size;
    if (!isRange || !this.#isOpen) {
      throw new ShapeError(
        `${arrayLabel(this.file, this.name)}: ${
          isRange ? "was disposed of" : `has no ${count} entries from ${first} on`
        }: read some of its ${amountOf(this.#size, "entry", "entries")}`,
      );
    }
    if (!this.#values || this.#values.length < count) this.#values = this.#allocate(count);
    const values = this.#values.subarray(0, count);
    const { bytes } = this.#dtype, { begin, bigEndian = false } = this.#layout;
    if (this.dtype === "f32" || this.dtype === "f64") {
      const raw = new Uint8Array(values.buffer, 0, values.byteLength);
      this.#source.read(begin + first * bytes, raw);
      if (bigEndian) swapBytes(raw, bytes);
      return values;
    }
    const step = PIECE / bytes;
    this.#raw ??= new Uint8Array(Math.min(PIECE, this.#size * bytes));
    for (let done = 0; done < count; done += step) {
      const entries = Math.min(step, count - done);
      const raw = this.#raw.subarray(0, entries * bytes);
      this.#source.read(begin + (first + done) * bytes, raw);
      if (bigEndian) swapBytes(raw, bytes);
      const wrong = this.#dtype.convert(raw, values.subarray(done, done + entries));
      if (wrong >= 0) this.#refuse(raw, wrong, first + done + wrong);
    }
    return values;
  }

  /** Gives the bytes back. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#source[Symbol.dispose]();
  }

  #allocate(count: number): Floats {
    try {
      return this.#dtype.precision === "single" ? new Float32Array(count) : new Float64Array(count);
    } catch (cause) {
      // A RangeError, beyond what the engine or the machine can give.
      throw new InputError(
        `${arrayLabel(this.file, this.name)}: ${
          amountOf(count, "entry", "entries")
        } are too many to hold in memory; read them in parts, or save a part of them`,
        { cause },
      );
    }
  }

  /** Refuses an integer that is no float64, by its index along each axis. */
  #refuse(raw: Uint8Array<ArrayBuffer>, index: number, entry: number): never {
    const view = new DataView(raw.buffer, raw.byteOffset);
    const value = this.dtype === "u64"
      ? view.getBigUint64(8 * index, true)
      : view.getBigInt64(8 * index, true);
    const place = this.shape.map((size, axis) => Math.floor(entry / this.strides[axis]) % size);
    throw new InputError(
      `${arrayLabel(this.file, this.name)}: entry ${shapeText(place)} (counted from 0) is ${value}, ` +
        "which no float64 is; convert the integers to floats, or scale them down",
    );
  }
}

/** Reorders entries whose first index runs fastest into row-major order. */
function fromFortranOrder(data: Floats, shape: readonly number[]): Floats {
  const columns = shape[shape.length - 1], stride = data.length / columns;
  const ordered = data instanceof Float32Array
    ? new Float32Array(data.length)
    : new Float64Array(data.length);
  const index = new Array<number>(shape.length - 1).fill(0);
  for (let row = 0; row < stride; row++) {
    let from = 0;
    for (let axis = index.length - 1; axis >= 0; axis--) from = from * shape[axis] + index[axis];
    for (let column = 0; column < columns; column++) {
      ordered[row * columns + column] = data[column * stride + from];
    }
    for (let axis = index.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
  return ordered;
}

/**
 * Reads an array whole.
 *
 * @param array The array; it is disposed of.
 * @returns Its shape, and its entries in row-major order.
 * @throws {InputError} Where {@linkcode StoredArray.read} does.
 */
export function wholeArray(array: StoredArray): FloatArray {
  using stored = array;
  const { shape, strides } = stored;
  const data = stored.read(0, countEntries(shape));
  // An axis of size 1 has any stride.
  const isRowMajor = stridesOf(shape).every((stride, axis) => shape[axis] === 1 || stride === strides[axis]);
  return { shape, data: isRowMajor || data.length === 0 ? data : fromFortranOrder(data, shape) };
}
