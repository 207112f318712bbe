/**
 * Figures as PNG.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { loadResvg } from "./deps.ts";
import { FONT_FAMILY, loadFonts } from "./fonts.ts";

/**
 * Draws an SVG document into pixels. See `drawPng`.
 *
 * @param svg The document.
 * @param scale Pixels of the picture for each pixel of the document.
 * @returns The PNG file.
 */
export async function pngOf(svg: string, scale: number): Promise<Uint8Array> {
  const [Resvg, { regular, bold }] = await Promise.all([loadResvg(), loadFonts()]);
  const font = {
    fontBuffers: [regular, bold],
    defaultFontFamily: FONT_FAMILY,
    sansSerifFamily: FONT_FAMILY,
  };
  let picture: InstanceType<typeof Resvg>;
  try {
    picture = new Resvg(svg, { font, fitTo: { mode: "zoom", value: scale } });
  } catch (error) {
    throw new InputError(`the figure is no SVG document: ${error}`);
  }
  try {
    const image = picture.render();
    try {
      return image.asPng();
    } finally {
      image.free();
    }
  } finally {
    picture.free();
  }
}
