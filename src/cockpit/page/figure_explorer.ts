/// <reference lib="dom" />
/**
 * A figure to explore: a cross-hair that reads axes and marks, a legend that shows and hides, zoom.
 *
 * @module
 */
import { greyInk } from "../../plot/core/palette.ts";
import { scientific, thousands } from "../../plot/core/format.ts";
import type { Address } from "../address.ts";
import type { FigureRecord } from "../data/experiment_file.ts";
import { effect } from "../deps.ts";
import { download, element, svgElement } from "./dom.ts";
import { parseFigure, shownFigure } from "./figure_file.ts";
import { findLegend, hiddenOf, type LegendItem, linkLegend } from "./figure_legend.ts";
import { type FigurePanel, findPanels, type Mark } from "./figure_marks.ts";
import { FigureView } from "./figure_view.ts";
import { pngOf } from "./picture.ts";

/** Distance in pixels within which the cross-hair goes to a mark. */
const REACH = 14;

/** Where the cross-hair is. */
interface Place {
  readonly panel: FigurePanel;
  readonly x: number;
  readonly y: number;
  readonly mark: Mark | null;
}

/** A value as it is read off a figure, to about a thousandth of its axis. */
export function readingText(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return scientific(value);
  return size >= 1000 ? thousands(Math.round(value)) : String(Number(value.toPrecision(3)));
}

/** Draws the cross-hair in a panel. */
function crossHair() {
  const style = { stroke: greyInk, fill: "none" };
  const group = svgElement("g", { class: "crosshair" });
  const lines = [0, 1].map(() => svgElement("line", style)), ring = svgElement("circle", { r: 5, ...style });
  const outline = svgElement("rect", { rx: 2, ...style });
  group.append(...lines, ring, outline);
  return (place: Place | null) => {
    if (!place) return group.remove();
    const { panel: { frame, size: [width, height] }, x, y, mark } = place;
    const put = (line: Element, at: readonly number[]) =>
      ["x1", "x2", "y1", "y2"].forEach((name, i) => line.setAttribute(name, String(at[i])));
    put(lines[0], [x, x, 0, height]);
    put(lines[1], [0, width, y, y]);
    ring.setAttribute("cx", String(x));
    ring.setAttribute("cy", String(y));
    const box = mark?.own?.box ?? null;
    for (const line of lines) line.style.display = box ? "none" : "";
    ring.style.display = mark && !box ? "" : "none";
    outline.style.display = box ? "" : "none";
    if (box) {
      const sides = { x: box.x - 2, y: box.y - 2, width: box.width + 4, height: box.height + 4 };
      for (const [name, value] of Object.entries(sides)) outline.setAttribute(name, String(value));
    }
    if (group.parentNode !== frame.parentNode) frame.parentNode!.append(group);
  };
}

