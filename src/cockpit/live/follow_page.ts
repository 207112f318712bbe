/// <reference lib="dom" />
/**
 * The page that follows a run of another process.
 *
 * @module
 */
import { batch, effect } from "../deps.ts";
import { element } from "../page/dom.ts";
import { followFragment } from "../address.ts";
import { FollowedRun } from "./followed_run.ts";
import { liveModel, shownRun } from "./live_model.ts";
import { readFolds, writeFolds } from "./run_panels.ts";
import { mountRun } from "./run_section.ts";
import { viewPlace } from "./view_place.ts";

/** Milliseconds from one drawing to the next, at least; and times as long as drawing takes. */
const LEAST = 200, SHARE = 3;

/**
 * Builds the page.
 *
 * @param main Where to build it.
 * @param feed Address of the feed.
 */
export function buildFollowPage(main: Element, feed: string): void {
  const run = new FollowedRun(feed), model = liveModel(location.hash), shown = shownRun(run, model.view);
  model.shown.value = [shown];
  const about = element("p", { class: "subtitle" });
  effect(() => {
    const facts = run.facts.value;
    about.textContent = facts
      ? `${facts.title.replace(/^.*?: /, "")} · ${facts.subtitle} · training on ${run.adapterName.value}`
      : "Waiting for the run to begin …";
  });
  const section = element("section", { class: "run", "aria-label": "Run" });
  main.replaceChildren(about, viewPlace(model.view), section);
  const folds = readFolds(location.hash);
  mountRun(section, shown, { name: "run", folds });
  addEventListener("hashchange", () => model.apply(location.hash, false));
  followFragment(() => [model.fragment(), writeFolds(folds)].filter((text) => text !== "").join("&"));
  const draw = () => {
    const start = performance.now();
    batch(() => run.show());
    setTimeout(draw, Math.max(LEAST, SHARE * (performance.now() - start)));
  };
  draw();
}
