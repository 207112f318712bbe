/// <reference lib="dom" />
/**
 * What is known about a run beside its numbers: configuration, environment, command.
 *
 * @module
 */
import type { RunFacts } from "../data/run_file.ts";
import { element } from "./dom.ts";

/** The command that trains the run again, with a button that copies it. */
function commandElement(command: string): HTMLElement {
  const text = element("code", {}, command);
  const done = element("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(command);
      done.textContent = "copied";
    } catch {
      // Where the browser does not let a page write, the text is selected for the reader to copy.
      getSelection()?.selectAllChildren(text);
      done.textContent = "selected; copy it now";
    }
  };
  return element(
    "div",
    { class: "command" },
    element("pre", { tabindex: 0, "aria-label": "Command that trains this run again" }, text),
    element("button", { type: "button", click: () => void copy() }, "Copy the command"),
    done,
  );
}

/**
 * Makes the facts of a run.
 *
 * @param facts The facts.
 * @returns Parts that can be opened.
 */
export function factsElement({ command, sections }: RunFacts): HTMLElement {
  const list = (rows: readonly (readonly [string, string])[]) =>
    element(
      "dl",
      {},
      ...rows.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
    );
  return element(
    "section",
    { class: "facts", "aria-label": "About the run" },
    ...command === null ? [] : [
      element("details", { open: true }, element("summary", {}, "Command"), commandElement(command)),
    ],
    ...sections.map(({ title, rows }) => element("details", {}, element("summary", {}, title), list(rows))),
  );
}
