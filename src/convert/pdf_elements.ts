/**
 * Draws the elements of an SVG document into a PDF document.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import type { Pdf } from "./deps.ts";
import {
  INHERITED,
  lengthOf,
  numberOf,
  parseTransform,
  type Style,
  styleOf,
  type SvgElement,
} from "./svg_element.ts";

/** Draws one element, whose transform and style are found. */
type Draw = (pdf: Pdf, element: SvgElement, style: Style) => void;

/** An element that can be drawn. */
interface Kind {
  /** Attributes that it has beside those of all elements. */
  readonly attributes: readonly string[];
  readonly draw: Draw;
}

/** Attributes that change nothing in a document without scripts and style sheets. */
const WITHOUT_EFFECT = /^(class|id|role|xmlns(:.*)?|version|font-family|(aria|data)-.*)$/;

/** Attributes of all elements. */
const COMMON = new Set(["transform", ...INHERITED]);

/** Elements that tell of the figure and draw nothing. */
const SILENT = ["title", "desc", "metadata"];

const KINDS: Readonly<Record<string, Kind>> = {
  g: { attributes: [], draw: drawChildren },
  svg: { attributes: ["x", "y", "width", "height", "viewBox", "overflow"], draw: drawDocument },
  path: { attributes: ["d"], draw: shape((pdf, e) => pdf.path(e.getAttribute("d") ?? "")) },
  line: {
    attributes: ["x1", "y1", "x2", "y2"],
    draw: shape(
      (pdf, e) =>
        pdf.moveTo(lengthOf(e, "x1"), lengthOf(e, "y1")).lineTo(lengthOf(e, "x2"), lengthOf(e, "y2")),
      { hasArea: false },
    ),
  },
  rect: {
    attributes: ["x", "y", "width", "height"],
    draw: shape((pdf, e) =>
      pdf.rect(lengthOf(e, "x"), lengthOf(e, "y"), lengthOf(e, "width"), lengthOf(e, "height"))
    ),
  },
  circle: {
    attributes: ["cx", "cy", "r"],
    draw: shape((pdf, e) => pdf.circle(lengthOf(e, "cx"), lengthOf(e, "cy"), lengthOf(e, "r"))),
  },
  text: { attributes: ["x", "y", "dx", "dy"], draw: drawText },
};

/**
 * Draws an element and those in it.
 *
 * @param pdf Document.
 * @param element The element.
 * @param inherited Style of the element that it is in.
 * @throws {InputError} If an element or an attribute is not drawn in PDF.
 */
export function drawElement(pdf: Pdf, element: SvgElement, inherited: Style): void {
  const name = element.tagName;
  if (SILENT.includes(name)) return;
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (!kind) throw new InputError(`the figure has a <${name}>, which is not drawn in PDF`);
  for (const { name: attribute } of element.attributes) {
    if (COMMON.has(attribute) || kind.attributes.includes(attribute) || WITHOUT_EFFECT.test(attribute)) {
      continue;
    }
    throw new InputError(`the figure has a <${name}> with ${attribute}, which is not drawn in PDF`);
  }
  pdf.save();
  for (const matrix of parseTransform(element.getAttribute("transform") ?? "")) pdf.transform(...matrix);
  kind.draw(pdf, element, styleOf(element, inherited));
  pdf.restore();
}

function drawChildren(pdf: Pdf, element: SvgElement, style: Style): void {
  for (const child of element.children) drawElement(pdf, child, style);
}

/** Draws a document: its view box fills its width and height, and hides what lies outside. */
function drawDocument(pdf: Pdf, element: SvgElement, style: Style): void {
  const [width, height] = [lengthOf(element, "width", NaN), lengthOf(element, "height", NaN)];
  if (!(width >= 0 && height >= 0)) {
    throw new InputError("the figure has an <svg> without width and height, which is not drawn in PDF");
  }
  pdf.transform(1, 0, 0, 1, lengthOf(element, "x"), lengthOf(element, "y"));
  if (element.getAttribute("overflow") !== "visible") pdf.rect(0, 0, width, height).clip();
  const box = element.getAttribute("viewBox")?.trim().split(/[\s,]+/).map(Number);
  if (box) {
    const [x, y, wide, high] = box;
    const scale = Math.min(width / wide, height / high);
    if (!(scale > 0 && Number.isFinite(scale))) return;
    pdf.transform(
      scale,
      0,
      0,
      scale,
      (width - scale * wide) / 2 - scale * x,
      (height - scale * high) / 2 - scale * y,
    );
  }
  drawChildren(pdf, element, style);
}

