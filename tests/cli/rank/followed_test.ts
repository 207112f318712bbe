import { followed } from "../../../src/cli/rank/followed.ts";
import { assert } from "../../deps.ts";

/** A matrix of the given shape that is produced on demand; entry (i, j) is 10 i + j. */
function matrixOf(rows: number, columns: number) {
  const entries = (i: number, height: number, j: number, width: number) =>
    Float32Array.from({ length: height * width }, (_, k) => 10 * (i + Math.floor(k / width)) + j + k % width);
  return {
    rows,
    columns,
    tile: (first: number, count: number) => entries(first, count, 0, columns),
    columnTile: (first: number, count: number) => entries(0, rows, first, count),
  };
}

Deno.test("followed: the same entries; counts along the longer side, and never backwards", () => {
  for (const [rows, columns] of [[7, 3], [3, 7], [4, 4]]) {
    const matrix = matrixOf(rows, columns), seen: [number, string][] = [];
    const same = followed(matrix, (...call) => seen.push(call));
    assert("tile" in same);
    assert.deepEqual([same.rows, same.columns], [rows, columns]);
    assert.deepEqual(same.tile(1, 2), matrix.tile(1, 2));
    assert.deepEqual(same.columnTile!(1, 2), matrix.columnTile(1, 2));
    const read = rows >= columns ? same.tile : same.columnTile!;
    read(3, 1);
    read(0, 2);
    assert.deepEqual(seen, [[3, ""], [4, ""], [4, "reading them again"]]);
  }
});

Deno.test("followed: features in memory, and those without columns", () => {
  const held = { rows: 1, columns: 1, data: new Float32Array(1) };
  assert.equal(followed(held, () => assert(false)), held);
  const { columnTile: _, ...byRows } = matrixOf(2, 3);
  assert(!("columnTile" in followed(byRows, () => {})));
});
