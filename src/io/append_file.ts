/**
 * A file that grows while a run goes on, and can be cut back to where it was.
 *
 * @module
 */
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import { FileError } from "../errors.ts";
import { writeWhole } from "./atomic.ts";
import { unreadable, unwritable } from "./file_reason.ts";

/** A place in a file, and what lies before it. */
export interface FilePosition {
  /** Number of bytes before it. */
  readonly bytes: number;
  /** Their checksum, a CRC-32. */
  readonly checksum: number;
}

/** The place where every file begins. */
export const FILE_START: FilePosition = { bytes: 0, checksum: 0 };

/** Bytes that are read or copied at once. */
const PIECE = 2 ** 20;

/**
 * A file to which bytes are appended. They wait in memory until {@linkcode AppendFile.flush}. When
 * a write fails, the file is cut back to its last whole piece and the bytes keep waiting: a later
 * flush may have room. A file that was deleted is made again with all that it held.
 */
export class AppendFile implements AsyncDisposable {
  /** Path of the file. */
  readonly path: string;
  #file: Deno.FsFile;
  /** What lies in the file. */
  #written: FilePosition;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** The flush that runs, or the last one. */
  #last: Promise<unknown> = Promise.resolve();
  #isOpen = true;

  private constructor(path: string, file: Deno.FsFile, written: FilePosition) {
    this.path = path;
    this.#file = file;
    this.#written = written;
  }

  /**
   * Opens a file to append to.
   *
   * @param path Path of the file, in a folder that exists.
   * @param position Place to go on from; what lies behind it is cut off. Default: the start, with
   * an empty file, which is made if there is none.
   * @returns The file.
   * @throws {FileError} If the file cannot be written, or holds something else before that place.
   */
  static async open(path: string, position: FilePosition = FILE_START): Promise<AppendFile> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { read: true, write: true, create: position.bytes === 0 });
    } catch (error) {
      throw unwritable(path, error);
    }
    try {
      await checkPosition(file, path, position);
      await file.truncate(position.bytes);
      await file.seek(position.bytes, Deno.SeekMode.Start);
    } catch (error) {
      file.close();
      throw unwritable(path, error);
    }
    return new AppendFile(path, file, position);
  }

  /** Bytes that wait to be written. */
  get waiting(): number {
    return this.#waitingBytes;
  }

  /**
   * Appends bytes, all or none of which will be in the file.
   *
   * @param bytes The bytes, which must stay as they are until they are flushed.
   */
  append(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
  }

  /**
   * Writes what waits.
   *
   * @param options Whether to wait until it is on the disk; by default it may be in the memory of
   * the system, which survives the end of the process and not a power failure.
   * @returns The end of the file.
   * @throws {FileError} If it cannot be written.
   */
  flush({ sync = false }: { readonly sync?: boolean } = {}): Promise<FilePosition> {
    return this.#inTurn(async () => {
      await this.#recover();
      while (this.#waiting.length > 0) {
        const bytes = joined(this.#waiting);
        const waiting = this.#waiting.length;
        await writeWhole(this.#file, bytes);
        // Bytes may have come while these were written.
        this.#waiting.splice(0, waiting);
        this.#waitingBytes -= bytes.length;
        this.#written = after(this.#written, bytes);
      }
      if (sync) await this.#file.syncData();
      return this.#written;
    });
  }

  /**
   * Cuts the file, and drops what waits. Append nothing until it is done.
   *
   * @param position Place in what was flushed.
   * @throws {FileError} If it cannot be cut, or holds something else before that place.
   */
  truncate(position: FilePosition): Promise<void> {
    return this.#inTurn(async () => {
      this.#waiting = [];
      this.#waitingBytes = 0;
      await this.#recover();
      await checkPosition(this.#file, this.path, position);
      this.#written = position;
      await this.#cut();
    });
  }

  /** Closes the file. What waits is dropped: flush before. */
  async close(): Promise<void> {
    await this.#last.catch(() => {});
    if (this.#isOpen) this.#file.close();
    this.#isOpen = false;
  }

  /** Closes the file; see {@linkcode AppendFile.close}. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Works on the file once all earlier work has ended. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.catch(() => {}).then(async () => {
      if (!this.#isOpen) throw new FileError(`cannot write ${this.path}: it is closed`);
      try {
        return await work();
      } catch (error) {
        // A part of a piece may have been written. Cutting a file needs no space.
        await this.#cut().catch(() => {});
        throw unwritable(this.path, error);
      }
    });
    this.#last = result.catch(() => {});
    return result;
  }

  async #cut(): Promise<void> {
    await this.#file.truncate(this.#written.bytes);
    await this.#file.seek(this.#written.bytes, Deno.SeekMode.Start);
  }

  /** Makes the file again if it was deleted. It is still open, so nothing is lost. */
  async #recover(): Promise<void> {
    const [open, there] = [await this.#file.stat(), await Deno.stat(this.path).catch(() => null)];
    if (there && there.ino === open.ino && there.dev === open.dev) return;
    await Deno.mkdir(dirname(this.path), { recursive: true });
    const file = await Deno.open(this.path, { read: true, write: true, create: true, truncate: true });
    try {
      for await (const piece of pieces(this.#file, this.#written.bytes)) await writeWhole(file, piece);
    } catch (error) {
      file.close();
      await Deno.remove(this.path).catch(() => {});
      throw error;
    }
    this.#file.close();
    this.#file = file;
  }
}

/** Reads the first bytes of a file in pieces, each of which the next one overwrites. */
async function* pieces(file: Deno.FsFile, size: number): AsyncGenerator<Uint8Array> {
  await file.seek(0, Deno.SeekMode.Start);
  const room = new Uint8Array(Math.min(PIECE, size));
  for (let at = 0; at < size;) {
    const read = await file.read(room.subarray(0, Math.min(room.length, size - at)));
    if (read === null) return;
    yield room.subarray(0, read);
    at += read;
  }
}

/** Compares what lies before a place with its checksum. */
async function checkPosition(file: Deno.FsFile, path: string, position: FilePosition): Promise<void> {
  let found = FILE_START;
  try {
    for await (const piece of pieces(file, position.bytes)) found = after(found, piece);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (found.bytes < position.bytes) {
    throw new FileError(`${path}: ends after ${found.bytes} of ${position.bytes} bytes`);
  }
  if (found.checksum !== position.checksum) {
    throw new FileError(`${path}: its first ${position.bytes} bytes are not those that were written`);
  }
}

/** The place behind some bytes. */
function after({ bytes, checksum }: FilePosition, next: Uint8Array): FilePosition {
  // In pieces, because the function counts bytes in 32 bits.
  for (let at = 0; at < next.length; at += PIECE) checksum = crc32(next.subarray(at, at + PIECE), checksum);
  return { bytes: bytes + next.length, checksum };
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Checks that a file begins as it did.
 *
 * @param path Path of the file.
 * @param position Place in it.
 * @throws {FileError} If it cannot be read, is shorter, or holds something else before that place.
 */
export async function checkPrefix(path: string, position: FilePosition): Promise<void> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  try {
    await checkPosition(file, path, position);
  } finally {
    file.close();
  }
}
