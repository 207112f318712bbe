/**
 * Reads ZIP archives: files stored or deflated, of any size (ZIP64), checked by their checksums.
 * Small libraries lack one of these: fflate and unzipit do not check checksums, adm-zip does not
 * read more than 4 GiB. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { InputError } from "../errors.ts";

/** A file in a ZIP archive. */
export interface ZipMember {
  /** Its name, with the folders in front of it. */
  readonly name: string;
  /** Size of its content in bytes. */
  readonly size: number;
  /** Size in the archive in bytes. */
  readonly packedSize: number;
  /** Compression: 0 for none, 8 for deflate. */
  readonly method: number;
  /** Checksum of its content. */
  readonly checksum: number;
  /** Whether it needs a password. */
  readonly encrypted: boolean;
  /** Place of its header in the archive, in bytes. */
  readonly offset: number;
}

const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
// Fields that are full refer to 64-bit ones elsewhere.
const FULL16 = 0xffff, FULL32 = 0xffffffff;

// Deflate expands a byte to at most 1032. A file that claims more is corrupt, and gets no memory.
const MOST_EXPANSION = 1032;

const PIECE = 2 ** 20;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Finds the last record of the archive. Only a comment may follow, and the record holds its length.
 */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - FULL16); at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength) {
      return at;
    }
  }
  throw new RangeError("no end record");
}

/**
 * Finds the directory and the number of its files. Throws a RangeError if the directory is not in
 * the archive.
 */
function findDirectory(view: DataView): { count: number; begin: number; end: number } {
  const at = findEnd(view);
  let count = view.getUint16(at + 10, true), size = view.getUint32(at + 12, true);
  let begin = view.getUint32(at + 16, true), limit = at;
  if (count === FULL16 || size === FULL32 || begin === FULL32) {
    if (view.getUint32(at - 20, true) !== LOCATOR64) throw new RangeError("no ZIP64 locator");
    limit = Number(view.getBigUint64(at - 12, true));
    if (view.getUint32(limit, true) !== END64) throw new RangeError("no ZIP64 end record");
    count = Number(view.getBigUint64(limit + 32, true));
    size = Number(view.getBigUint64(limit + 40, true));
    begin = Number(view.getBigUint64(limit + 48, true));
  }
  if (begin + size > limit) throw new RangeError("the directory is too long");
  return { count, begin, end: begin + size };
}

/**
 * Replaces the fields that are full by those of the ZIP64 extra field. It holds only these, in this
 * order.
 */
function widen(extra: DataView, fields: number[]): number[] {
  if (!fields.includes(FULL32)) return fields;
  let at = 0;
  while (extra.getUint16(at, true) !== 1) at += 4 + extra.getUint16(at + 2, true);
  at += 4;
  return fields.map((field) => {
    if (field !== FULL32) return field;
    at += 8;
    return Number(extra.getBigUint64(at - 8, true));
  });
}

/** Reads one entry of the directory, and the place of the next. */
function readEntry(bytes: Uint8Array, at: number, end: number): { member: ZipMember; next: number } {
  const view = viewOf(bytes);
  if (view.getUint32(at, true) !== CENTRAL) throw new RangeError("no directory entry");
  const names = at + 46, extras = names + view.getUint16(at + 28, true);
  const comments = extras + view.getUint16(at + 30, true), next = comments + view.getUint16(at + 32, true);
  if (next > end) throw new RangeError("the directory entry is too long");
  const [size, packedSize, offset] = widen(viewOf(bytes.subarray(extras, comments)), [
    view.getUint32(at + 24, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 42, true),
  ]);
  const member = {
    name: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(names, extras)),
    size,
    packedSize,
    method: view.getUint16(at + 10, true),
    checksum: view.getUint32(at + 16, true),
    encrypted: (view.getUint16(at + 8, true) & 1) !== 0,
    offset,
  };
  return { member, next };
}

