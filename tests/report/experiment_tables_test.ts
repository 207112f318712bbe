import { parseCsv } from "../../src/cockpit/data/csv_text.ts";
import { table } from "../../src/io/table.ts";
import { packExperiment, unpackExperiment } from "../../src/cockpit/data/experiment_file.ts";
import { MOST_CHARACTERS, pageTables, type TableSource } from "../../src/report/experiment_tables.ts";
import { uniform } from "../../src/stats/random.ts";
import { assert } from "../deps.ts";

function source(file: string, rows: number): TableSource {
  const random = uniform(rows), values = Float64Array.from({ length: rows }, random);
  const made = table(values, {
    value: { help: "of chance", value: (value) => value },
    name: { help: "with a line feed", value: (value) => value < 0.5 ? "low\nest" : "high" },
  });
  return { file, help: made.columns, pieces: () => made.pieces() };
}

Deno.test("pageTables: small tables are whole; large ones have every so many rows, from the first", () => {
  const sources = [source("small.csv", 40), source("empty.csv", 0), source("large.csv", 20_000)];
  const whole = pageTables(sources);
  assert.deepEqual(whole.map(({ rows, every }) => [rows, every]), [[40, 1], [0, 1], [20_000, 1]]);
  assert.equal(whole[2].csv, [...sources[2].pieces()].join(""));
  const [small, empty, large] = pageTables(sources, 100_000);
  assert.equal(small.csv, whole[0].csv);
  assert.equal(empty.csv, whole[1].csv);
  assert(large.every > 1 && large.csv.length <= 100_000);
  const all = parseCsv(whole[2].csv).columns, kept = parseCsv(large.csv).columns;
  assert.deepEqual(kept, all.map((cells) => cells.filter((_, i) => i % large.every === 0)));
});

Deno.test("pageTables: the largest page of numbers by chance has less than 2 MB", async () => {
  const tables = pageTables([source("large.csv", 200_000)]);
  assert.equal(tables[0].rows, 200_000);
  assert(tables[0].csv.length <= MOST_CHARACTERS && tables[0].csv.length > 0.3 * MOST_CHARACTERS);
  const facts = { title: "", subtitle: "", command: null, sections: [] };
  const text = await packExperiment({ facts, verdicts: [], figures: [], tables });
  assert(text.length < 1_800_000, `${text.length} letters`);
  assert.equal((await unpackExperiment(text)).tables[0].csv, tables[0].csv);
});
