/// <reference lib="dom" />
/**
 * The values of a claim on one axis, a dot for each replica, with their interval and what the claim
 * demands.
 *
 * @module
 */
import { extent } from "../../stats/extent.ts";
import * as d3 from "../../plot/deps.ts";
import { drawHorizontalAxis } from "../../plot/core/axes.ts";
import { scientific } from "../../plot/core/format.ts";
import { decadeAxis } from "../../plot/core/log_axis.ts";
import { fontSize, greyInk, ink, lineStyle } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import type { Verdict } from "../../stats/verdict.ts";
import { effect, signal } from "../deps.ts";
import { element } from "./dom.ts";

const SIDE = 26, TOP = 20, HEIGHT = 42, FOOT = 26;

/** Colours of the range that a claim demands, and of dots. */
const demandInk = lineStyle(2).color, dotInk = lineStyle(0).color;

/** The threshold of a claim, and in words what it demands. */
export function demandOf({ demand }: Verdict): { readonly threshold: number; readonly text: string } {
  const [[kind, threshold]] = Object.entries(demand) as [[string, number]];
  return {
    threshold,
    text: kind === "equals" ? `exactly ${exact(threshold)}` : `${kind} ${exact(threshold)}`,
  };
}

/** A value with all its digits. */
export function exact(value: number): string {
  return Number.isNaN(value) ? "not a number" : String(value).replace("-", "−");
}

/** Axis of a claim's values: logarithmic for small p-values, else linear. */
function axisOf(verdict: Verdict, width: number): Axis {
  const { threshold } = demandOf(verdict);
  const numbers = [...verdict.values, verdict.value, ...verdict.interval, threshold].filter(Number.isFinite);
  const [low, high] = extent(numbers);
  if (verdict.isPValue && low > 0 && low < 0.01) {
    return decadeAxis([low / 1.5, Math.max(1, high)], [0, width], Math.max(2, Math.floor(width / 60)));
  }
  // Values that agree and are what is demanded get an axis of a width that can be read.
  const margin = low < high ? 0.08 * (high - low) : low === 0 ? 1 : Math.abs(low) * 0.5;
  const all: [number, number] = [low - margin, high + margin];
  // There is no p-value outside of [0, 1].
  const domain: [number, number] = !verdict.isPValue ? all : [Math.max(0, all[0]), Math.min(1, all[1])];
  const scale = d3.scaleLinear(domain, [0, width]), ticks = scale.ticks(Math.max(2, Math.floor(width / 90)));
  const isOdd = Math.max(...ticks.map(Math.abs)) >= 1e5 || domain[1] - domain[0] < 1e-3;
  const label = isOdd ? scientific : scale.tickFormat(Math.max(2, Math.floor(width / 90)));
  return {
    scale: (value) => scale(value),
    domain,
    ticks: ticks.map((value) => ({ value, label: label(value) })),
  };
}

/** Heights of dots, so that those of near values do not cover each other. */
function heights(at: readonly number[]): number[] {
  const levels = [0, -1, 1, -2, 2].map((level) => HEIGHT / 2 + 7.5 * level),
    ends = levels.map(() => -Infinity);
  const made = new Array<number>(at.length).fill(levels[0]);
  const order = at.map((_, i) => i).sort((a, b) => at[a] - at[b]);
  for (const i of order) {
    const free = ends.findIndex((end) => at[i] - end >= 8),
      level = free < 0 ? ends.indexOf(Math.min(...ends)) : free;
    ends[level] = at[i];
    made[i] = levels[level];
  }
  return made;
}

