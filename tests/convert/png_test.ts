import { drawPng } from "../../src/convert/draw.ts";
import { InputError } from "../../src/errors.ts";
import { staircaseFigure } from "../../src/plot/staircase/staircase.ts";
import { assert } from "../deps.ts";
import { madeUp, readFigure } from "../support/figure.ts";
import { colorAt, inkIn, readPng } from "../support/pixels.ts";

Deno.test("drawPng: twice the size, white at the edges, ink wherever the figure has text", async () => {
  const svg = staircaseFigure(madeUp({ probes: 40 }));
  const elements = readFigure(svg), { width, height } = elements[0].attributes;
  const picture = await readPng(await drawPng(svg));
  assert.deepEqual([picture.width, picture.height], [2 * Number(width), 2 * Number(height)]);
  assert.equal(colorAt(picture, 0, 0), "#ffffff");
  assert.equal(colorAt(picture, picture.width - 1, picture.height - 1), "#ffffff");
  const level = elements.filter(({ name, text, attributes: { transform } }) =>
    name === "text" && text !== "" && transform === undefined
  );
  assert(level.length > 20);
  for (const { text, x, y, attributes: a } of level) {
    const size = Number(a["font-size"]), anchor = { middle: 0.5, end: 1 }[a["text-anchor"]] ?? 0;
    // From the anchor on there is at least half an em of text.
    const left = x + Number(a.x ?? 0) - anchor * 0.5 * size;
    const base = y + Number(a.y ?? 0) + parseFloat(a.dy ?? "0") * size;
    const box = { left, right: left + 0.5 * size, top: base - 0.75 * size, bottom: base };
    const twice = Object.fromEntries(Object.entries(box).map(([side, at]) => [side, 2 * at]));
    assert(inkIn(picture, twice as typeof box) > 0.02, `no ink at "${text}"`);
  }
});

Deno.test("drawPng: the same figure is the same file, whatever fonts the machine has", async () => {
  const svg = staircaseFigure(madeUp({ probes: 3, layers: 1 }));
  const [a, b] = await Promise.all([drawPng(svg), drawPng(svg)]);
  assert.deepEqual(a, b);
  const named = svg.replace(/font-family="[^"]*"/, 'font-family="Liberation Sans"');
  assert.deepEqual(await drawPng(named), a);
});

Deno.test("drawPng: other scales; wrong ones and what is no SVG are refused", async () => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="6"><rect width="9" height="6"/></svg>';
  const picture = await readPng(await drawPng(svg, 1));
  assert.deepEqual([picture.width, picture.height], [9, 6]);
  assert.equal(colorAt(picture, 4, 3), "#000000");
  for (const scale of [0, -1, NaN, 21]) await assert.rejects(() => drawPng(svg, scale), InputError);
  for (const text of ["", "plain text", "<svg", "<html></html>"]) {
    await assert.rejects(() => drawPng(text), InputError, text);
  }
});
