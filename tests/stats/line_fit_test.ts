import { fitLine } from "../../src/stats/line_fit.ts";
import { assert } from "../deps.ts";

Deno.test("fitLine: slope, intercept and share of a line with known residuals", () => {
  // Residuals ±1 that are orthogonal to 1 and x: the line stays, and R² = 20 · 4 / (20 · 4 + 4).
  const x = [-3, -1, 1, 3], y = x.map((value, i) => 2 * value + 10 + [1, -1, -1, 1][i]);
  const { slope, intercept, share } = fitLine(x, y);
  assert.deepEqual([slope, intercept], [2, 10]);
  assert(Math.abs(share - 80 / 84) < 1e-15);
});

Deno.test("fitLine: what has no line says so", () => {
  assert(Object.values(fitLine([1, 1], [2, 3])).every(Number.isNaN));
  assert(Object.values(fitLine([], [])).every(Number.isNaN));
  const flat = fitLine([0, 1], [2, 2]);
  assert.deepEqual([flat.slope, flat.intercept, flat.share], [0, 2, NaN]);
});
