/// <reference lib="dom" />
/**
 * The script of an experiment's `report.html`: unpacks what the page holds, and shows it.
 *
 * @module
 */
import { unpackExperiment } from "./data/experiment_file.ts";
import { buildExperimentPage } from "./page/experiment_page.ts";

const main = document.getElementById("run")!;
try {
  buildExperimentPage(main, await unpackExperiment(document.getElementById("run-data")?.textContent ?? ""));
} catch (error) {
  main.textContent = `The experiment cannot be shown: ${error instanceof Error ? error.message : error}`;
  throw error;
}
