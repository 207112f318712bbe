/**
 * Features of another program, in its own buffers or arrays: checked, and copied to memory of ours.
 *
 * @module
 */
import { checkKeys, checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import type { GpuArray } from "../gpu/array.ts";
import type { Commands } from "../gpu/commands.ts";
import type { Dispatch } from "../gpu/kernel.ts";
import type { GatheredRows } from "./gather_rows.ts";

/** Shape and place of features, one row a sample. */
export interface FeaturePlace {
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
  /** Index of the first entry. Default: 0. */
  readonly offset?: number;
  /** Entries from one row to the next. Default: `columns`. */
  readonly stride?: number;
}

/** Features in a buffer of 32-bit floats, which another program owns. */
export interface BufferFeatures extends FeaturePlace {
  /**
   * Buffer of the same device, with `GPUBufferUsage.COPY_SRC`; or with `STORAGE` alone, which is
   * read in place by a kernel, for which `RankTracker.ready` has to have resolved. It may be
   * overwritten or destroyed once `track` has returned.
   */
  readonly buffer: GPUBuffer;
}

/** Features in memory of the host. */
export interface ArrayFeatures extends FeaturePlace {
  /** Entries, which may be overwritten once `track` has returned. */
  readonly data: Float32Array;
}

/** Features of one layer at one step. */
export type TrackedFeatures = BufferFeatures | ArrayFeatures;

/** One layer in a slot: the memory of one step. */
export interface SlotLayer {
  /** Name. */
  readonly name: string;
  /** Number of samples. */
  readonly rows: number;
  /** Number of neurons. */
  readonly columns: number;
  /** Index of its first word in the slot. */
  readonly at: number;
  /** Words from one row to the next. */
  readonly stride: number;
}

/** How the layers of a step lie in a slot. */
export interface SlotLayout {
  /** The layers, first to last. */
  readonly layers: readonly SlotLayer[];
  /** Words of the slot. */
  readonly words: number;
  /** The same for equal layouts alone. */
  readonly key: string;
}

/** Entries that may lie between two rows, as a multiple of a row, and still be copied with them. */
const MOST_GAP = 3;

/**
 * Checks the features of a step, and lays them out.
 *
 * @param features Features by the names of layers.
 * @param names Names that are expected, in the order of the layers.
 * @returns The layout.
 * @throws {InputError} If a layer is missing or unknown, or lies in nothing to copy from.
 * @throws {ShapeError} If it reaches beyond its buffer.
 */
export function layOutFeatures(
  features: Readonly<Record<string, TrackedFeatures>>,
  names: readonly string[],
): SlotLayout {
  checkKeys("features of the tracked layers", features, names);
  let words = 0;
  const layers = names.map((name): SlotLayer => {
    const given = features[name];
    if (typeof given !== "object" || given === null) {
      throw new InputError(`layer ${name} is missing: give features of ${names.join(", ")}`);
    }
    const { rows, columns, offset = 0, stride = columns } = given;
    checkNumber(`rows of ${name}`, rows, { min: 1, integer: true });
    checkNumber(`columns of ${name}`, columns, { min: 1, integer: true });
    checkNumber(`offset of ${name}`, offset, { min: 0, integer: true });
    checkNumber(`stride of ${name}`, stride, { min: columns, integer: true });
    const length = (rows - 1) * stride + columns, most = roomOf(name, given);
    if (offset + length > most) {
      throw new ShapeError(
        `layer ${name} reaches to entry ${offset + length}, its memory holds ${most}: ` +
          "give offset and stride in entries, not bytes",
      );
    }
    const isCut = stride > (1 + MOST_GAP) * columns || stride > columns && isReadInPlace(given);
    const at = words;
    words += isCut ? rows * columns : length;
    return { name, rows, columns, at, stride: isCut ? columns : stride };
  });
  const key = layers.map(({ rows, columns, stride }) => `${rows}×${columns}/${stride}`).join(" ");
  return { layers, words, key };
}

/** Entries that the memory of features holds. */
function roomOf(name: string, given: TrackedFeatures): number {
  if ("data" in given) {
    if (given.data instanceof Float32Array) return given.data.length;
    throw new InputError(`the data of ${name} are no 32-bit floats: give a Float32Array`);
  }
  const { buffer } = given;
  if (typeof buffer?.size !== "number" || typeof buffer.usage !== "number") {
    throw new InputError(
      `layer ${name} has no features: give a GPUBuffer as buffer, or a Float32Array as data`,
    );
  }
  if (!(buffer.usage & (GPUBufferUsage.COPY_SRC | GPUBufferUsage.STORAGE))) {
    throw new InputError(
      `the buffer of ${name} can not be copied or read: create it with GPUBufferUsage.COPY_SRC`,
    );
  }
  return Math.floor(buffer.size / 4);
}

/**
 * Tells whether features lie in a buffer that can be read, but not copied.
 *
 * @param given The features.
 * @returns Whether a kernel has to read them.
 */
export function isReadInPlace(given: TrackedFeatures): boolean {
  return "buffer" in given && !(given.buffer.usage & GPUBufferUsage.COPY_SRC);
}

/** Copies of features into a slot. */
export interface FeatureCopies {
  /** Commands to add to. */
  readonly commands: Commands;
  /** Memory of the step. */
  readonly slot: GpuArray;
  /** Binds the reading of what can not be copied. */
  readonly read: (buffer: GPUBuffer, rows: GatheredRows) => Dispatch;
}

/**
 * Records the copies of the features of a step into a slot. Those of the host are written at once.
 *
 * @param features Features, as they were laid out.
 * @param layout Their layout.
 * @param copies Where the copies go.
 */
export function copyFeatures(
  features: Readonly<Record<string, TrackedFeatures>>,
  { layers }: SlotLayout,
  { commands, slot, read }: FeatureCopies,
): void {
  for (const { name, rows, columns, at, stride } of layers) {
    const given = features[name], { offset = 0, stride: from = columns } = given;
    if ("buffer" in given && isReadInPlace(given)) {
      const place = { rows, columns, at: offset, stride: from, to: at, width: stride };
      commands.run(read(given.buffer, place));
      continue;
    }
    const copy = (first: number, to: number, length: number) => {
      if ("data" in given) slot.write(given.data.subarray(first, first + length), to);
      else commands.copyFrom(given.buffer, first, slot, to, length);
    };
    if (stride === from) copy(offset, at, (rows - 1) * stride + columns);
    else for (let row = 0; row < rows; row++) copy(offset + row * from, at + row * columns, columns);
  }
}

/**
 * Takes one layer out of the words of a slot.
 *
 * @param words Words of the slot.
 * @param layer The layer.
 * @returns Its entries, row-major without gaps.
 */
export function layerEntries(words: Float32Array, { rows, columns, at, stride }: SlotLayer): Float32Array {
  if (stride === columns) return words.slice(at, at + rows * columns);
  const entries = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const from = at + row * stride;
    entries.set(words.subarray(from, from + columns), row * columns);
  }
  return entries;
}
