/**
 * The files that a tracker writes while a model trains; `examples/python/staircase_tracker.py` is
 * one.
 *
 * @module
 */
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { InputError } from "../errors.ts";
import { shown } from "../format.ts";
import { fileReason } from "../io/file_reason.ts";
import { isObject, JsonError, parseJson } from "../io/parse_json.ts";
import { readTextFile } from "../io/text_file.ts";

/** Folder of the features, a file for each step. */
export const FEATURES_FOLDER = "features";

/** File that is written first, and file that is written last. */
export const TRACKER_FILE = "tracker.json", END_FILE = "end.json";

/** Version of the files, and of the stream, that is read. */
export const TRACKER_FORMAT = 1;

/** Bytes of these files, at most. */
const MOST_BYTES = 2 ** 20;

/** What a tracker says first. */
export interface TrackerFacts {
  /** Names of the layers, first to last; `null` if they are not told. */
  readonly layers: readonly string[] | null;
  /** Steps of the whole training; `null` if they are not told. */
  readonly steps: number | null;
}

/** What a tracker says last. */
export interface TrackerEnd {
  /** How the training ended. */
  readonly status: "done" | "failed" | "stopped";
  /** Steps whose features were not written because too many waited. */
  readonly dropped: number;
}

/** A file that can not be read, perhaps because it is being written, or its disk is away. */
export class HalfFileError extends InputError {}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/**
 * Reads what a tracker says first. Keys that are not known are left alone.
 *
 * @param value Parsed JSON.
 * @param version Value of the key that names the format.
 * @param name Where it comes from, for errors.
 * @returns The facts.
 * @throws {InputError} If it is not an object, or of another version.
 */
export function parseTracker(value: unknown, version: "format" | "staircase", name: string): TrackerFacts {
  if (!isObject(value)) throw new InputError(`${name}: is no JSON object; write it with the tracker`);
  if (value[version] !== TRACKER_FORMAT) {
    throw new InputError(
      `${name}: is of format ${shown(String(value[version]))}, and this program reads ${TRACKER_FORMAT}; ` +
        "take the tracker of the same version",
    );
  }
  const { layers, steps } = value;
  const isNamed = Array.isArray(layers) && layers.every((layer) => typeof layer === "string");
  return { layers: isNamed ? layers : null, steps: isCount(steps) ? steps : null };
}

/**
 * Reads what a tracker says last.
 *
 * @param value Parsed JSON.
 * @param status Value that is the status.
 * @returns The end; a status that is not known counts as failed.
 */
export function parseEnd(value: unknown, status: "status" | "end"): TrackerEnd {
  const { [status]: how, dropped } = isObject(value) ? value : {};
  return {
    status: how === "done" || how === "stopped" ? how : "failed",
    dropped: isCount(dropped) ? dropped : 0,
  };
}

/** Reads a file of JSON; `undefined` if there is none. */
async function readJson(path: string): Promise<unknown> {
  try {
    return parseJson(await readTextFile(path, MOST_BYTES));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    const why = error instanceof JsonError || error instanceof InputError ? error.message : fileReason(error);
    throw new HalfFileError(`${shown(path)}: cannot be read: ${why}; write it with the tracker`);
  }
}

/** A tracker's file. */
export interface TrackerFile {
  /** What it says. */
  readonly facts: TrackerFacts;
  /** What tells it apart from the file that another process wrote to the folder before. */
  readonly session: string;
  /** When it was written, in milliseconds of the disk's clock. */
  readonly written: number;
}

/**
 * Reads `tracker.json`.
 *
 * @param folder Folder of the training.
 * @returns The file; `null` if there is no such file.
 * @throws {HalfFileError} If it can not be read.
 * @throws {InputError} If it is of another version.
 */
export async function readTracker(folder: string): Promise<TrackerFile | null> {
  const path = join(folder, TRACKER_FILE);
  const time = () => Deno.stat(path).then(({ mtime }) => mtime?.getTime() ?? 0, () => 0);
  let written = await time();
  for (;;) {
    const value = await readJson(path), after = await time();
    if (value === undefined) return null;
    if (after === written) {
      const session = `${written} ${crc32(JSON.stringify(value))}`;
      return { facts: parseTracker(value, "format", shown(path)), session, written };
    }
    // Another process has put its own file there meanwhile: time and text must be of one file.
    written = after;
  }
}

/**
 * Reads `end.json`.
 *
 * @param folder Folder of the training.
 * @returns The end; `null` if there is no such file.
 * @throws {HalfFileError} If it can not be read.
 */
export async function readEnd(folder: string): Promise<TrackerEnd | null> {
  const value = await readJson(join(folder, END_FILE));
  return value === undefined ? null : parseEnd(value, "status");
}

/**
 * Tells whether a folder is that of a tracker.
 *
 * @param path Path of the folder.
 * @returns Whether it has a folder of features, or the tracker's file.
 */
export async function isTracked(path: string): Promise<boolean> {
  const has = (name: string) => Deno.stat(join(path, name)).then(() => true, () => false);
  return await has(FEATURES_FOLDER) || await has(TRACKER_FILE);
}
