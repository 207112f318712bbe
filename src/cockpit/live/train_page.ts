/// <reference lib="dom" />
/**
 * The page in which networks train.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { batch, effect, signal, untracked } from "../deps.ts";
import { element } from "../page/dom.ts";
import { drawPad } from "./draw_pad.ts";
import { liveModel, shownRun } from "./live_model.ts";
import { LiveRun } from "./live_run.ts";
import { readFragment, writeFragment } from "./page_settings.ts";
import { mountRun } from "./run_section.ts";
import { forAdapter, type RunSettings } from "./settings.ts";
import { settingsForm } from "./settings_form.ts";
import { transport } from "./transport.ts";

/** Milliseconds from one drawing to the next, at least; and times as long as drawing takes. */
const LEAST = 80, SHARE = 3;

/** Width in pixels up to which settings begin folded. */
const NARROW = 700;

/** Names of the runs. */
const LETTERS = ["a", "b"];

/**
 * Builds the page in which networks train.
 *
 * @param main Where to build it.
 * @param gpu Device.
 */
export function buildTrainPage(main: Element, gpu: Gpu): void {
  const read = () => readFragment(location.hash);
  const begin = read();
  const runs = signal<readonly RunSettings[]>(begin.runs);
  const speed = signal(begin.speed), isRunning = signal(true), restarts = signal(0);
  const model = liveModel();
  const sections = element("div", { class: "runs" });
  const reset = () => restarts.value++;
  let training: readonly LiveRun[] = [];
  const step = () => training.forEach((run) => run.step());
  main.replaceChildren(
    element("p", { class: "subtitle" }, `Training on ${gpu.adapterName}${gpu.software ? ", software" : ""}.`),
    transport({ runs, isRunning, haveEnded: model.haveEnded, speed, step, reset }),
    sections,
  );

  addEventListener("hashchange", () => {
    const next = read();
    if (writeFragment(next) === writeFragment({ runs: runs.peek(), speed: speed.peek() })) return;
    batch(() => {
      runs.value = next.runs;
      speed.value = next.speed;
    });
  });
  effect(() => {
    const fragment = writeFragment({ runs: runs.value, speed: speed.value });
    const address = fragment === "" ? location.pathname + location.search : `#${fragment}`;
    if (location.hash.slice(1) !== fragment) history.replaceState(null, "", address);
  });

  const places = LETTERS.map((name, i) => {
    const form = settingsForm(name, begin.runs[i] ?? begin.runs[0], (texts) => {
      runs.value = runs.peek().map((other, k) => k === i ? texts : other);
    });
    const body = element("div", {});
    const title = `Run ${name.toUpperCase()}`;
    const summary = element("summary", {}, `${title}: settings`);
    const pad = drawPad((task) => {
      runs.value = runs.peek().map((other, k) => k === i ? { ...other, task, samples: "" } : other);
    });
    const settings = element("details", { open: innerWidth > NARROW }, summary, form.element, pad);
    const section = element("section", { class: "run", "aria-label": title }, settings, body);
    return { name, form, body, section };
  });
  sections.append(...places.map(({ section }) => section));

  /** Takes the runs out of the page. */
  let clear = () => {};
  effect(() => {
    void restarts.value;
    const all = runs.value;
    untracked(() => {
      clear();
      training = all.map((settings) => new LiveRun(forAdapter(settings, gpu.software)));
      const shown = training.map(shownRun);
      model.runs.value = shown;
      const stops = places.map(({ name, form, body, section }, i) => {
        section.hidden = i >= shown.length;
        if (section.hidden) return () => {};
        form.show(all[i]);
        const run = training[i], unmount = mountRun(body, model, shown[i], name);
        void run.train(gpu);
        return () => {
          run.end();
          unmount();
        };
      });
      clear = () => stops.forEach((stop) => stop());
    });
  });

  let last = performance.now();
  const draw = () => {
    const start = performance.now(), seconds = (start - last) / 1000;
    last = start;
    batch(() => {
      for (const run of training) {
        run.pace.isRunning = isRunning.peek();
        run.pace.speed = speed.peek();
        run.show(seconds);
      }
    });
    setTimeout(draw, Math.max(LEAST, SHARE * (performance.now() - start)));
  };
  draw();
}
