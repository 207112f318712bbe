/// <reference lib="dom" />
/**
 * The place of the controls of what is shown, which are the same for all runs.
 *
 * @module
 */
import { effect } from "../deps.ts";
import { viewControls } from "../page/controls.ts";
import { element } from "../page/dom.ts";
import type { View } from "../page/run_model.ts";
import { scope } from "../scope.ts";

/**
 * Makes the place of the controls. They are made anew when there is something else to show.
 *
 * @param view What is shown.
 * @returns The element that holds them; it is empty until a run is known.
 */
export function viewPlace(view: View): HTMLElement {
  const place = element("div", { class: "view" });
  effect(() => {
    if (view.shape.value.layers === 0) return;
    return scope(() => place.replaceChildren(viewControls(view, [])));
  });
  return place;
}
