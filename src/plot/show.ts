/**
 * Figures and results as values that a notebook, and a terminal, can show.
 *
 * @module
 */
import { checkKeys } from "../check.ts";
import { svgTexts } from "../display/html.ts";
import { JUPYTER_DISPLAY, type MimeBundle, mimeBundle, type View, viewOf } from "../display/view.ts";
import { InputError } from "../errors.ts";
import type { Trace } from "../train/trace.ts";
import { viewTrace } from "../train/trace_view.ts";
import { staircaseData, type StaircaseDataOptions } from "./staircase/figure_data.ts";
import { staircaseFigure } from "./staircase/staircase.ts";

/**
 * What {@linkcode show} returns. As the last value of a cell, Deno's Jupyter kernel shows the
 * figure or the table; `console.log` prints the text.
 */
export interface Shown {
  /**
   * Writes the value as lines of text.
   *
   * @returns The text, without a newline at its end.
   */
  toString(): string;
  /**
   * Makes what a notebook may show.
   *
   * @returns Texts by their MIME types: `text/plain`, `text/html`, `image/svg+xml`.
   */
  bundle(): Promise<MimeBundle>;
}

/** Texts of the figure of a trace. */
export type ShowOptions = Partial<StaircaseDataOptions>;

/** Texts that say what any trace is. */
const TEXTS: StaircaseDataOptions = {
  title: "Loss and ε-rank",
  subtitle: "",
  lossName: "loss",
  threshold: "absolute",
};

/**
 * Shows a figure, a trace or a result in a notebook. Ranks, spectra, traces, tables and results of
 * experiments show themselves where they are the last value of a cell. A figure is a string, which
 * cannot; and a trace shows itself as a table, where `show` draws its staircase.
 *
 * @param value A figure as SVG; a trace; or what shows itself, for its text.
 * @param options Texts of the figure of a trace. Default: those that fit any trace.
 * @returns A value for the end of a cell, or for `console.log`.
 * @throws {InputError} If it is none of these, or the text is no SVG document.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { show } from "./show.ts";
 *
 * const shown = show('<svg xmlns="http://www.w3.org/2000/svg"><title>Dot</title></svg>');
 * assert.equal(String(shown), "Dot");
 * assert.match((await shown.bundle())["image/svg+xml"], /^<svg /);
 * ```
 */
export function show(value: string | object, options: ShowOptions = {}): Shown {
  checkKeys("options of show", options, [...Object.keys(TEXTS), "part", "hysteresis"]);
  const view = viewFor(value, { ...TEXTS, ...options });
  const text = () => view.text(), bundle = () => mimeBundle(view);
  return Object.defineProperties({ toString: text, bundle }, {
    [JUPYTER_DISPLAY]: { value: bundle },
    [Symbol.for("Deno.customInspect")]: { value: text },
    [Symbol.for("nodejs.util.inspect.custom")]: { value: text },
  });
}

function viewFor(value: string | object, options: StaircaseDataOptions): View {
  if (typeof value === "string") {
    if (!/^\s*(<\?xml[^>]*>\s*)?<svg[\s>]/.test(value)) {
      throw new InputError("the text is no figure: give an SVG document, which begins with <svg");
    }
    return { text: () => svgTexts(value).join("\n") || "figure", svg: () => value };
  }
  if (isTrace(value)) {
    return {
      text: () => viewOf(viewTrace({ ...value }))!.text(),
      svg: () => staircaseFigure(staircaseData(value, options)),
    };
  }
  const view = viewOf(value);
  if (view) return view;
  throw new InputError(
    "cannot show this value: give a figure in SVG, a trace, ranks, a spectrum, a table, or the result of an experiment",
  );
}

function isTrace(value: unknown): value is Trace {
  return typeof value === "object" && value !== null &&
    ["replicas", "epsilons", "losses", "probes"].every((key) => key in value);
}
