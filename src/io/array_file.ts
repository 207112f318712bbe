/**
 * Arrays of `.npy`, `.npz` and safetensors files, which stay in their file.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { type ArrayHeader, type ArrayList, fittingNames, openFitting, openNamed } from "./array_list.ts";
import { type ByteSource, FileBytes, heldBytes, joined, readRange, type SharedBytes } from "./bytes.ts";
import { openNpy } from "./npy.ts";
import { NPY_MAGIC } from "./npy_header.ts";
import { listNpz } from "./npz.ts";
import { listSafetensors } from "./safetensors.ts";
import { looksLikeSafetensors, readSafetensorsMetadata } from "./safetensors_header.ts";
import type { StoredArray } from "./stored_array.ts";

const FORMATS = "a .npy, .npz or safetensors file";

// A ZIP archive begins with its first member, or with its end record if it is empty.
const ZIP_MAGIC = [[0x50, 0x4b, 3, 4], [0x50, 0x4b, 5, 6]];

const beginsWith = (bytes: Uint8Array, magic: readonly number[]) =>
  magic.every((byte, i) => bytes[i] === byte);

/** Explains why a file cannot be read. */
function unreadable(path: string, cause: unknown): InputError {
  const name = shown(path);
  if (cause instanceof Deno.errors.NotFound) {
    return new InputError(`${name}: no such file; give the path of ${FORMATS}`, { cause });
  }
  if (cause instanceof Deno.errors.NotCapable) {
    return new InputError(`${name}: Deno may not read it; run Deno with --allow-read`, { cause });
  }
  const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
  return new InputError(
    `${name}: cannot be read (${shown(reason)}); give ${FORMATS} that this program may read`,
    { cause },
  );
}

/** Tells whether reading a path comes to an end. */
const isReadable = ({ isFile, isFifo }: Deno.FileInfo) => isFile || isFifo === true;

/**
 * Splits `file:array`. Both may hold colons, so the file is the longest beginning that exists. A
 * file with a colon in its name comes first.
 */
async function locate(path: string): Promise<{ file: string; array?: string }> {
  if (path === "") throw new InputError(`the path of a file is empty; give the path of ${FORMATS}`);
  let failure: unknown;
  try {
    const info = await Deno.stat(path);
    if (isReadable(info)) return { file: path };
    const what = info.isDirectory ? "is a directory" : "is a device";
    throw new InputError(`${shown(path)}: ${what}; give the path of ${FORMATS}`);
  } catch (error) {
    if (error instanceof InputError) throw error;
    failure = error;
  }
  for (let colon = path.lastIndexOf(":"); colon > 0; colon = path.lastIndexOf(":", colon - 1)) {
    const file = path.slice(0, colon);
    const info = await Deno.stat(file).catch(() => undefined);
    if (info && isReadable(info)) return { file, array: path.slice(colon + 1) };
  }
  throw unreadable(path, failure);
}

/** Bytes of a pipe, at most: 2 GiB, all of which are in memory. */
const MOST_PIPED = 2 ** 31;
/** Bytes that tell the format of a file, whatever stands in front of the header of safetensors. */
const TELLING = 8 + 4096;

/** Opens a file. What can not be read at any place, such as a pipe, is read whole. */
async function openFile(path: string): Promise<SharedBytes> {
  let file: Deno.FsFile | undefined;
  try {
    file = await Deno.open(path);
    const { isFile, size } = await file.stat();
    if (isFile) return new FileBytes(file, size, { name: shown(path) });
  } catch (cause) {
    file?.close();
    throw unreadable(path, cause);
  }
  try {
    return heldBytes(await readPipe(file.readable, path));
  } catch (cause) {
    throw cause instanceof InputError ? cause : unreadable(path, cause);
  }
}

/** Reads a pipe whole, unless its first bytes are those of no format. */
async function readPipe(pipe: AsyncIterable<Uint8Array>, path: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0, isKnown = false;
  for await (const piece of pipe) {
    pieces.push(piece);
    size += piece.length;
    if (!isKnown && size >= TELLING) {
      if (formatOf(heldBytes(joined(pieces, size))) === null) throw unknownFormat(path);
      isKnown = true;
    }
    if (size > MOST_PIPED) {
      throw new InputError(
        `${shown(path)}: is a pipe with more than ${MOST_PIPED} bytes; save them to a file`,
      );
    }
  }
  return joined(pieces, size);
}

/** Tells the format of a file by its first bytes; `null` if it is another one. */
function formatOf(source: ByteSource): "npy" | "npz" | "safetensors" | null {
  const bytes = readRange(source, 0, NPY_MAGIC.length);
  if (beginsWith(bytes, NPY_MAGIC)) return "npy";
  if (ZIP_MAGIC.some((magic) => beginsWith(bytes, magic))) return "npz";
  return looksLikeSafetensors(source) ? "safetensors" : null;
}

function unknownFormat(file: string): InputError {
  return new InputError(`${shown(file)}: is not ${FORMATS}; save the features with numpy.save`);
}

/** Lists the arrays of a file that holds several. */
function listArrays(source: SharedBytes, file: string): ArrayList {
  if (source.size === 0) throw new InputError(`${shown(file)}: is empty; give ${FORMATS}`);
  const format = formatOf(source);
  if (format === "npz") return listNpz(source, file);
  if (format === "safetensors") return listSafetensors(source, file);
  throw unknownFormat(file);
}

