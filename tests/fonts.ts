/**
 * Makes the fonts of `src/convert/fonts` anew: DejaVu Sans of npm, without the glyphs that no
 * figure is likely to need.
 *
 *     deno task fonts
 *
 * @module
 */
import { Buffer } from "node:buffer";

/** Packages that this needs and nothing else: names and no literals keep them out of the lock. */
const SUBSET: string = "npm:subset-font@2.9.0", FONTS = "npm:dejavu-fonts-ttf@2.37.3";

/** Blocks of Unicode that are kept: Latin, Greek, Cyrillic, mathematics, signs. */
const BLOCKS = [
  [0x0020, 0x007e],
  [0x00a0, 0x045f],
  [0x1d00, 0x1dbf],
  [0x1e00, 0x1eff],
  [0x2000, 0x20bf],
  [0x2100, 0x22ff],
  [0x2300, 0x230f],
  [0x2400, 0x243f],
  [0x25a0, 0x25ff],
  [0x27e6, 0x27ef],
  [0x2a00, 0x2aff],
  [0xfffd, 0xfffd],
] as const;

const { default: subset } = await import(SUBSET) as {
  default(
    font: Uint8Array,
    text: string,
    options: { targetFormat: "sfnt" },
  ): Promise<Uint8Array<ArrayBuffer>>;
};
// A module of the package brings its other files with it.
await import(`${FONTS}/package.json`, { with: { type: "json" } });
const text = String.fromCodePoint(
  ...BLOCKS.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
);
for (const [name, file] of [["DejaVuSans", "dejavu_sans"], ["DejaVuSans-Bold", "dejavu_sans_bold"]]) {
  const specifier = `${FONTS}/ttf/${name}.ttf`;
  const { default: font } = await import(specifier, { with: { type: "bytes" } });
  const kept = await subset(Buffer.from(font), text, { targetFormat: "sfnt" });
  const packed = new Blob([kept]).stream().pipeThrough(new CompressionStream("gzip"));
  const base64 = (await new Response(packed).bytes()).toBase64();
  const path = new URL(`../src/convert/fonts/${file}.txt`, import.meta.url);
  await Deno.writeTextFile(path, `${base64}\n`);
  console.log(
    `${path.pathname}: ${(kept.length / 1024).toFixed(0)} KiB, ${(base64.length / 1024).toFixed(0)} as text`,
  );
}
