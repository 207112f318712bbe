/**
 * Figures for the tests of the figures, and a reader of what was drawn.
 *
 * @module
 */
import type { LayerSeries, StaircaseFigureData } from "../../src/plot/staircase/staircase_data.ts";

const clamp = (value: number) => Math.max(0, Math.round(value));

/** A staircase such as a small network climbs: deterministic, with flicker and uncertain ranks. */
export function madeUp(
  { replicas = 1, probes = 101, layers = 2, epsilons = [1e-4, 1e-6, 1e-8] } = {},
): StaircaseFigureData {
  const steps = Array.from({ length: probes }, (_, k) => 10 * k);
  const rows = (value: (probe: number, replica: number) => number) =>
    Array.from({ length: replicas }, (_, r) => steps.map((_, k) => value(k, r)));
  const layer = (l: number): LayerSeries => {
    const ranks = epsilons.map((epsilon, e) => {
      const rank = (k: number, r: number) =>
        clamp(2 + e + (5 + 10 * l) * Math.floor(7 * k / probes) / 7 + (k % 11 === r ? 1 : 0));
      return {
        epsilon,
        rank: rows(rank),
        low: rows((k, r) => clamp(rank(k, r) - (k % 13 === 0 ? 1 : 0))),
        high: rows((k, r) => rank(k, r) + (k % 17 === 0 ? 1 : 0)),
      };
    });
    const starts = steps.filter((_, k) => k % 14 === 0);
    const stairs = starts.map((from, i) => ({
      from,
      to: Math.min(from + 130, 10 * (probes - 1)),
      rank: 4 + 2 * i,
    }));
    return { label: `hidden layer ${l + 1}`, width: 50, ranks, stairs };
  };
  const loss = (k: number, r: number) => 1.5 * 0.003 ** (k / probes) * (1 + 0.1 * r);
  return {
    title: "A staircase",
    subtitle: "1-50-50-1, tanh",
    steps,
    loss: rows(loss),
    lossName: "weighted mean squared error",
    floor: { epsilon: 1e-8, values: rows((k, r) => Math.max(0, loss(k, r) - 0.01)) },
    threshold: "absolute",
    layers: Array.from({ length: layers }, (_, l) => layer(l)),
  };
}

/** An element of a figure. */
export interface Drawn {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  /** The element's own classes and those of all that it is in, outermost first. */
  readonly path: string;
  /** Where the origin of its parent lies in the figure. */
  readonly x: number;
  readonly y: number;
}

/**
 * Reads a figure, and on the way asserts nothing: it is a small parser of what our own code writes.
 */
export function readFigure(svg: string): Drawn[] {
  const unescape = (text: string) =>
    text.replace(
      /&(lt|gt|quot|amp);/g,
      (_, name) => ({ lt: "<", gt: ">", quot: '"', amp: "&" })[name as "lt"],
    );
  const elements: { -readonly [K in keyof Drawn]: Drawn[K] }[] = [];
  const open: { x: number; y: number; path: string; element: { text: string } }[] = [];
  for (
    const [, close, name, rest, selfClose, text] of svg.matchAll(
      /<(\/?)([\w-]+)((?:\s[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/g,
    )
  ) {
    if (close) {
      open.pop();
      continue;
    }
    const pairs = [...rest.matchAll(/([\w:-]+)="([^"]*)"/g)].map(([, key, value]) => [key, unescape(value)]);
    const attributes: Record<string, string> = Object.fromEntries(pairs);
    const parent = open.at(-1) ?? { x: 0, y: 0, path: "" };
    const path = `${parent.path}/${attributes.class ?? name}`;
    const element = { name, attributes, text: unescape(text), path, x: parent.x, y: parent.y };
    elements.push(element);
    if (selfClose) continue;
    const [, dx = "0", dy = "0"] = /^translate\(([^,]+),([^)]+)\)/.exec(attributes.transform ?? "") ?? [];
    open.push({ x: parent.x + Number(dx), y: parent.y + Number(dy), path, element });
  }
  return elements;
}

/** The points of a path that is made of absolute M, L, H and V commands. */
export function pathPoints(d: string): { x: number; y: number; move: boolean }[] {
  const points: { x: number; y: number; move: boolean }[] = [];
  for (const [, command, numbers] of d.matchAll(/([MLHV])([^MLHVZ]*)/g)) {
    const values = numbers.split(/[ ,]+/).map(Number);
    const last = points.at(-1) ?? { x: NaN, y: NaN };
    const [x, y] = command === "H" ? [values[0], last.y] : command === "V" ? [last.x, values[0]] : values;
    points.push({ x, y, move: command === "M" });
  }
  return points;
}
