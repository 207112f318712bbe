import { loadFonts } from "../../src/convert/fonts.ts";
import { assert } from "../deps.ts";
import { readFiles } from "../support/source_tree.ts";

/** Finds the characters of a TrueType font: the segments of its table `cmap` in format 4. */
function charactersOf(font: Uint8Array): Set<number> {
  const view = new DataView(font.buffer, font.byteOffset, font.byteLength);
  const tables = Array.from({ length: view.getUint16(4) }, (_, i) => 12 + 16 * i);
  const nameAt = (at: number) => new TextDecoder().decode(font.subarray(at, at + 4));
  const cmap = view.getUint32(tables.find((at) => nameAt(at) === "cmap")! + 8);
  const parts = Array.from(
    { length: view.getUint16(cmap + 2) },
    (_, i) => cmap + view.getUint32(cmap + 8 + 8 * i),
  );
  const at = parts.find((part) => view.getUint16(part) === 4)!, segments = view.getUint16(at + 6) / 2;
  const found = new Set<number>();
  for (let i = 0; i < segments; i++) {
    const end = view.getUint16(at + 14 + 2 * i), start = view.getUint16(at + 16 + 2 * (segments + i));
    for (let code = start; code <= end && code < 0xffff; code++) found.add(code);
  }
  return found;
}

Deno.test("the font has every character that figures and tasks write", async () => {
  const fonts = await loadFonts();
  const golden = new URL("../plot/golden/", import.meta.url);
  const texts = [...Deno.readDirSync(golden)].map(({ name }) => Deno.readTextFileSync(new URL(name, golden)));
  for (const { path, text } of readFiles("src", ".ts")) {
    if (!/^src\/(plot|experiments|tasks)\//.test(path)) continue;
    // Texts without comments.
    texts.push(...text.match(/"[^"\n]*"|`[^`]*`/g) ?? []);
  }
  const wanted = new Set([...texts.join(""), ..."ελφμ⁻⁷≤≥×·−∞∫→√"].filter((character) => character > "\x7f"));
  assert(wanted.size > 40);
  for (const [weight, font] of Object.entries(fonts) as [string, Uint8Array][]) {
    const has = charactersOf(font);
    const missing = [...wanted].filter((character) => !has.has(character.codePointAt(0)!));
    assert.deepEqual(missing, [], weight);
  }
});