/** How arrays are opened: those of a file by their names, and the only one of a `.npy` file. */
interface Opening<Opened> {
  readonly open: (list: ArrayList, array: string | undefined) => Promise<Opened[]>;
  readonly openOnly: (source: ByteSource, file: string) => Opened | Promise<Opened>;
}

/** The array of a `.npy` file. */
const openOnly = (source: ByteSource, file: string) => openNpy(source, file);

/**
 * Opens arrays of a file with a function that chooses them. A `.npy` file has one without a name.
 */
async function openFrom<Opened>(
  path: string,
  { open, openOnly }: Opening<Opened>,
  pattern?: string,
): Promise<Opened[]> {
  const { file, array } = await locate(path);
  if (array !== undefined && pattern !== undefined) {
    throw new InputError(
      `${shown(path)}: names an array, and ${shown(pattern)} others; give one of the two`,
    );
  }
  const asked = array ?? pattern;
  using source = await openFile(file);
  if (formatOf(source) === "npy") {
    if (asked === undefined) return [await openOnly(source, file)];
    throw new InputError(
      `${shown(file)}: is a .npy file, whose array has no name; leave out ${array === undefined ? "" : ":"}${
        shown(asked)
      }`,
    );
  }
  using list = listArrays(source, file);
  return await open(list, asked);
}

/**
 * Opens arrays of a `.npy`, `.npz` or safetensors file. The first bytes of the file decide its
 * format, not its name. Their entries stay in the file, but for those of a pipe, and for compressed
 * arrays of a `.npz` file: these are unpacked into memory up to 64 MiB a file, and beyond that into
 * a temporary file.
 *
 * @param path Path of the file, and after a colon the name of an array, or a pattern of names:
 * `run.npz:hidden`, `run.safetensors:layers.*`.
 * @param options `tensor`, the same as after a colon. In a pattern `*` stands for any characters,
 * `?` for one, and `[…]` for one of those listed. Default: all arrays.
 * @returns The arrays, in the order of the file; at least one. Dispose of each.
 * @throws {InputError} If the file cannot be read or is malformed, no array fits, or one of them
 * does not hold real numbers.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { openArrays } from "./array_file.ts";
 * import { npy } from "./npy.ts";
 *
 * const path = await Deno.makeTempFile();
 * await Deno.writeFile(path, npy([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)));
 * const [array] = await openArrays(path);
 * assert.deepEqual([array.dtype, array.shape, array.strides], ["f32", [2, 3], [3, 1]]);
 * assert.deepEqual(array.read(4, 2), Float32Array.of(5, 6));
 * array[Symbol.dispose]();
 * await Deno.remove(path);
 * ```
 */
export async function openArrays(
  path: string,
  { tensor }: { readonly tensor?: string } = {},
): Promise<StoredArray[]> {
  return await openFrom(path, { open: openFitting, openOnly }, tensor);
}

/**
 * Opens one array of a file.
 *
 * @param path Path of the file, and name of the array if the file holds several.
 * @returns The array.
 * @throws {InputError} If the file cannot be read or is malformed, there is no such array, there
 * are several and none is named, or it does not hold real numbers.
 */
export async function openArray(path: string): Promise<StoredArray> {
  const [array] = await openFrom(path, {
    open: async (list, wanted) => [await openNamed(list, wanted)],
    openOnly,
  });
  return array;
}

/** An array of a file, before it is opened. */
export interface ClosedArray {
  /** Path of the file. */
  readonly file: string;
  /** Name in the file; `null` in a `.npy` file. */
  readonly name: string | null;
  /** Reads its header. */
  peek(): Promise<ArrayHeader>;
}

/**
 * Describes arrays of a file one after another, without their entries.
 *
 * @param path Path of the file, and after a colon the name of an array or a pattern.
 * @param pattern The same as after a colon. Default: all arrays.
 * @param describe Describes one of them.
 * @returns What is said of them, in the order of the file.
 * @throws {InputError} If the file cannot be read or is malformed, or no array fits.
 */
export async function arraysOf<Said>(
  path: string,
  pattern: string | undefined,
  describe: (array: ClosedArray) => Promise<Said>,
): Promise<Said[]> {
  return await openFrom(path, {
    open: async (list, wanted) => {
      const said: Said[] = [], { file } = list;
      for (const name of fittingNames(list, wanted)) {
        said.push(await describe({ file, name, peek: () => list.peek(name) }));
      }
      return said;
    },
    openOnly: (source, file) =>
      describe({
        file,
        name: null,
        peek: async () => {
          // As a promise, so that errors reject it.
          using array = await Promise.resolve(openNpy(source, file));
          return { dtype: array.dtype, shape: array.shape };
        },
      }),
  }, pattern);
}

/**
 * Reads the texts that a safetensors file holds beside its arrays.
 *
 * @param path Path of the file.
 * @returns Texts by their names; none for files of other formats.
 * @throws {InputError} If the file cannot be read or is malformed.
 */
export async function readMetadata(path: string): Promise<Record<string, string>> {
  using source = await openFile(path);
  return formatOf(source) === "safetensors" ? readSafetensorsMetadata(source, shown(path)) : {};
}
