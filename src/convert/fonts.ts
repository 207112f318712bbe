/**
 * The font of PNG and PDF figures: DejaVu Sans, with the glyphs of Latin, Greek, Cyrillic and
 * mathematics.
 *
 * @module
 */
import bold from "./fonts/dejavu_sans_bold.txt" with { type: "text" };
import regular from "./fonts/dejavu_sans.txt" with { type: "text" };

/** Name of the font. */
export const FONT_FAMILY = "DejaVu Sans";

/** Files of the font in TrueType. */
export interface Fonts {
  /** Regular weight. */
  readonly regular: Uint8Array;
  /** Bold weight. */
  readonly bold: Uint8Array;
}

let fonts: Promise<Fonts> | undefined;

/**
 * Unpacks the font, once for the process.
 *
 * @returns Its files.
 */
export function loadFonts(): Promise<Fonts> {
  return fonts ??= Promise.all([unpack(regular), unpack(bold)])
    .then(([regular, bold]) => ({ regular, bold }));
}

/** Unpacks a file that is compressed by gzip and written in base 64. */
async function unpack(text: string): Promise<Uint8Array> {
  const stream = new Blob([Uint8Array.fromBase64(text)]).stream();
  return new Uint8Array(
    await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
}
