/**
 * What a sweep would do, for `--dry-run`.
 *
 * @module
 */
import { textTable } from "../../display/text_table.ts";
import { count } from "../../format.ts";
import type { Batch, Sweep } from "./batch.ts";
import { keyText, sweptValue, valueText } from "./swept_value.ts";

/** Most rows of a table; the object of `--json` has all. */
const MOST_ROWS = 30;

/** Lists the first rows, and how many more there are. */
function firstRows<Item>(header: string[], items: readonly Item[], row: (item: Item) => string[]): string[] {
  const lines = textTable([header, ...items.slice(0, MOST_ROWS).map(row)], 1);
  const more = items.length - MOST_ROWS;
  return more > 0 ? [...lines, `  … ${more} more`] : lines;
}

const megabytes = (bytes: number) =>
  bytes < 1e5 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Describes a sweep before it runs.
 *
 * @param sweep The sweep.
 * @param mine Batches that this command would run.
 * @returns Lines for a terminal.
 */
export function planLines({ plan, batches }: Sweep, mine: readonly Batch[]): string[] {
  const { keys, trials } = plan, all = batches.reduce((sum, { cost }) => sum + cost, 0);
  const wanted = new Set(mine);
  return [
    `${count(trials.length, "trial")} in ${count(batches.length, "batch", "batches")}` +
    (mine.length < batches.length ? `, of which this command runs ${mine.length}` : ""),
    "",
    ...firstRows(["trial", ...keys.map(keyText)], trials, (trial) => [
      trial.id,
      ...keys.map((key) => valueText(sweptValue(trial, key))),
    ]),
    "",
    ...firstRows(
      ["batch", "trials", "network", "steps", "work", "GPU memory"],
      batches.filter((each) => wanted.has(each)),
      ({ id, trials, cost, bytes }) => {
        const [{ task: { inputs, outputs }, settings: { hidden, steps } }] = trials;
        return [
          id,
          String(trials.length),
          [inputs, ...hidden, outputs].join("-"),
          String(steps),
          `${(100 * cost / all).toFixed(1)} %`,
          `about ${megabytes(bytes)}`,
        ];
      },
    ),
  ];
}

/**
 * Describes a sweep before it runs, for `--json`.
 *
 * @param sweep The sweep.
 * @param mine Batches that this command would run.
 * @returns The trials with what is swept, and the batches.
 */
export function planJson({ plan, batches }: Sweep, mine: readonly Batch[]): object {
  const wanted = new Set(mine);
  return {
    experiment: "sweep",
    keys: plan.keys,
    trials: plan.trials.map((trial) => ({
      trial: trial.id,
      ...Object.fromEntries(plan.keys.map((key) => [key, sweptValue(trial, key)])),
    })),
    batches: batches.map((batch) => ({
      batch: batch.id,
      trials: batch.trials.map(({ id }) => id),
      cost: batch.cost,
      bytes: batch.bytes,
      isMine: wanted.has(batch),
    })),
  };
}
