/// <reference lib="dom" />
/**
 * The page of a run.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import { followFragment } from "../address.ts";
import { effect, signal } from "../deps.ts";
import { type RunReport, unpackRun } from "../data/run_file.ts";
import { scope } from "../scope.ts";
import { applyFragment, fragmentOf, initialState, type ViewShape } from "../state.ts";
import { viewControls } from "./controls.ts";
import { element, svgElement } from "./dom.ts";
import { exportButtons } from "./export.ts";
import { factsElement } from "./facts.ts";
import { drawKey } from "./key.ts";
import { networkPanels } from "./network_panels.ts";
import { mountPanel } from "./panel.ts";
import { runReadout } from "./readout.ts";
import { runOf } from "./run.ts";
import { type RunModel, runModel, type View } from "./run_model.ts";
import { lossPanel } from "./loss_panel.ts";
import { rankPanel } from "./rank_panel.ts";
import { spectrumPanels } from "./spectrum_panels.ts";
import { stairsTable } from "./stairs_table.ts";

/** Identifier of the element that holds the packed run. */
export const DATA_ID = "run-data";

/** What was left out of the page, in words. */
function thinnedText({ columns: { recorded, replicas, steps, spectrumAt } }: RunReport): string {
  const some = (kept: number, all: number, what: string, which: string) =>
    kept < all ? [`${thousands(kept)} of ${thousands(all)} ${what}, ${which}`] : [];
  const cut = [
    ...some(replicas, recorded.replicas, "replicas", "the first ones"),
    ...some(steps.length, recorded.steps, "probed steps", "those that can be seen"),
    ...some(spectrumAt.length, recorded.spectra, "spectra", "evenly spaced"),
  ];
  return cut.length === 0 ? "" : `This page holds ${cut.join("; ")}. spectra.npz has them all.`;
}

/** Reads the run of another report. */
async function readReport(file: Blob): Promise<RunReport> {
  const page = new DOMParser().parseFromString(await file.text(), "text/html");
  const data = page.getElementById(DATA_ID)?.textContent;
  if (!data) throw new Error("it is no report.html of a run");
  return await unpackRun(data);
}

/** Compares with the report that is chosen, or dropped onto the page. */
function comparison(model: RunModel, say: (text: string) => void): HTMLElement {
  const { other } = model;
  const take = async (file: File | null | undefined) => {
    if (!file) return;
    try {
      const found = await readReport(file);
      other.value = found;
      const same = found.columns.threshold === model.columns.peek().threshold;
      say(
        `Dashed: ${found.facts.title} · ${found.facts.subtitle}${
          same ? "" : ", with thresholds of another kind"
        }`,
      );
    } catch (error) {
      say(`${file.name} cannot be compared: ${error instanceof Error ? error.message : error}`);
    }
  };
  const input = element("input", {
    type: "file",
    accept: ".html,text/html",
    id: "compare",
    change: () => void take(input.files?.[0]),
  });
  const clear = element("button", {
    type: "button",
    click: () => {
      other.value = null;
      input.value = "";
      say("");
    },
  }, "Remove it");
  effect(() => void (clear.hidden = other.value === null));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    void take(event.dataTransfer?.files[0]);
  });
  return element(
    "span",
    { class: "compare" },
    element("label", { for: "compare" }, "Compare with another report.html (or drop it here)"),
    input,
    clear,
  );
}

/** Makes the view of one run that stays as it is. */
function viewOf(report: RunReport): View & { readonly model: RunModel } {
  const { columns } = report, { replicas, epsilons, threshold, layers, steps } = columns;
  const shape: ViewShape = { replicas, epsilons, threshold, layers: layers.length, steps };
  const runs = signal<readonly RunModel[]>([]);
  const view: View = {
    state: initialState(shape),
    shape: signal(shape),
    runs,
    steps: signal(steps),
    isLive: false,
  };
  const model = runModel(runOf(report), view);
  runs.value = [model];
  applyFragment(shape, view.state, location.hash);
  addEventListener("hashchange", () => applyFragment(shape, view.state, location.hash));
  followFragment(() => fragmentOf(shape, view.state));
  return { ...view, model };
}

/** The meaning of the lines on paper, where there are no controls. */
function printedKey(model: RunModel): HTMLElement {
  const box = element("div", { class: "key", "aria-hidden": "true" }), width = 700;
  effect(() => {
    const svg = svgElement("svg");
    const height = drawKey(svg, model, width);
    for (const [key, value] of Object.entries({ width, height })) svg.setAttribute(key, String(value));
    box.replaceChildren(svg);
  });
  return box;
}

/**
 * Builds the page of a run.
 *
 * @param parent Where to build it.
 * @param report The run.
 */
export function buildRunPage(parent: Element, report: RunReport): void {
  const view = viewOf(report), { model, state } = view, { stairs } = model;
  const status = element("p", { role: "status", class: "status" });
  const say = (text: string) => void (status.textContent = text);
  const thinned = thinnedText(report);
  const [over, beside, below, spectrumPlace, networks] = ["over", "beside", "below", "spectrum", "networks"]
    .map((name) => element("div", { class: name }));
  const panels = element("div", { class: "columns" }, over, beside, below, spectrumPlace, networks);
  const tools = element("div", { class: "tools" }, exportButtons(panels, model, say), comparison(model, say));
  parent.replaceChildren(
    viewControls(view, report.facts.replicaNames),
    ...thinned === "" ? [] : [element("p", { class: "note" }, thinned)],
    printedKey(model),
    panels,
    tools,
    status,
    factsElement(report.facts),
  );
  if (report.columns.steps.length === 0) {
    panels.append("The run has no probes.");
    return;
  }
  mountPanel(over, lossPanel(model));
  const ranks = element("div", { class: "ranks" });
  over.append(ranks);
  effect(() => {
    const layers = state.layers.value;
    return scope(() => layers.forEach((l) => mountPanel(ranks, rankPanel(model, l))));
  });
  beside.append(runReadout(model));
  if (stairs.length === 0) return;
  beside.append(element(
    "details",
    { class: "stairs", open: true },
    element("summary", {}, "Stairs, and what else could have made them"),
    stairsTable(model),
  ));
  const [waterfall, spectrum] = spectrumPanels(model);
  mountPanel(below, waterfall);
  mountPanel(spectrumPlace, spectrum);
  if (report.networks) {
    const { functions, eigenfunctions } = networkPanels(model, report.networks);
    for (const panel of [...functions, eigenfunctions]) mountPanel(networks, panel);
  }
}
