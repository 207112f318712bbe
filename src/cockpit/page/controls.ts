/// <reference lib="dom" />
/**
 * The controls of what a page shows.
 *
 * @module
 */
import { scientific, thousands } from "../../plot/core/format.ts";
import { type Threshold, thresholdNames } from "../../rank/certificates/rank_interval.ts";
import { batch, computed, effect, type Signal } from "../deps.ts";
import { type AxisKind, axisKinds } from "../views/axes.ts";
import { element } from "./dom.ts";
import { epsilonStyle, layerLabel, setCursor } from "./panel_parts.ts";
import type { View } from "./run_model.ts";

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
  const swatch = color === undefined ? [] : [element("span", { class: "swatch", "data-color": color })];
  return element("label", { class: "tick" }, box, ...swatch, text);
}

/** Ticks for some of a list of numbers. */
function ticks(
  legend: string,
  all: readonly number[],
  chosen: Signal<readonly number[]>,
  { name, color }: {
    readonly name: (value: number) => string;
    readonly color?: (value: number) => string;
  },
): HTMLElement {
  return element(
    "fieldset",
    {},
    element("legend", {}, legend),
    ...all.map((value) =>
      tick(
        name(value),
        () => chosen.value.includes(value),
        (isTicked) => {
          const others = chosen.value.filter((other) => other !== value);
          chosen.value = all.filter((each) => others.includes(each) || isTicked && each === value);
        },
        color?.(value),
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
function epsilonControl(view: View): HTMLElement {
  const { state: { epsilon, threshold } } = view, shape = view.shape.value;
  const range = (): readonly [number, number] => {
    if (threshold.value === "relative") return [-17, 0];
    const ends = view.runs.value.flatMap(({ eigenvalues }) => eigenvalues.flatMap(({ value }) => value))
      .map(Math.log10);
    return ends.length === 0 ? [-16, 0] : [Math.min(0, ...ends), Math.max(-1, ...ends)];
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
  const ends = computed(() => range().map((power) => Math.round(power * PER_DECADE)).join(" "));
  effect(() => {
    [slider.min, slider.max] = ends.value.split(" ");
    slider.value = String(Math.round(Math.log10(epsilon.value) * PER_DECADE));
    slider.setAttribute("aria-valuetext", scientific(epsilon.value));
    exact.value = String(epsilon.value);
  });
  const buttons = shape.epsilons.map((value) => {
    const button = element(
      "button",
      {
        type: "button",
        click: () =>
          batch(() => {
            threshold.value = shape.threshold;
            epsilon.value = value;
          }),
      },
      element("span", { class: "swatch", "data-color": epsilonStyle(shape, value).color }),
      scientific(value),
    );
    effect(() => {
      const isSet = threshold.value === shape.threshold && epsilon.value === value;
      button.setAttribute("aria-pressed", String(isSet));
    });
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
function cursorControl(view: View): HTMLElement {
  const { steps, state: { cursor }, isLive } = view;
  const slider = element("input", {
    type: "range",
    min: 0,
    step: 1,
    input: () => setCursor(view, steps.peek()[Number(slider.value)]),
  });
  slider.id = "cursor";
  const output = element("output", { for: "cursor" });
  effect(() => {
    const all = steps.value, last = Math.max(0, all.length - 1), step = cursor.value;
    const at = step === null ? last : Math.max(0, all.findLastIndex((each) => each <= step));
    slider.max = String(last);
    slider.value = String(at);
    const text = thousands(all[at] ?? 0);
    slider.setAttribute("aria-valuetext", `step ${text}`);
    output.textContent = text;
  });
  const follow = tick("the last", () => cursor.value === null, (isTicked) => {
    cursor.value = isTicked ? null : steps.peek().at(-1) ?? null;
  });
  return element(
    "div",
    { class: "control wide" },
    element("label", { for: "cursor" }, "step"),
    slider,
    output,
    ...isLive ? [follow] : [],
  );
}

/**
 * Makes the controls of what is shown. They are those of the shape that the view has now.
 *
 * @param view What the page shows.
 * @param replicaNames What sets each replica apart; empty where only its seed does.
 * @returns The element that holds them.
 */
export function viewControls(view: View, replicaNames: readonly string[]): HTMLElement {
  const { state, isLive } = view, shape = view.shape.value, { layers, replicas, epsilons } = shape;
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
    const nameOf = (r: number) => replicaNames[r] ? `${r}: ${replicaNames[r]}` : String(r);
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
  if (layers > 1) {
    const all = Array.from({ length: layers }, (_, l) => l), [run] = view.runs.peek();
    const name = (l: number) => run ? layerLabel(run, l) : `layer ${l + 1}`;
    rows.push(labeled(
      "spectra of",
      choice(
        all.map((l) => [String(l), name(l)]),
        () => String(state.layer.value),
        (l) => state.layer.value = Number(l),
      ),
    ));
    rows.push(ticks("ranks of", all, state.layers, { name }));
  }
  rows.push(
    ticks("lines at", epsilons, state.epsilons, {
      name: (epsilon) => `ε = ${scientific(epsilon)}`,
      color: (epsilon) => epsilonStyle(shape, epsilon).color,
    }),
    tick("smooth trends", () => state.hasTrends.value, (has) => state.hasTrends.value = has),
    labeled("loss axis", axisChoice(state.lossAxis)),
    labeled("step axis", axisChoice(state.stepAxis)),
  );
  const settings = element("div", { class: "settings" }, ...rows);
  return element(
    "form",
    { class: "controls", "aria-label": "What is shown", submit: (event) => event.preventDefault() },
    element("div", { class: "sliders" }, epsilonControl(view), cursorControl(view)),
    isLive ? element("details", {}, element("summary", {}, "Layers, lines and axes"), settings) : settings,
  );
}
