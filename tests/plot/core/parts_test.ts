import { assert, fc } from "../../deps.ts";
import { powerOfTen, scientific, thousands } from "../../../src/plot/core/format.ts";
import { bandName, summarize } from "../../../src/stats/quantiles.ts";
import { lossAxis, rankAxis, stepAxis } from "../../../src/plot/core/scales.ts";
import { spread } from "../../../src/plot/core/spread.ts";
import { textWidth, wrapText } from "../../../src/plot/core/text.ts";
import { thinBand, thinLine } from "../../../src/plot/core/thin.ts";

Deno.test("numbers are printed as in a paper", () => {
  assert.equal(powerOfTen(0), "10⁰");
  assert.equal(powerOfTen(-12), "10⁻¹²");
  assert.equal(scientific(10 ** -5), "10⁻⁵");
  assert.equal(scientific(0.1 + 0.2), "3·10⁻¹");
  assert.equal(scientific(9.999e-7), "10⁻⁶");
  assert.equal(scientific(-1.25e3), "−1.25·10³");
  assert.equal(scientific(0), "0");
  assert.equal(thousands(1234567), "1,234,567");
});

Deno.test("spread keeps the gap, the order and the bounds, and moves nothing that need not move", () => {
  assert.deepEqual(spread([], 10, 0, 100), []);
  assert.deepEqual(spread([10, 40, 90], 10, 0, 100), [10, 40, 90]);
  assert.deepEqual(spread([0, 0, 0], 10, 0, 100), [0, 10, 20]);
  assert.deepEqual(spread([100, 100], 10, 0, 100), [90, 100]);
  assert.deepEqual(spread([5, 5, 5], 100, 0, 20), [0, 10, 20]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 8 }), (places) => {
      const moved = spread(places, 12, 0, 100);
      const order = places.map((_, i) => i).sort((i, j) => places[i] - places[j]);
      for (const [at, i] of order.entries()) {
        assert(moved[i] >= -1e-9 && moved[i] <= 100 + 1e-9);
        if (at > 0) assert(moved[i] - moved[order[at - 1]] >= 12 - 1e-9);
      }
    }),
  );
});

Deno.test("summarise gives values that replicas have, and the outer tenth is left out only where it is one", () => {
  const rows = Array.from({ length: 20 }, (_, r) => [r, r === 3 ? 7 : NaN, NaN]);
  assert.deepEqual(summarize(rows, 3), { low: [1, 7, NaN], median: [9, 7, NaN], high: [18, 7, NaN] });
  assert.deepEqual(summarize([[1], [2], []], 1), { low: [1], median: [1], high: [2] });
  assert.equal(bandName(10), "range");
  assert.equal(bandName(11), "10–90 %");
});

Deno.test("text: wider than it is, and broken where it must be", () => {
  assert(textWidth("mmm", 10) > textWidth("iii", 10));
  assert(textWidth("a", 10, true) > textWidth("a", 10));
  assert.deepEqual(wrapText("  ", 10, 100), []);
  fc.assert(fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
    const lines = wrapText(text, 10, 60);
    assert.equal(lines.join("").replace(/\s/g, ""), text.replace(/\s/g, ""));
    for (const line of lines) assert([...line].length === 1 || textWidth(line, 10) <= 60);
  }));
});

Deno.test("axes have whole ranks and steps, and at least two labels", () => {
  for (const largest of [0, 1, 2, 3, 7, 23, 64, 1000]) {
    const { ticks, scale, domain } = rankAxis([NaN, largest], 150);
    assert(ticks.length >= 2 && ticks.every(({ value }) => Number.isInteger(value)));
    assert(domain[1] > largest && scale(0) === 150);
  }
  assert.deepEqual(stepAxis([], 600).ticks.length <= 1, true);
  assert.deepEqual(stepAxis([7], 600).ticks, [{ value: 7, label: "7" }]);
  assert(stepAxis([0, 1], 600).ticks.every(({ value }) => Number.isInteger(value)));
  const positive = fc.double({ min: 1e-40, max: 1e38, noNaN: true });
  fc.assert(fc.property(positive, positive, (a, b) => {
    const { ticks, domain, scale } = lossAxis([a, b, 0, NaN], 150);
    assert(domain[0] < Math.min(a, b) && domain[1] > Math.max(a, b));
    assert(
      ticks.every(({ value }) => value >= domain[0] && value <= domain[1] && Number.isFinite(scale(value))),
    );
    assert(ticks.filter(({ label }) => label !== "").length >= 2);
  }));
});

Deno.test("thinning drops what is not seen: within runs, and beyond four points a column", () => {
  const line = [1, 1, 1, 2, 2, NaN, NaN, NaN, 3].map((y, x) => ({ x, y }));
  assert.deepEqual(thinLine(line).map(({ x }) => x), [0, 2, 3, 4, 5, 7, 8]);
  const noise = Array.from({ length: 20000 }, (_, k) => ({ x: k / 200, y: Math.sin(k * k) }));
  const thinned = thinLine(noise, 1000);
  assert(thinned.length <= 4 * 201);
  assert.equal(Math.max(...thinned.map(({ y }) => y)), Math.max(...noise.map(({ y }) => y)));
  assert(thinned.every(({ x }, i) => i === 0 || x >= thinned[i - 1].x));
  const band = thinBand(noise.map(({ x, y }) => ({ x, top: y - 1, bottom: y + 1 })), 1000);
  assert(band.length <= 2 * 201);
  assert.equal(Math.min(...band.map(({ top }) => top)), Math.min(...noise.map(({ y }) => y - 1)));
});
