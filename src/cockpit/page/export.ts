/// <reference lib="dom" />
/**
 * Files of what is on screen: figures as SVG and PNG, numbers as CSV.
 *
 * @module
 */
import { fontFamily, fontSize, greyInk, ink } from "../../plot/core/palette.ts";
import { wellFormed } from "../../plot/core/svg.ts";
import { wrapText } from "../../plot/core/text.ts";
import { ranksAt } from "../data/ranks_at.ts";
import { download, element, SVG_NAMESPACE, svgElement } from "./dom.ts";
import { drawKey } from "./key.ts";
import { type Drawing, pngOf } from "./picture.ts";
import type { RunModel } from "./run_model.ts";

/** Puts all panels on screen into one document, as many side by side as fit, on white. */
function pageSvg(panels: Element, model: RunModel): Drawing {
  const { facts } = model;
  const figures = [...panels.querySelectorAll<SVGSVGElement>("figure.panel > svg")];
  const sizes = figures.map((figure) =>
    ["width", "height"].map((name) => Number(figure.getAttribute(name))) as [number, number]
  );
  const width = Math.max(300, panels.clientWidth, ...sizes.map(([width]) => width));
  const root = svgElement("svg", { xmlns: SVG_NAMESPACE, "font-family": fontFamily, fill: ink, role: "img" });
  root.append(svgElement("title", {}, facts.title));
  const back = svgElement("rect", { width, fill: "white" });
  root.append(back);
  let y = 12;
  const write = (lines: readonly string[], size: number, attributes: Readonly<Record<string, string>>) => {
    for (const line of lines) {
      y += size + 5;
      root.append(svgElement("text", { x: 12, y, "font-size": size, ...attributes }, line));
    }
  };
  write(wrapText(facts.title, fontSize.title, width - 24, true), fontSize.title, { "font-weight": "bold" });
  write(wrapText(facts.subtitle, fontSize.text, width - 24), fontSize.text, { fill: greyInk });
  y += 14;
  const key = svgElement("g", { transform: `translate(12,${y})` });
  root.append(key);
  y += drawKey(key, model, width - 24) + 12;
  let x = 0, rowHeight = 0;
  for (const [i, figure] of figures.entries()) {
    const [own, height] = sizes[i];
    if (x > 0 && x + own > width) {
      y += rowHeight + 8;
      [x, rowHeight] = [0, 0];
    }
    const copy = figure.cloneNode(true) as SVGSVGElement;
    copy.setAttribute("x", String(x));
    copy.setAttribute("y", String(y));
    copy.querySelectorAll(".cursor").forEach((mark) => mark.remove());
    root.append(copy);
    x += own;
    rowHeight = Math.max(rowHeight, height);
  }
  y += rowHeight + 8;
  back.setAttribute("height", String(y));
  for (const [key, value] of Object.entries({ width, height: y, viewBox: `0 0 ${width} ${y}` })) {
    root.setAttribute(key, String(value));
  }
  return { text: wellFormed(new XMLSerializer().serializeToString(root)), width, height: y };
}

/** The numbers on screen, with the columns of `trace.csv`. */
function csvOf({ columns: { value: columns }, state }: RunModel): string {
  const { steps, loss, replicas, threshold } = columns, P = steps.length;
  const rows = ["replica,step,loss,layer,epsilon,threshold,rank,rank_low,rank_high"];
  const recorded = state.epsilons.value.map((epsilon) => ({ epsilon, threshold }));
  const own = { epsilon: state.epsilon.value, threshold: state.threshold.value };
  const isNew = !recorded.some((at) => at.epsilon === own.epsilon && at.threshold === own.threshold);
  const shown = state.replica.value === null
    ? Array.from({ length: replicas }, (_, r) => r)
    : [state.replica.value];
  for (const l of state.layers.value) {
    for (const at of isNew ? [...recorded, own] : recorded) {
      const series = ranksAt(columns, l, at), K = series.at.length;
      for (const r of shown) {
        series.at.forEach((p, k) => {
          const i = r * K + k;
          if (series.rank[i] < 0) return;
          const numbers = [r, steps[p], loss[r * P + p], l + 1, at.epsilon];
          rows.push([...numbers, at.threshold, series.rank[i], series.low[i], series.high[i]].join(","));
        });
      }
    }
  }
  return rows.join("\n") + "\n";
}

/**
 * Makes the buttons that save what is on screen.
 *
 * @param panels Element that holds the panels.
 * @param model The run.
 * @param onFault Called with what went wrong.
 * @returns The buttons.
 */
export function exportButtons(
  panels: Element,
  model: RunModel,
  onFault: (text: string) => void,
): HTMLElement {
  const button = (name: string, make: () => Blob | Promise<Blob>) =>
    element("button", {
      type: "button",
      "aria-label": `Save what is on screen as ${name.toUpperCase()}`,
      click: () => {
        Promise.resolve().then(make).then((blob) => download(`report.${name}`, blob))
          .catch((error) => onFault(`${name} could not be made: ${error.message}`));
      },
    }, name.toUpperCase());
  return element(
    "span",
    { class: "buttons", role: "group", "aria-label": "Save what is on screen" },
    button("svg", () => new Blob([pageSvg(panels, model).text], { type: "image/svg+xml" })),
    button("png", () => pngOf(pageSvg(panels, model))),
    button("csv", () => new Blob([csvOf(model)], { type: "text/csv" })),
  );
}
