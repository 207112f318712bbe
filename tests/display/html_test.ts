import { escapeHtml, htmlTable, svgImage, svgTexts } from "../../src/display/html.ts";
import { assert, fc } from "../deps.ts";

Deno.test("escapeHtml: no text ends an element or an attribute", () => {
  fc.assert(fc.property(fc.string(), (text) => assert.doesNotMatch(escapeHtml(text), /[<>"']|&(?![#\w]+;)/)));
});

Deno.test("htmlTable: cells, and an empty table", () => {
  const hostile = '"><script>alert(1)</script>';
  const html = htmlTable([[hostile], [hostile]], { help: [hostile] });
  assert.doesNotMatch(html, /<script/);
  assert.equal(html.match(/&lt;script&gt;/g)!.length, 3);
  assert.equal(htmlTable([]), "<table><thead><tr></tr></thead><tbody>\n</tbody></table>");
});

Deno.test("svgTexts reads what escapeHtml wrote, and svgImage holds the figure", () => {
  fc.assert(fc.property(fc.string(), fc.string(), (title, desc) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><title>${escapeHtml(title)}</title>` +
      `<desc>${escapeHtml(desc)}</desc></svg>`;
    assert.deepEqual(svgTexts(svg), [title, desc]);
    const image = svgImage(svg), bytes = Uint8Array.fromBase64(/base64,([^"]*)"/.exec(image)![1]);
    assert.equal(new TextDecoder().decode(bytes), svg.toWellFormed());
    assert(image.includes(`alt="${escapeHtml(title)}"`));
  }));
  assert.deepEqual(svgTexts("<svg></svg>"), []);
});
