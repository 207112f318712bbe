/// <reference lib="dom" />
/**
 * A pad to draw points on by hand, which become the task of a run.
 *
 * @module
 */
import * as d3 from "../../plot/deps.ts";
import { drawFrame } from "../../plot/core/frame.ts";
import { lineStyle } from "../../plot/core/palette.ts";
import { appendGroup, type Group, px } from "../../plot/core/svg.ts";
import { effect, signal } from "../deps.ts";
import { element } from "../page/dom.ts";
import { plainAxis } from "../views/function_views.ts";

/** Ends of the coordinates, and size of the frame in pixels. */
const X: readonly [number, number] = [-1, 1], Y: readonly [number, number] = [-2, 2];
const WIDTH = 360, HEIGHT = 150, LEFT = 34, TOP = 8, FOOT = 26;

/** Least distance of two points that are drawn in one stroke, in pixels; and most points. */
const APART = 6, MOST = 400;

/** A point, in the coordinates of the task. */
type Point = readonly [x: number, y: number];

/**
 * Makes the pad.
 *
 * @param onDraw Takes the task: `points x y, …`.
 * @returns The element that holds it, folded.
 */
export function drawPad(onDraw: (task: string) => void): HTMLElement {
  const points = signal<readonly Point[]>([]);
  const pad = element("div", { class: "pad" });
  const width = LEFT + WIDTH + 10, height = TOP + HEIGHT + FOOT;
  const svg = d3.select(pad).append("svg").attr("role", "img").attr("viewBox", `0 0 ${width} ${height}`)
    .attr("aria-label", "Pad for points; they can also be typed as the task: points x y, x y, …");
  const root = svg as unknown as Group;
  const x = plainAxis(X, [0, WIDTH], 5), y = plainAxis(Y, [HEIGHT, 0], 4);
  const frame = { label: "", width: WIDTH, height: HEIGHT, x, y, xName: "", yName: "" };
  drawFrame(appendGroup(root, "back", LEFT, TOP), frame);
  const dots = svg.append("g").attr("transform", `translate(${LEFT},${TOP})`);
  effect(() => {
    dots.selectAll("circle").data(points.value).join("circle").attr("r", 2.6).attr("fill", lineStyle(0).color)
      .attr("cx", ([at]) => px(x.scale(at))).attr("cy", ([, value]) => px(y.scale(value)));
  });

  const inverse = { x: d3.scaleLinear([0, WIDTH], X), y: d3.scaleLinear([HEIGHT, 0], Y) };
  let last: readonly [number, number] = [Infinity, Infinity];
  const add = (event: PointerEvent) => {
    if ((event.buttons & 1) === 0) return;
    const box = svg.node()!.getBoundingClientRect(), scale = width / box.width;
    const at: readonly [number, number] = [
      (event.clientX - box.left) * scale - LEFT,
      (event.clientY - box.top) * scale - TOP,
    ];
    const isInside = at[0] >= 0 && at[0] <= WIDTH && at[1] >= 0 && at[1] <= HEIGHT;
    if (!isInside || Math.hypot(at[0] - last[0], at[1] - last[1]) < APART || points.peek().length >= MOST) {
      return;
    }
    last = at;
    const point: Point = [Number(inverse.x(at[0]).toFixed(3)), Number(inverse.y(at[1]).toFixed(3))];
    points.value = [...points.value, point];
  };
  pad.addEventListener("pointerdown", (event) => {
    last = [Infinity, Infinity];
    pad.setPointerCapture(event.pointerId);
    add(event);
  });
  pad.addEventListener("pointermove", add);

  const use = element("button", {
    type: "button",
    click: () => onDraw(`points ${points.peek().map((point) => point.join(" ")).join(", ")}`),
  }, "Train on them");
  const clear = element("button", { type: "button", click: () => points.value = [] }, "Clear");
  effect(() => {
    use.disabled = points.value.length === 0;
    clear.disabled = points.value.length === 0;
  });
  return element(
    "details",
    { class: "draw" },
    element("summary", {}, "Draw points by hand"),
    pad,
    element("div", { class: "buttons" }, use, clear),
  );
}
