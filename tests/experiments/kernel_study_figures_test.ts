import { convergenceFigure } from "../../src/experiments/kernel_study/figures/convergence.ts";
import { countErrorsFigure } from "../../src/experiments/kernel_study/figures/count_errors.ts";
import { growthFigure } from "../../src/experiments/kernel_study/figures/growth.ts";
import { decadeAxis, sizeAxis } from "../../src/plot/core/log_axis.ts";
import { ordinalAxis } from "../../src/plot/core/ordinal_axis.ts";
import { methodCostsFigure } from "../../src/experiments/kernel_study/figures/method_costs.ts";
import {
  methodLegend,
  methodName,
  methodStyle,
} from "../../src/experiments/kernel_study/figures/method_style.ts";
import { rooflineFigure } from "../../src/experiments/kernel_study/figures/roofline.ts";
import { spectrumErrorsFigure } from "../../src/experiments/kernel_study/figures/spectrum_errors.ts";
import { assert, fc } from "../deps.ts";
import { pathPoints } from "../support/figure.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import {
  convergence,
  countErrors,
  growth,
  methodCosts,
  METHODS,
  roofline,
  spectrumErrors,
} from "./kernel_study_figures.ts";
import { assertGolden } from "../support/golden.ts";

Deno.test("countErrorsFigure: a panel a matrix, a line a method, a strip for each that proves something", () => {
  const data = countErrors();
  const elements = assertSoundSvg(countErrorsFigure(data), "A study");
  assert.equal(marks(elements, "/panel").length, 8);
  assert.equal(marks(elements, "/clip/error").length, 8 * METHODS.length);
  assert.equal(marks(elements, "/certain/strip").length, 8 * (METHODS.length - 2));
  // Higher up is a larger error, and 0 lies on the line of zero.
  const [naive] = marks(elements, "/clip/error").filter(({ attributes }) =>
    attributes.stroke === methodStyle(METHODS[0]).color
  );
  const points = pathPoints(naive.attributes.d);
  const [zero] = marks(elements, "/panel/zero");
  assert(Math.abs(points[0].y - Number(zero.attributes.y1)) < 0.02);
  assert(points.at(-1)!.y < points[0].y && points.at(-1)!.x > points[0].x);
});

Deno.test("the figures of the kernel study: as kept", () => {
  assertGolden("kernel_study_count_errors", countErrorsFigure(countErrors({ panels: 3 })));
  assertGolden("kernel_study_spectrum_errors", spectrumErrorsFigure(spectrumErrors()));
  assertGolden("kernel_study_method_costs", methodCostsFigure(methodCosts()));
  assertGolden("kernel_study_growth", growthFigure(growth()));
  assertGolden("kernel_study_convergence", convergenceFigure(convergence()));
  assertGolden("kernel_study_roofline", rooflineFigure(roofline()));
});

Deno.test("countErrorsFigure: a strip is filled over the thresholds at which the rank is certain", () => {
  const data = countErrors({ panels: 1 });
  const certain = [true, true, false, true, false];
  const points = certain.map((known, k) => ({ share: 10 ** -(k + 1), error: 0, certain: known }));
  const series = [{ method: METHODS[4], points }];
  const elements = assertSoundSvg(
    countErrorsFigure({ ...data, panels: [{ label: "one", series }] }),
    "A study",
  );
  const drawn = marks(elements, "/strip/certain-run").map(({ attributes }) => attributes);
  const runs = drawn.map(({ x, width }) => [Number(x), Number(width)]);
  assert.deepEqual(drawn.map((run) => [run["data-series"], run["data-read"]]), [
    [methodName(METHODS[4]), "ranks certain, ε / λ₁: 10⁻¹ to 10⁻²"],
    [methodName(METHODS[4]), "ranks certain, ε / λ₁: 10⁻⁴"],
  ]);
  assert.equal(runs.length, 2);
  const ticks = marks(elements, "/foot/text").slice(0, 5).map(({ attributes }) => Number(attributes.x))
    .sort((a, b) => a - b);
  assert(runs[0][0] < ticks[0] && runs[0][0] + runs[0][1] > ticks[1] && runs[0][0] + runs[0][1] < ticks[2]);
  assert(runs[1][0] > ticks[2] && runs[1][0] < ticks[3] && runs[1][0] + runs[1][1] < ticks[4]);
});

Deno.test("countErrorsFigure: errors of any size, one threshold, no method, nothing at all", () => {
  for (const scale of [0, 1, 50, 1000]) {
    assertSoundSvg(countErrorsFigure(countErrors({ scale })), "A study");
  }
  assertSoundSvg(countErrorsFigure(countErrors({ panels: 3, shares: 1 })), "A study");
  assertSoundSvg(countErrorsFigure(countErrors({ panels: 2, methods: 0 })), "A study");
  assertSoundSvg(countErrorsFigure(countErrors({ panels: 0 })), "A study");
});

