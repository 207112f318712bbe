import { equidistant, midpoints, quasirandom } from "../../src/tasks/points.ts";
import { assert, fc } from "../deps.ts";

Deno.test("points: equidistant points have exact ends, equal steps and the symmetry of their interval", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 2000 }), (count) => {
    const x = equidistant(count, -1, 1);
    assert.equal(x[0], -1);
    assert.equal(x[count - 1], 1);
    for (let i = 0; i < count; i++) {
      assert.equal(x[i] + x[count - 1 - i], 0);
      assert(Math.abs(x[i] - (-1 + 2 * i / (count - 1))) < 1e-7);
    }
  }));
  assert.deepEqual([...equidistant(3, 0, 5)], [0, 2.5, 5]);
});

Deno.test("points: one equidistant point is the midpoint", () => {
  assert.deepEqual([...equidistant(1, -1, 1)], [0]);
  assert.deepEqual([...equidistant(1, 0, 3)], [1.5]);
});

Deno.test("points: low-discrepancy points stay in the cube, repeat by seed and extend one another", () => {
  const counts = fc.integer({ min: 1, max: 200 }), dimensions = fc.integer({ min: 1, max: 6 });
  fc.assert(fc.property(counts, dimensions, fc.maxSafeNat(), (count, dimension, seed) => {
    const x = quasirandom(count, dimension, { low: -2, high: 3, seed });
    assert.equal(x.length, count * dimension);
    assert(x.every((coordinate) => coordinate >= -2 && coordinate <= 3));
    assert.deepEqual(x, quasirandom(count, dimension, { low: -2, high: 3, seed }));
    assert.deepEqual(x, quasirandom(2 * count, dimension, { low: -2, high: 3, seed }).subarray(0, x.length));
    assert.notDeepEqual(
      x,
      quasirandom(count, dimension, { low: -2, high: 3, seed: seed === 0 ? 1 : seed - 1 }),
    );
  }));
});

Deno.test("points: low-discrepancy points fill a cube more evenly than random ones", () => {
  for (const seed of [0, 1, 2]) {
    // Of 1024 random points in 256 cells, a cell would be empty with probability 0.018 and hold 4 ±
    // 2.
    const cells = new Array(256).fill(0);
    const x = quasirandom(1024, 2, { low: 0, high: 1, seed });
    for (let k = 0; k < 1024; k++) cells[16 * Math.floor(16 * x[2 * k]) + Math.floor(16 * x[2 * k + 1])]++;
    assert(
      Math.min(...cells) >= 2 && Math.max(...cells) <= 6,
      `${Math.min(...cells)} … ${Math.max(...cells)}`,
    );
    // Means converge almost as 1/m, not 1/√m.
    const mean = quasirandom(4096, 5, { low: -1, high: 1, seed }).reduce((sum, coordinate) =>
      sum + coordinate, 0) /
      (4096 * 5);
    assert(Math.abs(mean) < 1e-3, `${mean}`);
  }
});

Deno.test("points: midpoints are the centres of the cells of a box, each once", () => {
  assert.deepEqual([...midpoints(2, [[0, 4]])], [1, 3]);
  assert.deepEqual([...midpoints(2, [[0, 4], [-1, 1]])], [1, -0.5, 1, 0.5, 3, -0.5, 3, 0.5]);
  const cube = midpoints(3, [[0, 3], [0, 3], [0, 3]]);
  const cells = new Set(Array.from({ length: 27 }, (_, k) => cube.subarray(3 * k, 3 * k + 3).join()));
  assert.equal(cells.size, 27);
  assert(cube.every((value) => value === 0.5 || value === 1.5 || value === 2.5));
});
