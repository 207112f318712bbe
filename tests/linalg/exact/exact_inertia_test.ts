import { finish } from "../../../src/gpu/turns.ts";
import { exactInertia } from "../../../src/linalg/exact/exact_inertia.ts";
import { assert, fc } from "../../deps.ts";
import { inertiaByDescartes } from "../../reference/descartes.ts";

/** The inertia of a lower triangle, asserted to leave it as it was. */
function inertiaOf(rows: readonly (readonly bigint[])[]): number[] {
  const before = structuredClone(rows);
  const { positive, zero, negative } = finish(exactInertia(rows));
  assert.deepEqual(rows, before);
  return [positive, zero, negative];
}

const full = (rows: readonly (readonly bigint[])[]) =>
  rows.map((_, i) => rows.map((_, j) => i >= j ? rows[i][j] : rows[j][i]));

Deno.test("exactInertia: zeros on the diagonal, zero rows, pivots that vanish on the way", () => {
  assert.deepEqual(inertiaOf([]), [0, 0, 0]);
  assert.deepEqual(inertiaOf([[0n]]), [0, 1, 0]);
  assert.deepEqual(inertiaOf([[0n], [-7n, 0n]]), [1, 0, 1]);
  assert.deepEqual(inertiaOf([[0n], [0n, 0n], [0n, 5n, 0n]]), [1, 1, 1]);
  assert.deepEqual(inertiaOf([[0n], [1n, 0n], [1n, 1n, 0n]]), [1, 0, 2]);
  assert.deepEqual(inertiaOf([[1n], [1n, 1n], [1n, 1n, 1n]]), [1, 2, 0]);
  // The second pivot vanishes, and the third diagonal entry with it.
  assert.deepEqual(inertiaOf([[1n], [1n, 1n], [1n, 3n, 1n]]), [2, 0, 1]);
});

Deno.test("exactInertia: as Descartes' rule counts, of few and of many digits", () => {
  const entry = fc.oneof(fc.bigInt(-2n, 2n), fc.constant(0n), fc.bigInt(-(2n ** 80n), 2n ** 80n));
  const triangle = fc.integer({ min: 1, max: 7 }).chain((n) =>
    fc.tuple(...Array.from({ length: n }, (_, i) => fc.array(entry, { minLength: i + 1, maxLength: i + 1 })))
  );
  fc.assert(
    fc.property(triangle, (rows) => assert.deepEqual(inertiaOf(rows), inertiaByDescartes(full(rows)))),
    { numRuns: 1500 },
  );
});
