/// <reference lib="dom" />
/**
 * A panel of a page: a figure that follows what is shown, and its width.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { drawFrame, frameFoot, frameHead } from "../../plot/core/frame.ts";
import { fontSize, greyInk } from "../../plot/core/palette.ts";
import type { Axis } from "../../plot/core/scales.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { textWidth } from "../../plot/core/text.ts";
import { computed, effect, type ReadonlySignal, signal } from "../deps.ts";
import { onEnd } from "../scope.ts";
import { element } from "./dom.ts";

/** Size and axes of a panel. */
export interface PanelFrame {
  /** Width of the frame in pixels. */
  readonly width: number;
  /** Height of the frame in pixels. */
  readonly height: number;
  /** Horizontal axis. */
  readonly x: Axis;
  /** Vertical axis. */
  readonly y: Axis;
}

/** A panel. What its functions read of signals, it follows. */
export interface PanelParts {
  /** Name, for style sheets, files and tests. */
  readonly name: string;
  /** Heading, and shorter ones for narrow pages. */
  readonly heading: () => readonly [string, ...string[]];
  /** What the figure shows, for screen readers. */
  readonly describe: () => string;
  /** Height of the frame in pixels. */
  readonly height: number;
  /** Room above the frame besides that of the heading, in pixels. Default: 0. */
  readonly head?: number;
  /** Heading of the horizontal axis; `null` for none. */
  readonly xName: string | null;
  /**
   * Makes the axes.
   *
   * @param width Width of the frame.
   * @param height Height of the frame.
   */
  readonly axes: (width: number, height: number) => Pick<PanelFrame, "x" | "y">;
  /** Layers of the drawing, lowest first. Each is drawn anew when what it reads changes. */
  readonly layers: readonly ((parent: Group, frame: PanelFrame) => void)[];
  /** What lies over the frame and may leave it, such as a strip above. */
  readonly over?: (parent: Group, frame: PanelFrame) => void;
  /**
   * Follows the pointer.
   *
   * @param place Where it is, in pixels of the frame.
   * @param frame The frame.
   * @param isPressed Whether its main button is pressed.
   */
  readonly onPoint?: (
    place: { readonly x: number; readonly y: number },
    frame: PanelFrame,
    isPressed: boolean,
  ) => void;
  /** Hears that the pointer has left. */
  readonly onLeave?: () => void;
}

/** Room left and right of every frame, so that the axes of steps lie below each other. */
const LEFT = 62, RIGHT = 28;

/** The element of a group. */
function nodeOf(group: Group): Element {
  return (group as unknown as { node(): Element }).node();
}

/**
 * Puts a panel into a page, until the end of the scope.
 *
 * @param parent Where to put it.
 * @param parts The panel.
 */
export function mountPanel(parent: Element, parts: PanelParts): void {
  const { name, height, head = 0, layers, over, onPoint, onLeave } = parts;
  const figure = element("figure", { class: "panel", "data-panel": name });
  parent.append(figure);
  const svg = d3.select(figure).append("svg").attr("role", "img");
  const top = frameHead + head, foot = parts.xName === null ? 26 : frameFoot;
  const total = signal(Math.floor(figure.clientWidth));
  const frame: ReadonlySignal<PanelFrame> = computed(() => {
    const width = Math.max(60, total.value - LEFT - RIGHT);
    return { width, height, ...parts.axes(width, height) };
  });
  const root = svg as unknown as Group;
  const back = appendGroup(root, "back", LEFT, top);
  const clip: Group = root.append("svg").attr("class", "clip").attr("overflow", "hidden").attr("x", LEFT)
    .attr("y", top).attr("height", height);
  const front = appendGroup(root, "front", LEFT, top);
  effect(() => {
    const width = Math.max(LEFT + RIGHT + 60, total.value), whole = top + height + foot;
    svg.attr("width", width).attr("height", whole).attr("viewBox", `0 0 ${width} ${whole}`);
    clip.attr("width", width - LEFT - RIGHT);
  });
  effect(() => void svg.attr("aria-label", `${parts.heading()[0]}. ${parts.describe()}`));
  effect(() => {
    nodeOf(back).replaceChildren();
    drawFrame(back, { ...frame.value, label: "", xName: parts.xName ?? "", yName: "" });
    const headings = parts.heading(), last = headings[headings.length - 1];
    const room = frame.value.width + RIGHT;
    const heading = headings.find((text) => textWidth(text, fontSize.text, true) <= room) ?? last;
    back.append("text").attr("y", -8 - head).attr("font-size", fontSize.text).attr("font-weight", "bold")
      .text(heading);
  });
  const drawings = [...layers.map((draw) => [clip, draw] as const), ...over ? [[front, over] as const] : []];
  for (const [where, draw] of drawings) {
    const group = appendGroup(where, "layer");
    effect(() => {
      nodeOf(group).replaceChildren();
      draw(group, frame.value);
    });
  }
  const observer = new ResizeObserver(() => total.value = Math.floor(figure.clientWidth));
  observer.observe(figure);
  if (onPoint) {
    const follow = (event: PointerEvent) => {
      const box = svg.node()!.getBoundingClientRect();
      const place = { x: event.clientX - box.left - LEFT, y: event.clientY - box.top - top };
      // A finger that presses scrolls the page.
      const isPressed = (event.buttons & 1) === 1 && event.pointerType !== "touch";
      onPoint(place, frame.value, isPressed);
    };
    for (const kind of ["pointermove", "pointerdown"] as const) {
      figure.addEventListener(kind, follow);
    }
  }
  if (onLeave) {
    figure.addEventListener("pointerleave", ({ pointerType }) => {
      // A finger leaves with every touch.
      if (pointerType !== "touch") onLeave();
    });
  }
  onEnd(() => {
    observer.disconnect();
    figure.remove();
  });
}

/**
 * Draws the time cursor.
 *
 * @param parent Where to draw.
 * @param x Its place in pixels; none is drawn where it is not finite.
 * @param height Height of the frame.
 */
export function drawCursor(parent: Group, x: number, height: number): void {
  if (!Number.isFinite(x)) return;
  parent.append("line").attr("class", "cursor").attr("x1", px(x)).attr("x2", px(x)).attr("y2", height)
    .attr("stroke", greyInk).attr("stroke-width", 1);
}

/**
 * Draws a dot at the time cursor.
 *
 * @param parent Where to draw.
 * @param x Its place in pixels.
 * @param y Its height in pixels; none is drawn where it is not finite.
 * @param color Its colour.
 */
export function drawDot(parent: Group, x: number, y: number, color: string): void {
  if (!Number.isFinite(y)) return;
  parent.append("circle").attr("class", "cursor").attr("cx", px(x)).attr("cy", px(y)).attr("r", 3.6)
    .attr("fill", color).attr("stroke", "white").attr("stroke-width", 1);
}
