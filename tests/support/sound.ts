/**
 * What holds of every figure.
 *
 * @module
 */
import { textWidth } from "../../src/plot/core/text.ts";
import { assert } from "../deps.ts";
import { type Drawn, pathPoints, readFigure } from "./figure.ts";

/** Elements whose path of classes ends so. */
export const marks = (elements: readonly Drawn[], path: string): Drawn[] =>
  elements.filter((element) => element.path.endsWith(path));

/**
 * The box that a text takes in the figure: the height of its capitals, the width that it at most
 * has.
 */
function box({ attributes: a, text, x, y }: Drawn) {
  const size = Number(a["font-size"]);
  const wide = textWidth(text, size, a["font-weight"] === "bold");
  const em = parseFloat(a.dy ?? "0"),
    anchor = { start: 0, middle: 0.5, end: 1 }[a["text-anchor"] ?? "start"] ?? 0;
  const turned = /translate\(([^,]+),([^)]+)\)rotate\(-90\)/.exec(a.transform ?? "");
  if (turned) {
    const baseline = x + Number(turned[1]), middle = y + Number(turned[2]);
    return {
      left: baseline - 0.72 * size,
      right: baseline,
      top: middle - wide / 2,
      bottom: middle + wide / 2,
    };
  }
  const left = x + Number(a.x ?? 0) - anchor * wide, bottom = y + Number(a.y ?? 0) + em * size;
  return { left, right: left + wide, top: bottom - 0.72 * size, bottom };
}

/**
 * Asserts that a figure stands alone, has finite coordinates everywhere, and texts that neither
 * leave it nor overlap. Returns its elements.
 */
export function assertSoundSvg(svg: string, title: string): Drawn[] {
  const elements = readFigure(svg);
  const [root] = elements;
  const [width, height] = [Number(root.attributes.width), Number(root.attributes.height)];
  assert.equal(width, 900);
  assert.equal(root.attributes.role, "img");
  assert.deepEqual(elements.slice(1, 3).map(({ name }) => name), ["title", "desc"]);
  assert.equal(elements[1].text, title);
  assert(
    !/href|url\(|<script|<style|http(?!:\/\/www\.w3\.org\/2000\/svg")/.test(svg),
    "refers to nothing outside",
  );
  for (const { path, attributes } of elements) {
    for (const [key, value] of Object.entries(attributes)) {
      assert(!/NaN|Infinity|undefined|null/.test(value), `${path} has ${key}="${value}"`);
    }
    if (attributes.d) {
      const points = pathPoints(attributes.d);
      assert(points.every((point) => Number.isFinite(point.x) && Number.isFinite(point.y)), path);
    }
  }
  const boxes = elements.filter(({ name, text }) => name === "text" && text !== "")
    .map((element) => ({ ...box(element), text: element.text }));
  for (const [i, a] of boxes.entries()) {
    assert(
      a.left >= 0 && a.right <= width && a.top >= 0 && a.bottom <= height,
      `"${a.text}" leaves the figure`,
    );
    for (const b of boxes.slice(i + 1)) {
      const apart = a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      assert(apart, `"${a.text}" and "${b.text}" overlap`);
    }
  }
  return elements;
}
