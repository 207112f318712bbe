/**
 * Images of digits as bytes, for a page that has no files and no packages.
 *
 * @module
 */
import { FileError } from "../../errors.ts";
import type { DigitImages, DigitSets } from "./digit_images.ts";

/** First bytes, so that nothing else is taken for images. */
const MAGIC = 0x53444947;

/** Bytes of the header: the mark, pixels of an image, images of each set. */
const HEADER = 16;

/**
 * Writes images as bytes.
 *
 * @param sets Training images and held-out images.
 * @returns A header of four words, then labels and pixels of both sets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { digitBytes, readDigitBytes } from "./digit_bytes.ts";
 *
 * const train = { size: 4, pixels: Uint8Array.of(0, 1, 2, 255), labels: Uint8Array.of(7) };
 * const test = { size: 4, pixels: new Uint8Array(0), labels: new Uint8Array(0) };
 * assert.deepEqual(readDigitBytes(digitBytes({ train, test })), { train, test });
 * ```
 */
export function digitBytes({ train, test }: DigitSets): Uint8Array<ArrayBuffer> {
  const parts = [train, test].flatMap(({ labels, pixels }) => [labels, pixels]);
  const bytes = new Uint8Array(HEADER + parts.reduce((sum, { length }) => sum + length, 0));
  const header = new DataView(bytes.buffer);
  [MAGIC, train.size, train.labels.length, test.labels.length].forEach((word, i) =>
    header.setUint32(4 * i, word)
  );
  let at = HEADER;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/**
 * Reads images from bytes.
 *
 * @param bytes What {@linkcode digitBytes} wrote.
 * @returns The images.
 * @throws {FileError} If they are something else, or cut off.
 */
export function readDigitBytes(bytes: Uint8Array<ArrayBuffer>): DigitSets {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (i: number) => bytes.length < HEADER ? 0 : header.getUint32(4 * i);
  const [magic, size, ...counts] = [0, 1, 2, 3].map(word);
  const length = HEADER + counts.reduce((sum, count) => sum + count * (1 + size), 0);
  if (magic !== MAGIC || bytes.length !== length) {
    throw new FileError("digits: these bytes are no images, or are cut off; load the page again");
  }
  let at = HEADER;
  const take = (count: number) => bytes.slice(at, at += count);
  const [train, test] = counts.map((count): DigitImages => {
    return { size, labels: take(count), pixels: take(count * size) };
  });
  return { train, test };
}
