/**
 * The table of a sweep as rows for scripts, and as a notebook shows it.
 *
 * @module
 */
import { escapeHtml, htmlTable, svgImage } from "../../display/html.ts";
import { ends } from "../../display/table_view.ts";
import { textTable } from "../../display/text_table.ts";
import { withView } from "../../display/view.ts";
import { count } from "../../format.ts";
import { camelCase, snakeName } from "../../io/json.ts";
import type { SweepPlan } from "./trial.ts";
import type { TypedColumn } from "./typed_table.ts";

/** A row of the table of a sweep: values by the names of columns, in camel case. */
export type SweepRow = Readonly<Record<string, string | number | boolean | null>>;

/**
 * Gives the rows of a table one after another.
 *
 * @param columns The table.
 * @returns The rows. They are made anew each time they are iterated over.
 */
export function sweepRows(columns: readonly TypedColumn[]): Iterable<SweepRow> {
  const names = columns.map(({ name }) => Object.keys(camelCase({ [name]: 0 }) as object)[0]);
  return {
    *[Symbol.iterator]() {
      for (let row = 0; row < columns[0].values.length; row++) {
        yield Object.fromEntries(columns.map(({ values }, column) => [names[column], values[row]]));
      }
    },
  };
}

/** How many trials there are. */
interface TrialCounts {
  readonly trials: number;
  readonly done: number;
  readonly diverged: number;
}

/** Columns that a notebook shows after those of what is swept. */
const MEASURED = [
  "status",
  "loss",
  "layer",
  "epsilon",
  "rank_first",
  "rank",
  "rank_low",
  "rank_high",
  "stairs",
];

/**
 * Has notebooks show the results of a sweep: its figure, and its table in the main columns.
 *
 * @param plan The plan.
 * @param results The results.
 * @param made Table and figure.
 * @returns The same results.
 */
export function viewSweep<Results extends { readonly summary: TrialCounts }>(
  { keys }: SweepPlan,
  results: Results,
  { columns, figure }: { readonly columns: readonly TypedColumn[]; readonly figure: string },
): Results {
  const shown = [...keys.map(snakeName), ...MEASURED];
  const picked = shown.map((name) => columns.find((column) => column.name === name)!);
  const rows = () => [
    shown,
    ...ends(Array.from(columns[0].values.keys())).map((each) =>
      picked.map(({ values }) => each === null ? "…" : cellText(values[each[0]]))
    ),
  ];
  const { trials, done, diverged } = results.summary;
  const heading = [
    `sweep of ${count(trials, "trial")}`,
    ...done < trials ? [`${done} done`] : [],
    ...diverged > 0 ? [`${diverged} diverged`] : [],
  ].join(", ");
  return withView(results, {
    text: () => [heading, ...textTable(rows(), keys.length)].join("\n"),
    html: () =>
      [
        `<p><b>${escapeHtml(heading)}</b></p>`,
        `<p>${svgImage(figure)}</p>`,
        htmlTable(rows(), { left: keys.length, help: picked.map(({ help }) => help) }),
      ].join("\n"),
  });
}

function cellText(value: TypedColumn["values"][number]): string {
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value ?? "");
}