/** Draws all but the dots. */
function drawBack(parent: Group, verdict: Verdict, axis: Axis, width: number): void {
  const { threshold } = demandOf(verdict), { demand, value, interval } = verdict;
  const clamp = (at: number) => Math.min(width, Math.max(0, at)), edge = clamp(axis.scale(threshold));
  const from = "below" in demand ? 0 : edge, to = "above" in demand ? width : edge;
  parent.append("rect").attr("class", "demand").attr("x", px(from)).attr("width", px(to - from))
    .attr("height", HEIGHT).attr("fill", demandInk).attr("fill-opacity", 0.16);
  drawHorizontalAxis(appendGroup(parent, "below", 0, HEIGHT), axis, HEIGHT, true);
  parent.append("line").attr("class", "threshold").attr("x1", px(edge)).attr("x2", px(edge)).attr("y1", -4)
    .attr("y2", HEIGHT).attr("stroke", demandInk).attr("stroke-width", 2);
  const [low, high] = interval.map((end) => clamp(axis.scale(end)));
  if (Number.isFinite(low + high) && verdict.values.length > 1) {
    parent.append("rect").attr("class", "interval").attr("x", px(low)).attr(
      "width",
      px(Math.max(1.5, high - low)),
    )
      .attr("y", -9).attr("height", 6).attr("fill", ink).attr("fill-opacity", 0.55);
  }
  const mean = axis.scale(value);
  if (Number.isFinite(mean)) {
    parent.append("path").attr("class", "mean").attr("d", `M${px(clamp(mean))},-2l-5,-10h10z`).attr(
      "fill",
      ink,
    );
  }
}

/**
 * Makes the strip of a claim. The pointer and the arrow keys read its values.
 *
 * @param verdict The claim.
 * @returns The strip, with a line that says what is at the pointer.
 */
export function verdictStrip(verdict: Verdict): HTMLElement {
  const { values, replicas, statistic } = verdict, count = values.length;
  const said = element("output", { class: "note" });
  const figure = element("figure", {
    class: "panel strip",
    tabindex: 0,
    role: "group",
    "aria-label": `${statistic}, ${count} values; arrow keys read them`,
  });
  const svg = d3.select(figure).append("svg").attr("aria-hidden", "true");
  const total = signal(0), chosen = signal<number | null>(null), finite = values.map(Number.isFinite);
  const order = values.map((_, i) => i).filter((i) => finite[i]).sort((a, b) => values[a] - values[b]);
  effect(() => {
    const width = Math.max(60, total.value - 2 * SIDE), axis = axisOf(verdict, width);
    const whole = [width + 2 * SIDE, TOP + HEIGHT + FOOT];
    svg.attr("width", whole[0]).attr("height", whole[1]).attr("viewBox", `0 0 ${whole.join(" ")}`);
    svg.node()!.replaceChildren();
    const group = appendGroup(svg as unknown as Group, "strip", SIDE, TOP);
    drawBack(group, verdict, axis, width);
    const at = values.map((value) => axis.scale(value)), height = heights(at);
    for (const i of order) {
      group.append("circle").attr("class", "value").attr("data-index", i).attr("cx", px(at[i]))
        .attr("cy", px(height[i])).attr("r", 4).attr("fill", dotInk).attr("fill-opacity", 0.85)
        .attr("stroke", "white").attr("stroke-width", 0.8);
    }
    if (order.length === 0) {
      group.append("text").attr("y", HEIGHT / 2 + 5).attr("x", 6).attr("font-size", fontSize.text)
        .attr("fill", greyInk).text("no value");
    }
  });
  effect(() => {
    void total.value;
    const at = chosen.value;
    for (const dot of figure.querySelectorAll<SVGCircleElement>("circle.value")) {
      dot.setAttribute("r", Number(dot.dataset.index) === at ? "6.5" : "4");
    }
    said.textContent = at === null ? "" : `replica ${replicas[at]}: ${exact(values[at])}`;
  });
  figure.addEventListener("pointermove", (event) => {
    const dots = [...figure.querySelectorAll<SVGCircleElement>("circle.value")].map((dot) => {
      const { x, y, width } = dot.getBoundingClientRect();
      return {
        index: Number(dot.dataset.index),
        distance: Math.hypot(x + width / 2 - event.clientX, y + width / 2 - event.clientY),
      };
    }).sort((a, b) => a.distance - b.distance);
    chosen.value = dots[0] && dots[0].distance < 20 ? dots[0].index : null;
  });
  figure.addEventListener("pointerleave", () => void (chosen.value = null));
  figure.addEventListener("blur", () => void (chosen.value = null));
  figure.addEventListener("keydown", (event) => {
    const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!way || order.length === 0) return;
    event.preventDefault();
    const now = chosen.value === null ? way > 0 ? -1 : 0 : order.indexOf(chosen.value);
    chosen.value = order[(now + way + order.length) % order.length];
  });
  new ResizeObserver(() => void (total.value = Math.floor(figure.clientWidth))).observe(figure);
  return element("div", {}, figure, said);
}
