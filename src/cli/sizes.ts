/**
 * Sizes as a command line gives them: the widths of a network, the samples of a mini-batch.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { InputError, ShapeError } from "../errors.ts";
import { quoted, shown } from "../format.ts";
import type { Task } from "../tasks/task.ts";

/**
 * Reads the widths of a network: of the hidden layers, `50,50`, or of all, `1-50-50-1`.
 *
 * @param text The widths; a list is one of hidden layers.
 * @param task Task that the network is for.
 * @returns Widths of the hidden layers.
 * @throws {InputError} Where it is not a list of whole numbers from 1.
 * @throws {ShapeError} Where the first and the last of all widths are not the task's.
 */
export function parseLayers(text: string | readonly number[], task: Task): number[] {
  if (typeof text !== "string") {
    return text.map((width) => checkNumber("hidden width", width, { min: 1, integer: true }));
  }
  const all = text.includes("-");
  const words = text.split(all ? "-" : ",");
  const widths = words.map(Number);
  // Number() alone also takes 0x10, 1e2 and blanks.
  if (!words.every((word, i) => /^\d+$/.test(word) && widths[i] >= 1 && Number.isSafeInteger(widths[i]))) {
    throw new InputError(`layers ${quoted(text)}: give hidden widths as 50,50 or all widths as 1-50-50-1`);
  }
  if (!all) return widths;
  const { inputs, outputs, name } = task;
  if (widths.length < 3 || widths[0] !== inputs || widths[widths.length - 1] !== outputs) {
    throw new ShapeError(
      `layers ${
        shown(text)
      } do not fit the task ${name}: give ${inputs}, at least one hidden width, and ${outputs}`,
    );
  }
  return widths.slice(1, -1);
}

/**
 * Reads the samples of a step: a number, or `full`.
 *
 * @param text The number, or `full`.
 * @returns The number; `null` for the full batch.
 * @throws {InputError} Where it is neither.
 */
export function parseBatch(text: string | number): number | null {
  if (typeof text === "number") return checkNumber("batch", text, { min: 1, integer: true });
  if (text === "full") return null;
  if (/^\d+$/.test(text)) return Number(text);
  throw new InputError(`batch ${quoted(text)}: give a whole number of samples, or full`);
}