/** Draws a shape: fills it, if it has an area, and draws its outline. */
function shape(outline: (pdf: Pdf, element: SvgElement) => void, { hasArea = true } = {}): Draw {
  return (pdf, element, style) => {
    const { isFilled, isStroked } = setColors(pdf, style);
    if (!(isFilled && hasArea) && !isStroked) return;
    if (isStroked) setStroke(pdf, style);
    outline(pdf, element);
    if (!(isFilled && hasArea)) pdf.stroke();
    else if (isStroked) pdf.fillAndStroke();
    else pdf.fill();
  };
}

/** Sets the colours of a style, and says which of them it has. */
function setColors(pdf: Pdf, style: Style): { readonly isFilled: boolean; readonly isStroked: boolean } {
  const { fill = "black", stroke = "none" } = style;
  if (fill !== "none") pdf.fillColor(colorOf(fill), numberOf(style, "fill-opacity", 1));
  if (stroke !== "none") pdf.strokeColor(colorOf(stroke), numberOf(style, "stroke-opacity", 1));
  return {
    isFilled: fill !== "none",
    isStroked: stroke !== "none" && numberOf(style, "stroke-width", 1) > 0,
  };
}

/** Writes a colour as pdfkit reads it. */
function colorOf(color: string): string {
  const rgb = /^rgb\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*\)$/.exec(color);
  if (rgb) {
    return `#${
      rgb.slice(1).map((part) => Math.min(255, Number(part)).toString(16).padStart(2, "0")).join("")
    }`;
  }
  if (
    /^(#[0-9a-f]{3}|#[0-9a-f]{6}|[a-z]+)$/i.test(color) &&
    !/^(currentcolor|transparent|inherit)$/i.test(color)
  ) {
    return color.toLowerCase();
  }
  throw new InputError(`the figure has the colour ${quoted(color)}, which is not drawn in PDF`);
}

function setStroke(pdf: Pdf, style: Style): void {
  pdf.lineWidth(numberOf(style, "stroke-width", 1));
  pdf.lineJoin(style["stroke-linejoin"] ?? "miter").lineCap(style["stroke-linecap"] ?? "butt");
  const dashes = (style["stroke-dasharray"] ?? "none").split(/[\s,]+/).map(Number);
  if (dashes.every((length) => length > 0)) pdf.dash(dashes);
}

/** Draws a line of text. */
function drawText(pdf: Pdf, element: SvgElement, style: Style): void {
  for (const { tagName } of element.children) {
    throw new InputError(`the figure has a <${tagName}> in a <text>, which is not drawn in PDF`);
  }
  const text = (element.textContent ?? "").trim().replaceAll(/\s+/g, " ");
  const size = numberOf(style, "font-size", 16);
  const { isFilled: fill, isStroked: stroke } = setColors(pdf, style);
  if (text === "" || !(size > 0) || !(fill || stroke)) return;
  if (stroke) setStroke(pdf, style);
  const weight = style["font-weight"] ?? "normal";
  pdf.font(weight === "bold" || Number(weight) >= 600 ? "bold" : "regular").fontSize(size);
  const shift = { start: 0, middle: 0.5, end: 1 }[style["text-anchor"] ?? "start"] ?? 0;
  const at = (axis: "x" | "y") => lengthOf(element, axis) + emLength(element, `d${axis}`, size);
  const left = at("x") - shift * pdf.widthOfString(text);
  pdf.text(text, left, at("y"), { lineBreak: false, baseline: "alphabetic", fill, stroke });
}

/** Reads a length that may be in sizes of type, as in `0.35em`. */
function emLength(element: SvgElement, name: string, size: number): number {
  const text = element.getAttribute(name) ?? "";
  const em = /^\s*([-+]?[\d.]+)em\s*$/.exec(text);
  return em ? Number(em[1]) * size : lengthOf(element, name);
}
