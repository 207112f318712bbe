/**
 * Pictures as pixels: a reader of PNG files of eight bits a channel, and of what poppler makes of a
 * page of PDF.
 *
 * @module
 */
import { assert } from "../deps.ts";

/** A picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel, from 0 to 255, row by row. */
  readonly data: Uint8Array;
}

/** Whether poppler's programs are there, which read PDF. */
export const hasPoppler: boolean = ["pdftoppm", "pdftotext", "pdffonts", "pdfinfo"].every((name) => {
  try {
    return new Deno.Command(name, { args: ["-v"], stderr: "null", stdout: "null" }).outputSync().success;
  } catch {
    return false;
  }
});

/** Reads a PNG file with the colour types 2 and 6, and lays it on white. */
export async function readPng(file: Uint8Array): Promise<Picture> {
  assert.deepEqual([...file.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), file[24], file[25]];
  assert(depth === 8 && (type === 2 || type === 6), `depth ${depth}, type ${type}`);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 8; at < file.length;) {
    const length = view.getUint32(at), name = new TextDecoder().decode(file.subarray(at + 4, at + 8));
    if (name === "IDAT") parts.push(new Uint8Array(file.subarray(at + 8, at + 8 + length)));
    at += length + 12;
  }
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream("deflate"));
  const raw = await new Response(stream).bytes(), step = type === 6 ? 4 : 3, stride = width * step;
  const data = new Uint8Array(3 * width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)], row = raw.slice(y * (stride + 1) + 1, (y + 1) * (stride + 1));
    for (let i = 0; i < stride; i++) {
      const left = i < step ? 0 : row[i - step], up = above[i], corner = i < step ? 0 : above[i - step];
      row[i] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
    for (let x = 0; x < width; x++) {
      const opacity = step === 4 ? row[x * step + 3] / 255 : 1;
      for (let c = 0; c < 3; c++) {
        data[3 * (y * width + x) + c] = 255 + opacity * (row[x * step + c] - 255);
      }
    }
    above = row;
  }
  return { width, height, data };
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const [a, b, c] = [left, up, corner].map((value) => Math.abs(estimate - value));
  return a <= b && a <= c ? left : b <= c ? up : corner;
}

/** Runs a program of poppler on a PDF file. */
export async function poppler(name: string, pdf: Uint8Array, ...args: string[]): Promise<Uint8Array> {
  const file = await Deno.makeTempFile({ suffix: ".pdf" });
  try {
    await Deno.writeFile(file, pdf);
    const { success, stdout, stderr } = await new Deno.Command(name, {
      args: [...args.filter((arg) => arg !== "-"), file, ...args.includes("-") ? ["-"] : []],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    // Poppler warns of what it mends.
    assert.equal(new TextDecoder().decode(stderr), "");
    return stdout;
  } finally {
    await Deno.remove(file);
  }
}

/** Draws a page of PDF, so many pixels an inch. */
export async function drawPage(pdf: Uint8Array, resolution: number): Promise<Picture> {
  const file = await poppler("pdftoppm", pdf, "-r", String(resolution));
  const [header, width, height] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(
    String.fromCharCode(...file.subarray(0, 40)),
  ) ?? assert.fail("no picture");
  return { width: Number(width), height: Number(height), data: file.subarray(header.length) };
}

/** The colour of a pixel, as in `#0072b2`. */
export function colorAt({ width, data }: Picture, x: number, y: number): string {
  const at = 3 * (y * width + x);
  return `#${data.slice(at, at + 3).toHex()}`;
}

/** The share of pixels in a box that are darker than the lightest grey of text. */
export function inkIn(
  { width, height, data }: Picture,
  box: { left: number; top: number; right: number; bottom: number },
): number {
  const clamp = (value: number, most: number) => Math.min(most, Math.max(0, Math.round(value)));
  const [left, right] = [clamp(box.left, width), clamp(box.right, width)];
  const [top, bottom] = [clamp(box.top, height), clamp(box.bottom, height)];
  let dark = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) dark += data[3 * (y * width + x) + 1] < 170 ? 1 : 0;
  }
  return dark / Math.max(1, (right - left) * (bottom - top));
}

/** The mean difference of two pictures of one size, as a share of the range of a channel. */
export function differenceOf(a: Picture, b: Picture): number {
  assert.deepEqual([a.width, a.height], [b.width, b.height]);
  return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]), 0) / (255 * a.data.length);
}
