/**
 * Reader of the IDX files in which MNIST and similar sets are distributed: images (magic number
 * 0x00000803) and labels (0x00000801) of unsigned bytes, as they are or compressed with gzip.
 * Format: http://yann.lecun.com/exdb/mnist/.
 *
 * @module
 */

import { InputError } from "../../errors.ts";
import { shown } from "../../format.ts";

/** Images of one size. */
export interface IdxImages {
  /** Number of images. */
  readonly count: number;
  /** Height of an image. */
  readonly rows: number;
  /** Width of an image. */
  readonly columns: number;
  /** Grey values 0 … 255, `count × rows × columns`. */
  readonly pixels: Uint8Array;
}

const IMAGES = 0x00000803;
const LABELS = 0x00000801;
const RETRIEVE = "fetch the file again";

/** First bytes of gzip. */
const GZIP: readonly number[] = [0x1f, 0x8b];
/** Bytes that are read at a time. */
const PIECE = 2 ** 16;

// Streams of the web read one member of gzip only. Names and no literals, and types of what is
// used: no room that a browser uses imports these modules.
const ZLIB: string = "node:zlib", STREAM: string = "node:stream";
type Unpacked = AsyncIterable<Uint8Array> & { readonly bytesWritten: number };
type ZlibModule = { createGunzip(): Unpacked };
type StreamModule = {
  readonly Readable: { from(pieces: AsyncIterable<Uint8Array>): object };
  pipeline(from: object, to: Unpacked, done: () => void): void;
};

/** Kind of an IDX file: its magic number. */
type Magic = typeof IMAGES | typeof LABELS;

const hex = (magic: number) => `0x${magic.toString(16).padStart(8, "0")}`;

/** Bytes of the header. */
const headerOf = (magic: Magic) => 4 + 4 * (magic & 0xff);

/** Checks the header, and returns the dimensions and the size of the file. */
function parseHeader(bytes: Uint8Array, magic: Magic, path: string): { sizes: number[]; expected: number } {
  const kind = magic === IMAGES ? "images" : "labels", header = headerOf(magic);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) {
    const found = hex(view.getUint32(0));
    throw new InputError(
      `${path}: magic number is ${found}, not ${hex(magic)}; give an IDX file of ${kind} (unsigned bytes)`,
    );
  }
  if (bytes.length < header) {
    throw new InputError(`${path}: truncated, ${bytes.length} of the header's ${header} bytes; ${RETRIEVE}`);
  }
  const sizes = Array.from({ length: magic & 0xff }, (_, i) => view.getUint32(4 + 4 * i));
  if (sizes[0] === 0) throw new InputError(`${path}: holds no ${kind}; give a file with at least one`);
  if (sizes.includes(0)) {
    throw new InputError(
      `${path}: images of ${sizes[1]} × ${sizes[2]} pixels; give a file with at least one pixel`,
    );
  }
  // Three u32 factors can exceed 2⁵³, but only then is the product inexact, and then it is far from
  // any file's size.
  return { sizes, expected: header + sizes.reduce((product, size) => product * size, 1) };
}

/** Checks the size of a file. */
function checkSize(size: number, expected: number, path: string): void {
  if (size < expected) {
    throw new InputError(`${path}: truncated, ${size} of ${expected} bytes; ${RETRIEVE}`);
  }
  if (size > expected) {
    throw new InputError(
      `${path}: ${size - expected} trailing bytes after the ${expected} it should have; ${RETRIEVE}`,
    );
  }
}

/** Checks header and size, and returns the dimensions and the data. */
function parse(bytes: Uint8Array, magic: Magic, name: string): { sizes: number[]; body: Uint8Array } {
  const path = shown(name), { sizes, expected } = parseHeader(bytes, magic, path);
  checkSize(bytes.length, expected, path);
  return { sizes, body: bytes.subarray(headerOf(magic)) };
}

/**
 * Parses an IDX file of images.
 *
 * @param bytes The file, decompressed.
 * @param path Name of the file, for errors.
 * @returns The images; `pixels` is a view of `bytes`.
 * @throws {InputError} If the bytes are no such file: another magic number, truncated, too long, or
 * without images.
 */
export function parseIdxImages(bytes: Uint8Array, path: string): IdxImages {
  const { sizes: [count, rows, columns], body } = parse(bytes, IMAGES, path);
  return { count, rows, columns, pixels: body };
}

/**
 * Parses an IDX file of labels.
 *
 * @param bytes The file, decompressed.
 * @param path Name of the file, for errors.
 * @returns The labels 0 … 9, a view of `bytes`.
 * @throws {InputError} If the bytes are no such file: another magic number, truncated, too long,
 * without labels, or with a label above 9.
 */
