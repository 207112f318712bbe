import { assert, fc } from "../../deps.ts";
import { staircaseFigure } from "../../../src/plot/staircase/staircase.ts";
import type { StaircaseFigureData } from "../../../src/plot/staircase/staircase_data.ts";
import { type Drawn, madeUp, pathPoints } from "../../support/figure.ts";
import { assertSoundSvg, marks } from "../../support/sound.ts";
import { assertGolden } from "../../support/golden.ts";

/** What holds of every figure. Returns its elements. */
function assertSound(data: StaircaseFigureData): Drawn[] {
  const elements = assertSoundSvg(staircaseFigure(data), data.title);
  assert.equal(marks(elements, "/panel").length, data.steps.length > 0 ? data.layers.length : 0);
  for (const { path, attributes } of elements.filter(({ path }) => /\/(rank|loss|floor)$/.test(path))) {
    const points = pathPoints(attributes.d);
    for (let i = 1; i < points.length; i++) assert(points[i].x >= points[i - 1].x, `${path} goes back`);
  }
  return elements;
}

Deno.test("staircaseFigure: a panel per layer, a stepped line per ε in each, the floor in the last", () => {
  const elements = assertSound(madeUp());
  assert.equal(marks(elements, "/panel/rank").length, 6);
  assert.equal(marks(elements, "/panel/loss").length, 2);
  assert.equal(marks(elements, "/clip/floor").length, 1);
  assert.equal(marks(elements, "/panel/loss-band").length + marks(elements, "/panel/rank-band").length, 0);
  for (const { attributes } of marks(elements, "/panel/rank")) {
    const points = pathPoints(attributes.d);
    for (let i = 1; i < points.length; i++) {
      assert(
        points[i].x === points[i - 1].x || points[i].y === points[i - 1].y,
        "a step is level or upright",
      );
    }
  }
  const labels = marks(elements, "/end-labels/text").map(({ text }) => text);
  assert.deepEqual(labels, ["ε = 10⁻⁸", "ε = 10⁻⁶", "ε = 10⁻⁴", "ε = 10⁻⁸", "ε = 10⁻⁶", "ε = 10⁻⁴"]);
  assert.equal(new Set(marks(elements, "/panel/rank").map(({ attributes }) => attributes.stroke)).size, 3);
});

Deno.test("staircaseFigure: as kept, of one network and of eight", () => {
  assertGolden("staircase", staircaseFigure(madeUp()));
  assertGolden("staircase_replicas", staircaseFigure(madeUp({ replicas: 8, layers: 1, probes: 41 })));
});

Deno.test("staircaseFigure: the loss stands on a logarithmic axis with powers of ten", () => {
  const elements = assertSound({ ...madeUp(), floor: null });
  const ticks = marks(elements, "/axis left/text").slice(0, 3);
  assert.deepEqual(ticks.map(({ text }) => text), ["10⁻²", "10⁻¹", "10⁰"]);
  const [a, b, c] = ticks.map(({ attributes }) => Number(attributes.y));
  assert(a > b && b > c && Math.abs(a - 2 * b + c) < 0.03, "decades are equally long");
});

Deno.test("staircaseFigure: only the last panel labels the steps, with separators of thousands", () => {
  const elements = assertSound(madeUp({ probes: 1001 }));
  const labels = marks(elements, "/axis bottom/text");
  assert.equal(labels.at(-1)?.text, "10,000");
  assert.equal(new Set(labels.map(({ y }) => y)).size, 1);
});

Deno.test("staircaseFigure: replicas become median and band, and the legend says which", () => {
  const says = (elements: Drawn[]) => marks(elements, "/entry/text").map(({ text }) => text).join("; ");
  const eight = assertSound(madeUp({ replicas: 8 }));
  assert.match(says(eight), /median and range of 8 replicas/);
  assert.equal(marks(eight, "/panel/loss-band").length, 2);
  assert(marks(eight, "/panel/rank-band").length > 0);
  assert.match(says(assertSound(madeUp({ replicas: 11 }))), /median and 10–90 % of 11 replicas/);
  assert.doesNotMatch(says(assertSound(madeUp())), /replicas/);
});

