/**
 * Numbers and arrays as little-endian bytes, one after the other. Arrays keep every bit, so that a
 * NaN reads back as the same NaN.
 *
 * @module
 */
import { FileError } from "../errors.ts";

/** Arrays that are written as they lie in memory: Deno runs on little-endian systems alone. */
export type WordArray = Float32Array | Float64Array | Uint32Array;

const FIRST_ROOM = 2 ** 14;

/** Bytes that grow as numbers are written. */
export class ByteWriter {
  #bytes = new Uint8Array(FIRST_ROOM);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Number of bytes written. */
  get length(): number {
    return this.#length;
  }

  /** Writes a whole number below 2⁸. */
  byte(value: number): void {
    const at = this.#take(1);
    this.#view.setUint8(at, value);
  }

  /** Writes a whole number below 2¹⁶. */
  half(value: number): void {
    const at = this.#take(2);
    this.#view.setUint16(at, value, true);
  }

  /** Writes a whole number below 2³². */
  word(value: number): void {
    const at = this.#take(4);
    this.#view.setUint32(at, value, true);
  }

  /** Writes a number. */
  double(value: number): void {
    const at = this.#take(8);
    this.#view.setFloat64(at, value, true);
  }

  /** Writes a whole number from 0 to 2⁵³ in 64 bits. */
  long(value: number): void {
    this.word(value % 2 ** 32);
    this.word(Math.floor(value / 2 ** 32));
  }

  /** Writes the entries of an array, without their number. */
  array(values: WordArray | Uint8Array): void {
    const at = this.#take(values.byteLength);
    this.#bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
  }

  /** Begins again. */
  clear(): void {
    this.#length = 0;
  }

  /** The bytes so far, in the writer's own memory. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  #take(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
      larger.set(this.#bytes.subarray(0, at));
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}

/** Reads what a {@linkcode ByteWriter} wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  #at = 0;

  /**
   * Begins at the first byte.
   *
   * @param bytes The bytes.
   * @param name Name of the file, for errors.
   */
  constructor(bytes: Uint8Array, name: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
  }

  /** Number of bytes that are left. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** Reads a whole number below 2⁸. */
  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Reads a whole number below 2³². */
  word(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** Reads a number. */
  double(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** Reads so many bytes into fresh memory. */
  copy(size: number): Uint8Array<ArrayBuffer> {
    const at = this.#take(size);
    return this.#bytes.slice(at, at + size) as Uint8Array<ArrayBuffer>;
  }

  /** Reads floats in single precision. */
  singles(count: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.copy(4 * count).buffer);
  }

  /** Reads floats in double precision. */
  doubles(count: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.copy(8 * count).buffer);
  }

  /** Reads words. */
  words(count: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.copy(4 * count).buffer);
  }

  #take(size: number): number {
    const at = this.#at;
    if (at + size > this.#bytes.length) throw new FileError(`${this.#name}: ends in the middle of a number`);
    this.#at += size;
    return at;
  }
}
