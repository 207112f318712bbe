import { figureMakers } from "../../src/convert/draw.ts";
import { figureFiles, parseFormats } from "../../src/convert/formats.ts";
import { InputError } from "../../src/errors.ts";
import { assert } from "../deps.ts";

Deno.test("parseFormats: each format once, in one order; others are refused with the list", () => {
  assert.deepEqual(parseFormats("svg"), ["svg"]);
  assert.deepEqual(parseFormats("pdf,png,pdf"), ["png", "pdf"]);
  assert.deepEqual(parseFormats("PNG, svg"), ["svg", "png"]);
  for (const text of ["", "svg,", "jpg", "svg;pdf", "toString"]) {
    assert.throws(() => parseFormats(text), (error) => {
      assert(error instanceof InputError && /svg, png, pdf/.test(error.message), String(error));
      return true;
    });
  }
});

Deno.test("figureMakers: a figure is drawn once, when the first of its files is made", async () => {
  let drawn = 0;
  const draw = () => {
    drawn++;
    return Promise.resolve('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="6"></svg>');
  };
  const makers = figureMakers("a.b.svg", draw, ["svg", "png", "pdf"]);
  assert.deepEqual(Object.keys(makers), ["a.b.svg", "a.b.png", "a.b.pdf"]);
  assert.equal(drawn, 0);
  const [svg, png, pdf] = await Promise.all(Object.values(makers).map((make) => make()));
  assert.equal(drawn, 1);
  assert.match(svg as string, /^<svg /);
  assert.deepEqual([...png.slice(1, 4) as Uint8Array], [..."PNG"].map((c) => c.charCodeAt(0)));
  assert.deepEqual([...pdf.slice(1, 4) as Uint8Array], [..."PDF"].map((c) => c.charCodeAt(0)));
  assert.deepEqual(Object.keys(figureMakers("x.svg", draw, ["pdf"])), figureFiles(["x.svg"], ["pdf"]));
});