Deno.test("spectrumErrorsFigure: errors and bounds where they are, and nothing where there is none", () => {
  const elements = assertSoundSvg(spectrumErrorsFigure(spectrumErrors()), "A study");
  assert.equal(marks(elements, "/panel").length, 4);
  assert.equal(marks(elements, "/clip/error").length, 4);
  assert.equal(marks(elements, "/clip/bound").length, 2);
  const last = (path: string) => pathPoints(marks(elements, path).at(-1)!.attributes.d);
  const [bound, error] = [last("/clip/bound"), last("/clip/error")];
  assert.equal(bound.length, error.length);
  // Both axes show as many pixels a decade in every panel: a bound of 10⁻⁷ lies 2 decades above an
  // error of 10⁻⁹.
  const labels = marks(elements, "/axis left/text").slice(0, 2).map(({ attributes }) => Number(attributes.y));
  const decade = Math.abs(labels[0] - labels[1]) / 4;
  bound.forEach(({ y }, i) => assert(Math.abs(error[i].y - y - 2 * decade) < 0.1));
});

Deno.test("spectrumErrorsFigure: one eigenvalue, all of them 0, many methods, none", () => {
  const data = spectrumErrors(METHODS.length);
  assertSoundSvg(spectrumErrorsFigure(data), "A study");
  for (const value of [1, 0]) {
    const eigenvalues = [{ value, error: 0, bound: 0, referenceError: 0 }];
    const panels = [{ method: METHODS[0], eigenvalues }];
    assertSoundSvg(spectrumErrorsFigure({ ...data, panels }), "A study");
  }
  assertSoundSvg(spectrumErrorsFigure({ ...data, panels: [] }), "A study");
});

Deno.test("methodCostsFigure: lines of times, dots by what is certain, bars by the share of the peak", () => {
  const elements = assertSoundSvg(methodCostsFigure(methodCosts()), "A study");
  assert.equal(marks(elements, "/clip/time").length, 3 * METHODS.length);
  assert.equal(marks(elements, "/clip/unproven").length, 3 * 2 * 4);
  const bars = marks(elements, "/bar/share").slice(0, METHODS.length - 1).map(({ attributes }) =>
    Number(attributes.width)
  );
  bars.forEach((width, i) => {
    const index = i === 0 ? 0 : i + 1;
    assert(Math.abs(width / bars[0] - 1 / (index + 1)) < 0.01, `bar ${i}`);
  });
  assert(marks(elements, "/bar/text").some(({ text }) => text.startsWith("? · ")));
});

Deno.test("methodCostsFigure: one batch, one order, no times, nothing", () => {
  const one = assertSoundSvg(methodCostsFigure(methodCosts({ panels: 1, batches: [1] })), "A study");
  assert.equal(marks(one, "/clip/time").length, 0);
  assertSoundSvg(methodCostsFigure(methodCosts({ panels: 7, methods: 1 })), "A study");
  assertSoundSvg(methodCostsFigure(methodCosts({ panels: 2, methods: 0 })), "A study");
  assertSoundSvg(methodCostsFigure(methodCosts({ panels: 0 })), "A study");
});

Deno.test("growthFigure: lines of time, the theory's slope, a table of exponents", () => {
  const elements = assertSoundSvg(growthFigure(growth()), "A study");
  assert.equal(marks(elements, "/clip/time").length, 2 * METHODS.length);
  const texts = marks(elements, "/exponents/text").map(({ text }) => text);
  assert(texts.includes("3.00 [−12, 103]") && texts.includes("too few sizes"));
  // Times that are powers of the size are parallel to the theory's line.
  const slope = (d: string) => {
    const points = pathPoints(d), [a, b] = [points[0], points[points.length - 1]];
    return (b.y - a.y) / (b.x - a.x);
  };
  const theory = marks(elements, "/clip/theory").map(({ attributes }) => slope(attributes.d));
  marks(elements, "/clip/time").forEach(({ attributes }, i) => {
    assert(Math.abs(slope(attributes.d) / theory[Math.floor(i / METHODS.length)] - 1) < 0.01);
  });
});

Deno.test("growthFigure: one size, no methods", () => {
  assertSoundSvg(growthFigure(growth({ sizes: [64] })), "A study");
  assertSoundSvg(growthFigure(growth({ methods: 0 })), "A study");
  assertSoundSvg(growthFigure({ ...growth(), panels: [] }), "A study");
});

