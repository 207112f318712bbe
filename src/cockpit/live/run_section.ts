/// <reference lib="dom" />
/**
 * A run in the page: its settings, where it is, its panels, and what can be taken from it.
 *
 * @module
 */
import { traceCsv } from "../../io/trace_csv.ts";
import { scientific, thousands } from "../../plot/core/format.ts";
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import { lowerMedian } from "../../stats/median.ts";
import { effect } from "../deps.ts";
import { download, element } from "../page/dom.ts";
import { mountPanel, type PanelParts } from "../page/panel.ts";
import type { LiveModel, ShownRun } from "./live_model.ts";
import { featuresPanel, outputPanel } from "./function_panels.ts";
import { liveLossPanel, liveRankPanel, liveSpectrumPanel } from "./live_panels.ts";
import type { WatchedRun } from "./watched_run.ts";

/** Styles that lines have in turn, see `lineStyle`. */
const LINES = 5;

/** Layers that have panels of ranks: all of few, of many the first and the last two. */
function shownLayers(count: number): number[] {
  return count <= 3 ? Array.from({ length: count }, (_, l) => l) : [0, count - 2, count - 1];
}

/** Name of a layer, short enough for a phone. */
function layerName(l: number, widths: readonly number[]): string {
  return widths.length > 1 && l === widths.length - 1 ? `terminal layer ${l + 1}` : `layer ${l + 1}`;
}

/** Which threshold a line is of. */
function thresholdKey(epsilons: readonly number[]): HTMLElement {
  const sorted = epsilons.toSorted((a, b) => a - b);
  return element(
    "p",
    { class: "key" },
    ...sorted.map((epsilon, i) =>
      element(
        "span",
        {},
        element("span", { class: `swatch line-${i % LINES}` }),
        ` ε = ${scientific(epsilon)}`,
      )
    ),
  );
}

/** A loss with three digits. */
function shortNumber(value: number): string {
  return value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(3))) : scientific(value);
}

/** Where a run is, in a line. */
function progressText({ run, columns, ranks }: ShownRun): string {
  const status = run.status.value, found = columns.value, facts = run.facts.value;
  if (status === "preparing") return "Compiling the kernels …";
  if (!found || !facts) return "";
  const last = found.steps.length - 1, P = found.steps.length;
  const of = (values: ArrayLike<number>) =>
    lowerMedian(
      Array.from({ length: found.replicas }, (_, r) => values[r * P + last]).filter((value) => value >= 0),
    );
  const e = found.epsilons.indexOf(Math.min(...found.epsilons));
  const rank = of(ranks.value.at(-1)?.[e]?.rank ?? []);
  const speed = run.stepsPerSecond;
  return [
    `step ${thousands(run.steps.value)} of ${thousands(facts.steps)}`,
    `loss ${shortNumber(of(found.loss))}`,
    `rank ${Number.isNaN(rank) ? "–" : rank} at ε = ${scientific(found.epsilons[e])}`,
    ...speed > 0 && status === "open" ? [`${thousands(Math.round(speed))} steps/s`] : [],
    ...status === "done" ? ["done"] : [],
  ].join(" · ");
}

/** The staircase figure of what is shown. */
function figureOf({ trace, facts }: WatchedRun): string {
  const { title, subtitle, lossName, threshold } = facts.peek()!;
  return staircaseFigure(staircaseData(trace.peek()!, { title, subtitle, lossName, threshold }));
}

/** Buttons for files, and the command. */
function tools({ run }: ShownRun, name: string): HTMLElement {
  const button = (text: string, type: string, file: string, content: () => string) => {
    const made = element("button", {
      type: "button",
      click: () => download(file, new Blob([content()], { type })),
    }, text);
    effect(() => void (made.disabled = run.trace.value === null));
    return made;
  };
  const files = [
    button("Trace as CSV", "text/csv", `trace-${name}.csv`, () => traceCsv(run.trace.peek()!)),
    button("Figure as SVG", "image/svg+xml", `staircase-${name}.svg`, () => figureOf(run)),
  ];
  const { command } = run;
  if (command === null) return element("div", { class: "command" }, ...files);
  const said = element("span", { role: "status" });
  const copy = element("button", {
    type: "button",
    click: async () => {
      await navigator.clipboard.writeText(command);
      said.textContent = "Copied.";
    },
  }, "Copy the command");
  const line = element("pre", { tabindex: 0, "aria-label": "Command that repeats the run" }, command);
  return element("div", { class: "command" }, ...files, copy, said, line);
}

/**
 * Puts a run into the page, below its settings.
 *
 * @param parent Where to put it.
 * @param model The page.
 * @param shown The run.
 * @param name Name of the run, a letter, for its files.
 * @returns A function that takes it out again.
 */
export function mountRun(parent: Element, model: LiveModel, shown: ShownRun, name: string): () => void {
  const { run } = shown;
  const progress = element("p", { class: "progress" });
  const message = element("p", { class: "message", role: "alert" });
  const panels = element("div", { class: "panels" });
  parent.append(message, progress, panels, tools(shown, name));
  const unmount: (() => void)[] = [];
  const stops = [
    effect(() => void (progress.textContent = progressText(shown))),
    effect(() => {
      message.textContent = run.message.value;
      message.hidden = run.message.value === "";
    }),
    effect(() => {
      const facts = run.facts.value;
      if (!facts || unmount.length > 0) return;
      const { hidden, epsilons } = facts, last = hidden.length - 1;
      const rank = (l: number) => liveRankPanel(model, shown, l, layerName(l, hidden));
      const mount = (where: Element, parts: readonly PanelParts[]) =>
        unmount.push(...parts.map((each) => mountPanel(where, each)));
      if (epsilons.length > 1) panels.append(thresholdKey(epsilons));
      mount(panels, [liveLossPanel(model, shown), rank(last)]);
      if (facts.curve) {
        const curves = element("div", { class: "curves" });
        panels.append(curves);
        mount(curves, [outputPanel(shown), featuresPanel(shown)]);
      }
      const others = shownLayers(hidden.length).filter((l) => l !== last).reverse();
      mount(panels, [...others.map(rank), liveSpectrumPanel(model, shown, last, layerName(last, hidden))]);
    }),
  ];
  return () => {
    for (const stop of [...stops, ...unmount]) stop();
    parent.replaceChildren();
  };
}
