/**
 * The header of safetensors files: its length (8 bytes, little-endian), then JSON with type, shape
 * and place of each tensor. Format: https://github.com/huggingface/safetensors.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { count, shown } from "../format.ts";
import { type ByteSource, readRange } from "./bytes.ts";
import { isObject, JsonError, parseJson } from "./parse_json.ts";

/** Type, shape and place of a tensor. */
export interface TensorInfo {
  /** Type as the file names it. */
  readonly dtype: string;
  /** Size along each dimension. */
  readonly shape: readonly number[];
  /** Index of the first byte in the file. */
  readonly begin: number;
  /** Index after the last byte. */
  readonly end: number;
}

// The format's own limit.
const LONGEST = 100_000_000;

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);

/**
 * Tells whether a file may be one of safetensors, which have no magic number: their header is a
 * JSON object. The format forbids blanks in front of it, and some programs write them. NULs and a
 * byte order mark are told later.
 *
 * @param source The file.
 * @returns Whether an object seems to begin after the length.
 */
export function looksLikeSafetensors(source: ByteSource): boolean {
  const text = new TextDecoder("latin1").decode(readRange(source, 8, 4096));
  return /^(?:[ \t\r\n\0]|\xef\xbb\xbf)*\{/.test(text);
}

/**
 * Reads the header of a safetensors file. It may stand between blanks, tabs and line ends, and be
 * padded with NULs.
 *
 * @param source The file.
 * @param name Name of the file, for errors.
 * @returns The tensors by name, in the order of the header.
 * @throws {InputError} If the header is malformed, or the tensors do not fill the rest of the file
 * one after the other.
 */
export function readSafetensorsHeader(source: ByteSource, name: string): Map<string, TensorInfo> {
  const { header, start, malformed } = headerOf(source, name);
  const tensors = new Map<string, TensorInfo>();
  for (const [key, info] of Object.entries(header)) {
    if (key === "__metadata__") continue;
    const offsets = isObject(info) ? info.data_offsets : undefined;
    const wellFormed = isObject(info) && typeof info.dtype === "string" && isSizes(info.shape) &&
      isSizes(offsets) && offsets.length === 2 && offsets[0] <= offsets[1];
    if (!wellFormed) {
      throw malformed(`tensor ${shown(key)} lacks a dtype, a shape or two data_offsets in order`);
    }
    const [begin, end] = [start + offsets[0], start + offsets[1]];
    tensors.set(key, { dtype: info.dtype as string, shape: info.shape as number[], begin, end });
  }
  checkPlaces(tensors, start, { size: source.size, name, malformed });
  return tensors;
}

/** The object of a header, where the tensors begin, and the error of one that is malformed. */
function headerOf(source: ByteSource, name: string) {
  const malformed = (what: string, cause?: unknown) =>
    new InputError(`${name}: malformed safetensors header: ${what}; save it again`, { cause });
  if (source.size < 8) {
    throw new InputError(
      `${name}: truncated after ${source.size} of the header's 8 bytes or more; save it again`,
    );
  }
  const length = Number(new DataView(readRange(source, 0, 8).buffer).getBigUint64(0, true));
  if (length > LONGEST) throw malformed(`it claims ${length} bytes`);
  const start = 8 + length;
  if (source.size < start) {
    throw new InputError(
      `${name}: truncated after ${source.size} of the header's ${start} bytes; save it again`,
    );
  }
  return { header: parseHeader(readRange(source, 8, length), malformed), start, malformed };
}

/**
 * Reads the texts that a safetensors file holds beside its tensors.
 *
 * @param source The file.
 * @param name Name of the file, for errors.
 * @returns Texts by their names; none if it has none.
 * @throws {InputError} If the header is malformed.
 */
export function readSafetensorsMetadata(source: ByteSource, name: string): Record<string, string> {
  const { header: { __metadata__: metadata = {} }, malformed } = headerOf(source, name);
  const isWellFormed = isObject(metadata) &&
    Object.values(metadata).every((text) => typeof text === "string");
  if (!isWellFormed) throw malformed("its metadata are not texts by their names");
  return metadata as Record<string, string>;
}

/** Reads the JSON object of a header. */
function parseHeader(
  bytes: Uint8Array,
  malformed: (what: string, cause?: unknown) => InputError,
): Record<string, unknown> {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformed("it is not UTF-8", cause);
  }
  const begin = text.search(/[^ \t\r\n]/), first = text.charAt(begin);
  if (first !== "{") {
    throw malformed(begin < 0 ? "it is blank" : `it begins with ${character(first)}, not with {`);
  }
  // JSON allows for blanks, tabs and line ends around it. NULs pad some headers.
  const object = text.replace(/\0+$/, ""), end = object.lastIndexOf("}") + 1;
  const [odd] = object.slice(end).match(/[^ \t\r\n]/u) ?? [];
  if (end > 0 && odd !== undefined) throw malformed(`${character(odd)} follows its JSON object`);
  try {
    return parseJson(object) as Record<string, unknown>;
  } catch (cause) {
    throw malformed(cause instanceof JsonError ? cause.message : "it is not JSON", cause);
  }
}

/** Names a character: as it is, or by its number if it can not be seen. */
function character(text: string): string {
  const shown = /^[!-~]$/.test(text);
  return shown
    ? JSON.stringify(text)
    : `U+${text.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
}

/**
 * Checks that tensors follow each other to the end of the file, which the format demands. So a file
 * that is cut off is noticed, whichever tensor is read.
 */
function checkPlaces(
  tensors: ReadonlyMap<string, TensorInfo>,
  start: number,
  { size, name, malformed }: {
    readonly size: number;
    readonly name: string;
    readonly malformed: (what: string) => InputError;
  },
): void {
  const places = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let last = start, before: string | null = null;
  for (const [key, { begin, end }] of places) {
    if (begin < last) {
      throw malformed(`the bytes of tensor ${shown(key)} overlap those of ${shown(before ?? "")}`);
    }
    if (begin > last) {
      throw malformed(`${count(begin - last, "byte")} before tensor ${shown(key)} belong to none`);
    }
    [last, before] = [end, key];
  }
  if (size < last) {
    throw new InputError(`${name}: truncated after ${size} of ${last} bytes; save it again`);
  }
  if (size > last) {
    throw new InputError(
      `${name}: ${count(size - last, "trailing byte")} after the ${last} of its tensors; save it again`,
    );
  }
}
