/// <reference lib="dom" />
/**
 * A command line that can be copied.
 *
 * @module
 */
import { element } from "./dom.ts";

/**
 * Makes the line of a command that trains a run again, with a button that copies it.
 *
 * @param command The command.
 * @returns The line, the button, and where it says what it has done.
 */
export function copiedCommand(command: string): readonly HTMLElement[] {
  const text = element("code", {}, command), done = element("span", { role: "status" });
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
  return [
    element("pre", { tabindex: 0, "aria-label": "Command that trains this run again" }, text),
    element("button", { type: "button", click: () => void copy() }, "Copy the command"),
    done,
  ];
}
