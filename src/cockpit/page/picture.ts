/// <reference lib="dom" />
/**
 * Pictures of documents.
 *
 * @module
 */
import { element } from "./dom.ts";

/** A document, and its size in pixels. */
export interface Drawing {
  /** The document, as SVG. */
  readonly text: string;
  /** Width in pixels. */
  readonly width: number;
  /** Height in pixels. */
  readonly height: number;
}

/**
 * Paints a document, two pixels for each of its own.
 *
 * @param drawing The document.
 * @returns A PNG.
 */
export async function pngOf({ text, width, height }: Drawing): Promise<Blob> {
  const image = new Image(), url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    image.src = url;
    await image.decode();
    const canvas = element("canvas", { width: 2 * width, height: 2 * height });
    canvas.getContext("2d")!.drawImage(image, 0, 0, 2 * width, 2 * height);
    return await new Promise<Blob>((resolve, reject) =>
      canvas.toBlob((blob) => blob ? resolve(blob) : reject(new Error("no picture")))
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
