/// <reference lib="dom" />
/**
 * A table of an experiment: sorted by a column, filtered by text, a page at a time.
 *
 * @module
 */
import { thousands } from "../../plot/core/format.ts";
import type { Address } from "../address.ts";
import { type CsvTable, numbersOf, parseCsv } from "../data/csv_text.ts";
import type { TableRecord } from "../data/experiment_file.ts";
import { computed, effect, signal } from "../deps.ts";
import { download, element } from "./dom.ts";

/** Rows on screen. */
const ROWS = 50;

/** Rows on paper, from the first. */
const PAPER_ROWS = 200;

/** Whether the page is being printed. */
const isPaper = signal(false);
globalThis.addEventListener("beforeprint", () => void (isPaper.value = true));
globalThis.addEventListener("afterprint", () => void (isPaper.value = false));

/** Characters from which on a number is shown with fewer digits. */
const LONG = 11;

/** A column with what it is sorted by. */
interface SortedColumn {
  readonly name: string;
  readonly cells: readonly string[];
  readonly numbers: Float64Array | null;
}

/** A number as it is shown: its digits are all in the file, and in the title of the cell. */
function shownNumber(cell: string): string {
  if (cell.length < LONG) return cell;
  return String(Number(Number(cell).toPrecision(6)));
}

/**
 * Orders rows by a column. Cells that are empty or no numbers come last; equal ones stay in order.
 *
 * @param column The column.
 * @param rows Indices of the rows.
 * @param isDescending Whether the largest comes first.
 * @returns The indices in their order.
 */
export function sortRows(
  { cells, numbers }: Omit<SortedColumn, "name">,
  rows: readonly number[],
  isDescending: boolean,
): number[] {
  const sign = isDescending ? -1 : 1;
  if (!numbers) {
    const { compare } = new Intl.Collator("en", { numeric: true });
    return rows.toSorted((a, b) => sign * compare(cells[a], cells[b]));
  }
  return rows.toSorted((a, b) => {
    const [x, y] = [numbers[a], numbers[b]];
    if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
    return x === y ? 0 : sign * (x < y ? -1 : 1);
  });
}

/**
 * Finds the rows of a table that have all words of a text. `column=value` asks for that value of
 * that column.
 *
 * @param table The table.
 * @param text The words; case does not count.
 * @returns Indices of the rows.
 */
export function findRows({ names, columns }: CsvTable, text: string): number[] {
  const rows = Array.from(columns[0] ?? [], (_, i) => i);
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return words.reduce((left, word) => {
    const at = word.indexOf("="), c = names.findIndex((name) => name.toLowerCase() === word.slice(0, at));
    if (at > 0 && c >= 0) {
      const wanted = word.slice(at + 1), number = wanted === "" ? NaN : Number(wanted);
      return left.filter((i) => columns[c][i].toLowerCase() === wanted || Number(columns[c][i]) === number);
    }
    return left.filter((i) => columns.some((cells) => cells[i].toLowerCase().includes(word)));
  }, rows);
}

/** Column and direction of a text such as `loss` or `-loss`. */
function parseSort(text: string, columns: readonly SortedColumn[]) {
  const isDescending = text.startsWith("-"), name = text.slice(Number(isDescending));
  return { column: columns.findIndex((column) => column.name === name), isDescending };
}

/**
 * Makes a table.
 *
 * @param record The table.
 * @param address Keeps what is shown.
 * @param key Beginning of the names in the address.
 * @returns The table and its controls.
 */
