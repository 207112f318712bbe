/// <reference lib="dom" />
/**
 * The page in which networks train.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { followFragment } from "../address.ts";
import { batch, effect, signal, untracked } from "../deps.ts";
import { element } from "../page/dom.ts";
import { onEnd, scope } from "../scope.ts";
import { drawPad } from "./draw_pad.ts";
import { liveModel, shownRun } from "./live_model.ts";
import { LiveRun } from "./live_run.ts";
import { readFragment, writeFragment } from "./page_settings.ts";
import { readFolds, writeFolds } from "./run_panels.ts";
import { mountRun } from "./run_section.ts";
import { forAdapter, type RunSettings } from "./settings.ts";
import { settingsForm } from "./settings_form.ts";
import { transport } from "./transport.ts";
import { viewPlace } from "./view_place.ts";

/** Milliseconds from one drawing to the next, at least; and times as long as drawing takes. */
const LEAST = 80, SHARE = 3;

/**
 * The same where networks train on the cores that the browser paints with: drawn each 80 ms, they
 * took 1.57 times as long as without a page.
 */
const LEAST_ON_SOFTWARE = 200;

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
  const begin = readFragment(location.hash);
  const runs = signal<readonly RunSettings[]>(begin.runs);
  const speed = signal(begin.speed), isRunning = signal(true), restarts = signal(0);
  const model = liveModel(location.hash), { view } = model, folds = readFolds(location.hash);
  const sections = element("div", { class: "runs" });
  const reset = () => restarts.value++;
  let training: readonly LiveRun[] = [];
  const step = () => training.forEach((run) => run.step());
  main.replaceChildren(
    element("p", { class: "subtitle" }, `Training on ${gpu.adapterName}${gpu.software ? ", software" : ""}.`),
    transport({ runs, isRunning, haveEnded: model.haveEnded, speed, step, reset }),
    viewPlace(view),
    sections,
  );

  const settingsText = () => writeFragment({ runs: runs.value, speed: speed.value });
  addEventListener("hashchange", () => {
    const next = readFragment(location.hash);
    const hasOtherRuns = writeFragment({ ...next, speed: speed.peek() }) !== untracked(settingsText);
    model.apply(location.hash, hasOtherRuns);
    batch(() => {
      if (hasOtherRuns) runs.value = next.runs;
      speed.value = next.speed;
    });
  });
  followFragment(() =>
    [settingsText(), model.fragment(), writeFolds(folds)].filter((text) => text !== "").join("&")
  );

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

  effect(() => {
    void restarts.value;
    const all = runs.value;
    return scope(() => {
      training = all.map((settings) => new LiveRun(forAdapter(settings, gpu.software)));
      const shown = training.map((run) => shownRun(run, view));
      model.shown.value = shown;
      view.state.cursor.value = null;
      for (const [i, { name, form, body, section }] of places.entries()) {
        section.hidden = i >= shown.length;
        if (section.hidden) continue;
        form.show(all[i]);
        const run = training[i];
        mountRun(body, shown[i], { name, folds });
        void run.train(gpu);
        onEnd(() => {
          run.end();
          shown[i].end();
        });
      }
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
    setTimeout(draw, Math.max(gpu.software ? LEAST_ON_SOFTWARE : LEAST, SHARE * (performance.now() - start)));
  };
  draw();
}
