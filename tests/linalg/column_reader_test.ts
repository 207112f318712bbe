import { ShapeError } from "../../src/errors.ts";
import { ColumnReader } from "../../src/linalg/column_reader.ts";
import type { MatrixSource } from "../../src/linalg/matrix_source.ts";
import { assert, fc } from "../deps.ts";

/** Entries that say where they are: row + column / 1,000. */
const entry = (row: number, column: number) => row + column / 1000;

/** A matrix in one of the forms that a source has. */
function sourceOf(form: "data" | "rows" | "columns", rows: number, columns: number): MatrixSource {
  const block = (height: number, width: number, at: (row: number, column: number) => number) =>
    Float64Array.from({ length: height * width }, (_, e) => at(Math.floor(e / width), e % width));
  if (form === "data") return { rows, columns, data: block(rows, columns, entry) };
  const tile = (first: number, count: number) => block(count, columns, (k, j) => entry(first + k, j));
  const columnTile = (first: number, count: number) => block(rows, count, (k, j) => entry(k, first + j));
  return form === "rows" ? { rows, columns, tile } : { rows, columns, tile, columnTile };
}

Deno.test("ColumnReader: any block of columns, whatever the source gives and however much is kept", async () => {
  const problem = fc.record({
    form: fc.constantFrom("data" as const, "rows" as const, "columns" as const),
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 30 }),
    keptBytes: fc.integer({ min: 1, max: 3000 }),
    asked: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 8 }),
  });
  await fc.assert(fc.asyncProperty(problem, async ({ form, rows, columns, keptBytes, asked }) => {
    const reader = new ColumnReader(sourceOf(form, rows, columns), keptBytes);
    for (const [x, y] of asked) {
      const first = x % columns, count = 1 + y % (columns - first);
      const expected = Array.from(
        { length: rows * count },
        (_, e) => entry(Math.floor(e / count), first + e % count),
      );
      assert.deepEqual([...await reader.read(first, count)], expected);
    }
  }));
});

Deno.test("ColumnReader: rows are read once while their columns are kept", async () => {
  let asked = 0;
  const source = {
    rows: 4,
    columns: 10,
    tile: (first: number, count: number) => {
      asked += count;
      return Float32Array.from({ length: 10 * count }, (_, e) => 10 * first + e);
    },
  };
  const reader = new ColumnReader(source, 8 * 4 * 5);
  for (const first of [0, 3, 1]) await reader.read(first, 2);
  assert.equal(asked, 4);
  const expected = [0, 1, 2, 3].flatMap((k) => [5, 6, 7, 8, 9].map((j) => 10 * k + j));
  assert.deepEqual([...await reader.read(5, 5)], expected);
  assert.equal(asked, 8);
});

Deno.test("ColumnReader: too few columns are named", async () => {
  const tile = () => new Float32Array(6), columnTile = () => new Float32Array(5);
  await assert.rejects(new ColumnReader({ rows: 2, columns: 3, tile, columnTile }).read(0, 3), {
    name: ShapeError.name,
    message: "columnTile(0, 3) gave 5 entries: give 3 columns of 2 samples",
  });
});
