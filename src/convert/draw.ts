/**
 * Draws figures in other formats than SVG. What that needs is loaded when it is asked for.
 *
 * @module
 */
import { checkNumber } from "../check.ts";
import { StaircaseError } from "../errors.ts";
import { figureFiles, type FigureFormat } from "./formats.ts";

/**
 * Modules of the formats. They are names and no literals, because Deno downloads what a literal
 * names before it starts the program, and most runs need none of them.
 */
const PNG: string = "./png.ts", PDF: string = "./pdf.ts";

/**
 * Draws an SVG document into pixels, as PNG. Text is set in DejaVu Sans, which comes with this
 * module: the picture is the same on every machine, byte for byte.
 *
 * @param svg A standalone document, such as the figures of this library.
 * @param scale Pixels of the picture for each pixel of the document. Default: 2, which prints
 * figures of 900 pixels sharp up to 15 centimetres.
 * @returns The PNG file.
 * @throws {InputError} If the text is no SVG document, or the scale is out of range.
 * @throws {StaircaseError} If the third-party code cannot be loaded.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawPng } from "./draw.ts";
 *
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"></svg>';
 * const png = await drawPng(svg);
 * const view = new DataView(png.buffer, png.byteOffset);
 * assert.deepEqual([view.getUint32(16), view.getUint32(20)], [40, 20]);
 * ```
 */
export async function drawPng(svg: string, scale: number = 2): Promise<Uint8Array> {
  checkNumber("scale", scale, { positive: true, max: 20 });
  const { pngOf } = await load<typeof import("./png.ts")>("PNG", PNG);
  return await pngOf(svg, scale);
}

/**
 * Draws an SVG document as a page of PDF: lines stay lines, and text stays text, in DejaVu Sans. A
 * pixel is 1/96 inch. The same document gives the same bytes: the file has no date.
 *
 * @param svg A standalone document of lines, paths, rectangles, circles, text, groups
 * and nested documents, as the figures of this library are.
 * @returns The PDF file.
 * @throws {InputError} If the text is no SVG document, or has an element or an attribute that is
 * not drawn here.
 * @throws {StaircaseError} If the third-party code cannot be loaded.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { drawPdf } from "./draw.ts";
 *
 * const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"></svg>';
 * const pdf = await drawPdf(svg);
 * assert.equal(new TextDecoder().decode(pdf.subarray(0, 5)), "%PDF-");
 * ```
 */
export async function drawPdf(svg: string): Promise<Uint8Array> {
  const { pdfOf } = await load<typeof import("./pdf.ts")>("PDF", PDF);
  return await pdfOf(svg);
}

/**
 * Loads what formats need, so that a run fails before it trains and not when it is to draw.
 *
 * @param formats The formats.
 * @throws {StaircaseError} If the third-party code cannot be loaded.
 */
export async function loadFormats(formats: readonly FigureFormat[]): Promise<void> {
  if (formats.includes("png")) await load("PNG", PNG);
  if (formats.includes("pdf")) await load("PDF", PDF);
}

/**
 * Makes the files of a figure. It is drawn once, and converted to each format when its file is
 * written.
 *
 * @param file Name of its SVG file.
 * @param draw Draws it.
 * @param formats Formats.
 * @returns Functions that make the files, by their names.
 */
export function figureMakers(
  file: string,
  draw: () => string | Promise<string>,
  formats: readonly FigureFormat[],
): Record<string, () => Promise<string | Uint8Array>> {
  let svg: Promise<string> | undefined;
  const drawn = () => svg ??= Promise.resolve(draw());
  const makers: Record<FigureFormat, () => Promise<string | Uint8Array>> = {
    svg: drawn,
    png: async () => await drawPng(await drawn()),
    pdf: async () => await drawPdf(await drawn()),
  };
  const names = figureFiles([file], formats);
  return Object.fromEntries(formats.map((format, i) => [names[i], makers[format]]));
}

async function load<Module>(format: string, path: string): Promise<Module> {
  try {
    return await import(path) as Module;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split("\n")[0] : String(cause);
    throw new StaircaseError(
      `cannot load what ${format} figures need: ${reason}; run once with a network, or ask for svg alone`,
      { cause },
    );
  }
}
