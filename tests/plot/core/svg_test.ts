import { drawSvg } from "../../../src/plot/core/svg.ts";
import { assert, fc, SaxesParser } from "../../deps.ts";

/** Texts of an XML document by the names of their elements; throws if it is not well-formed. */
function textsOf(xml: string): Record<string, string> {
  const parser = new SaxesParser({ xmlns: true }), open: string[] = [], texts: Record<string, string> = {};
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name }) => open.push(name));
  parser.on("closetag", () => open.pop());
  parser.on("text", (text) => texts[open.at(-1)!] = (texts[open.at(-1)!] ?? "") + text);
  parser.write(xml).close();
  return texts;
}

/** A figure with a text wherever there may be one. */
const figureOf = (text: string) =>
  drawSvg(20, 10, { title: text, desc: text }, (root) => {
    root.append("text").attr("class", text).text(text);
  });

Deno.test("drawSvg: whatever its texts hold, the document is well-formed and says them", () => {
  const every = Array.from({ length: 0x300 }, (_, code) => String.fromCharCode(code)).join("");
  const odd = fc.constantFrom(
    "]]>",
    "&#1;",
    "<!--",
    "\ufffe",
    "\uffff",
    "\ud800",
    "\udc00",
    "\x00",
    "\x1b[31m",
    "\r\n",
  );
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(fc.oneof(odd, fc.string()), { maxLength: 5 }).map((parts) => parts.join("")),
    fc.constant(every),
  );
  fc.assert(fc.property(text, (text) => {
    const texts = textsOf(figureOf(`a${text}b`));
    // deno-lint-ignore no-control-regex
    const plain = /^[^\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]*$/u.test(text);
    if (plain) assert.deepEqual(texts, { title: `a${text}b`, desc: `a${text}b`, text: `a${text}b` });
    else assert.equal(texts.title.length, text.length + 2);
  }));
});

Deno.test("drawSvg: control characters are drawn as their pictures, halves of pairs as unknown", () => {
  assert.equal(textsOf(figureOf("a\x00\x01\x1b\r\nb")).text, "a␀␁␛␍\nb");
  assert.equal(textsOf(figureOf("a\ud800\ufffe\uffffb")).text, "a\ufffd\ufffd\ufffdb");
});
