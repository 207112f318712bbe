/// <reference lib="dom" />
/**
 * The panels of a run of the live page: those that are seen first, and those that can be opened.
 *
 * @module
 */
import { computed, effect, type Signal, signal } from "../deps.ts";
import { element } from "../page/dom.ts";
import { lossPanel } from "../page/loss_panel.ts";
import { networkPanels } from "../page/network_panels.ts";
import { mountPanel } from "../page/panel.ts";
import { rankPanel } from "../page/rank_panel.ts";
import { runReadout } from "../page/readout.ts";
import type { RunModel } from "../page/run_model.ts";
import { spectrumPanels } from "../page/spectrum_panels.ts";
import { stairsTable } from "../page/stairs_table.ts";
import { onEnd, scope } from "../scope.ts";

/** Parts of a run that can be opened, and their headings. */
const PARTS = {
  spectrum: "Spectrum at the cursor, and eigenfunctions",
  numbers: "Numbers at the cursor, and stairs",
} as const;

/** Whether the parts are open: in all runs, so that they stay beside each other. */
export type Folds = Readonly<Record<keyof typeof PARTS, Signal<boolean>>>;

/** Name of the open parts in the fragment of the address. */
const OPEN = "view.open";

/** Names of the parts. */
const names = Object.keys(PARTS) as (keyof typeof PARTS)[];

/**
 * Reads which parts are open from the fragment of the address.
 *
 * @param fragment The fragment, with or without `#`.
 * @returns Signals; parts that it does not name are closed.
 */
export function readFolds(fragment: string): Folds {
  const open = new URLSearchParams(fragment.replace(/^#/, "")).get(OPEN)?.split(".") ?? [];
  return { spectrum: signal(open.includes("spectrum")), numbers: signal(open.includes("numbers")) };
}

/**
 * Writes which parts are open.
 *
 * @param folds The parts.
 * @returns A part of the fragment of the address; empty while all are closed.
 */
export function writeFolds(folds: Folds): string {
  const open = names.filter((name) => folds[name].value);
  return open.length === 0 ? "" : `${OPEN}=${open.join(".")}`;
}

/** A part that can be opened. It is made when it is open, and not before. */
function foldedPart(name: keyof typeof PARTS, folds: Folds, make: (parent: Element) => void): HTMLElement {
  const isOpen = folds[name], body = element("div", {});
  const part = element(
    "details",
    { class: `part-${name}`, toggle: () => isOpen.value = part.open },
    element("summary", {}, PARTS[name]),
    body,
  );
  effect(() => {
    part.open = isOpen.value;
    if (!isOpen.value) return;
    return scope(() => {
      make(body);
      onEnd(() => body.replaceChildren());
    });
  });
  return part;
}

/**
 * Puts the panels of a run into the page, until the end of the scope.
 *
 * @param parent Where to put them.
 * @param model The run.
 * @param folds Which parts are open.
 */
export function mountPanels(parent: Element, model: RunModel, folds: Folds): void {
  const { state, networks, widths } = model, last = widths.length - 1;
  const [first, curves, others, below, eigen, spectra] = [
    "first",
    "curves",
    "others",
    "below",
    "eigen",
    "spectra",
  ].map((name) => element("div", { class: name }));
  const [waterfall, spectrum] = spectrumPanels(model);
  const hasNetworks = computed(() => networks.value !== null);
  const functions = computed(() => hasNetworks.value ? networkPanels(model, networks.peek()!) : null);
  parent.append(
    element("div", { class: "panels" }, first, curves, others, below),
    foldedPart("spectrum", folds, (body) => {
      body.append(element("div", { class: "curves" }, spectra, eigen));
      mountPanel(spectra, spectrum);
      effect(() => {
        const found = functions.value;
        if (found) return scope(() => mountPanel(eigen, found.eigenfunctions));
      });
    }),
    foldedPart("numbers", folds, (body) => body.append(runReadout(model), stairsTable(model))),
  );
  mountPanel(first, lossPanel(model));
  // The terminal layer stands below the loss, those before it further down.
  const ranks = (place: Element, isOwn: (l: number) => boolean) => {
    const layers = computed(() => state.layers.value.filter((l) => l <= last && isOwn(l)).join());
    effect(() => {
      const all = layers.value === "" ? [] : layers.value.split(",").map(Number).reverse();
      return scope(() => all.forEach((l) => mountPanel(place, rankPanel(model, l))));
    });
  };
  ranks(first, (l) => l === last);
  effect(() => {
    const found = functions.value;
    if (found) return scope(() => found.functions.forEach((panel) => mountPanel(curves, panel)));
  });
  ranks(others, (l) => l < last);
  mountPanel(below, waterfall);
  onEnd(() => parent.replaceChildren());
}
