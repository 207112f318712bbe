/**
 * A panel of a terminal: lines of dots between the labels of an axis and those of their ends.
 *
 * @module
 */
import { DotGrid, DOTS } from "./dot_grid.ts";

/** A line of a panel. */
export interface PanelLine {
  /** Label at its end. */
  readonly label: string;
  /** Number of its colour. */
  readonly ink: number;
  /** Its points, from left to right. Those without a height break it. */
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Whether it keeps its height up to the next point. */
  readonly isStepped: boolean;
}

/** Contents of a panel. */
export interface Panel {
  /** A line above it. */
  readonly title: string;
  /** The lines; later ones lie over earlier ones. */
  readonly lines: readonly PanelLine[];
  /** Ends of the horizontal axis. */
  readonly across: readonly [least: number, most: number];
  /** Ends of the vertical axis. */
  readonly up: readonly [least: number, most: number];
  /** Labels of the vertical axis, by their heights. */
  readonly ticks: readonly { readonly at: number; readonly label: string }[];
}

/** Size of a panel in characters. */
export interface PanelSize {
  /** Characters in a row. */
  readonly columns: number;
  /** Rows of dots. */
  readonly rows: number;
  /** Characters for the labels of the axis. */
  readonly left: number;
  /** Characters for the labels of the lines. */
  readonly right: number;
}

/** Colours a text by the number of a colour; 0 is that of text. */
export type Paint = (text: string, ink: number) => string;

/**
 * Draws a panel.
 *
 * @param panel Its contents.
 * @param size Its size.
 * @param paint Colours.
 * @returns Its lines: the title, and the rows of dots.
 */
export function drawPanel(
  { title, lines, across, up, ticks }: Panel,
  { columns, rows, left, right }: PanelSize,
  paint: Paint,
): string[] {
  const grid = new DotGrid(Math.max(1, columns - left - right - 3), rows);
  const wide = grid.columns * DOTS.across - 1, high = rows * DOTS.down - 1;
  const along = (value: number, [least, most]: readonly [number, number], length: number) =>
    length * (value - least) / Math.max(most - least, Number.MIN_VALUE);
  const place = ([x, y]: readonly [number, number]) =>
    [along(x, across, wide), high - along(y, up, high)] as const;
  for (const { points, ink, isStepped } of lines) {
    for (const [i, point] of points.entries()) {
      if (!Number.isFinite(point[1])) continue;
      const next = points[i + 1], from = place(point);
      const to = next && Number.isFinite(next[1]) ? place(next) : from;
      const corner = isStepped ? [to[0], from[1]] as const : from;
      grid.line(from, corner, ink);
      grid.line(corner, to, ink);
    }
  }
  const rowOf = (y: number) => Math.floor((high - Math.round(along(y, up, high))) / DOTS.down);
  const marks = new Map<number, string>();
  // Of two labels in one row, and in rows that touch, the first counts.
  for (const { at, label } of ticks) {
    const row = rowOf(at);
    if (![row - 1, row, row + 1].some((near) => marks.has(near))) marks.set(row, label);
  }
  const ends = endLabels(lines, rows, rowOf);
  const texts = Array.from({ length: rows }, (_, row) => {
    const mark = marks.get(row), end = ends.get(row);
    const axis = `${(mark ?? "").padStart(left)} ${mark === undefined ? "│" : "┤"}`;
    return `${axis}${grid.text(row, paint, end !== undefined)}${
      end ? ` ${paint(end.label.slice(0, right), end.ink)}` : ""
    }`;
  });
  return [`${" ".repeat(left + 1)}${title.slice(0, columns - left - 1)}`, ...texts];
}

/** Places the labels of lines beside their ends, each in a row of its own. */
function endLabels(
  lines: readonly PanelLine[],
  rows: number,
  rowOf: (y: number) => number,
): Map<number, PanelLine> {
  const wanted = lines.flatMap((line) => {
    const last = line.points.findLast(([, y]) => Number.isFinite(y));
    return last ? [{ line, row: Math.min(rows - 1, Math.max(0, rowOf(last[1]))), height: last[1] }] : [];
  }).sort((a, b) => b.height - a.height).slice(0, rows);
  let free = 0;
  const placed = wanted.map(({ line, row }) => {
    const at = Math.max(free, row);
    free = at + 1;
    return { line, at };
  });
  // Those that went beyond the lowest row push the others up.
  let floor = rows - 1;
  return new Map(
    placed.toReversed().map(({ line, at }) => {
      const row = Math.min(at, floor);
      floor = row - 1;
      return [row, line];
    }),
  );
}
