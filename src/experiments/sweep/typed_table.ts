/**
 * Tables whose columns have a type, as comma-separated values and in Parquet.
 *
 * @module
 */
import { csvLine } from "../../io/csv.ts";
import type { ValueKind } from "./swept_value.ts";

/** A column with a type. */
export interface TypedColumn {
  /** Name in snake case. */
  readonly name: string;
  /** Kind of its values. */
  readonly kind: ValueKind;
  /** Explanation in one line. */
  readonly help: string;
  /** Values; `null` for an empty cell. */
  readonly values: readonly (string | number | boolean | null)[];
}

/** Types of Parquet by the kind of a column. Seeds and steps go up to 2³² − 1. */
const TYPES = { integer: "INT64", number: "DOUBLE", text: "STRING", boolean: "BOOLEAN" } as const;

/** Third-party code, by a name that is no literal: most programs need none of it. */
const THIRD_PARTY: string = "./deps.ts";

/**
 * Writes a table as comma-separated values, line by line: as one text it may be too long.
 *
 * @param columns The columns.
 * @yields The header, then a line for each row.
 */
export function* typedCsv(columns: readonly TypedColumn[]): Generator<string, void, void> {
  yield csvLine(columns.map(({ name }) => name));
  const rows = columns[0].values.length;
  for (let row = 0; row < rows; row++) yield csvLine(columns.map(({ values }) => values[row]));
}

/**
 * Writes a table in Parquet, compressed by Snappy.
 *
 * @param columns The columns.
 * @returns The bytes: the same for the same table.
 */
export async function parquet(columns: readonly TypedColumn[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import(THIRD_PARTY) as typeof import("./deps.ts");
  const columnData = columns.map(({ name, kind, values }) => ({
    name,
    type: TYPES[kind],
    data: kind === "integer"
      ? values.map((value) => value === null ? null : BigInt(value as number))
      : values as unknown[],
  }));
  return new Uint8Array(parquetWriteBuffer({ columnData, createdBy: "staircase" }));
}

/**
 * Explains the columns of a table.
 *
 * @param columns The columns.
 * @returns Explanations by name.
 */
export function columnHelp(columns: readonly TypedColumn[]): Record<string, string> {
  return Object.fromEntries(columns.map(({ name, help }) => [name, help]));
}
