/// <reference lib="dom" />
/**
 * The controls of a run's page.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { type Threshold, thresholdNames } from "../../rank/certificates/rank_interval.ts";
import { batch, effect, type Signal } from "../deps.ts";
import { intervalsOf } from "../data/ranks_at.ts";
import { type AxisKind, axisKinds } from "../views/axes.ts";
import { spectrumDomain } from "../views/spectrum_views.ts";
import { element } from "./dom.ts";
import type { RunModel } from "./run_model.ts";
import { epsilonStyle } from "./panel_parts.ts";

/** Steps of the slider of ε per power of ten. */
const PER_DECADE = 100;

let named = 0;

/** A control under its name. */
function labeled(text: string, control: HTMLElement, ...more: readonly HTMLElement[]): HTMLElement {
  control.id = `control-${++named}`;
  const label = element("label", { for: control.id }, text);
  return element("div", { class: "control" }, label, control, ...more);
}

/** A choice among texts. */
function choice(
  options: readonly (readonly [value: string, text: string])[],
  get: () => string,
  set: (value: string) => void,
): HTMLSelectElement {
  const select = element(
    "select",
    { change: () => set(select.value) },
    ...options.map(([value, text]) => element("option", { value }, text)),
  );
  effect(() => void (select.value = get()));
  return select;
}

/** A box to tick, with its text. */
function tick(
  text: string,
  get: () => boolean,
  set: (isTicked: boolean) => void,
  color?: string,
): HTMLElement {
  const box = element("input", { type: "checkbox", change: () => set(box.checked) });
  effect(() => void (box.checked = get()));
  const swatch = color === undefined
    ? []
    : [element("span", { class: "swatch", style: `background:${color}` })];
  return element("label", { class: "tick" }, box, ...swatch, text);
}

/** Ticks for some of a list. */
function ticks(
  legend: string,
  names: readonly string[],
  chosen: Signal<readonly number[]>,
  colorOf: (i: number) => string | undefined = () => undefined,
): HTMLElement {
  return element(
    "fieldset",
    {},
    element("legend", {}, legend),
    ...names.map((name, i) =>
      tick(
        name,
        () => chosen.value.includes(i),
        (isTicked) =>
          chosen.value = isTicked
            ? [...chosen.value, i].sort((a, b) => a - b)
            : chosen.value.filter((other) => other !== i),
        colorOf(i),
      )
    ),
  );
}

function axisChoice(axis: Signal<AxisKind>): HTMLSelectElement {
  return choice(
    axisKinds.map((kind) => [kind, kind === "log" ? "logarithmic" : "linear"]),
    () => axis.value,
    (kind) => axis.value = kind as AxisKind,
  );
}

/** Slider, number and buttons of ε. */
function epsilonControl(model: RunModel): HTMLElement {
  const { report: { columns }, state: { epsilon, threshold } } = model;
  const domains = columns.layers.map((_, l) =>
    spectrumDomain(intervalsOf(columns, l).filter((_, i) => columns.isSolved[i]), columns.epsilons)
  );
  const range = (): readonly [number, number] => {
    if (threshold.value === "relative") return [-17, 0];
    const ends = domains.flat().map(Math.log10);
    return [Math.min(0, ...ends), Math.max(-1, ...ends)];
  };
  const slider = element("input", {
    type: "range",
    input: () => {
      const power = Number(slider.value) / PER_DECADE;
      // Three digits: a value that can be given to a program as it is shown.
      epsilon.value = Number((10 ** power).toPrecision(3));
    },
  });
  slider.id = "epsilon";
  const exact = element("input", {
    type: "text",
    inputmode: "decimal",
    size: 9,
    "aria-label": "ε as a number",
    change: () => {
      const value = Number(exact.value.trim().replace(",", "."));
      if (value > 0 && value < Infinity) epsilon.value = value;
      exact.value = String(epsilon.value);
    },
  });
  effect(() => {
    const [low, high] = range().map((power) => Math.round(power * PER_DECADE));
    slider.min = String(low);
    slider.max = String(high);
    slider.value = String(Math.round(Math.log10(epsilon.value) * PER_DECADE));
    slider.setAttribute("aria-valuetext", scientific(epsilon.value));
    exact.value = String(epsilon.value);
  });
  const buttons = columns.epsilons.map((value, e) => {
    const button = element(
      "button",
      {
        type: "button",
        click: () =>
          batch(() => {
            threshold.value = columns.threshold;
            epsilon.value = value;
          }),
      },
      element("span", { class: "swatch", style: `background:${epsilonStyle(model, e).color}` }),
      scientific(value),
    );
    effect(() => button.setAttribute("aria-pressed", String(model.recorded.value === e)));
    return button;
  });
  return element(
    "div",
    { class: "control wide" },
    element("label", { for: "epsilon" }, "threshold ε"),
    slider,
    exact,
    element("span", { class: "buttons", role: "group", "aria-label": "thresholds of the run" }, ...buttons),
  );
}