Deno.test("rooflineFigure: a dot a shape, below a roof that bends at the ridge", () => {
  const data = roofline();
  const elements = assertSoundSvg(rooflineFigure(data), "A study");
  assert.equal(marks(elements, "/panel").length, 3);
  const dots = marks(elements, "/clip/dot");
  assert.equal(dots.length, 3 * METHODS.length * 6);
  assert.equal(dots[0].attributes["data-read"], "n = 8: 0.741 GFLOP/s at 8.00 operations a byte");
  // The roof rises as the ridge's operations a byte, then it is level; the axes have equal decades
  // only by chance, so its slope is that between two dots of known rates.
  const [start, ridge, end] = pathPoints(marks(elements, "/clip/roof")[0].attributes.d);
  assert(start.y > ridge.y && Math.abs(end.y - ridge.y) < 0.02 && start.x < ridge.x && ridge.x < end.x);
  const at = (index: number) => ({
    x: Number(dots[index].attributes.cx),
    y: Number(dots[index].attributes.cy),
  });
  const perDecadeX = (at(1).x - at(0).x) / Math.log10(2);
  const perDecadeY = (at(0).y - at(1).y) / Math.log10(2 * 108 / 116);
  assert(Math.abs((start.y - ridge.y) / perDecadeY - (ridge.x - start.x) / perDecadeX) < 0.01);
  // A rate of 20 GFLOP/s lies on the roof, and the ridge at 10 operations a byte.
  const rate = 1e10 * 8 / 108;
  assert(Math.abs(at(0).y - end.y - Math.log10(2e10 / rate) * perDecadeY) < 0.1);
  assert(Math.abs(ridge.x - at(0).x - Math.log10(10 / 8) * perDecadeX) < 0.1);
  for (const sizes of [[], [7]]) assertSoundSvg(rooflineFigure(roofline({ sizes })), "A study");
  assertSoundSvg(rooflineFigure({ ...roofline({ methods: 0 }), peak: null }), "A study");
});

Deno.test("convergenceFigure: a line a matrix in two panels, a diagonal matrix below the axis, no sweep", () => {
  const elements = assertSoundSvg(convergenceFigure(convergence()), "A study");
  assert.equal(marks(elements, "/panel").length, 2);
  const lines = marks(elements, "/clip/course").map(({ attributes }) => pathPoints(attributes.d));
  assert.equal(lines.length, 16);
  // What is off the diagonal falls, down to below the frame for 0, and the digits rise.
  assert(lines[0].every(({ y }, i) => i === 0 || y >= lines[0][i - 1].y - 0.02));
  assert.equal(lines[0][5].y, lines[0][6].y);
  assert(lines[0][6].y > 280);
  assert(lines[8].every(({ y }, i) => i === 0 || y <= lines[8][i - 1].y + 0.02));
  // Five digits of eight, of a frame 280 pixels high whose axis ends at 1.05 times eight.
  assert(Math.abs(lines[8][6].y - 280 * (1 - 5 / 8.4)) < 0.1);
  for (const data of [{ matrices: 0 }, { sweeps: 0 }, { sweeps: 1 }]) {
    assertSoundSvg(convergenceFigure(convergence(data)), "A study");
  }
});

Deno.test("methodStyle: no two methods look alike, and each stands in the legend once", () => {
  const looks = METHODS.map((method) => JSON.stringify(methodStyle(method)));
  assert.equal(new Set(looks.slice(0, -1)).size, METHODS.length - 1);
  assert.deepEqual(methodLegend([...METHODS, ...METHODS]).length, METHODS.length);
});

Deno.test("axes of sizes and of decades: ticks lie within, labels do not overlap", () => {
  const positive = fc.double({ min: 1e-30, max: 1e30, noNaN: true });
  fc.assert(fc.property(positive, positive, fc.integer({ min: 1, max: 9 }), (a, b, labels) => {
    fc.pre(a / b > 1.001 || b / a > 1.001);
    const { ticks, scale } = decadeAxis([a, b], [0, 200], labels);
    for (const { value } of ticks) assert(scale(value) >= -1e-6 && scale(value) <= 200 + 1e-6);
    const decades = ticks.filter(({ value }) => /^1e/.test(value.toExponential()));
    assert(decades.filter(({ label }) => label !== "").length <= labels + 1);
  }));
  const sizes = fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 12 });
  fc.assert(fc.property(sizes, (all) => {
    const { ticks, scale } = sizeAxis(all, [0, 300]);
    assert.equal(ticks.length, new Set(all).size);
    assert.notEqual(ticks[0].label, "");
    for (const { value } of ticks) assert(scale(value) > 0 && scale(value) < 300);
  }));
});

Deno.test("ordinalAxis: values side by side, the ends labelled, no label on another", () => {
  const values = [0, 0.001, 0.0025, 0.005, 0.01, 0.02];
  const narrow = ordinalAxis(values, 240);
  assert.deepEqual(values.map(narrow.scale), [20, 60, 100, 140, 180, 220]);
  assert.deepEqual(narrow.ticks.map(({ label }) => label), ["0", "0.001", "", "0.005", "", "0.02"]);
  assert.deepEqual(ordinalAxis(values, 900).ticks.map(({ label }) => Number(label)), values);
  assert.deepEqual(ordinalAxis([7], 10).ticks, [{ value: 7, label: "7" }]);
});
