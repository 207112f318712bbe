/// <reference lib="dom" />
/**
 * Panels of a figure and the marks in them, with their values by the axes.
 *
 * @module
 */
import { type AxisReading, parseAxis, readAxis } from "../../plot/core/axis_data.ts";

/** An axis of a panel: how it is read, and its name. */
export interface NamedAxis {
  /** How values are read off it. */
  readonly reading: AxisReading;
  /** Its name; empty if the figure has none. */
  readonly name: string;
}

/** What a mark says, where the axes do not say it. */
interface OwnReading {
  /** Name of its series. */
  readonly series: string;
  /** Its values, as `name: value`. */
  readonly lines: readonly string[];
  /** The area that it covers, in pixels of the panel. */
  readonly box: DOMRect;
}

/** A mark: a dot, a point at which a line bends, or a bar. */
export interface Mark {
  /** Element that it belongs to. */
  readonly element: SVGElement;
  /** Place in pixels of the panel. */
  readonly x: number;
  readonly y: number;
  /** What it says of itself; `null` for a mark that the axes are read at. */
  readonly own: OwnReading | null;
}

/** Pixels beside a bar that count as on it. */
const BESIDE = 5;

/** A panel of a figure. */
export class FigurePanel {
  #marks: readonly Mark[] | null = null;
  #bars: readonly Mark[] | null = null;

  /**
   * Takes a panel.
   *
   * @param frame Its border.
   * @param x Horizontal axis.
   * @param y Vertical axis, on the left.
   * @param right Vertical axis on the right; `null` for none.
   */
  constructor(
    readonly frame: SVGRectElement,
    readonly x: NamedAxis | null,
    readonly y: NamedAxis | null,
    readonly right: NamedAxis | null,
  ) {}

  /** Width and height in pixels. */
  get size(): readonly [number, number] {
    return [Number(this.frame.getAttribute("width")), Number(this.frame.getAttribute("height"))];
  }

  /** Heading of the panel; empty if it has none. */
  get label(): string {
    return this.frame.parentElement?.querySelector(":scope > text.label")?.textContent ?? "";
  }

  /** Its marks, from left to right; then those that say their own values. */
  get marks(): readonly Mark[] {
    return this.#marks ??= [...findMarks(this.frame), ...this.bars];
  }

  /** The marks that say their own values, in the order of the figure. */
  get bars(): readonly Mark[] {
    return this.#bars ??= findBars(this.frame);
  }

  /**
   * Finds the bar at a place.
   *
   * @param x Place in pixels.
   * @param y Place in pixels.
   * @returns The nearest one; `null` if there is none. Bars may be small, so that a place next to
   * one counts. Those of hidden series do not.
   */
  barAt(x: number, y: number): Mark | null {
    let best: Mark | null = null, least = BESIDE;
    for (const bar of this.bars) {
      const { left, right, top, bottom } = bar.own!.box;
      const distance = Math.hypot(Math.max(left - x, x - right, 0), Math.max(top - y, y - bottom, 0));
      if (distance >= least || bar.element.classList.contains("muted")) continue;
      [best, least] = [bar, distance];
    }
    return best;
  }

  /**
   * Finds the dot, or the bend of a line, next to a place.
   *
   * @param x Place in pixels.
   * @param y Place in pixels.
   * @param reach Largest distance in pixels.
   * @returns The mark; `null` if there is none so near. Marks of hidden series do not count.
   */
  nearest(x: number, y: number, reach: number): Mark | null {
    let best: Mark | null = null, least = reach;
    for (const mark of this.marks) {
      const distance = Math.hypot(mark.x - x, mark.y - y);
      if (mark.own || distance > least || mark.element.classList.contains("muted")) continue;
      [best, least] = [mark, distance];
    }
    return best;
  }

  /**
   * Finds the ends of the band around a line, such as the range of the replicas. Classes of bands
   * end with `band`.
   *
   * @param mark A mark of the line.
   * @returns Values of the vertical axis, in ascending order; `null` where there is none, or where
   * it has a step.
   */
  bandAt({ element, x, own }: Mark): readonly [number, number] | null {
    if (own || !this.y || this.right) return null;
    const color = element.getAttribute(isFilled(element) ? "fill" : "stroke");
    const bands = this.frame.parentElement!.querySelectorAll<SVGGraphicsElement>(
      `path[class$="band"][fill="${color}"]`,
    );
    for (const band of bands) {
      if (band.classList.contains("muted")) continue;
      const at = placed(this.frame, band, bends(band.getAttribute("d") ?? ""));
      const heights = new Set(
        at.filter((place) => Math.abs(place.x - x) < 0.02).map(({ y }) => y.toFixed(2)),
      );
      if (heights.size === 0 || heights.size > 2) continue;
      const { reading } = this.y;
      const [first, last = first] = [...heights].map((y) => readAxis(reading, Number(y)));
      return first < last ? [first, last] : [last, first];
    }
    return null;
  }

  /**
   * Reads the values at a place.
   *
   * @param x Place in pixels.
   * @param y Place in pixels.
   * @returns Names and values of the axes.
   */
  read(x: number, y: number): { readonly name: string; readonly value: number }[] {
    return [[this.x, x, "x"] as const, [this.y, y, "y"] as const, [this.right, y, "right"] as const]
      .flatMap(([axis, at, usual]) =>
        axis ? [{ name: axis.name || usual, value: readAxis(axis.reading, at) }] : []
      );
  }
}

