/// <reference lib="dom" />
/**
 * A run in the page: where it is, its panels, and what can be taken from it.
 *
 * @module
 */
import { traceCsv } from "../../io/trace_csv.ts";
import { scientific, thousands } from "../../plot/core/format.ts";
import { staircaseData } from "../../plot/staircase/figure_data.ts";
import { staircaseFigure } from "../../plot/staircase/staircase.ts";
import { effect } from "../deps.ts";
import { copiedCommand } from "../page/copied_command.ts";
import { download, element } from "../page/dom.ts";
import type { RunModel } from "../page/run_model.ts";
import { onEnd, scope } from "../scope.ts";
import type { ShownRun } from "./live_model.ts";
import { type Folds, mountPanels } from "./run_panels.ts";
import type { WatchedRun } from "./watched_run.ts";

/** A loss with three digits. */
function shortNumber(value: number): string {
  return value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(3))) : scientific(value);
}

/** Loss, rank and floor at the time cursor, in words. */
function cursorTexts({ columns, cursor, loss, rankLines, state, floor }: RunModel): string[] {
  const { steps } = columns.value, p = cursor.value, lines = rankLines.at(-1);
  if (!lines || p < 0) return [];
  const { steps: at, values, low, high } = lines.own.value;
  const k = (at as readonly number[]).findLastIndex((step) => step <= steps[p]), rank = values.line[k];
  const certain = low[k] === high[k] ? "" : ` in [${low[k]}, ${high[k]}]`;
  const floors = floor.value;
  const least = floors?.values.findLast((value, i) => floors.steps[i] <= steps[p] && !Number.isNaN(value));
  return [
    `loss ${shortNumber(loss.value.line[p])}`,
    ...least === undefined ? [] : [`floor ${shortNumber(least)}`],
    `rank ${rank === undefined || Number.isNaN(rank) ? "–" : `${rank}${certain}`} at ε = ${
      scientific(state.epsilon.value)
    }`,
  ];
}

/** Where a run is, and what is at the time cursor, in a line. */
function progressText({ run, model: { value: model } }: ShownRun): string {
  const status = run.status.value, facts = run.facts.value;
  if (status === "preparing") return "Compiling the kernels …";
  if (!model || !facts || run.trace.value === null) return "";
  const speed = run.stepsPerSecond, cursor = model.state.cursor.value;
  const at = model.columns.value.steps[model.cursor.value];
  return [
    `step ${thousands(run.steps.value)}${
      facts.steps < Number.MAX_SAFE_INTEGER ? ` of ${thousands(facts.steps)}` : ""
    }`,
    ...cursor === null ? [] : [`at step ${thousands(at)}`],
    ...cursorTexts(model),
    ...speed > 0 && status === "open" ? [`${thousands(Math.round(speed))} steps/s`] : [],
    ...status === "done" ? ["done"] : [],
  ].join(" · ");
}

/** The staircase figure of what is shown. */
function figureOf({ trace, facts }: WatchedRun): string {
  return staircaseFigure(staircaseData(trace.peek()!, facts.peek()!));
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
  return element(
    "div",
    { class: "command" },
    ...files,
    ...run.command === null ? [] : copiedCommand(run.command),
  );
}

/**
 * Puts a run into the page, below its settings, until the end of the scope.
 *
 * @param parent Where to put it.
 * @param shown The run.
 * @param options Name of the run, a letter, for its files; which of its parts are open.
 */
export function mountRun(
  parent: Element,
  shown: ShownRun,
  { name, folds }: { readonly name: string; readonly folds: Folds },
): void {
  const { run, model } = shown;
  const progress = element("p", { class: "progress" });
  const message = element("p", { class: "message", role: "alert" });
  const panels = element("div", {});
  parent.append(message, progress, panels, tools(shown, name));
  effect(() => void (progress.textContent = progressText(shown)));
  effect(() => {
    message.textContent = run.message.value;
    message.hidden = run.message.value === "";
  });
  effect(() => {
    const own = model.value;
    if (own) return scope(() => mountPanels(panels, own, folds));
  });
  onEnd(() => parent.replaceChildren());
}
