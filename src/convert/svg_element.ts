/**
 * SVG documents as elements with their lengths, transforms and inherited styles.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import { quoted } from "../format.ts";
import { DOMParser } from "./deps.ts";

/** The part of an element of the DOM that is used here. */
export interface SvgElement {
  /** Name of the element. */
  readonly tagName: string;
  /** Its attributes. */
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  /** The elements in it. */
  readonly children: Iterable<SvgElement>;
  /** Its text. */
  readonly textContent: string | null;
  /** Gives an attribute; `null` if there is none. */
  getAttribute(name: string): string | null;
}

/** Attributes of presentation by their names; those that are absent have their initial values. */
export type Style = Readonly<Record<string, string>>;

/** A linear map and a shift: (x, y) ↦ (ax + cy + e, bx + dy + f). */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Attributes that the elements in an element inherit. */
export const INHERITED: readonly string[] = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-opacity",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linejoin",
  "stroke-linecap",
  "font-size",
  "font-weight",
  "text-anchor",
];

/**
 * Reads an SVG document.
 *
 * @param svg Its text.
 * @returns Its root.
 * @throws {InputError} If it is none, or has no size.
 */
export function readSvg(svg: string): SvgElement {
  const root = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement as SvgElement | null;
  if (root?.tagName !== "svg") throw new InputError(`the figure is no SVG document: ${quoted(svg.trim())}`);
  for (const side of ["width", "height"]) {
    if (!(lengthOf(root, side, NaN) > 0)) {
      throw new InputError(`the figure has no ${side} in pixels: give its <svg> one`);
    }
  }
  return root;
}

/**
 * Reads a length in pixels.
 *
 * @param element An element.
 * @param name Name of the attribute.
 * @param absent Its value where it is absent. Default: 0.
 * @returns The length.
 * @throws {InputError} If it is in another unit.
 */
export function lengthOf(element: SvgElement, name: string, absent: number = 0): number {
  const text = element.getAttribute(name);
  if (text === null) return absent;
  const [, number] = /^\s*([-+]?[\d.]+(?:e[-+]?\d+)?)(?:px)?\s*$/i.exec(text) ?? [];
  if (number === undefined || !Number.isFinite(Number(number))) {
    throw new InputError(`${name}=${quoted(text)} of <${element.tagName}> is no length in pixels`);
  }
  return Number(number);
}

/**
 * Finds the style of an element.
 *
 * @param element The element.
 * @param parent Style of the element that it is in.
 * @returns Its own attributes, and those that it inherits.
 */
export function styleOf(element: SvgElement, parent: Style): Style {
  const style: Record<string, string> = { ...parent };
  for (const { name, value } of element.attributes) if (INHERITED.includes(name)) style[name] = value;
  return style;
}

/**
 * Reads a number of a style.
 *
 * @param style The style.
 * @param name Name of the attribute.
 * @param initial Its value where it is absent.
 * @returns The number.
 */
export function numberOf(style: Style, name: string, initial: number): number {
  const number = Number.parseFloat(style[name] ?? "");
  return Number.isFinite(number) ? number : initial;
}

/**
 * Reads a list of transforms.
 *
 * @param text The attribute `transform`.
 * @returns Its matrices, the outermost first.
 * @throws {InputError} If one of them is neither translate, scale, rotate nor matrix.
 */
export function parseTransform(text: string): Matrix[] {
  return [...text.matchAll(/([a-z]+)\s*\(([^)]*)\)/gi)].flatMap(([whole, name, list]): Matrix[] => {
    const [a = 0, b, c = 0, ...rest] = list.split(/[\s,]+/).filter((word) => word !== "").map(Number);
    switch (name) {
      case "translate":
        return [[1, 0, 0, 1, a, b ?? 0]];
      case "scale":
        return [[a, 0, 0, b ?? a, 0, 0]];
      case "rotate": {
        const angle = a * Math.PI / 180, cos = Math.cos(angle), sin = Math.sin(angle);
        return [[1, 0, 0, 1, b ?? 0, c], [cos, sin, -sin, cos, 0, 0], [1, 0, 0, 1, -(b ?? 0), -c]];
      }
      case "matrix":
        return [[a, b ?? 0, c, rest[0] ?? 0, rest[1] ?? 0, rest[2] ?? 0]];
      default:
        throw new InputError(`the figure has the transform ${quoted(whole)}, which is not drawn in PDF`);
    }
  });
}