Deno.test("staircaseFigure: uncertain ranks are shown, certain ones are not", () => {
  const data = madeUp();
  assert(marks(assertSound(data), "/panel/certified").length > 0);
  const layers = data.layers.map((layer) => ({
    ...layer,
    ranks: layer.ranks.map((series) => ({ ...series, low: series.rank, high: series.rank })),
  }));
  const certain = assertSound({ ...data, layers });
  assert.equal(marks(certain, "/panel/certified").length, 0);
  assert(!marks(certain, "/entry/text").some(({ text }) => text.includes("certified")));
});

Deno.test("staircaseFigure: stairs tile the strip, whether 5 or 40", () => {
  for (const count of [5, 40]) {
    const data = madeUp({ probes: 1001 });
    const stairs = Array.from({ length: count }, (_, i) => {
      return { from: Math.round(10000 * i / count), to: Math.round(10000 * (i + 1) / count) - 10, rank: i };
    });
    const layers = data.layers.map((layer) => ({ ...layer, stairs }));
    const blocks = marks(assertSound({ ...data, layers }), "/stairs/rect").slice(0, count);
    assert.equal(blocks.length, count);
    for (const [i, { attributes: { x, width, fill } }] of blocks.slice(0, -1).entries()) {
      assert(Math.abs(Number(x) + Number(width) - Number(blocks[i + 1].attributes.x)) < 0.02);
      assert.notEqual(fill, blocks[i + 1].attributes.fill);
    }
  }
});

Deno.test("staircaseFigure: stairs without a significant jump are hollow, and the legend says so", () => {
  const data = madeUp();
  for (
    const [significant, count, text] of [
      [[true, true], 0, null],
      [[true, false, false], 2, "hollow: a rounded trend has such jumps"],
      [[false, false], 2, "and their ranks; hollow: a rounded trend has such jumps"],
    ] as const
  ) {
    const stairs = significant.map((isSignificant, i) => {
      return { from: data.steps[10 * i], to: data.steps[10 * i + 9], rank: i, isSignificant };
    });
    const layers = data.layers.map((layer) => ({ ...layer, stairs }));
    const elements = assertSound({ ...data, layers });
    assert.equal(marks(elements, "/stairs/hollow").length, count * layers.length);
    const entries = marks(elements, "/entry/text").filter((entry) => entry.text.includes("hollow"));
    assert.equal(entries.length, text === null ? 0 : 1);
    assert(text === null || entries[0].text.includes(text));
  }
});

Deno.test("staircaseFigure: a loss that is zero, negative or not finite breaks the line", () => {
  const data = madeUp();
  const loss = [
    data.loss[0].map((value, k) => [0, NaN, -1, Infinity][k - 20] ?? (k === 60 || k === 62 ? 0 : value)),
  ];
  const elements = assertSound({ ...data, loss });
  const [line] = marks(elements, "/panel/loss");
  assert.equal(pathPoints(line.attributes.d).filter(({ move }) => move).length, 4);
  assert.equal(marks(elements, "/panel/loss dot").length, 2, "a lone probe is a dot");
});

Deno.test("staircaseFigure: nothing to draw is drawn as nothing", () => {
  const data = madeUp();
  const zeros = [data.steps.map(() => 0)], none = [data.steps.map(() => NaN)];
  const allZero = assertSound({ ...data, floor: { epsilon: 1e-8, values: zeros } });
  assert.equal(marks(allZero, "/floor").length, 0);
  assert(!marks(allZero, "/entry/text").some(({ text }) => text.includes("lower bound")));
  assert.equal(marks(assertSound({ ...data, floor: null }), "/floor").length, 0);
  assert.equal(marks(assertSound({ ...data, loss: none, floor: null }), "/panel/loss").length, 0);
  const flat = (rows: number[][]) =>
    data.layers.map((layer) => ({
      ...layer,
      stairs: [],
      ranks: layer.ranks.map(({ epsilon }) => ({ epsilon, rank: rows, low: rows, high: rows })),
    }));
  assert.equal(marks(assertSound({ ...data, layers: flat(zeros) }), "/panel/rank").length, 6);
  assert.equal(marks(assertSound({ ...data, layers: flat(none) }), "/end-labels/text").length, 0);
  assert.equal(assertSound({ ...data, steps: [], loss: [[]], floor: null }).at(-1)?.text, "No probes.");
  assertSound({ ...data, layers: [] });
});

