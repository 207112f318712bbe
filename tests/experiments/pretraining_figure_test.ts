import { pretrainingFigure, type PretrainingFigureData } from "../../src/experiments/pretraining/figure.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { assertGolden } from "../support/golden.ts";

/** Curves that have no meaning but their number. */
function figureData(rows: number, methods: string[], replicas: number): PretrainingFigureData {
  const steps = [0, 400, 800, 1200];
  const many = <T>(count: number, each: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => each(i));
  return {
    title: "Starts",
    subtitle: "of what is made up",
    methods,
    replicas,
    rows: many(rows, (row) => ({
      label: "ripple2d, leaky-relu:0.1",
      epsilon: 1e-6,
      training: "784-256-128-10, momentum 0.05",
      steps,
      targets: [1e-1, 1e-3],
      curves: methods.map((method, m) => ({
        method,
        startSteps: m === 1 ? 300 : 0,
        loss: many(replicas, (s) => steps.map((step) => 10 ** (row - m - s - step / 200))),
        // The last network of the first start has diverged.
        rank: many(
          replicas,
          (s) => steps.map((step) => m === 0 && s === 4 && step > 0 ? NaN : 2 + m + s + step / 100),
        ),
      })),
    })),
  };
}

Deno.test("pretrainingFigure: a row for each case, with a curve for each start and a dot for each network", () => {
  const methods = ["structured", "gradient", "xavier-normal", "he-normal", "pytorch"];
  const svg = pretrainingFigure(figureData(4, methods, 5));
  assertGolden("pretraining", svg);
  const elements = assertSoundSvg(svg, "Starts");
  assert.equal(marks(elements, "panel").length, 4 * 3);
  assert.equal(marks(elements, "band").length, 4 * 2 * 5);
  // A dashed line leads to each curve of the start that takes time.
  const curves = marks(elements, "curve");
  assert.equal(curves.length, 4 * 2 * (5 + 1));
  assert.equal(curves.filter(({ attributes }) => attributes["stroke-dasharray"] === "3 3").length, 4 * 2);
  assert.equal(marks(elements, "guide").length, 4 * 2);
  assert.equal(marks(elements, "dot").length, 4 * 5 * 5);
});

Deno.test("pretrainingFigure: one network of each; and nothing at all", () => {
  const one = assertSoundSvg(pretrainingFigure(figureData(1, ["structured", "pytorch"], 1)), "Starts");
  assert.equal(marks(one, "band").length, 0);
  assert.equal(marks(assertSoundSvg(pretrainingFigure(figureData(0, [], 0)), "Starts"), "panel").length, 0);
  const { rows: [row], ...rest } = figureData(1, ["structured", "pytorch"], 0);
  const empty = { ...rest, rows: [{ ...row, steps: [] }] };
  assert.equal(marks(assertSoundSvg(pretrainingFigure(empty), "Starts"), "panel").length, 3);
});
