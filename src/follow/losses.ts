/**
 * Losses of a training from a table.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { listed, shown } from "../format.ts";
import { fileReason } from "../io/file_reason.ts";
import { readTextFile } from "../io/text_file.ts";

/** Bytes of a table, at most: that of ten million steps fits. */
const MOST_BYTES = 2 ** 29;

/** A number as programs write it. */
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

/** Reads a loss. Programs write what is not finite in many ways. */
function lossOf(text: string): number | null {
  if (NUMBER.test(text)) return Number(text);
  const word = text.toLowerCase();
  if (word === "" || word === "nan" || word === "-nan" || word === "null") return NaN;
  return /^[+]?inf(?:inity)?$/.test(word) ? Infinity : /^-inf(?:inity)?$/.test(word) ? -Infinity : null;
}

/**
 * Parses a table of losses.
 *
 * @param text Comma-separated values with a header that names the columns `step` and `loss`, in any
 * order, with or without others. Of a step that is there twice the last loss counts, as after a
 * training that was resumed.
 * @param name Name of the file, for errors.
 * @returns The losses by their steps.
 * @throws {InputError} If a column is missing or a cell holds no number.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseLosses } from "./losses.ts";
 *
 * const losses = parseLosses("step,lr,loss\n0,0.1,2.5\n100,0.1,nan\n", "log.csv");
 * assert.deepEqual([...losses], [[0, 2.5], [100, NaN]]);
 * ```
 */
export function parseLosses(text: string, name: string): Map<number, number> {
  const [header, ...lines] = text.replace(/^\ufeff/, "").trimEnd().split(/\r?\n/);
  const cellsOf = (line: string) => line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const names = cellsOf(header).map((each) => each.toLowerCase());
  const [stepAt, lossAt] = ["step", "loss"].map((column) => {
    const at = names.indexOf(column);
    if (at >= 0) return at;
    throw new InputError(
      `${shown(name)}: has no column ${column}, but ${
        listed(names)
      }; name the columns step and loss in its first line`,
    );
  });
  const losses = new Map<number, number>();
  lines.forEach((line, index) => {
    if (line.trim() === "") return;
    const cells = cellsOf(line), step = Number(cells[stepAt]), loss = lossOf(cells[lossAt] ?? "?");
    if (!NUMBER.test(cells[stepAt] ?? "") || !Number.isSafeInteger(step) || step < 0 || loss === null) {
      throw new InputError(
        `${shown(name)}: line ${index + 2}, ${
          shown(line)
        }, has no step and loss; give a whole number and a number`,
      );
    }
    losses.set(step, loss);
  });
  return losses;
}

/**
 * Reads a table of losses from a file, as {@linkcode parseLosses} does.
 *
 * @param path Path of the file.
 * @returns The losses by their steps.
 * @throws {InputError} If it can not be read, or is no such table.
 */
export async function readLosses(path: string): Promise<Map<number, number>> {
  let text: string;
  try {
    text = await readTextFile(path, MOST_BYTES);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${shown(path)}: ${fileReason(error)}; give a table with the columns step and loss`);
  }
  return parseLosses(text, path);
}