/** Follows pointer and keys, and says what is at the cross-hair. */
function linkCrossHair(
  card: HTMLElement,
  svg: SVGSVGElement,
  { panels, legend, view }: {
    readonly panels: readonly FigurePanel[];
    readonly legend: readonly LegendItem[];
    readonly view: FigureView;
  },
): void {
  const draw = crossHair();
  const box = element("div", { class: "reading", role: "status", hidden: true });
  card.append(box);
  const show = (place: Place | null) => {
    draw(place);
    box.hidden = place === null;
    if (!place) return;
    const { panel, x, y, mark } = place;
    const own = mark?.own;
    const series = own ? own.series : mark && legend.find(({ marks }) => marks.includes(mark.element))?.label;
    const band = mark && panel.bandAt(mark);
    const lines = own?.lines.map((line) => line.split(": ")) ?? [
      ...panel.read(x, y).map(({ name, value }) => [name, readingText(value)]),
      ...band ? [["band", band.map(readingText).join(" to ")]] : [],
    ];
    const heading = [panel.label, series].filter((text) => text).join(" · ");
    box.replaceChildren(
      ...heading === "" ? [] : [element("div", { class: "series" }, heading)],
      ...lines.map(([name, value]) =>
        element("div", {}, element("span", {}, `${name}: `), element("b", {}, value))
      ),
    );
    const at = new DOMPoint(x, y).matrixTransform(panel.frame.getScreenCTM()!);
    const outer = card.getBoundingClientRect();
    const left = at.x - outer.left + 14, top = at.y - outer.top + 14;
    const isRight = left + box.offsetWidth > outer.width;
    box.style.left = `${Math.max(0, isRight ? left - 28 - box.offsetWidth : left)}px`;
    box.style.top = `${Math.min(top, Math.max(0, outer.height - box.offsetHeight))}px`;
  };
  let at = { panel: 0, mark: -1 };
  const follow = (event: PointerEvent) => {
    for (const [index, panel] of panels.entries()) {
      const matrix = panel.frame.getScreenCTM()?.inverse();
      if (!matrix) continue;
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
      const [width, height] = panel.size;
      const bar = panel.barAt(x, y);
      if (!bar && (x < -2 || y < -2 || x > width + 2 || y > height + 2)) continue;
      const mark = bar ?? panel.nearest(x, y, REACH / view.view.value.scale);
      at = { panel: index, mark: mark ? panel.marks.indexOf(mark) : -1 };
      return show(mark ? { panel, mark, x: mark.x, y: mark.y } : { panel, x, y, mark });
    }
    show(null);
  };
  svg.addEventListener("pointermove", follow);
  svg.addEventListener("pointerdown", follow);
  svg.addEventListener("pointerleave", () => show(null));
  const step = (marks: number, others: number) => {
    const panel = panels[at.panel = (at.panel + others + panels.length) % panels.length];
    if (!panel) return;
    const visible = panel.marks.map((mark, i) => ({ mark, i })).filter(({ mark }) =>
      !mark.element.classList.contains("muted")
    );
    const now = others === 0 ? visible.findIndex(({ i }) => i >= at.mark && at.mark >= 0) : -1;
    const next = visible[now < 0 ? 0 : (now + marks + visible.length) % visible.length];
    at = { panel: at.panel, mark: next?.i ?? -1 };
    const [width, height] = panel.size;
    show(
      next
        ? { panel, mark: next.mark, x: next.mark.x, y: next.mark.y }
        : { panel, mark: null, x: width / 2, y: height / 2 },
    );
  };
  const keys: Readonly<Record<string, () => void>> = {
    "+": () => view.zoom(1),
    "=": () => view.zoom(1),
    "-": () => view.zoom(-1),
    "0": () => view.reset(),
    "Escape": () => show(null),
    "ArrowLeft": () => step(-1, 0),
    "ArrowRight": () => step(1, 0),
    "ArrowUp": () => step(0, -1),
    "ArrowDown": () => step(0, 1),
    "shift ArrowLeft": () => view.move(-0.1, 0),
    "shift ArrowRight": () => view.move(0.1, 0),
    "shift ArrowUp": () => view.move(0, -0.1),
    "shift ArrowDown": () => view.move(0, 0.1),
  };
  svg.addEventListener("keydown", (event) => {
    if (event.target !== svg || event.ctrlKey || event.metaKey || event.altKey) return;
    const isArrow = event.key.startsWith("Arrow");
    const act = keys[event.shiftKey && isArrow ? `shift ${event.key}` : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  svg.addEventListener("blur", () => show(null));
  // Marks keep their places in their panel, but not on screen.
  effect(() => {
    void view.view.value;
    show(null);
  });
}

/**
 * Puts a figure into a page.
 *
 * @param parent Where to put it.
 * @param record The figure.
 * @param address Keeps what is shown.
 * @param key Beginning of the names in the address.
 */
export function mountFigure(
  parent: Element,
  { file, svg: text }: FigureRecord,
  address: Address,
  key: string,
): void {
  const parsed = parseFigure(text);
  if (!parsed) {
    parent.append(
      element("p", { class: "note" }, `${file} cannot be shown here; open the file beside this page.`),
    );
    return;
  }
  const svg = document.importNode(parsed, true);
  const [title, words] = ["title", "desc"].map((name) => {
    const found = svg.querySelector(`:scope > ${name}`), content = found?.textContent ?? "";
    found?.remove();
    return content;
  });
  const attributes = {
    role: "group",
    tabindex: "0",
    "aria-label": title || file,
    "aria-describedby": "figure-how",
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const card = element("div", { class: "card" }, element("div", { class: "sheet" }, svg));
  const view = new FigureView(svg, address.text(`${key}.view`)), hidden = address.text(`${key}.hidden`);
  const button = (name: string, label: string, act: () => void) =>
    element("button", { type: "button", "aria-label": `${label}: ${file}`, title: label, click: act }, name);
  const reset = button("Whole figure", "Whole figure", () => view.reset());
  effect(() => void (reset.disabled = view.view.value.scale === 1));
  const fault = element("output", { class: "note" });
  const shown = () => shownFigure(text, view.view.value, hiddenOf(hidden.value));
  const saved = (name: string, make: () => Blob | Promise<Blob>) =>
    button(name, `Save what is on screen as ${name}`, () => {
      fault.textContent = "";
      Promise.resolve().then(make)
        .then((blob) => download(file.replace(/\.svg$/, `.${name.toLowerCase()}`), blob))
        .catch((error) => void (fault.textContent = `${name} could not be made: ${error.message}`));
    });
  parent.append(
    element(
      "section",
      { class: "figure", "aria-label": file },
      element(
        "div",
        { class: "tools" },
        element("h3", {}, file),
        element(
          "span",
          { class: "buttons" },
          button("+", "Larger", () => view.zoom(1)),
          button("−", "Smaller", () => view.zoom(-1)),
          reset,
          saved("SVG", () => new Blob([shown().text], { type: "image/svg+xml" })),
          saved("PNG", () => pngOf(shown())),
        ),
        fault,
      ),
      card,
      element("details", {}, element("summary", {}, "The figure in words"), element("p", {}, words || title)),
    ),
  );
  const legend = findLegend(svg);
  linkLegend(legend, hidden);
  view.followPointer();
  linkCrossHair(card, svg, { panels: findPanels(svg), legend, view });
}
