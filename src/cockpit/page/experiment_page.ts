/// <reference lib="dom" />
/**
 * The page of an experiment.
 *
 * @module
 */
import { Address } from "../address.ts";
import { thousands } from "../../plot/core/format.ts";
import type { ExperimentReport, TableRecord } from "../data/experiment_file.ts";
import { dataTable } from "./data_table.ts";
import { element } from "./dom.ts";
import { factsElement } from "./facts.ts";
import { mountFigure } from "./figure_explorer.ts";
import { verdictList } from "./verdict_list.ts";

/** A table that is read when it is opened first. */
function foldedTable(record: TableRecord, address: Address, index: number, isAlone: boolean): HTMLElement {
  const { file, rows } = record, key = `table${index + 1}`, open = address.text(`${key}.open`);
  const usual = isAlone ? "yes" : "no";
  const details = element(
    "details",
    { class: "table" },
    element("summary", {}, `${file}, ${thousands(rows)} rows`),
  );
  const isOpen = () => (open.value || usual) === "yes";
  let isMade = false;
  const make = () => {
    if (!isMade) details.append(dataTable(record, address, key));
    isMade = true;
  };
  const follow = () => {
    details.open = isOpen();
    if (details.open) make();
  };
  open.subscribe(follow);
  details.addEventListener("toggle", () => {
    const now = details.open ? "yes" : "no";
    open.value = now === usual ? "" : now;
    if (details.open) make();
  });
  return details;
}

/**
 * Builds the page of an experiment.
 *
 * @param parent Where to build it.
 * @param report The experiment.
 */
export function buildExperimentPage(parent: Element, report: ExperimentReport): void {
  const { facts, verdicts, figures, tables } = report, address = new Address();
  const gallery = element("section", { class: "figures", "aria-labelledby": "figures" });
  gallery.append(
    element("h2", { id: "figures" }, figures.length === 1 ? "Figure" : "Figures"),
    element(
      "p",
      { class: "note", id: "figure-how" },
      "Point at a panel to read its axes and the next mark; click entries of the legend to hide and show; " +
        "Ctrl and the wheel, or + and −, for size. By keys: arrows go through marks and panels, with Shift they move the figure, 0 shows all.",
    ),
  );
  parent.replaceChildren(
    ...verdicts.length > 0 ? [verdictList(verdicts)] : [],
    ...figures.length > 0 ? [gallery] : [],
    ...tables.length === 0 ? [] : [
      element(
        "section",
        { class: "tables", "aria-labelledby": "tables" },
        element("h2", { id: "tables" }, "Data"),
        ...tables.map((table, i) => foldedTable(table, address, i, i === 0)),
      ),
    ],
    factsElement(facts),
  );
  // Figures are measured, so they must be in the page.
  figures.forEach((figure, i) => mountFigure(gallery, figure, address, `figure${i + 1}`));
}
