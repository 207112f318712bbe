/**
 * The arrays of a file by name, before they are opened.
 *
 * @module
 */
import { shown } from "../format.ts";
import { chooseArray, chooseArrays } from "./choose_array.ts";
import type { StoredArray } from "./stored_array.ts";

/** Arrays of a file by name. Dispose of the list once the arrays are open. */
export interface ArrayList extends Disposable {
  /** Path of the file. */
  readonly file: string;
  /** Names of the arrays, in the order of the file. */
  readonly names: readonly string[];
  /** What users may write after a name. */
  readonly suffix: string;
  /**
   * Opens an array.
   *
   * @param name One of the names.
   * @returns The array.
   * @throws {InputError} If the array is corrupt or does not hold real numbers.
   */
  open(name: string): Promise<StoredArray>;
  /**
   * Reads the header of an array.
   *
   * @param name One of the names.
   * @returns Its type and its shape.
   * @throws {InputError} If its header is corrupt, or it does not hold real numbers.
   */
  peek(name: string): Promise<ArrayHeader>;
}

/** Type and shape of an array. */
export type ArrayHeader = Pick<StoredArray, "dtype" | "shape">;

/** What was asked for, without a suffix that is not part of a name. */
function withoutSuffix({ names, suffix }: ArrayList, asked: string | undefined): string | undefined {
  if (!asked?.endsWith(suffix) || names.includes(asked)) return asked;
  return asked.slice(0, asked.length - suffix.length);
}

/**
 * Opens one array.
 *
 * @param list The arrays of a file.
 * @param wanted Name of the array; not needed if there is only one.
 * @returns The array.
 * @throws {InputError} If there is no such array, there are several and none is named, or it can
 * not be read.
 */
export async function openNamed(list: ArrayList, wanted: string | undefined): Promise<StoredArray> {
  return await list.open(chooseArray(list.names, withoutSuffix(list, wanted), shown(list.file)));
}

/**
 * Finds the arrays whose names fit a pattern.
 *
 * @param list The arrays of a file.
 * @param pattern The pattern, as {@linkcode chooseArrays} takes it.
 * @returns Their names, in the order of the file; at least one.
 * @throws {InputError} If none fits.
 */
export function fittingNames(list: ArrayList, pattern: string | undefined): string[] {
  return chooseArrays(list.names, withoutSuffix(list, pattern), shown(list.file));
}

/**
 * Opens all arrays whose names fit a pattern.
 *
 * @param list The arrays of a file.
 * @param pattern The pattern, as {@linkcode chooseArrays} takes it.
 * @returns The arrays, in the order of the file; at least one.
 * @throws {InputError} If none fits, or one of them can not be read.
 */
export async function openFitting(list: ArrayList, pattern: string | undefined): Promise<StoredArray[]> {
  using stack = new DisposableStack();
  const arrays: StoredArray[] = [];
  for (const name of fittingNames(list, pattern)) {
    arrays.push(stack.use(await list.open(name)));
  }
  stack.move();
  return arrays;
}
