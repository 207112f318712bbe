import { withoutDirections } from "../../src/linalg/without_directions.ts";
import { normals, orthonormalRows } from "../../src/stats/random_matrices.ts";
import { assert } from "../deps.ts";

Deno.test("withoutDirections: rows are orthogonal to what is taken out, and keep the rest", () => {
  const rows = 3,
    columns = 5,
    data = normals(rows * columns, 1),
    basis = orthonormalRows(columns, columns, 2);
  const along = (entries: ArrayLike<number>, row: number, k: number) =>
    Array.from({ length: columns }, (_, j) => entries[row * columns + j] * basis[k * columns + j])
      .reduce((sum, value) => sum + value, 0);
  for (const count of [0, 1, 3, 5]) {
    const rest = withoutDirections({ rows, columns, data }, basis, count);
    for (let row = 0; row < rows; row++) {
      for (let k = 0; k < columns; k++) {
        const wanted = k < count ? 0 : along(data, row, k);
        assert(Math.abs(along(rest, row, k) - wanted) < 1e-13, `${count}, ${row}, ${k}`);
      }
    }
  }
});