/**
 * Lists the files in the directory of a ZIP archive.
 *
 * @param bytes The archive.
 * @param name Name of the archive, for errors.
 * @returns The files, in the order of the directory.
 * @throws {InputError} If the archive is malformed or truncated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { listZip } from "./zip.ts";
 *
 * const empty = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18));
 * assert.deepEqual(listZip(empty, "empty.zip"), []);
 * assert.throws(() => listZip(empty.subarray(0, 21), "empty.zip"), {
 *   message: "empty.zip: corrupt or truncated ZIP archive; save it again",
 * });
 * ```
 */
export function listZip(bytes: Uint8Array, name: string): ZipMember[] {
  try {
    const { count, begin, end } = findDirectory(viewOf(bytes));
    const members: ZipMember[] = [];
    let at = begin;
    while (members.length < count) {
      const { member, next } = readEntry(bytes, at, end);
      members.push(member);
      at = next;
    }
    if (at !== end) throw new RangeError("the directory is too long");
    return members;
  } catch (cause) {
    // The view throws a RangeError for places outside of the archive.
    if (!(cause instanceof RangeError)) throw cause;
    throw new InputError(`${name}: corrupt or truncated ZIP archive; save it again`, { cause });
  }
}

/**
 * Takes the compressed bytes of a file, which follow a header that repeats the directory;
 * `undefined` if they are not there.
 */
function packedBytes(bytes: Uint8Array, { offset, packedSize }: ZipMember): Uint8Array | undefined {
  const view = viewOf(bytes);
  if (offset + 30 > bytes.length || view.getUint32(offset, true) !== LOCAL) return undefined;
  const start = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  return start + packedSize <= bytes.length ? bytes.subarray(start, start + packedSize) : undefined;
}

function* pieces(bytes: Uint8Array, length: number): Generator<Uint8Array<ArrayBuffer>> {
  // The types of the stream exclude shared memory, and no file lies there.
  const plain = bytes as Uint8Array<ArrayBuffer>;
  for (let at = 0; at < plain.length; at += length) yield plain.subarray(at, at + length);
}

/**
 * Inflates a file of a known size into memory allocated once; `undefined` if it has another size or
 * is corrupt.
 */
async function inflate(packed: Uint8Array, size: number): Promise<Uint8Array | undefined> {
  if (size > MOST_EXPANSION * packed.length) return undefined;
  const content = new Uint8Array(size);
  let at = 0;
  try {
    const stream = ReadableStream.from(pieces(packed, PIECE));
    for await (const piece of stream.pipeThrough(new DecompressionStream("deflate-raw"))) {
      if (at + piece.length > size) return undefined;
      content.set(piece, at);
      at += piece.length;
    }
  } catch {
    return undefined;
  }
  return at === size ? content : undefined;
}

/**
 * Unpacks a file of a ZIP archive and checks its checksum.
 *
 * @param bytes The archive.
 * @param member The file, as {@linkcode listZip} lists it.
 * @param name Name of the file, for errors.
 * @returns Its content; a view of `bytes` if it is not compressed.
 * @throws {InputError} If the file is corrupt or encrypted, or its compression is not deflate.
 *
 * @example
 * ```ts
 * import { listZip, unzip } from "./zip.ts";
 *
 * async function contents(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
 *   const files = new Map<string, Uint8Array>();
 *   for (const member of listZip(archive, "run.zip")) {
 *     files.set(member.name, await unzip(archive, member, member.name));
 *   }
 *   return files;
 * }
 * await contents(Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18)));
 * ```
 */
export async function unzip(bytes: Uint8Array, member: ZipMember, name: string): Promise<Uint8Array> {
  const { method, size, encrypted, checksum } = member;
  if (encrypted) throw new InputError(`${name}: is encrypted; save it without a password`);
  if (method !== 0 && method !== 8) {
    throw new InputError(`${name}: has compression method ${method}; save it stored or deflated`);
  }
  const packed = packedBytes(bytes, member);
  const content = packed && method === 8 ? await inflate(packed, size) : packed;
  if (content?.length !== size) {
    throw new InputError(`${name}: cannot be unpacked because the archive is corrupt; save it again`);
  }
  let sum = 0;
  // In pieces, because the function counts bytes in 32 bits.
  for (const piece of pieces(content, 2 ** 30)) sum = crc32(piece, sum);
  if (sum !== checksum) throw new InputError(`${name}: has a wrong checksum; save it again`);
  return content;
}
