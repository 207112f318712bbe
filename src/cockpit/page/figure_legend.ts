/// <reference lib="dom" />
/**
 * The legend of a figure: its entries show and hide the marks that look as they do.
 *
 * @module
 */
import { greyInk } from "../../plot/core/palette.ts";
import type { Signal } from "../deps.ts";
import { effect } from "../deps.ts";

/** Look of a mark. */
interface Look {
  readonly color: string;
  readonly dash: string;
}

/** An entry that stands for marks. */
export interface LegendItem {
  /** Its text. */
  readonly label: string;
  /** Its element. */
  readonly entry: SVGGElement;
  /** The marks. */
  readonly marks: readonly SVGElement[];
}

const NONE = ["none", "white", ""];

/** Colour of an element: that of its line, or else of its area; empty if it has none. */
function lookOf(element: Element): Look {
  const [stroke = "", fill = ""] = ["stroke", "fill"].map((name) => element.getAttribute(name) ?? "");
  const color = NONE.includes(stroke) || (stroke === greyInk && !NONE.includes(fill)) ? fill : stroke;
  return { color: NONE.includes(color) ? "" : color, dash: element.getAttribute("stroke-dasharray") ?? "" };
}

/**
 * Finds the entries of a legend that stand for marks, by their colours, and by their dashes where
 * several have one colour.
 *
 * @param figure The figure.
 * @returns The entries.
 */
export function findLegend(figure: Element): LegendItem[] {
  const entries = [...figure.querySelectorAll<SVGGElement>("g.legend > g.entry")].map((entry) => {
    const swatch = [...entry.children].find((child) => child.localName !== "text");
    const label = [...entry.querySelectorAll("text")].map(({ textContent }) => textContent).join(" ");
    return { entry, label, look: swatch ? lookOf(swatch) : { color: "", dash: "" } };
  });
  const all = [...figure.querySelectorAll<SVGElement>(
    "g.panels path, g.panels circle, g.panels polygon, g.panels svg.clip rect, g.panels svg.clip line, " +
      "g.panels [data-read]",
  )].map((element) => ({ element, look: lookOf(element) }));
  return entries.flatMap(({ entry, label, look }) => {
    if (look.color === "" || look.color === greyInk) return [];
    const isAlone = entries.filter((other) => other.look.color === look.color).length === 1;
    const marks = all.filter((mark) =>
      mark.look.color === look.color && (isAlone || mark.look.dash === look.dash)
    ).map(({ element }) => element);
    return marks.length > 0 ? [{ label, entry, marks }] : [];
  });
}

/**
 * Reads which entries of a legend are hidden.
 *
 * @param text Their indices, as `0.2`.
 * @returns The indices.
 */
export function hiddenOf(text: string): Set<number> {
  return new Set(text.split(".").filter((word) => word !== "").map(Number));
}

/**
 * Lets the entries of a legend show and hide their marks: by a click, Enter or Space. While one has
 * the pointer, the marks of the others are pale.
 *
 * @param items The entries.
 * @param hidden Indices of those that are hidden, as `0.2`.
 */
export function linkLegend(items: readonly LegendItem[], hidden: Signal<string>): void {
  const set = () => hiddenOf(hidden.value);
  for (const [index, { entry, label, marks }] of items.entries()) {
    const toggle = () => {
      const now = set();
      if (!now.delete(index)) now.add(index);
      hidden.value = [...now].sort((a, b) => a - b).join(".");
    };
    const attributes = {
      role: "button",
      tabindex: "0",
      "aria-label": `Show ${label}`,
      class: "entry toggle",
    };
    for (const [name, value] of Object.entries(attributes)) entry.setAttribute(name, value);
    entry.addEventListener("click", toggle);
    entry.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle();
    });
    // The whole of an entry takes the pointer, between its letters as well.
    const box = entry.getBBox(), area = document.createElementNS(entry.namespaceURI!, "rect");
    const sides = {
      x: box.x - 3,
      y: -9.5,
      width: box.width + 6,
      height: Math.max(19, box.height),
      fill: "none",
    };
    for (const [name, value] of Object.entries(sides)) area.setAttribute(name, String(value));
    area.setAttribute("pointer-events", "all");
    entry.append(area);
    const emphasize = (is: boolean) => {
      for (const other of items) {
        for (const mark of other.marks) mark.classList.toggle("pale", is && !marks.includes(mark));
      }
    };
    for (const kind of ["pointerenter", "focus"]) entry.addEventListener(kind, () => emphasize(true));
    for (const kind of ["pointerleave", "blur"]) entry.addEventListener(kind, () => emphasize(false));
  }
  effect(() => {
    const now = set();
    for (const [index, { entry, marks }] of items.entries()) {
      entry.setAttribute("aria-pressed", String(!now.has(index)));
      for (const mark of marks) mark.classList.toggle("muted", now.has(index));
    }
  });
}
