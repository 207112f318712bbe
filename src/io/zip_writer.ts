/**
 * Writes ZIP archives piece by piece: files without compression, of any size (ZIP64).
 * Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import { ByteWriter } from "./words.ts";

/** A file for an archive. */
export interface ZipContent {
  /** Its name. */
  readonly name: string;
  /** Its size in bytes. */
  readonly size: number;
  /**
   * Gives its bytes.
   *
   * @returns Pieces, in order, of that size together.
   */
  pieces(): Iterable<Uint8Array>;
}

const LOCAL = 0x04034b50, CENTRAL = 0x02014b50, END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50;
const DESCRIPTOR = 0x08074b50;
const FULL16 = 0xffff, FULL32 = 0xffffffff;
/** Version that is needed to read files of more than 4 GiB, and to read any. */
const VERSION64 = 45, VERSION = 20;
/** Checksum and sizes stand behind the content; the name is UTF-8. */
const FLAGS = 0x0808;
/** 1980-01-01 0:00, the earliest date: the same content makes the same archive. */
const DATE = 0x0021;

/** A file as the directory has it. */
interface Entry {
  readonly name: Uint8Array;
  readonly size: number;
  readonly checksum: number;
  readonly offset: number;
}

/** What a header in front of a file and an entry of the directory share. */
function common(
  to: ByteWriter,
  { name, size, checksum }: Omit<Entry, "offset">,
  extra: number,
  isWide: boolean,
) {
  to.half(isWide ? VERSION64 : VERSION);
  to.half(FLAGS);
  to.half(0);
  to.half(0);
  to.half(DATE);
  to.word(checksum);
  to.word(isWide ? FULL32 : size);
  to.word(isWide ? FULL32 : size);
  to.half(name.length);
  to.half(extra);
}

/**
 * Writes a ZIP archive.
 *
 * @param files The files, with different names.
 * @returns Pieces of the archive, in order, each of which the next one may overwrite.
 */
export function* zipPieces(files: Iterable<ZipContent>): Generator<Uint8Array, void, void> {
  const entries: Entry[] = [], to = new ByteWriter();
  let offset = 0;
  const piece = () => {
    const bytes = to.bytes.slice();
    to.clear();
    offset += bytes.length;
    return bytes;
  };
  for (const file of files) {
    const begin = offset, name = new TextEncoder().encode(file.name), isWide = file.size >= FULL32;
    to.word(LOCAL);
    common(to, { name, size: 0, checksum: 0 }, isWide ? 20 : 0, isWide);
    to.array(name);
    if (isWide) {
      to.half(1);
      to.half(16);
      to.long(0);
      to.long(0);
    }
    yield piece();
    let checksum = 0;
    for (const bytes of file.pieces()) {
      checksum = crc32(bytes, checksum);
      offset += bytes.length;
      yield bytes;
    }
    to.word(DESCRIPTOR);
    to.word(checksum);
    for (let i = 0; i < 2; i++) isWide ? to.long(file.size) : to.word(file.size);
    yield piece();
    entries.push({ name, size: file.size, checksum, offset: begin });
  }
  const begin = offset;
  for (const entry of entries) {
    writeEntry(to, entry);
    yield piece();
  }
  writeEnd(to, { count: entries.length, begin, end: offset });
  yield piece();
}

/** Writes the entry of a file in the directory. */
function writeEntry(to: ByteWriter, entry: Entry): void {
  const { name, size, offset } = entry;
  const isWide = size >= FULL32, isFar = offset >= FULL32;
  const fields = [...isWide ? [size, size] : [], ...isFar ? [offset] : []];
  to.word(CENTRAL);
  to.half(isWide || isFar ? VERSION64 : VERSION);
  common(to, entry, fields.length > 0 ? 4 + 8 * fields.length : 0, isWide);
  to.half(0);
  to.half(0);
  to.half(0);
  to.word(0);
  to.word(isFar ? FULL32 : offset);
  to.array(name);
  if (fields.length === 0) return;
  to.half(1);
  to.half(8 * fields.length);
  for (const field of fields) to.long(field);
}

/** Writes the records behind the directory. */
function writeEnd(
  to: ByteWriter,
  { count, begin, end }: { readonly count: number; readonly begin: number; readonly end: number },
): void {
  if (count >= FULL16 || end >= FULL32) {
    to.word(END64);
    to.long(44);
    to.half(VERSION64);
    to.half(VERSION64);
    to.word(0);
    to.word(0);
    to.long(count);
    to.long(count);
    to.long(end - begin);
    to.long(begin);
    to.word(LOCATOR64);
    to.word(0);
    to.long(end);
    to.word(1);
  }
  to.word(END);
  to.half(0);
  to.half(0);
  for (let i = 0; i < 2; i++) to.half(Math.min(count, FULL16));
  to.word(Math.min(end - begin, FULL32));
  to.word(Math.min(begin, FULL32));
  to.half(0);
}
