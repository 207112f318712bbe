/// <reference lib="dom" />
/**
 * The controls of all runs: train and pause, one probe further, from the start, speed, presets.
 *
 * @module
 */
import { effect, type ReadonlySignal, type Signal } from "../deps.ts";
import { element } from "../page/dom.ts";
import { presets } from "./page_settings.ts";
import type { RunSettings } from "./settings.ts";

/** Speeds to choose from, in steps a second; `null` for as many as the GPU makes. */
const SPEEDS: readonly (number | null)[] = [null, 1000, 300, 100, 30, 10];

/** What the controls act on. */
export interface TransportParts {
  /** Settings of the runs. */
  readonly runs: Signal<readonly RunSettings[]>;
  /** Whether the runs go on. */
  readonly isRunning: Signal<boolean>;
  /** Whether all runs have ended. */
  readonly haveEnded: ReadonlySignal<boolean>;
  /** Steps shown in a second; `null` for as many as there are. */
  readonly speed: Signal<number | null>;
  /** Goes on to the next probe. */
  readonly step: () => void;
  /** Starts all runs anew. */
  readonly reset: () => void;
}

/** A labelled choice. */
function labeled(text: string, id: string, control: HTMLElement): HTMLElement {
  control.id = id;
  return element("div", { class: "control" }, element("label", { for: id }, text), control);
}

/**
 * Makes the controls.
 *
 * @param parts What they act on.
 * @returns The element that holds them.
 */
export function transport({ runs, isRunning, haveEnded, speed, step, reset }: TransportParts): HTMLElement {
  const run = element("button", {
    type: "button",
    class: "main",
    click: () => {
      const isAgain = haveEnded.value;
      isRunning.value = isAgain || !isRunning.value;
      if (isAgain) reset();
    },
  });
  effect(() => void (run.textContent = haveEnded.value || !isRunning.value ? "Train" : "Pause"));
  const next = element("button", {
    type: "button",
    title: "Train up to the next probe, and pause",
    click: () => {
      isRunning.value = false;
      step();
    },
  }, "Step");
  const begin = element(
    "button",
    { type: "button", title: "Start again from step 0", click: reset },
    "Reset",
  );
  const speeds = element(
    "select",
    { change: () => speed.value = speeds.value === "" ? null : Number(speeds.value) },
  );
  effect(() => {
    const all = SPEEDS.includes(speed.value) ? SPEEDS : [...SPEEDS, speed.value];
    speeds.replaceChildren(
      ...all.map((value) =>
        element("option", { value: value ?? "" }, value === null ? "full" : `${value} steps/s`)
      ),
    );
    speeds.value = String(speed.value ?? "");
  });
  const help = element("p", { class: "note" });
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  const preset = element(
    "select",
    {
      change: () => {
        const found = presets.find(({ name }) => name === preset.value);
        if (found) runs.value = found.runs;
      },
    },
    ...presets.map(({ name }) => element("option", { value: name }, name)),
    element("option", { value: "" }, "settings of your own"),
  );
  const beside = element("input", {
    type: "checkbox",
    change: () => runs.value = beside.checked ? [runs.value[0], runs.value[0]] : runs.value.slice(0, 1),
  });
  effect(() => {
    const found = presets.find((each) => same(each.runs, runs.value));
    preset.value = found?.name ?? "";
    help.textContent = found?.help ?? "";
    beside.checked = runs.value.length > 1;
  });
  return element(
    "div",
    { class: "controls transport", role: "group", "aria-label": "Training" },
    element(
      "div",
      { class: "settings" },
      element("span", { class: "buttons" }, run, next, begin),
      labeled("speed", "speed", speeds),
      labeled("preset", "preset", preset),
      element("label", { class: "tick" }, beside, "two side by side"),
    ),
    help,
  );
}
