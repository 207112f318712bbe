/**
 * What files hold, for people and as JSON.
 *
 * @module
 */
import { textTable } from "../../display/text_table.ts";
import { count, printable } from "../../format.ts";
import { compareNames, findFiles } from "../../io/find_files.ts";
import { shapeText } from "../../io/floats.ts";
import { type ArrayInfo, listArrays, type ListArraysOptions } from "../../io/list_arrays.ts";

/** A file with its arrays. */
export interface ListedFile {
  /** Path of the file, as it was given. */
  readonly file: string;
  /** Its arrays, in natural order. */
  readonly arrays: readonly ArrayInfo[];
}

/**
 * Lists the arrays of files.
 *
 * @param paths Paths or patterns, each with the name of an array after a colon, if need be.
 * @param options Names of arrays, axes of features.
 * @returns The files, those that a pattern stands for in natural order, and their arrays as well.
 * @throws {InputError} If a file can not be read, or no file or array fits.
 */
export async function listInputs(
  paths: readonly string[],
  options: ListArraysOptions,
): Promise<ListedFile[]> {
  const listed: ListedFile[] = [];
  for (const path of paths) {
    for (const file of await findFiles(path)) {
      const arrays = await listArrays(file, options);
      listed.push({ file, arrays: arrays.sort((a, b) => compareNames(a.name ?? "", b.name ?? "")) });
    }
  }
  return listed;
}

/**
 * Writes the arrays of files as tables.
 *
 * @param files The files.
 * @returns Lines for a terminal.
 */
export function listText(files: readonly ListedFile[]): string {
  return files.flatMap(({ file, arrays }) => [
    `${printable(file)}: ${count(arrays.length, "array")}`,
    ...textTable([
      ["array", "type", "shape", "as features"],
      ...arrays.map((
        { name, dtype, shape, rows, columns, problem },
      ) => [
        printable(name ?? "–"),
        dtype ?? "–",
        shape === null ? "–" : shapeText(shape),
        problem === null
          ? `${count(rows!, "sample")} of ${count(columns!, "feature")}`
          // What to do about each would fill the table.
          : `no: ${printable(problem).split("; ")[0]}`,
      ]),
    ], 4),
  ]).join("\n");
}