/** Whether the colour of an element is that of its area. */
function isFilled(element: Element): boolean {
  return !["none", "white", null].includes(element.getAttribute("fill"));
}

/** Takes places in an element into a frame. None if one of them is not drawn. */
function placed(
  frame: SVGGraphicsElement,
  element: SVGGraphicsElement,
  places: readonly (readonly [number, number])[],
): DOMPoint[] {
  const own = frame.getScreenCTM()?.inverse(), matrix = element.getScreenCTM();
  if (!own || !matrix) return [];
  const inside = own.multiply(matrix);
  return places.map(([x, y]) => new DOMPoint(x, y).matrixTransform(inside));
}

/** The bends of a path of lines, in its own pixels; none if it has curves. */
function bends(path: string): [number, number][] {
  const open = path.replaceAll("Z", "");
  if (/[^MLHV\d\s.,eE+-]/.test(open)) return [];
  let x = 0, y = 0;
  return [...open.matchAll(/([MLHV])([^MLHV]*)/g)].map(([, command, text]): [number, number] => {
    const [a, b] = text.split(/[\s,]+/).filter((word) => word !== "").map(Number);
    if (command === "H") x = a;
    else if (command === "V") y = a;
    else [x, y] = [a, b];
    return [x, y];
  });
}

/** Largest symbol, in pixels. */
const SYMBOL = 16;

/** The middle of an area, if it is a symbol: filled and small, or a small cross. */
function symbolPlace(path: SVGGraphicsElement): [number, number][] | null {
  const isCross = path.getAttribute("fill") === "none";
  if (isCross && path.getAttribute("d")!.split("M").length < 3) return null;
  const { x, y, width, height } = path.getBBox();
  const isSmall = width <= SYMBOL && height <= SYMBOL;
  return isSmall ? [[x + width / 2, y + height / 2]] : isCross ? null : [];
}

/** The places in an element at which axes are read, in its own pixels. */
function placesIn(element: SVGGraphicsElement): [number, number][] {
  if (element.localName === "circle") {
    return [["cx", "cy"].map((name) => Number(element.getAttribute(name) ?? 0)) as [number, number]];
  }
  return symbolPlace(element) ?? bends(element.getAttribute("d") ?? "");
}

/** Finds the marks beside or in a frame that say their own values, in the order of the figure. */
function findBars(frame: SVGRectElement): Mark[] {
  const found = frame.parentElement?.querySelectorAll<SVGGraphicsElement>("[data-read]") ?? [];
  return [...found].flatMap((element): Mark[] => {
    const { x, y, width, height } = element.getBBox(), { series = "", read = "" } = element.dataset;
    return placed(frame, element, [[x, y]]).map((corner) => {
      const box = new DOMRect(corner.x, corner.y, width, height);
      const own = { series, lines: read.split("; "), box };
      return { element, x: box.right, y: box.top + height / 2, own };
    });
  });
}

/** Finds dots, symbols and the bends of lines within a frame. */
function findMarks(frame: SVGRectElement): Mark[] {
  const group = frame.parentElement;
  const [width, height] = ["width", "height"].map((name) => Number(frame.getAttribute(name)));
  if (!group) return [];
  const marks: Mark[] = [], taken = new Set<string>();
  // Dots first: where a line bends at one, there is one mark.
  const found = ["circle", "path"].flatMap((what) => [...group.querySelectorAll<SVGGraphicsElement>(what)]);
  for (const element of found) {
    const color = element.getAttribute(isFilled(element) ? "fill" : "stroke");
    for (const { x, y } of placed(frame, element, placesIn(element))) {
      if (!(x >= -1 && x <= width + 1 && y >= -1 && y <= height + 1)) continue;
      const key = [color, x.toFixed(1), y.toFixed(1)].join(" ");
      if (taken.has(key)) continue;
      taken.add(key);
      marks.push({ element, x, y, own: null });
    }
  }
  return marks.sort((a, b) => a.x - b.x || a.y - b.y);
}

/**
 * Finds the panels of a figure. An axis without a name has that of another panel with the same
 * axis: of panels in a row or a column one is labelled.
 *
 * @param figure The figure.
 * @returns Its panels.
 */
export function findPanels(figure: Element): FigurePanel[] {
  const frames = [...figure.querySelectorAll<SVGRectElement>("rect.frame")];
  const names = new Map<string, string>();
  for (const frame of frames) {
    for (const axis of ["x", "y", "right"]) {
      const { [axis]: text, [`${axis}Name`]: name } = frame.dataset;
      if (text && name && !names.has(axis + text)) names.set(axis + text, name);
    }
  }
  const axisOf = (frame: SVGRectElement, axis: string): NamedAxis | null => {
    const text = frame.dataset[axis], reading = text ? parseAxis(text) : null;
    return reading && { reading, name: frame.dataset[`${axis}Name`] ?? names.get(axis + text) ?? "" };
  };
  return frames.map((frame) =>
    new FigurePanel(frame, axisOf(frame, "x"), axisOf(frame, "y"), axisOf(frame, "right"))
  ).filter(({ x, y }) => x || y);
}
