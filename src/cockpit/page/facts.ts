/// <reference lib="dom" />
/**
 * What is known about a run beside its numbers: configuration, environment, command.
 *
 * @module
 */
import type { RunFacts } from "../data/run_file.ts";
import { copiedCommand } from "./copied_command.ts";
import { element } from "./dom.ts";

/**
 * Makes the facts of a run.
 *
 * @param facts The facts.
 * @returns Parts that can be opened.
 */
export function factsElement({ command, sections }: Pick<RunFacts, "command" | "sections">): HTMLElement {
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
      element(
        "details",
        { open: true },
        element("summary", {}, "Command"),
        element("div", { class: "command" }, ...copiedCommand(command)),
      ),
    ],
    ...sections.map(({ title, rows }) => element("details", {}, element("summary", {}, title), list(rows))),
  );
}
