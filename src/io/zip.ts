/**
 * Reads ZIP archives by ranges: files stored or deflated, of any size (ZIP64), with their sizes
 * before or after them, checked by their checksums.
 * Small libraries lack one of these: fflate and unzipit do not check checksums, adm-zip does not
 * read more than 4 GiB. Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { InputError } from "../errors.ts";
import { type ByteSource, partOf, readRange } from "./bytes.ts";

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

const MOST_EXPANSION = 1032, PIECE = 2 ** 30;

// The directory of a million files of long names. More than this is not held in memory.
const MOST_DIRECTORY = 2 ** 28;

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Reads the records after the directory: the last one, which only a comment follows and which holds
 * its length, and those of ZIP64 before it. Gives the last bytes of the archive, the place of the
 * first of them, and that of the record.
 */
function readEnd(archive: ByteSource): { view: DataView; begin: number; at: number } {
  // 20 bytes are the locator of ZIP64.
  const begin = Math.max(0, archive.size - (22 + FULL16 + 20));
  const view = viewOf(readRange(archive, begin, archive.size - begin));
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - FULL16); at--) {
    if (view.getUint32(at, true) === END && at + 22 + view.getUint16(at + 20, true) === view.byteLength) {
      return { view, begin, at };
    }
  }
  throw new RangeError("no end record");
}

/**
 * Finds the directory and the number of its files. Throws a RangeError if the directory is not in
 * the archive.
 */
