/**
 * Why the system refused a file, in plain words.
 *
 * @module
 */
import { FileError } from "../errors.ts";
import { printable } from "../format.ts";

/** What the codes of the system mean, and what to do. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "your quota on the disk is used up",
  EFBIG: "the file is larger than the system allows",
  EROFS: "the disk is read-only",
  EIO: "the disk reports an error",
  ESTALE: "the network disk has lost the file",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its links lead in a circle",
  EISDIR: "there is a folder of that name",
  ENOTDIR: "a part of the path is a file",
  EEXIST: "there is a file of that name",
  EACCES: "you have no permission there",
  EPERM: "you have no permission there",
  ENOENT: "there is no such file or folder",
};

/**
 * Explains to a user why a file or a folder cannot be used.
 *
 * @param error What the system threw.
 * @returns The reason in a few words, on one line.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fileReason } from "./file_reason.ts";
 *
 * const error = await Deno.readFile("no/such/file").catch((error) => error);
 * assert.equal(fileReason(error), "there is no such file or folder");
 * ```
 */
export function fileReason(error: unknown): string {
  if (error instanceof Deno.errors.NotCapable) return "Deno runs without --allow-read and --allow-write";
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  if (typeof code === "string" && Object.hasOwn(REASONS, code)) return REASONS[code];
  return printable(error instanceof Error ? error.message.split("\n")[0] : String(error));
}

/**
 * Makes the error of a file that cannot be written.
 *
 * @param path Path of the file.
 * @param cause What the system threw.
 * @returns The error; `cause` itself if it says so already.
 */
export function unwritable(path: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  return new FileError(`cannot write ${printable(path)}: ${fileReason(cause)}`, { cause });
}

/**
 * Makes the error of a file that cannot be read.
 *
 * @param path Path of the file.
 * @param cause What the system threw.
 * @returns The error; `cause` itself if it says so already.
 */
export function unreadable(path: string, cause: unknown): FileError {
  if (cause instanceof FileError) return cause;
  return new FileError(`cannot read ${printable(path)}: ${fileReason(cause)}`, { cause });
}

/**
 * Makes the error of several files that cannot be written.
 *
 * @param folder Path of their folder.
 * @param failures Their names, and what the system threw; at least one.
 * @returns The error, which names all of them with their reasons.
 */
export function unwritableFiles(
  folder: string,
  failures: readonly (readonly [name: string, cause: unknown])[],
): FileError {
  const reasons = new Set(failures.map(([, error]) => fileReason(error)));
  const names = failures.map(([name, error]) => reasons.size > 1 ? `${name} (${fileReason(error)})` : name);
  const list = new Intl.ListFormat("en-GB").format(names);
  const why = reasons.size > 1 ? "" : `: ${[...reasons][0]}`;
  return new FileError(`cannot write ${list} to ${printable(folder)}${why}`, { cause: failures[0][1] });
}
