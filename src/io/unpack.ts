/**
 * Unpacks deflated files of an archive, so that they can be read by ranges.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { type ByteSource, FileBytes, heldBytes, joined, partOf, readRange } from "./bytes.ts";
import { checkSum, corrupt, type ZipMember } from "./zip.ts";

/** Bytes of an archive that are unpacked into memory: 64 MiB. */
const MOST_HELD = 2 ** 26;

const PIECE = 2 ** 18;

function* pieces(packed: ByteSource): Generator<Uint8Array<ArrayBuffer>> {
  for (let at = 0; at < packed.size; at += PIECE) yield readRange(packed, at, PIECE);
}

/**
 * Unpacks the deflated files of an archive when they are opened. Deflate goes forward only, and
 * arrays are read at any place and several times, so all of a file is unpacked: into memory while
 * an archive has few bytes, then into a temporary file, which is deleted when nobody needs it.
 */
export class Unpacker implements Disposable {
  readonly #mostHeld: number;
  #held = 0;
  #file: Deno.FsFile | null = null;
  #temporary: FileBytes | null = null;
  #written = 0;

  /**
   * Starts with nothing unpacked.
   *
   * @param mostHeld Bytes to hold in memory, at most. Default: 2²⁶, 64 MiB.
   */
  constructor(mostHeld: number = MOST_HELD) {
    this.#mostHeld = mostHeld;
  }

  /**
   * Unpacks a file and compares its checksum.
   *
   * @param packed Its bytes in the archive.
   * @param member What the directory says of it.
   * @param name Name of the file, for errors.
   * @returns Its content.
   * @throws {InputError} If it is corrupt, or a temporary file is needed that can not be written.
   */
  async unpack(packed: ByteSource, { size, checksum }: ZipMember, name: string): Promise<ByteSource> {
    if (this.#held + size <= this.#mostHeld) {
      // Of the size that it claims once it has it.
      const pieces: Uint8Array[] = [];
      await inflate(packed, { size, checksum, name }, (piece) => pieces.push(piece));
      this.#held += size;
      return heldBytes(joined(pieces, size));
    }
    const [file, temporary] = this.#openTemporary(name, size);
    const begin = this.#written;
    this.#written += size;
    file.seekSync(begin, Deno.SeekMode.Start);
    await inflate(packed, { size, checksum, name }, (piece) => {
      try {
        for (let done = 0; done < piece.length;) done += file.writeSync(piece.subarray(done));
      } catch (cause) {
        throw unwritable(name, size, cause);
      }
    });
    return partOf(temporary, begin, size);
  }

  /** Gives the temporary file back. It is deleted once no array needs it. */
  [Symbol.dispose](): void {
    this.#temporary?.[Symbol.dispose]();
  }

  #openTemporary(name: string, size: number): [file: Deno.FsFile, bytes: FileBytes] {
    if (this.#file && this.#temporary) return [this.#file, this.#temporary];
    try {
      const path = Deno.makeTempFileSync({ prefix: "staircase-unpacked-" });
      const file = Deno.openSync(path, { read: true, write: true });
      let isRemoved = false;
      const remove = () => {
        if (!isRemoved) Deno.removeSync(path);
        isRemoved = true;
      };
      try {
        // An open file can be deleted, so that none is left behind whatever happens.
        remove();
      } catch {
        // Not on Windows: there it is deleted once it is closed.
      }
      this.#file = file;
      this.#temporary = new FileBytes(file, Number.MAX_SAFE_INTEGER, { name, closed: remove });
      return [file, this.#temporary];
    } catch (cause) {
      throw unwritable(name, size, cause);
    }
  }
}

/** Explains why a temporary file could not be written. */
function unwritable(name: string, size: number, cause: unknown): InputError {
  const advice = "save it uncompressed, with numpy.savez";
  if (cause instanceof Deno.errors.NotCapable) {
    return new InputError(
      `${name}: is compressed and too large for memory, and Deno may not write a temporary file; ` +
        `run Deno with --allow-write, or ${advice}`,
      { cause },
    );
  }
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new InputError(
    `${name}: is compressed, and its ${size} bytes can not be written to a temporary file ` +
      `(${shown(reason)}); set TMPDIR to a folder with room, or ${advice}`,
    { cause },
  );
}

/**
 * Unpacks the first bytes of a file, so that one that is none of use needs no room.
 *
 * @param packed Its bytes in the archive.
 * @param most Number of bytes at most.
 * @returns The bytes; fewer where the file ends or is corrupt.
 */
export async function unpackStart(packed: ByteSource, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const found: Uint8Array[] = [];
  let size = 0;
  try {
    const stream = ReadableStream.from(pieces(packed)).pipeThrough(new DecompressionStream("deflate-raw"));
    for await (const piece of stream) {
      found.push(piece);
      size += piece.length;
      if (size >= most) break;
    }
  } catch {
    // What is corrupt is told when all of it is unpacked.
  }
  return joined(found, size).subarray(0, most);
}

/** Inflates a file of a known size and checksum, piece by piece. */
async function inflate(
  packed: ByteSource,
  { size, checksum, name }: { readonly size: number; readonly checksum: number; readonly name: string },
  to: (piece: Uint8Array) => void,
): Promise<void> {
  let at = 0, sum = 0;
  try {
    const stream = ReadableStream.from(pieces(packed)).pipeThrough(new DecompressionStream("deflate-raw"));
    for await (const piece of stream) {
      if (at + piece.length > size) throw corrupt(name);
      to(piece);
      sum = crc32(piece, sum);
      at += piece.length;
    }
  } catch (cause) {
    // The stream throws a TypeError where the bytes are not those of deflate.
    throw cause instanceof InputError ? cause : corrupt(name);
  }
  if (at !== size) throw corrupt(name);
  checkSum(sum, checksum, name);
}