function findDirectory(archive: ByteSource): { count: number; begin: number; size: number } {
  const { view, begin: viewed, at } = readEnd(archive);
  let count = view.getUint16(at + 10, true), size = view.getUint32(at + 12, true);
  let begin = view.getUint32(at + 16, true), limit = viewed + at;
  if (count === FULL16 || size === FULL32 || begin === FULL32) {
    if (view.getUint32(at - 20, true) !== LOCATOR64) throw new RangeError("no ZIP64 locator");
    limit = Number(view.getBigUint64(at - 12, true));
    const end = viewOf(readRange(archive, limit, 56));
    if (end.getUint32(0, true) !== END64) throw new RangeError("no ZIP64 end record");
    count = Number(end.getBigUint64(32, true));
    size = Number(end.getBigUint64(40, true));
    begin = Number(end.getBigUint64(48, true));
  }
  if (begin + size > limit || size > MOST_DIRECTORY) throw new RangeError("the directory is too long");
  return { count, begin, size };
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
function readEntry(bytes: Uint8Array, at: number): { member: ZipMember; next: number } {
  const view = viewOf(bytes);
  if (view.getUint32(at, true) !== CENTRAL) throw new RangeError("no directory entry");
  const names = at + 46, extras = names + view.getUint16(at + 28, true);
  const comments = extras + view.getUint16(at + 30, true), next = comments + view.getUint16(at + 32, true);
  if (next > bytes.length) throw new RangeError("the directory entry is too long");
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
 * @param archive The archive.
 * @param name Name of the archive, for errors.
 * @returns The files, in the order of the directory.
 * @throws {InputError} If the archive is malformed or truncated.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { heldBytes } from "./bytes.ts";
 * import { listZip } from "./zip.ts";
 *
 * const empty = Uint8Array.of(0x50, 0x4b, 5, 6, ...new Uint8Array(18));
 * assert.deepEqual(listZip(heldBytes(empty), "empty.zip"), []);
 * assert.throws(() => listZip(heldBytes(empty.subarray(0, 21)), "empty.zip"), {
 *   message: "empty.zip: corrupt or truncated ZIP archive; save it again",
 * });
 * ```
 */
export function listZip(archive: ByteSource, name: string): ZipMember[] {
  try {
    const { count, begin, size } = findDirectory(archive);
    const directory = readRange(archive, begin, size);
    const members: ZipMember[] = [];
    let at = 0;
    while (members.length < count) {
      const { member, next } = readEntry(directory, at);
      members.push(member);
      at = next;
    }
    if (at !== size) throw new RangeError("the directory is too long");
    checkPlaces(members, begin);
    return members;
  } catch (cause) {
    // The view throws a RangeError for places outside of what was read.
    if (!(cause instanceof RangeError)) throw cause;
    throw new InputError(`${name}: corrupt or truncated ZIP archive; save it again`, { cause });
  }
}

/**
 * Checks that files follow each other, each after a header of 30 bytes or more, so that an archive
 * can not unpack to more than it could hold.
 */
function checkPlaces(members: readonly ZipMember[], directory: number): void {
  let last = 0;
  for (const { offset, packedSize } of members.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < last) throw new RangeError("files overlap");
    last = offset + 30 + packedSize;
  }
  if (last > directory) throw new RangeError("a file overlaps the directory");
}

/**
 * Opens the bytes of a file of a ZIP archive as they lie there. Those of a file that is not
 * compressed are checked against its checksum while they are read in order.
 *
 * @param archive The archive.
 * @param member The file, as {@linkcode listZip} lists it.
 * @param name Name of the file, for errors.
 * @returns Its bytes, compressed or not.
 * @throws {InputError} If the file is corrupt or encrypted, or its compression is not deflate.
 */
export function openMember(archive: ByteSource, member: ZipMember, name: string): ByteSource {
  const { method, size, packedSize, encrypted, checksum, offset } = member;
  if (encrypted) throw new InputError(`${name}: is encrypted; save it without a password`);
  if (method !== 0 && method !== 8) {
    throw new InputError(`${name}: has compression method ${method}; save it stored or deflated`);
  }
  // The header in front of the bytes repeats the directory, or leaves sizes out.
  const header = viewOf(readRange(archive, offset, 30));
  const isThere = header.byteLength === 30 && header.getUint32(0, true) === LOCAL;
  const start = isThere ? offset + 30 + header.getUint16(26, true) + header.getUint16(28, true) : Infinity;
  // Deflate expands a byte to at most 1032. A file that claims more is corrupt, and gets no memory.
  const isPossible = method === 0 ? size === packedSize : size <= MOST_EXPANSION * packedSize;
  if (!isPossible || start + packedSize > archive.size) throw corrupt(name);
  const packed = partOf(archive, start, packedSize);
  return method === 0 ? checkedBytes(packed, checksum, name) : packed;
}

/**
 * Tells that a file of an archive is damaged.
 *
 * @param name Name of the file.
 * @returns The error.
 */
export function corrupt(name: string): InputError {
  return new InputError(`${name}: cannot be unpacked because the archive is corrupt; save it again`);
}

/**
 * Compares checksums.
 *
 * @param sum Checksum of what was read.
 * @param checksum That of the directory.
 * @param name Name of the file, for errors.
 * @throws {InputError} If they differ.
 */
export function checkSum(sum: number, checksum: number, name: string): void {
  if (sum !== checksum) throw new InputError(`${name}: has a wrong checksum; save it again`);
}

/** Bytes whose checksum is compared once all have been read in order. */
function checkedBytes(bytes: ByteSource, checksum: number, name: string): ByteSource {
  let sum = 0, summed = 0;
  const check = () => {
    if (summed === bytes.size) checkSum(sum, checksum, name);
  };
  const checked = (source: ByteSource): ByteSource => ({
    size: source.size,
    read(at, into) {
      source.read(at, into);
      if (at > summed || at + into.length <= summed) return;
      // In pieces, because the function counts bytes in 32 bits.
      for (let from = summed - at; from < into.length; from += PIECE) {
        sum = crc32(into.subarray(from, from + PIECE), sum);
      }
      summed = at + into.length;
      check();
    },
    share: () => {
      const shared = source.share();
      return { ...checked(shared), [Symbol.dispose]: () => shared[Symbol.dispose]() };
    },
  });
  check();
  return checked(bytes);
}
