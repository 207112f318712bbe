/**
 * How the methods of the kernel study look, the same in all of its figures.
 *
 * @module
 */
import { type LegendEntry, swatchWidth } from "../../../plot/core/legend.ts";
import { ink, type LineStyle } from "../../../plot/core/palette.ts";

/** A method and its arithmetic. */
export interface DrawnMethod {
  /** Name of the method. */
  readonly name: string;
  /** Its arithmetic: `single`, `double` or `auto`. */
  readonly precision: string;
}

// Okabe and Ito's colours, as in `palette.ts`, with sky blue, ink and dark green for three more.
const COLORS: Readonly<Record<string, string>> = {
  "naive": ink,
  "svdvals": "#e69f00",
  "cholesky": "#cc79a7",
  "sturm": "#56b4e9",
  "inertia": "#009e73",
  "blocked-inertia": "#004d40",
  "gram-jacobi": "#0072b2",
  "one-sided-jacobi": "#d55e00",
  // Peers.
  "numpy": "#332288",
  "torch": "#aa4499",
  "torch-cuda": "#661100",
  "jax-js": "#999933",
};

/** Methods that prove nothing: their lines are thin, so that those below stay visible. */
const THIN = ["naive", "svdvals", "numpy", "torch", "torch-cuda", "jax-js"];

/** Colours of the methods of modules, by their names. */
const OTHERS = ["#7b3294", "#8c510a", "#5f6b00"] as const;

const DASHES: Readonly<Record<string, string | null>> = { single: null, double: "7 3", auto: "2 2.5" };

/**
 * Gives the style of a method: a colour for its name, a dash for its arithmetic.
 *
 * @param method The method.
 * @returns Its style. A method that this file does not know takes one of three other colours.
 */
export function methodStyle({ name, precision }: DrawnMethod): LineStyle {
  const code = [...name].reduce((sum, character) => sum + character.codePointAt(0)!, 0);
  const color = COLORS[name] ?? OTHERS[code % OTHERS.length];
  const width = THIN.includes(name) ? 1.1 : 1.9;
  return { color, dash: DASHES[precision] ?? null, width };
}

/**
 * Names a method for figures.
 *
 * @param method The method.
 * @returns Such as `gram-jacobi, double`.
 */
export function methodName({ name, precision }: DrawnMethod): string {
  return `${name}, ${precision}`;
}

/**
 * Makes the entries of a legend, one for each method.
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
