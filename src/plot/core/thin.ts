/**
 * Thins series without a visible change.
 *
 * @module
 */

/** A point of a line in pixels; a NaN height breaks the line. */
export interface Point {
  /** From left to right. */
  readonly x: number;
  /** From the top down. */
  readonly y: number;
}

/** A cross-section of a band in pixels; NaN heights break the band. */
export interface Span {
  /** From left to right. */
  readonly x: number;
  /** Upper edge. */
  readonly top: number;
  /** Lower edge. */
  readonly bottom: number;
}

/**
 * Leaves out points of a line without a visible change: those within a run of equal heights and, if
 * there are many more points than pixels, all points of a half-pixel column but its first, lowest,
 * highest and last.
 *
 * @param points The line, from left to right.
 * @param many Largest number of points that is not thinned by columns.
 * @returns The remaining points, in order.
 */
export function thinLine(points: readonly Point[], many = 6000): readonly Point[] {
  const corners = points.filter(({ y }, i) =>
    !(Object.is(y, points[i - 1]?.y) && Object.is(y, points[i + 1]?.y))
  );
  if (corners.length <= many) return corners;
  return columns(corners, ({ y }) => !Number.isNaN(y)).flatMap((column) => {
    let lowest = 0, highest = 0;
    for (const [i, { y }] of column.entries()) {
      if (y > column[lowest].y) lowest = i;
      if (y < column[highest].y) highest = i;
    }
    const chosen = new Set([0, Math.min(lowest, highest), Math.max(lowest, highest), column.length - 1]);
    return [...chosen].map((i) => column[i]);
  });
}

/**
 * Thins a band the same way: each half-pixel column becomes a block from its highest to its lowest
 * place.
 *
 * @param spans The band, from left to right.
 * @param many Largest number of spans that is not thinned by columns.
 * @returns The remaining spans, in order.
 */
export function thinBand(spans: readonly Span[], many = 6000): readonly Span[] {
  const same = (a: Span, b?: Span) => Object.is(a.top, b?.top) && Object.is(a.bottom, b?.bottom);
  const corners = spans.filter((span, i) => !(same(span, spans[i - 1]) && same(span, spans[i + 1])));
  if (corners.length <= many) return corners;
  return columns(corners, ({ top, bottom }) => !Number.isNaN(top + bottom)).flatMap((column) => {
    let top = column[0].top, bottom = column[0].bottom;
    for (const span of column) {
      top = Math.min(top, span.top);
      bottom = Math.max(bottom, span.bottom);
    }
    return [{ x: column[0].x, top, bottom }, { x: column[column.length - 1].x, top, bottom }];
  });
}

/** Neighbours that share a half-pixel column; gaps only where a column is nothing but gap. */
function columns<T extends { readonly x: number }>(
  items: readonly T[],
  isDrawn: (item: T) => boolean,
): T[][] {
  const groups: T[][] = [];
  let last = NaN;
  for (const item of items) {
    const column = Math.floor(2 * item.x);
    if (column === last) groups[groups.length - 1].push(item);
    else groups.push([item]);
    last = column;
  }
  return groups.map((group) => group.some(isDrawn) ? group.filter(isDrawn) : group.slice(0, 1));
}