export function parseIdxLabels(bytes: Uint8Array, path: string): Uint8Array {
  const { body } = parse(bytes, LABELS, path);
  const wrong = body.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new InputError(
      `${shown(path)}: label ${wrong} is ${body[wrong]}; give labels of ten classes, 0 to 9`,
    );
  }
  return body;
}

/** Opens a file. What is none, such as a pipe, may have no end. */
async function openIdx(path: string): Promise<{ readonly file: Deno.FsFile; readonly size: number }> {
  const name = shown(path);
  try {
    // Before it is opened, because that waits for the writer of a pipe.
    const { isFile } = await Deno.stat(path);
    if (isFile) {
      const file = await Deno.open(path);
      return { file, size: (await file.stat()).size };
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`${name}: no such file; give the path of an IDX file, or put it there`);
    }
    const reason = shown(error instanceof Error ? error.message.split("\n")[0] : String(error));
    throw new InputError(`${name}: cannot be read (${reason}); make it a file that this program may read`);
  }
  throw new InputError(`${name}: is a directory, a pipe or a device; put a regular file there`);
}

/** Reads a file to its end. */
async function* readPieces(file: Deno.FsFile): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const piece = new Uint8Array(PIECE), count = await file.read(piece);
    if (count === null) return;
    yield piece.subarray(0, count);
  }
}

/** Decompresses gzip, of one member or several, to its end. */
async function* gunzip(file: Deno.FsFile, size: number): AsyncGenerator<Uint8Array> {
  const { createGunzip } = await import(ZLIB) as ZlibModule;
  const { pipeline, Readable } = await import(STREAM) as StreamModule;
  const unpacked = createGunzip();
  pipeline(Readable.from(readPieces(file)), unpacked, () => {});
  yield* unpacked;
  if (unpacked.bytesWritten !== size) throw new RangeError("bytes follow the last member");
}

/** Joins pieces. */
function join(pieces: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** Collects pieces until there are as many bytes as the header says, and refuses the next. */
async function collect(
  source: AsyncIterable<Uint8Array>,
  magic: Magic,
  name: string,
): Promise<Uint8Array> {
  let pieces: Uint8Array[] = [], size = 0, expected: number | null = null;
  for await (const piece of source) {
    pieces.push(piece);
    size += piece.length;
    if (expected === null && size >= headerOf(magic)) {
      pieces = [join(pieces, size)];
      ({ expected } = parseHeader(pieces[0], magic, name));
    }
    if (expected !== null && size > expected) {
      throw new InputError(
        `${name}: trailing bytes after the ${expected} it should have; ${RETRIEVE}`,
      );
    }
  }
  return join(pieces, size);
}

/**
 * Reads a file, decompressed if it begins as gzip does (1f 8b), up to the size that its header has.
 *
 * @param path Path of the file.
 * @param magic What it must hold: images, 0x803, or labels, 0x801.
 * @returns The bytes.
 * @throws {InputError} If the file is missing, unreadable or corrupt, not a regular one, of another
 * kind, or longer than its header says.
 */
export async function readIdxFile(path: string, magic: Magic): Promise<Uint8Array> {
  const { file: opened, size } = await openIdx(path);
  using file = opened;
  const name = shown(path), first = new Uint8Array(headerOf(magic));
  let count = 0;
  for (let more: number | null; (more = await file.read(first.subarray(count))) !== null;) {
    count += more;
    if (count === first.length) break;
  }
  const isPacked = GZIP.every((byte, i) => first[i] === byte);
  if (!isPacked) checkSize(size, parseHeader(first.subarray(0, count), magic, name).expected, name);
  try {
    await file.seek(0, Deno.SeekMode.Start);
    return await collect(isPacked ? gunzip(file, size) : readPieces(file), magic, name);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    const what = isPacked ? "corrupt or truncated gzip data" : "cannot be read to its end";
    throw new InputError(`${name}: ${what}; ${RETRIEVE}`, { cause });
  }
}

/**
 * Reads images and their labels.
 *
 * @param imagesPath Path of the IDX file of images.
 * @param labelsPath Path of the IDX file of labels.
 * @returns The images, and a label 0 … 9 for each.
 * @throws {InputError} If either file is missing or malformed, or their counts differ.
 */
export async function readIdxPair(
  imagesPath: string,
  labelsPath: string,
): Promise<{ images: IdxImages; labels: Uint8Array }> {
  const images = parseIdxImages(await readIdxFile(imagesPath, IMAGES), imagesPath);
  const labels = parseIdxLabels(await readIdxFile(labelsPath, LABELS), labelsPath);
  if (images.count !== labels.length) {
    throw new InputError(
      `${shown(labelsPath)}: ${labels.length} labels for the ${images.count} images of ${
        shown(imagesPath)
      }; ` +
        "give files that belong together",
    );
  }
  return { images, labels };
}
