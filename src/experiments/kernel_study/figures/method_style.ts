/**
 * How the methods of the kernel study look, the same in all of its figures.
 *
 * @module
 */
import { type LegendEntry, swatchWidth } from "../../../plot/core/legend.ts";
import { ink, type LineStyle, lineStyle } from "../../../plot/core/palette.ts";

/** A method and its arithmetic. */
export interface DrawnMethod {
  /** Name of the method. */
  readonly name: string;
  /** Its arithmetic: `single`, `double` or `auto`. */
  readonly precision: string;
}

// Okabe and Ito's colours, as in `palette.ts`, with sky blue and ink for a method more.
const COLOURS: Readonly<Record<string, string>> = {
  "naive": ink,
  "svdvals": "#e69f00",
  "cholesky": "#cc79a7",
  "sturm": "#56b4e9",
  "inertia": "#009e73",
  "gram-jacobi": "#0072b2",
  "one-sided-jacobi": "#d55e00",
};

const DASHES: Readonly<Record<string, string | null>> = { single: null, double: "7 3", auto: "2 2.5" };

/**
 * The style of a method: a colour for its name, a dash for its arithmetic.
 *
 * @param method The method.
 * @returns Its style; one that this file does not know has one of the palette's colours.
 */
export function methodStyle({ name, precision }: DrawnMethod): LineStyle {
  const color = COLOURS[name] ?? lineStyle(name.length).color;
  // Thin enough to leave visible what it is drawn on.
  const width = name === "naive" || name === "svdvals" ? 1.1 : 1.9;
  return { color, dash: DASHES[precision] ?? null, width };
}

/**
 * The name of a method, as figures give it.
 *
 * @param method The method.
 * @returns Such as `gram-jacobi, double`.
 */
export function methodName({ name, precision }: DrawnMethod): string {
  return `${name}, ${precision}`;
}

/**
 * Entries of a legend, one for each method.
 *
 * @param methods The methods; each is listed once.
 * @returns The entries, in the order of first appearance.
 */
export function methodLegend(methods: readonly DrawnMethod[]): LegendEntry[] {
  const byName = new Map(methods.map((method) => [methodName(method), method]));
  return [...byName].map(([label, method]) => ({
    label,
    swatch: (parent) => {
      const { color, dash, width } = methodStyle(method);
      parent.append("line").attr("x2", swatchWidth).attr("stroke", color).attr("stroke-width", width)
        .attr("stroke-dasharray", dash);
    },
  }));
}
