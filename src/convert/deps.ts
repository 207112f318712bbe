/**
 * Third-party code of this room: resvg, which draws SVG into pixels, pdfkit, which writes PDF, and
 * linkedom, which reads SVG outside the browser. Import it dynamically: runs that write SVG alone
 * need none of it.
 *
 * @module
 */
import { initWasm, Resvg } from "npm:@resvg/resvg-wasm@2.6.2";
import PDFDocument from "npm:pdfkit@0.20.2";
export { DOMParser } from "npm:linkedom@0.18.12";
export type { Resvg };

/** Resvg's program, loaded once for the process. */
let loading: Promise<void> | undefined;

/**
 * Loads resvg.
 *
 * @returns Its class of pictures.
 */
export async function loadResvg(): Promise<typeof Resvg> {
  loading ??= loadProgram().then((program) => initWasm(program));
  await loading;
  return Resvg;
}

async function loadProgram(): Promise<WebAssembly.Module> {
  // @ts-ignore TypeScript does not know imports of a program's source yet.
  return await import.source("npm:@resvg/resvg-wasm@2.6.2/index_bg.wasm");
}

/** The part of a document of pdfkit that this room uses. Lengths are in the current unit. */
export interface Pdf {
  addPage(options: { size: readonly [width: number, height: number]; margin: number }): Pdf;
  registerFont(name: string, font: Uint8Array): Pdf;
  font(name: string): Pdf;
  fontSize(size: number): Pdf;
  widthOfString(text: string): number;
  text(text: string, x: number, y: number, options: Record<string, unknown>): Pdf;
  save(): Pdf;
  restore(): Pdf;
  transform(a: number, b: number, c: number, d: number, e: number, f: number): Pdf;
  fillColor(color: string, opacity: number): Pdf;
  strokeColor(color: string, opacity: number): Pdf;
  lineWidth(width: number): Pdf;
  lineJoin(join: string): Pdf;
  lineCap(cap: string): Pdf;
  dash(lengths: readonly number[]): Pdf;
  undash(): Pdf;
  path(data: string): Pdf;
  rect(x: number, y: number, width: number, height: number): Pdf;
  circle(x: number, y: number, radius: number): Pdf;
  moveTo(x: number, y: number): Pdf;
  lineTo(x: number, y: number): Pdf;
  fill(): Pdf;
  stroke(): Pdf;
  fillAndStroke(): Pdf;
  clip(): Pdf;
  on(event: "data", listener: (chunk: Uint8Array) => void): Pdf;
  on(event: "end", listener: () => void): Pdf;
  on(event: "error", listener: (error: Error) => void): Pdf;
  end(): void;
}

/**
 * Makes a PDF document without pages. The library has no types of its own, and those published for
 * it bring in all of Node's.
 *
 * @param options Options of the library.
 * @returns The document.
 */
export function createPdf(options: Record<string, unknown>): Pdf {
  return new (PDFDocument as unknown as new (options: Record<string, unknown>) => Pdf)(options);
}
