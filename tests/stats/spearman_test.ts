import { assert, fc } from "../deps.ts";
import { ShapeError } from "../../src/errors.ts";
import { spearman } from "../../src/stats/spearman.ts";

Deno.test("spearman of monotone series is exactly 1 or −1", () => {
  assert.equal(spearman([1, 2, 3, 4], [1, 10, 1e10, Infinity]), 1);
  assert.equal(spearman([1, 2, 3], [3, 2, -Infinity]), -1);
});

Deno.test("spearman gives ties the mean of their ranks", () => {
  // Ranks 1.5, 1.5, 3, 4 and 1, 3, 2, 4 about 2.5: Σuv = 3, Σu² = 4.5, Σv² = 5.
  assert(Math.abs(spearman([1, 1, 2, 3], [1, 3, 2, 4]) - 3 / Math.sqrt(22.5)) < 1e-12);
});

Deno.test("spearman is NaN where there is no order, and leaves NaN pairs out", () => {
  assert.equal(spearman([], []), NaN);
  assert.equal(spearman([1], [2]), NaN);
  assert.equal(spearman([1, 2, 3], [5, 5, 5]), NaN);
  assert.equal(spearman([1, NaN, 3], [5, 5, NaN]), NaN);
  assert.equal(spearman([1, NaN, 3, 4], [1, 0, 2, 9]), 1);
  assert.throws(() => spearman([1, 2], [1]), ShapeError);
});

Deno.test("spearman is symmetric, bounded, and blind to monotone maps", () => {
  const series = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })), {
    maxLength: 30,
  });
  fc.assert(fc.property(series, (pairs) => {
    const x = pairs.map((pair) => pair[0]), y = pairs.map((pair) => pair[1]);
    const rho = spearman(x, y);
    assert(Number.isNaN(rho) || Math.abs(rho) <= 1);
    assert.equal(spearman(y, x), rho);
    assert.equal(spearman(x, y.map(Math.log)), rho);
    assert.equal(spearman(x, y.map((value) => -value)), Number.isNaN(rho) ? NaN : 0 - rho);
  }));
});
