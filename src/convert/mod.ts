/**
 * Figures in other formats than SVG: PNG and PDF, with their font. What these need is loaded when
 * it is asked for.
 *
 * @example Write a figure as PDF.
 * ```ts
 * import { drawPdf } from "./mod.ts";
 *
 * const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">
 *   <text x="4" y="14" font-size="12">ε = 10⁻⁶</text>
 * </svg>`;
 * const file = await Deno.makeTempFile({ suffix: ".pdf" });
 * await Deno.writeFile(file, await drawPdf(svg));
 * await Deno.remove(file);
 * ```
 *
 * @module
 */
export { drawPdf, drawPng, figureMakers, loadFormats } from "./draw.ts";
export { figureFiles, type FigureFormat, figureFormats, parseFormats } from "./formats.ts";