/** Slider of the time cursor. */
function cursorControl({ report: { columns: { steps } }, state: { cursor } }: RunModel): HTMLElement {
  const slider = element("input", {
    type: "range",
    min: 0,
    max: Math.max(0, steps.length - 1),
    step: 1,
    input: () => cursor.value = Number(slider.value),
  });
  slider.id = "cursor";
  const output = element("output", { for: "cursor" });
  effect(() => {
    slider.value = String(cursor.value);
    const text = thousands(steps[cursor.value] ?? 0);
    slider.setAttribute("aria-valuetext", `step ${text}`);
    output.textContent = text;
  });
  return element(
    "div",
    { class: "control wide" },
    element("label", { for: "cursor" }, "step"),
    slider,
    output,
  );
}

/**
 * Makes the controls of a run.
 *
 * @param model The run.
 * @returns The element that holds them.
 */
export function runControls(model: RunModel): HTMLElement {
  const { report: { columns, facts }, state } = model, { layers, replicas, epsilons } = columns;
  const rows: HTMLElement[] = [];
  rows.push(labeled(
    "kind of ε",
    choice(
      thresholdNames.map((name) => [name, name === "relative" ? "share of λ₁" : "absolute"]),
      () => state.threshold.value,
      (name) => state.threshold.value = name as Threshold,
    ),
  ));
  if (replicas > 1) {
    const nameOf = (r: number) => facts.replicaNames[r] ? `${r}: ${facts.replicaNames[r]}` : String(r);
    rows.push(labeled(
      "replica",
      choice(
        [["", "median"], ...Array.from({ length: replicas }, (_, r) => [String(r), nameOf(r)] as const)],
        () => state.replica.value === null ? "" : String(state.replica.value),
        (value) => state.replica.value = value === "" ? null : Number(value),
      ),
      tick("band of all", () => state.hasBand.value, (has) => state.hasBand.value = has),
    ));
  }
  if (layers.length > 1) {
    const names = layers.map((_, l) => `layer ${l + 1}`);
    rows.push(labeled(
      "spectra of",
      choice(
        names.map((name, l) => [String(l), name]),
        () => String(state.layer.value),
        (l) => state.layer.value = Number(l),
      ),
    ));
    rows.push(ticks("ranks of", names, state.layers));
  }
  rows.push(
    ticks(
      "lines at",
      epsilons.map((epsilon) => `ε = ${scientific(epsilon)}`),
      state.epsilons,
      (e) => epsilonStyle(model, e).color,
    ),
    tick("smooth trends", () => state.hasTrends.value, (has) => state.hasTrends.value = has),
    labeled("loss axis", axisChoice(state.lossAxis)),
    labeled("step axis", axisChoice(state.stepAxis)),
  );
  return element(
    "form",
    { class: "controls", "aria-label": "What is shown", submit: (event) => event.preventDefault() },
    epsilonControl(model),
    cursorControl(model),
    element("div", { class: "settings" }, ...rows),
  );
}
