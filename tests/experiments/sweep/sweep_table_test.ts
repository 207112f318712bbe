import { sweepColumns } from "../../../src/experiments/sweep/sweep_table.ts";
import {
  columnHelp,
  parquet,
  type TypedColumn,
  typedCsv,
} from "../../../src/experiments/sweep/typed_table.ts";
import { parquetMetadata, parquetReadObjects } from "./deps.ts";
import { assert } from "../../deps.ts";
import { madeOutcome, planOf } from "../../support/sweeps.ts";

/** A table of parquet as rows; whole numbers are big integers there. */
async function readParquet(bytes: Uint8Array): Promise<Record<string, unknown>[]> {
  const rows = await parquetReadObjects({ file: bytes.buffer as ArrayBuffer });
  return rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === "bigint" ? Number(value) : value]),
    )
  );
}

const rowsOf = (columns: readonly TypedColumn[]) =>
  columns[0].values.map((_, i) => Object.fromEntries(columns.map(({ name, values }) => [name, values[i]])));

const plan = await planOf({
  base: { steps: 40, epsilons: [1e-3, 1e-6], samples: 20 },
  grid: { learningRate: [0.1, 0.2], batch: ["full", 8], depth: [1, 3], seed: [0, 4294967295] },
});

Deno.test("sweepColumns: a row for each trial, layer and threshold, in the order of the plan", () => {
  const outcomes = new Map(plan.trials.map((trial) => [trial.id, madeOutcome(trial)]));
  const rows = rowsOf(sweepColumns(plan, outcomes));
  assert.equal(rows.length, 8 * (1 + 3) * 2);
  const wanted = plan.trials.flatMap(({ id, settings: { hidden } }) =>
    hidden.flatMap((_, l) => [1e-3, 1e-6].map((epsilon) => [id, l + 1, epsilon]))
  );
  assert.deepEqual(rows.map(({ trial, layer, epsilon }) => [trial, layer, epsilon]), wanted);
  const { learning_rate, batch, depth, seed, status, diverged_at, p_sharp, p_trend, hidden_layers } = rows[4];
  assert.deepEqual([learning_rate, batch, depth, seed, hidden_layers], [0.1, "full", 3, 0, 3]);
  assert.deepEqual([status, diverged_at, p_sharp, p_trend], ["done", null, 0.01, null]);
});

Deno.test("sweepColumns: a trial that diverged has its rows, without ranks if it diverged at once", () => {
  const [late, atOnce, missing] = plan.trials;
  const outcomes = new Map([[late.id, madeOutcome(late, 25)], [atOnce.id, madeOutcome(atOnce, 0)]]);
  const rows = rowsOf(sweepColumns(plan, outcomes));
  assert.deepEqual(rows.map(({ trial }) => trial), [late.id, late.id, atOnce.id, atOnce.id]);
  assert.deepEqual([rows[0].status, rows[0].diverged_at, rows[0].last_step], ["diverged", 25, 20]);
  assert(rows[0].rank !== null && (rows[0].loss as number) > 0);
  assert.deepEqual([rows[2].status, rows[2].diverged_at], ["diverged", 0]);
  for (const name of ["last_step", "loss", "least_loss", "rank", "rank_high", "p_sharp", "effective_rank"]) {
    assert.equal(rows[2][name], null, name);
  }
  assert(!outcomes.has(missing.id));
  assert.deepEqual(rowsOf(sweepColumns(plan, new Map())), []);
});

Deno.test("the table is the same in CSV and in Parquet, and each column is explained", async () => {
  const outcomes = new Map(
    plan.trials.map((trial, i) => [trial.id, madeOutcome(trial, i === 3 ? 0 : i === 5 ? 15 : null)]),
  );
  const columns = sweepColumns(plan, outcomes),
    csv = [...typedCsv(columns)].join(""),
    bytes = await parquet(columns);
  const [header, ...lines] = csv.trimEnd().split("\n").map((line) => line.split(","));
  assert.deepEqual(Object.keys(columnHelp(columns)), header);
  assert(
    header.every((name) => /^[a-z][a-z0-9_]*$/.test(name)) && columns.every(({ help }) => help.length > 3),
  );
  const rows = await readParquet(bytes);
  assert.deepEqual(Object.keys(rows[0]), header);
  assert.deepEqual(rows, rowsOf(columns));
  assert.deepEqual(
    lines,
    rows.map((row) => Object.values(row).map((value) => value === null ? "" : String(value))),
  );
  assert.deepEqual(await parquet(columns), bytes, "the same table gives the same bytes");
});

Deno.test("parquet: kinds are those that are said, whatever the values; tables without rows are tables", async () => {
  const kinds = ["integer", "number", "text", "boolean"] as const;
  const types = async (values: readonly null[]) => {
    const bytes = await parquet(kinds.map((kind) => ({ name: kind, kind, help: "", values })));
    return parquetMetadata(bytes.buffer as ArrayBuffer).schema.slice(1).map(({ type }) => type);
  };
  const wanted = ["INT64", "DOUBLE", "BYTE_ARRAY", "BOOLEAN"];
  assert.deepEqual(await types([null]), wanted);
  assert.deepEqual(await types([]), wanted);
  const numbers = [0.1, NaN, Infinity, -0, 5e-324, 2 ** 53, null, 1e308];
  const read = await readParquet(await parquet([{ name: "x", kind: "number", help: "", values: numbers }]));
  assert.deepEqual(read.map(({ x }) => x), numbers);
});
