/**
 * Colours, dashes and type, the same in every figure.
 *
 * @module
 */
import * as d3 from "../deps.ts";

/** Fonts, in order of preference. */
export const fontFamily: string = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";

/** Sizes of type in pixels, chosen so that a figure can be printed at half its size. */
export const fontSize: { readonly title: number; readonly text: number; readonly small: number } = {
  title: 20,
  text: 14,
  small: 11.5,
};

/** Colour of text and of the series on the left axis. */
export const ink: string = "#222222";

/** Colour of secondary text and of ticks. */
export const greyInk: string = "#5f5f5f";

/** Colour of frames and grid lines. */
export const gridInk: string = "#dedede";

/** Style of the lines of one series. */
export interface LineStyle {
  /** Stroke colour. */
  readonly color: string;
  /** `stroke-dasharray`; `null` for a solid line. */
  readonly dash: string | null;
  /** Stroke width in pixels. */
  readonly width: number;
}

/** Style of guide lines, which show a number and no data. */
export const guideStyle: LineStyle = { color: greyInk, dash: "5 3", width: 1.4 };

/** Opacity of bands, which hold lines of the same colour. */
export const bandOpacity: number = 0.18;

// The colours of Okabe and Ito that are visible on white, darkest first: greyscale keeps the order.
// M. Okabe, K. Ito, "Color universal design", 2008.
const styles: readonly LineStyle[] = [
  { color: "#0072b2", dash: null, width: 2 },
  { color: "#d55e00", dash: null, width: 1.6 },
  { color: "#009e73", dash: null, width: 1.4 },
  { color: "#cc79a7", dash: null, width: 1.4 },
  { color: "#e69f00", dash: null, width: 1.4 },
];

/**
 * Gives the style of the i-th series. Colour-blind readers can distinguish the colours, which grow
 * lighter from the first on. All lines are solid: dashes would add a pattern to a rank that
 * flickers. Lines of rank can do without, since the line of a smaller ε is never below that of a
 * larger one.
 *
 * @param index Index of the series, from 0. After five the styles repeat.
 * @returns Its style.
 */
export function lineStyle(index: number): LineStyle {
  return styles[index % styles.length];
}

/**
 * Gives the style of one value of an ordered series: viridis from dark to light, without the yellow
 * that is hard to see on white. The order is visible without colour.
 *
 * @param index Index of the value, from 0.
 * @param count Number of values.
 * @returns Its style.
 */
export function ladderStyle(index: number, count: number): LineStyle {
  return { color: d3.interpolateViridis(0.88 * index / Math.max(1, count - 1)), dash: null, width: 1.8 };
}
