/**
 * Bytes that are read by ranges: those of a file, of a part of one, or held in memory.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";

/** Bytes that are read by ranges. */
export interface ByteSource {
  /** Number of bytes. */
  readonly size: number;
  /**
   * Reads bytes.
   *
   * @param at Index of the first.
   * @param into Filled with as many bytes as it has; the range must lie within the source.
   * @throws {InputError} If the file became shorter, or fails its checksum.
   */
  read(at: number, into: Uint8Array<ArrayBuffer>): void;
  /** Gives the bytes to one more user. */
  share(): SharedBytes;
}

/** Bytes of several users, each of which disposes of them. The last one closes the file. */
export interface SharedBytes extends ByteSource, Disposable {}

/**
 * Reads a range into fresh memory.
 *
 * @param source The bytes.
 * @param at Index of the first.
 * @param length Number of bytes; those beyond the end are left out.
 * @returns The bytes.
 */
export function readRange(source: ByteSource, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, source.size - at)));
  source.read(at, bytes);
  return bytes;
}

/**
 * Joins pieces.
 *
 * @param pieces The pieces.
 * @param size Number of all their bytes.
 * @returns The bytes, one piece after the other.
 */
export function joined(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * Holds bytes in memory.
 *
 * @param bytes The bytes, which must stay as they are.
 * @returns The same by ranges.
 */
export function heldBytes(bytes: Uint8Array): SharedBytes {
  const held: SharedBytes = {
    size: bytes.length,
    read: (at, into) => into.set(bytes.subarray(at, at + into.length)),
    share: () => held,
    [Symbol.dispose]: () => {},
  };
  return held;
}

/**
 * Takes a part of other bytes.
 *
 * @param whole The bytes.
 * @param begin Index of the first byte of the part.
 * @param size Number of bytes.
 * @returns The part by ranges.
 */
export function partOf(whole: ByteSource, begin: number, size: number): ByteSource {
  const read = (at: number, into: Uint8Array<ArrayBuffer>) => whole.read(begin + at, into);
  const share = (): SharedBytes => {
    const shared = whole.share();
    return { size, read, share, [Symbol.dispose]: () => shared[Symbol.dispose]() };
  };
  return { size, read, share };
}

/** Bytes of a file, which stays open until the last user disposes of them. */
export class FileBytes implements SharedBytes {
  /** Number of bytes when it was opened. */
  readonly size: number;
  readonly #file: Deno.FsFile;
  readonly #name: string;
  readonly #closed: () => void;
  #users = 1;

  /**
   * Takes over an open file.
   *
   * @param file The file.
   * @param size Its size in bytes.
   * @param options Name for errors, and what to do once the file is closed.
   */
  constructor(
    file: Deno.FsFile,
    size: number,
    { name, closed = () => {} }: { readonly name: string; readonly closed?: () => void },
  ) {
    this.#file = file;
    this.size = size;
    this.#name = name;
    this.#closed = closed;
  }

  /** Reads bytes; see {@linkcode ByteSource.read}. */
  read(at: number, into: Uint8Array<ArrayBuffer>): void {
    for (let filled = 0; filled < into.length;) {
      const count = this.#readSome(at + filled, filled === 0 ? into : into.subarray(filled));
      if (count === null) {
        throw new InputError(
          `${this.#name}: ends after ${at + filled} bytes, as it was cut off since it was opened; ` +
            "read it again once it is written",
        );
      }
      filled += count;
    }
  }

  #readSome(at: number, into: Uint8Array<ArrayBuffer>): number | null {
    try {
      this.#file.seekSync(at, Deno.SeekMode.Start);
      return this.#file.readSync(into);
    } catch (cause) {
      const reason = shown(cause instanceof Error ? cause.message.split("\n")[0] : String(cause));
      throw new InputError(`${this.#name}: cannot be read at byte ${at} (${reason}); look at its disk`, {
        cause,
      });
    }
  }

  /** Gives the file to one more user. */
  share(): SharedBytes {
    this.#users++;
    return this;
  }

  /** Closes the file if this was the last user. */
  [Symbol.dispose](): void {
    if (--this.#users > 0) return;
    this.#file.close();
    this.#closed();
  }
}
