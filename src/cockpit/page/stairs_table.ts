/// <reference lib="dom" />
/**
 * The stairs at the threshold, their jumps and the tests against what makes no stairs.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { count } from "../../format.ts";
import { effect } from "../deps.ts";
import { element, tableElement } from "./dom.ts";
import type { RunModel } from "./run_model.ts";

/** A p-value. */
function pText(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value)
    ? "–"
    : value < 1e-3
    ? value.toExponential(0)
    : value.toPrecision(2);
}

/** What each test speaks against where its p-value is small. */
const NULLS: Readonly<Record<string, string>> = {
  sharpness: "flicker or a rounded trend makes every jump",
  ramp: "levels last as along a smooth trend",
  coupling: "the loss falls no faster at jumps than between them",
  lag: "nor a little before or behind them",
  changes: "rank and loss change independently",
  floor: "the loss does not wait at its floor",
};

/**
 * Makes the tables of the stairs of the layer that is picked.
 *
 * @param model The run.
 * @returns The element that holds them.
 */
export function stairsTable(model: RunModel): HTMLElement {
  const texts = element("div", {});
  // It stays while its table changes, so that it keeps the focus.
  const scroll = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Jumps" });
  effect(() => {
    const { stairs, tests } = model, layer = model.layer.value, own = stairs[layer].value;
    scroll.hidden = own === null;
    if (own === null) return texts.replaceChildren("…");
    const { stairs: found, jumps, flicker, doubt, at: { epsilon }, isOfAllProbes } = own;
    const significant = jumps.filter(({ isSignificant }) => isSignificant).length;
    const lines = [
      `${model.facts.layers?.[layer]?.name ?? `Layer ${layer + 1}`} at ε = ${scientific(epsilon)}: ${
        count(found.length, "stair")
      }, ${significant} ` +
      `significant ${significant === 1 ? "jump" : "jumps"}, ${
        (100 * flicker).toFixed(1)
      } % of the probes off their level.`,
    ];
    if (!isOfAllProbes) lines.push("They are from the probes in this page that have a rank at this ε.");
    if (doubt) lines.push(`The stairs cannot be told: ${doubt}.`);
    const pValues = tests.value ?? {};
    const rows = Object.entries(NULLS).flatMap(([name, text]) =>
      name in pValues ? [[text, pText(pValues[name])]] : []
    );
    texts.replaceChildren(
      ...lines.map((line) => element("p", {}, line)),
      ...rows.length > 0
        ? [
          tableElement(
            "Tests. A small p speaks against the sentence.",
            ["what would make no stairs", "p"],
            rows,
          ),
        ]
        : [],
    );
    scroll.replaceChildren(tableElement(
      "Jumps",
      ["step", "size", "between", "p, flicker", "p, trend", "significant"],
      jumps.map(({ step, size, after, before, flickerP, trendP, isSignificant }) => [
        thousands(step),
        `${size > 0 ? "+" : "−"}${Math.abs(size)}`,
        `${thousands(after)} – ${thousands(before)}`,
        pText(flickerP),
        pText(trendP),
        isSignificant ? "yes" : "no",
      ]),
    ));
  });
  return element("div", {}, texts, scroll);
}
