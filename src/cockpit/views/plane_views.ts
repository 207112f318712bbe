/// <reference lib="dom" />
/**
 * Functions of two inputs, as pictures.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { fontSize } from "../../plot/core/palette.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import type { StepAxes } from "./loss_view.ts";

/** Shades between the least and the greatest value. */
const SHADES = 256;

/** Red, green and blue of each shade. */
const shades = Array.from({ length: SHADES }, (_, i) => {
  const color = d3.interpolateViridis(i / (SHADES - 1));
  return [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
});

/** Finds the shade of a value; −1 where it is not finite. */
function shadeOf(value: number, [low, high]: readonly [number, number]): number {
  if (!Number.isFinite(value)) return -1;
  const share = (value - low) / Math.max(1e-300, high - low);
  return Math.round(Math.min(1, Math.max(0, share)) * (SHADES - 1));
}

/** A function of two inputs on square cells. */
export interface PlaneFunction {
  /** Its values at the middles of cells, from the lower left, rows first. */
  readonly values: ArrayLike<number>;
  /** Values at the ends of the colours. */
  readonly domain: readonly [number, number];
  /** Name that stands in its picture. Default: none. */
  readonly name?: string;
}

/** Pixels between the pictures of functions beside each other. */
const GAP = 3;

/** Finds the number of columns that makes pictures largest. */
function columnsFor(count: number, width: number, height: number): number {
  let best = 1, most = 0;
  for (let columns = 1; columns <= count; columns++) {
    const side = Math.min(width / columns, height / Math.ceil(count / columns));
    if (side > most) [best, most] = [columns, side];
  }
  return best;
}

/** Makes the picture of a function, a pixel for each cell. */
function pictureOf({ values, domain }: PlaneFunction, cells: number): string {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [cells, cells];
  const context = canvas.getContext("2d")!, image = context.createImageData(cells, cells);
  for (let i = 0; i < values.length; i++) {
    const shade = shadeOf(values[i], domain), row = cells - 1 - Math.floor(i / cells);
    if (shade >= 0) image.data.set([...shades[shade], 255], 4 * (row * cells + i % cells));
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/**
 * Draws functions of two inputs beside each other, each as a picture. A cell without a finite value
 * is left out.
 *
 * @param parent Where to draw.
 * @param functions The functions; one alone fills the frame.
 * @param size Number of cells a side, size of the frame.
 */
export function drawPlanes(
  parent: Group,
  functions: readonly PlaneFunction[],
  { cells, width, height }: { readonly cells: number; readonly width: number; readonly height: number },
): void {
  const group = appendGroup(parent, "planes"), columns = columnsFor(functions.length, width, height);
  const [dx, dy] = [width / columns, height / Math.ceil(functions.length / columns)];
  const gap = functions.length > 1 ? GAP : 0;
  for (const [i, each] of functions.entries()) {
    const [x, y] = [(i % columns) * dx, Math.floor(i / columns) * dy];
    group.append("image").attr("class", "plane").attr("x", px(x)).attr("y", px(y))
      .attr("width", px(dx - gap)).attr("height", px(dy - gap)).attr("preserveAspectRatio", "none")
      .attr("image-rendering", "pixelated").attr("href", pictureOf(each, cells));
    if (each.name === undefined) continue;
    group.append("text").attr("x", px(x + 5)).attr("y", px(y + fontSize.text + 3)).attr("fill", "#ffffff")
      .attr("stroke", "#000000").attr("stroke-width", 2.4).attr("paint-order", "stroke")
      .attr("font-size", fontSize.text).text(each.name);
  }
}

/**
 * Draws values at points of the plane as coloured dots.
 *
 * @param parent Where to draw.
 * @param points Points, two coordinates each.
 * @param values Values there.
 * @param axes Axes.
 * @param domain Values at the ends of the colours.
 */
export function drawValues(
  parent: Group,
  points: ArrayLike<number>,
  values: ArrayLike<number>,
  { x, y }: StepAxes,
  domain: readonly [number, number],
): void {
  const group = appendGroup(parent, "values");
  const radius = Math.max(1.5, Math.min(5, 70 / Math.sqrt(Math.max(1, values.length))));
  for (let k = 0; k < values.length; k++) {
    const shade = shadeOf(values[k], domain);
    if (shade < 0) continue;
    group.append("circle").attr("cx", px(x.scale(points[2 * k]))).attr("cy", px(y.scale(points[2 * k + 1])))
      .attr("r", px(radius)).attr("fill", `rgb(${shades[shade].join()})`);
  }
}
