/**
 * Bytes that are collected before they are written elsewhere: in memory while they are few, then in
 * a temporary file.
 *
 * @module
 */
import { temporaryPath } from "./atomic.ts";
import { ByteWriter } from "./words.ts";

/** Bytes in memory, at most. */
const MOST_HELD = 2 ** 19;

/** Bytes in collection. Dispose of them to delete the temporary file. */
export class Spool implements Disposable {
  /** The latest bytes. Write numbers with its methods, then call {@linkcode Spool.settle}. */
  readonly latest: ByteWriter = new ByteWriter();
  readonly #folder: string;
  readonly #mostHeld: number;
  #path: string | null = null;
  #filed = 0;

  /**
   * Begins with no bytes.
   *
   * @param folder Folder for the temporary file.
   * @param mostHeld Bytes to hold in memory, at most. Default: 2¹⁹, 512 KiB.
   */
  constructor(folder: string, mostHeld: number = MOST_HELD) {
    this.#folder = folder;
    this.#mostHeld = mostHeld;
  }

  /** Number of bytes. */
  get size(): number {
    return this.#filed + this.latest.length;
  }

  /**
   * Moves the bytes to the file if they are many.
   *
   * @throws {Error} One of `Deno.errors` if the file cannot be written.
   */
  settle(): void {
    if (this.latest.length <= this.#mostHeld) return;
    this.#path ??= temporaryPath(this.#folder);
    // Opened each time, because there may be more spools than a process may have open files.
    using file = Deno.openSync(this.#path, { append: true, create: true });
    const { bytes } = this.latest;
    for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
    this.#filed += bytes.length;
    this.latest.clear();
  }

  /**
   * Reads the bytes back.
   *
   * @returns Pieces, in order, each of which the next one may overwrite.
   * @throws {Error} One of `Deno.errors` if the file cannot be read.
   */
  *pieces(): Generator<Uint8Array, void, void> {
    if (this.#path !== null) {
      using file = Deno.openSync(this.#path);
      const piece = new Uint8Array(Math.min(this.#mostHeld, this.#filed));
      for (let left = this.#filed; left > 0;) {
        const read = file.readSync(piece.subarray(0, Math.min(piece.length, left)));
        if (read === null) throw new Deno.errors.UnexpectedEof(`${this.#path} is cut off`);
        yield piece.subarray(0, read);
        left -= read;
      }
    }
    if (this.latest.length > 0) yield this.latest.bytes;
  }

  /** Deletes the temporary file. */
  [Symbol.dispose](): void {
    if (this.#path === null) return;
    try {
      Deno.removeSync(this.#path);
    } catch {
      // It went with its folder.
    }
    this.#path = null;
  }
}
