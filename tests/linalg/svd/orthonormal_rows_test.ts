import { finish } from "../../../src/gpu/turns.ts";
import { descendingRows, orthonormalRows } from "../../../src/linalg/svd/orthonormal_rows.ts";
import { assert, fc } from "../../deps.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";

function assertOrthonormal(v: Float64Array, rows: number, columns: number): void {
  matmul(v, transpose(v, rows, columns), rows, rows, columns).forEach((x, e) => {
    assert.ok(Math.abs(x - (e % (rows + 1) === 0 ? 1 : 0)) <= 1e-13, `entry ${e} is ${x}`);
  });
}

Deno.test("orthonormalRows: rows that are long enough are divided by their norms, and no more", () => {
  const rows = Float64Array.of(3, 4, 0, 0, -8e-3, 6e-3, 0, 0);
  const v = finish(orthonormalRows({ rows, norms: [5, 1e-2], columns: 4, noise: 1e-3 }));
  assert.deepEqual(v, Float64Array.of(0.6, 0.8, 0, 0, -0.8, 0.6, 0, 0));
  assert.equal(rows[0], 3);
});

Deno.test("orthonormalRows: noise, zeros and copies are completed to an orthonormal basis", () => {
  const shape = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.nat(30), fc.nat(1000));
  for (const [columns, some, seed] of fc.sample(shape, { seed: 2, numRuns: 30 })) {
    const long = Math.min(columns, some), unit = normals(columns * columns, seed);
    // The first rows are those of the identity, turned; the others: random, zero, or copies of the
    // first.
    const rows = new Float64Array(columns * columns), norms = new Float64Array(columns);
    for (let i = 0; i < columns; i++) {
      if (i < long) rows[i * columns + (i + seed) % columns] = norms[i] = 100 - i;
      else {
        for (let j = 0; j < columns; j++) {
          const x = [unit[i * columns + j], 0, rows[j]][i % 3];
          rows[i * columns + j] = 1e-30 * x;
          norms[i] += (1e-30 * x) ** 2;
        }
        norms[i] = Math.sqrt(norms[i]);
      }
    }
    const v = finish(orthonormalRows({ rows, norms, columns, noise: 1e-9 }));
    assertOrthonormal(v, columns, columns);
    for (let i = 0; i < long; i++) assert.equal(v[i * columns + (i + seed) % columns], 1);
  }
});

Deno.test("orthonormalRows: of zeros alone, the identity", () => {
  const v = finish(orthonormalRows({ rows: new Float64Array(12), norms: [0, 0, 0], columns: 4, noise: 0 }));
  assert.deepEqual(v, Float64Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0));
});

Deno.test("descendingRows: the longest row first, rows of one length in their order", () => {
  const { norms, rows } = descendingRows([1, 3, 0, 3], Float64Array.of(1, 0, 0, 3, 0, 0, 3, 0), 2);
  assert.deepEqual([...norms], [3, 3, 1, 0]);
  assert.deepEqual([...rows], [0, 3, 3, 0, 1, 0, 0, 0]);
});
