/**
 * Frames of a stream of features: a line of JSON, then the bytes of the arrays that it names.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted, shown } from "../format.ts";
import { joined } from "../io/bytes.ts";
import type { DtypeName } from "../io/dtypes.ts";
import { isObject, JsonError, parseJson } from "../io/parse_json.ts";
import { parseEnd, parseTracker, type TrackerEnd, type TrackerFacts } from "./tracker_files.ts";

/** A layer of a frame. */
export interface FrameLayer {
  /** Its name. */
  readonly name: string;
  /** Type of its entries, little-endian. */
  readonly dtype: DtypeName;
  /** Size along each axis, the last one fastest. */
  readonly shape: readonly number[];
  /** Bytes of its entries. */
  readonly bytes: number;
}

/** A line of a stream. */
export type Frame =
  | { readonly kind: "begin"; readonly facts: TrackerFacts }
  | { readonly kind: "end"; readonly end: TrackerEnd }
  | {
    readonly kind: "step";
    readonly step: number;
    readonly loss: number;
    readonly layers: readonly FrameLayer[];
    /** Bytes that follow the line. */
    readonly bytes: number;
  };

/** Bytes of a line, and of the arrays of a frame, at most. */
export const MOST_LINE = 2 ** 20, MOST_FRAME = 2 ** 31;

/** Layers of a frame, axes of an array, characters of a name, at most. */
const MOST_LAYERS = 4096, MOST_AXES = 16, MOST_NAME = 400;

/** Types by the names that NumPy has for them. */
const DTYPES: ReadonlyMap<unknown, { readonly dtype: DtypeName; readonly size: number }> = new Map([
  ["<f2", { dtype: "f16", size: 2 }],
  ["<f4", { dtype: "f32", size: 4 }],
  ["<f8", { dtype: "f64", size: 8 }],
]);

/** What Python writes for numbers that JSON does not have. */
const NOT_FINITE = /(:\s*)(?:NaN|-?Infinity)(?=\s*[,}])/g;

function parseLine(line: string): unknown {
  try {
    return parseJson(line);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    try {
      return parseJson(line.replaceAll(NOT_FINITE, "$1null"));
    } catch {
      throw new InputError(
        `the stream has ${quoted(line, 60)} where a line of JSON is expected: ${error.message}`,
      );
    }
  }
}

function layerOf(value: unknown, step: number): FrameLayer {
  const { name, dtype, shape } = isObject(value) ? value : {};
  if (typeof name !== "string" || name.length > MOST_NAME) {
    throw new InputError(
      `step ${step} of the stream has a layer without a name; give a text of 1 to ${MOST_NAME} characters`,
    );
  }
  const type = DTYPES.get(dtype);
  if (!type) {
    throw new InputError(
      `step ${step} of the stream has ${shown(name)} in ${shown(String(dtype))}; give ${
        [...DTYPES.keys()].join(", ")
      }`,
    );
  }
  const isShape = Array.isArray(shape) && shape.length <= MOST_AXES &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  const entries = isShape ? (shape as number[]).reduce((product, size) => product * size, 1) : NaN;
  if (!(entries * type.size <= MOST_FRAME)) {
    throw new InputError(
      `step ${step} of the stream has ${shown(name)} of shape ${shown(JSON.stringify(shape) ?? "none")}; ` +
        `give sizes of at most ${MOST_AXES} axes and ${MOST_FRAME} bytes together`,
    );
  }
  return { name, dtype: type.dtype, shape: shape as number[], bytes: entries * type.size };
}

/**
 * Parses a line of a stream.
 *
 * @param line The line, without its end.
 * @returns What it says.
 * @throws {InputError} If it is none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFrame } from "./frames.ts";
 *
 * const layers = '[{"name":"a","dtype":"<f4","shape":[2,3]}]';
 * const frame = parseFrame(`{"step":3,"loss":NaN,"layers":${layers}}`);
 * assert(frame.kind === "step" && frame.bytes === 24 && Number.isNaN(frame.loss));
 * ```
 */
export function parseFrame(line: string): Frame {
  const value = parseLine(line);
  if (!isObject(value)) {
    throw new InputError(`the stream has ${quoted(line, 60)} where an object is expected`);
  }
  if ("staircase" in value) return { kind: "begin", facts: parseTracker(value, "staircase", "the stream") };
  if ("end" in value) return { kind: "end", end: parseEnd(value, "end") };
  const { step, loss, layers } = value;
  if (!(Number.isSafeInteger(step) && (step as number) >= 0)) {
    throw new InputError(`the stream has ${quoted(line, 60)} without a step; give a whole number from 0`);
  }
  const at = step as number;
  if (!Array.isArray(layers) || layers.length > MOST_LAYERS) {
    throw new InputError(`step ${at} of the stream has no layers; give a list of at most ${MOST_LAYERS}`);
  }
  const all = layers.map((layer) => layerOf(layer, at));
  const twice = all.find(({ name }, i) => all.findIndex((other) => other.name === name) !== i);
  if (twice) {
    throw new InputError(`step ${at} of the stream has the layer ${shown(twice.name)} twice; give it once`);
  }
  const bytes = all.reduce((sum, layer) => sum + layer.bytes, 0);
  if (bytes > MOST_FRAME) {
    throw new InputError(`step ${at} of the stream has ${bytes} bytes; give at most ${MOST_FRAME}`);
  }
  return { kind: "step", step: at, loss: typeof loss === "number" ? loss : NaN, layers: all, bytes };
}

/** Reads lines and bytes of a stream. */
export class StreamReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  /**
   * Reads nothing yet.
   *
   * @param stream The stream.
   */
  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#pieces = stream[Symbol.asyncIterator]();
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#pieces.next();
    if (done) return false;
    this.#rest = value;
    return true;
  }

  /**
   * Reads a line.
   *
   * @returns The line without its end; `null` at the end of the stream.
   * @throws {InputError} If it is too long, or the stream ends in it.
   */
  async line(): Promise<string | null> {
    const parts: Uint8Array[] = [];
    let size = 0;
    while (true) {
      const end = this.#rest.indexOf(10), part = end < 0 ? this.#rest : this.#rest.subarray(0, end);
      size += part.length;
      if (size > MOST_LINE) {
        throw new InputError(
          `the stream has a line of more than ${MOST_LINE} bytes; write frames with the tracker`,
        );
      }
      parts.push(part);
      this.#rest = end < 0 ? new Uint8Array(0) : this.#rest.subarray(end + 1);
      if (end >= 0) return new TextDecoder().decode(joined(parts, size));
      if (await this.#more()) continue;
      if (size === 0) return null;
      throw new InputError("the stream ends in a line; the training may have been killed");
    }
  }

  /**
   * Reads bytes.
   *
   * @param count Number of bytes.
   * @returns The bytes.
   * @throws {InputError} If the stream ends before.
   */
  async bytes(count: number): Promise<Uint8Array> {
    // Room is made for what comes: the line may name more than there is.
    const parts: Uint8Array[] = [];
    for (let left = count; left > 0;) {
      if (this.#rest.length === 0 && !await this.#more()) {
        throw new InputError(
          `the stream ends ${left} bytes before the end of a frame; the training may have been killed`,
        );
      }
      const part = this.#rest.subarray(0, left);
      parts.push(part);
      left -= part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    return joined(parts, count);
  }
}
