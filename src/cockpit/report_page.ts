/// <reference lib="dom" />
/**
 * The script of `report.html`: unpacks the run that the page holds, and shows it.
 *
 * @module
 */
import { buildRunPage, DATA_ID } from "./page/run_page.ts";
import { unpackRun } from "./data/run_file.ts";

const main = document.getElementById("run")!;
try {
  buildRunPage(main, await unpackRun(document.getElementById(DATA_ID)?.textContent ?? ""));
} catch (error) {
  main.textContent = `The run cannot be shown: ${error instanceof Error ? error.message : error}`;
  throw error;
}