Deno.test("staircaseFigure: one probe is a dot, two are a line", () => {
  const one = assertSound(madeUp({ probes: 1 }));
  assert.equal(marks(one, "/panel/loss dot").length, 2);
  assert.equal(marks(one, "/panel/rank dot").length, 6);
  assert.equal(marks(assertSound(madeUp({ probes: 2 })), "dot").length, 0);
});

Deno.test("staircaseFigure: six layers, five thresholds, long and hostile words", () => {
  const data = madeUp({ layers: 6, epsilons: [1e-4, 2.5e-5, 1e-6, 1e-8, 1e-10], replicas: 2 });
  const elements = assertSound({
    ...data,
    title: `A <title> & its "words", ${"longer than a line ".repeat(8).trim()}, ${"x".repeat(200)}`,
    subtitle: "a subtitle that is longer than a line, too, ".repeat(5),
    lossName:
      "weighted mean squared error of the residual of a partial differential equation with boundary terms",
    threshold: "relative",
  });
  assert.equal(marks(elements, "/end-labels/text").length, 30);
  assert(elements.some(({ text }) => text === "ε = 2.5·10⁻⁵"));
  assert(elements.some(({ text }) => text === "ε-rank, λ > ε λ₁"));
});

Deno.test("staircaseFigure: a loss that hardly moves has ticks all the same", () => {
  for (const [from, to] of [[0.6931, 0.69309], [1, 3], [2e-9, 1e-9], [5e4, 1e5], [1e30, 1e-30], [0.5, 0.5]]) {
    const data = madeUp();
    const loss = [data.steps.map((_, k) => from + (to - from) * k / 100)];
    const elements = assertSound({ ...data, loss, floor: null });
    assert(
      marks(elements, "/axis left/text").length >= 4,
      `at least two in each panel from ${from} to ${to}`,
    );
  }
});

Deno.test("staircaseFigure: a long run makes no large file", () => {
  const data = madeUp({ probes: 40000, layers: 1 });
  const svg = staircaseFigure({ ...data, layers: data.layers.map((layer) => ({ ...layer, stairs: [] })) });
  assert(svg.length < 900_000, `${svg.length} characters`);
});

Deno.test("staircaseFigure: sound whatever the numbers", () => {
  const value = fc.oneof(fc.double({ min: 1e-12, max: 1e6 }), fc.constantFrom(0, NaN, Infinity, -1));
  const rank = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constant(NaN));
  const rows = (item: fc.Arbitrary<number>) =>
    fc.array(fc.array(item, { minLength: 5, maxLength: 5 }), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      rows(value),
      rows(value),
      rows(rank),
      rows(rank),
      rows(rank),
      (loss, floor, rank, low, high) => {
        const ranks = [{ epsilon: 1e-6, rank, low, high }, { epsilon: 1e-3, rank: low, low, high: rank }];
        const data = madeUp({ probes: 5 });
        const layers = [{ label: "hidden layer 1", width: 1000, ranks, stairs: [] }];
        assertSound({ ...data, loss, floor: { epsilon: 1e-6, values: floor }, layers });
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("staircaseFigure: without a loss that can be shown there is no axis of losses, and no key", () => {
  const { loss, ...others } = madeUp(), unknown = loss.map((each) => each.map(() => NaN));
  const elements = assertSound({ ...others, loss: unknown, floor: null });
  const texts = elements.map(({ text }) => text);
  assert(!texts.some((text) => text.includes("left axis")) && !texts.includes(others.lossName));
  assert.equal(marks(elements, "/panel/rank").length, 6);
});
