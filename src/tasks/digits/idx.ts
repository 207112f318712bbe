/**
 * Reader of the IDX files in which MNIST and similar sets are distributed: images (magic number
 * 0x00000803) and labels (0x00000801) of unsigned bytes, as they are or compressed with gzip.
 * Format: http://yann.lecun.com/exdb/mnist/.
 *
 * @module
 */

import { InputError } from "../../errors.ts";

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

const hex = (magic: number) => `0x${magic.toString(16).padStart(8, "0")}`;

/** Checks header and size, and returns the dimensions and the data. */
function parse(bytes: Uint8Array, magic: number, path: string): { sizes: number[]; body: Uint8Array } {
  const kind = magic === IMAGES ? "images" : "labels";
  const dimensions = magic & 0xff;
  const header = 4 + 4 * dimensions;
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
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  if (sizes[0] === 0) throw new InputError(`${path}: holds no ${kind}; give a file with at least one`);
  if (sizes.includes(0)) {
    throw new InputError(
      `${path}: images of ${sizes[1]} × ${sizes[2]} pixels; give a file with at least one pixel`,
    );
  }
  // Three u32 factors can exceed 2⁵³, but only then is the product inexact, and then it is far from
  // any file's size.
  const expected = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length < expected) {
    throw new InputError(`${path}: truncated, ${bytes.length} of ${expected} bytes; ${RETRIEVE}`);
  }
  if (bytes.length > expected) {
    const trailing = bytes.length - expected;
    throw new InputError(
      `${path}: ${trailing} trailing bytes after the ${expected} it should have; ${RETRIEVE}`,
    );
  }
  return { sizes, body: bytes.subarray(header) };
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
    throw new InputError(`${path}: label ${wrong} is ${body[wrong]}; give labels of ten classes, 0 to 9`);
  }
  return body;
}

/**
 * Reads a file, decompressed if it begins as gzip does (1f 8b).
 *
 * @param path Path of the file.
 * @returns The bytes.
 * @throws {InputError} If the file is missing, unreadable or corrupt.
 */
export async function readIdxFile(path: string): Promise<Uint8Array> {
  const bytes = await Deno.readFile(path).catch((error: Error) => {
    if (error instanceof Deno.errors.NotFound) {
      throw new InputError(`${path}: no such file; give the path of an IDX file, or put it there`);
    }
    const reason = error.message.split("\n")[0];
    throw new InputError(`${path}: cannot be read (${reason}); make it a file that this program may read`);
  });
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw new InputError(`${path}: corrupt or truncated gzip data; ${RETRIEVE}`);
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
  const images = parseIdxImages(await readIdxFile(imagesPath), imagesPath);
  const labels = parseIdxLabels(await readIdxFile(labelsPath), labelsPath);
  if (images.count !== labels.length) {
    throw new InputError(
      `${labelsPath}: ${labels.length} labels for the ${images.count} images of ${imagesPath}; ` +
        "give files that belong together",
    );
  }
  return { images, labels };
}
