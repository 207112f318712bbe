/**
 * The tables of trained layers, in tidy form.
 *
 * @module
 */
import { csv, type CsvColumn } from "../../io/csv.ts";
import type { CollapseRow } from "./layers.ts";

/**
 * Writes a row for each network and layer:
 * `deviation,weight_decay,seed,loss,accuracy,layer,rank,rank_low,rank_high,distance,relative_distance,tcv,relative_tcv,trace_ratio`.
 *
 * @param rows Layers.
 * @returns The table, as CSV; a cell is empty where there is no number.
 */
export function collapseTable(rows: readonly CollapseRow[]): string {
  return csv([
    ...networkColumns(rows),
    ["loss", rows.map(({ loss }) => loss)],
    ["accuracy", rows.map(({ accuracy }) => accuracy)],
    ["layer", rows.map(({ layer }) => layer)],
    ["rank", rows.map(({ rank }) => rank)],
    ["rank_low", rows.map(({ low }) => low)],
    ["rank_high", rows.map(({ high }) => high)],
    ["distance", rows.map(({ distance }) => distance)],
    ["relative_distance", rows.map(({ relativeDistance }) => numberOrNone(relativeDistance))],
    ["tcv", rows.map(({ variation }) => variation)],
    ["relative_tcv", rows.map(({ relative }) => numberOrNone(relative))],
    ["trace_ratio", rows.map(({ traceRatio }) => numberOrNone(traceRatio))],
  ]);
}

/**
 * Writes a row for each singular value of each layer: `deviation,weight_decay,seed,layer,index,singular_value,error`.
 *
 * @param rows Layers.
 * @returns The table, as CSV.
 */
export function singularValueTable(rows: readonly CollapseRow[]): string {
  const values = rows.flatMap((row) =>
    Array.from(row.singularValues, (value, i) => ({ row, index: i + 1, value, error: row.bounds[i] }))
  );
  return csv([
    ...networkColumns(values.map(({ row }) => row)),
    ["layer", values.map(({ row }) => row.layer)],
    ["index", values.map(({ index }) => index)],
    ["singular_value", values.map(({ value }) => value)],
    ["error", values.map(({ error }) => error)],
  ]);
}

/** The columns that say which network it is. */
function networkColumns(rows: readonly CollapseRow[]): CsvColumn[] {
  return [
    ["deviation", rows.map(({ deviation }) => deviation)],
    ["weight_decay", rows.map(({ weightDecay }) => weightDecay)],
    ["seed", rows.map(({ seed }) => seed)],
  ];
}

function numberOrNone(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
