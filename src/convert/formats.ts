/**
 * The formats that figures are written in.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";

/** Names of the formats, which are the endings of their files. */
export const figureFormats = ["svg", "png", "pdf"] as const;

/** A format of figures. */
export type FigureFormat = typeof figureFormats[number];

/**
 * Reads a list of formats.
 *
 * @param text Names, separated by commas.
 * @returns The formats, each once, in the order of {@linkcode figureFormats}.
 * @throws {InputError} If one of them does not exist.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { parseFormats } from "./formats.ts";
 *
 * assert.deepEqual(parseFormats("pdf, svg"), ["svg", "pdf"]);
 * ```
 */
export function parseFormats(text: string): FigureFormat[] {
  const names = text.split(",").map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if ((figureFormats as readonly string[]).includes(name)) continue;
    throw new InputError(
      `--formats must be a list of ${figureFormats.join(", ")}, as in svg,pdf, not ${quoted(text)}`,
    );
  }
  return figureFormats.filter((format) => names.includes(format));
}

/**
 * Names the files of figures.
 *
 * @param files Names of their SVG files.
 * @param formats Formats.
 * @returns Names of the files, of each figure one for each format.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { figureFiles } from "./formats.ts";
 *
 * assert.deepEqual(figureFiles(["trace.svg"], ["svg", "pdf"]), ["trace.svg", "trace.pdf"]);
 * ```
 */
export function figureFiles(files: readonly string[], formats: readonly FigureFormat[]): string[] {
  return files.flatMap((file) => formats.map((format) => file.replace(/\.svg$/, `.${format}`)));
}
