import { assert, fc } from "../deps.ts";
import { padRows, unpadRows, vectors } from "../../src/linalg/matrix_view.ts";

Deno.test("vectors: of four that hold a row", () => {
  assert.deepEqual([0, 1, 3, 4, 5, 8, 250, 251].map(vectors), [0, 1, 1, 1, 2, 2, 63, 63]);
});

Deno.test("padRows puts zeros behind each row", () => {
  assert.deepEqual(padRows(Float32Array.of(1, 2, 3, 4), 2), Float32Array.of(1, 2, 0, 0, 3, 4, 0, 0));
  assert.deepEqual(
    padRows(Float32Array.of(1, 2), 1, 2),
    Float32Array.of(1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0),
  );
  assert.deepEqual(padRows(Float32Array.of(1, 2, 3, 4), 4), Float32Array.of(1, 2, 3, 4));
  assert.deepEqual(padRows(new Float32Array(0), 3), new Float32Array(0));
});

Deno.test("unpadRows takes out what padRows put in", () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 9 }),
    columns: fc.integer({ min: 1, max: 9 }),
    more: fc.nat(3),
  });
  fc.assert(
    fc.property(shape, ({ rows, columns, more }) => {
      const matrix = Float32Array.from({ length: rows * columns }, (_, i) => i + 1);
      const stride = vectors(columns) + more;
      const padded = padRows(matrix, columns, stride);
      assert.equal(padded.length, rows * 4 * stride);
      assert.deepEqual(unpadRows(padded, columns, stride), matrix);
      assert.equal(padded.filter((x) => x !== 0).length, matrix.length);
      if (more === 0) assert.deepEqual(unpadRows(padRows(matrix, columns), columns), matrix);
    }),
    { seed: 5, numRuns: 50 },
  );
});