export function dataTable(record: TableRecord, address: Address, key: string): HTMLElement {
  const { file, help, rows: recorded, every, csv } = record, table = parseCsv(csv);
  const columns = table.names.map((name, c): SortedColumn => {
    return { name, cells: table.columns[c], numbers: numbersOf(table.columns[c]) };
  });
  const [find, sort, page] = ["find", "sort", "page"].map((name) => address.text(`${key}.${name}`));
  const held = columns[0]?.cells.length ?? 0;
  const order = computed(() => parseSort(sort.value, columns));
  const found = computed(() => findRows(table, find.value));
  const sorted = computed(() => {
    const { column, isDescending } = order.value;
    return column < 0 ? found.value : sortRows(columns[column], found.value, isDescending);
  });
  const pages = computed(() => Math.max(1, Math.ceil(sorted.value.length / ROWS)));
  const shown = computed(() => Math.min(pages.value, Math.max(1, Math.floor(Number(page.value)) || 1)) - 1);
  // Paper cannot be turned to the next page of a table.
  const first = computed(() => isPaper.value ? 0 : shown.value * ROWS);
  const last = computed(() =>
    Math.min(sorted.value.length, first.value + (isPaper.value ? PAPER_ROWS : ROWS))
  );

  const headings = columns.map(({ name, numbers }) => {
    const arrow = element("span", { class: "arrow", "aria-hidden": "true" });
    const button = element(
      "button",
      {
        type: "button",
        title: help[name] ?? name,
        click: () => {
          page.value = "";
          // Up, down, as in the file.
          sort.value = sort.value === name ? `-${name}` : sort.value === `-${name}` ? "" : name;
        },
      },
      name,
      arrow,
    );
    const heading = element("th", { scope: "col", class: numbers ? "number" : "text" }, button);
    return { name, heading, arrow };
  });
  effect(() => {
    const { column, isDescending } = order.value;
    for (const [c, { heading, arrow }] of headings.entries()) {
      const state = c !== column ? "none" : isDescending ? "descending" : "ascending";
      heading.setAttribute("aria-sort", state);
      arrow.textContent = { none: "", ascending: " ▲", descending: " ▼" }[state];
    }
  });
  const body = element("tbody");
  effect(() => {
    body.replaceChildren(
      ...sorted.value.slice(first.value, last.value).map((i) =>
        element(
          "tr",
          {},
          ...columns.map(({ cells, numbers }) => {
            const cell = cells[i], text = numbers ? shownNumber(cell) : cell;
            return element(
              "td",
              { class: numbers ? "number" : "text", title: text === cell ? null : cell },
              text,
            );
          }),
        )
      ),
    );
  });
  const status = element("span", { role: "status", class: "count" });
  const paper = element("p", { class: "note paper" });
  effect(() => {
    const count = sorted.value.length;
    const part = count === 0
      ? "no row"
      : `rows ${thousands(first.value + 1)}–${thousands(last.value)} of ${thousands(count)}`;
    status.textContent = count === held ? part : `${part}, out of ${thousands(held)}`;
    const left = count - last.value, more = left > 0 ? `; ${thousands(left)} more are in the file` : "";
    paper.textContent = isPaper.value ? `${file}: ${status.textContent}${more}` : "";
  });
  const turn = (name: string, label: string, to: () => number) => {
    const button = element("button", {
      type: "button",
      "aria-label": label,
      click: () => void (page.value = to() === 0 ? "" : String(to() + 1)),
    }, name);
    effect(() => void (button.disabled = to() < 0 || to() >= pages.value || to() === shown.value));
    return button;
  };
  const input = element("input", {
    type: "search",
    id: `${key}-find`,
    placeholder: columns[0] ? `words, or ${columns[0].name}=…` : "words",
    input: () => {
      page.value = "";
      find.value = input.value;
    },
  });
  effect(() => {
    if (input.value !== find.value) input.value = find.value;
  });
  const save = element("button", {
    type: "button",
    click: () => {
      const line = (cells: readonly string[]) =>
        cells.map((cell) => /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell).join(",") +
        "\n";
      const lines = sorted.value.map((i) => line(columns.map(({ cells }) => cells[i])));
      download(file, new Blob([line(table.names), ...lines], { type: "text/csv" }));
    },
  }, "Save these rows as CSV");
  const thinned = `This page holds one row in ${thousands(every)}, of ${
    thousands(recorded)
  }; ${file} has all.`;
  return element(
    "div",
    { class: "data" },
    ...every > 1 ? [element("p", { class: "note" }, thinned)] : [],
    element(
      "div",
      { class: "tools" },
      element("label", { class: "tick", for: `${key}-find` }, "filter", input),
      status,
      element(
        "span",
        { class: "buttons", role: "group", "aria-label": `Pages of ${file}` },
        turn("«", "First page", () => 0),
        turn("‹", "Page before", () => shown.value - 1),
        turn("›", "Next page", () => shown.value + 1),
        turn("»", "Last page", () => pages.value - 1),
      ),
      save,
    ),
    element(
      "div",
      { class: "scroll wide", tabindex: 0, role: "region", "aria-label": file },
      element(
        "table",
        { style: `--columns: ${columns.length}` },
        element("caption", {}, file),
        element("thead", {}, element("tr", {}, ...headings.map(({ heading }) => heading))),
        body,
      ),
    ),
    paper,
    element(
      "details",
      { class: "columns-help" },
      element("summary", {}, "Meaning of the columns"),
      element(
        "dl",
        {},
        ...columns.flatMap(({ name }) => [element("dt", {}, name), element("dd", {}, help[name] ?? "")]),
      ),
    ),
  );
}
