import {
  directionalFigure,
  type DirectionalFigureData,
} from "../../src/experiments/directional_convergence/figure.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { assertGolden } from "../support/golden.ts";

const many = <T>(count: number, each: (index: number) => T) =>
  Array.from({ length: count }, (_, i) => each(i));

/** Flows and ratios that have no meaning but their number. */
function figureData(rows: number, deltas: number[], seeds: number, layers: number): DirectionalFigureData {
  return {
    title: "Directions",
    subtitle: "of what is made up",
    deltas,
    seeds,
    aligned: 0.01,
    rankOne: 0.05,
    rows: many(rows, (r) => ({
      label: `10-20-20-20-20-1 leaky-relu:0.1^${r}, logistic loss, L = ${r + 3}`,
      paths: deltas.flatMap((_, rung) =>
        many(seeds, (s) => {
          const steps = many(5 * rung + s + 2, (i) => i);
          return {
            rung,
            hasLeft: rung > 0 || s > 0,
            time: steps.map((i) => i * 10 ** r),
            earlyTime: steps.map((i) => i / (i + 1)),
            distance: steps.map((i) => 10 ** (-i / 2)),
            growth: steps.map((i) => 1.5 ** i),
            residual: steps.map((i) => i === 0 ? NaN : 0.9 ** i),
          };
        })
      ),
      ratios: many(
        layers,
        (l) => many(seeds, (s) => [0, ...deltas].map((_, d) => d === 1 && s === 0 ? NaN : 0.01 * (d + l))),
      ),
    })),
  };
}

Deno.test("directionalFigure: many cases, layers and δ have their places", () => {
  const deltas = [1, 0.3, 0.1, 0.03, 0.01, 0.001, 0.0001, 0.00001, 0.000001];
  assertGolden("directional_convergence", directionalFigure(figureData(3, deltas, 3, 2)));
  const elements = assertSoundSvg(directionalFigure(figureData(7, deltas, 3, 4)), "Directions");
  assert.equal(marks(elements, "panel").length, 7 * 4);
  assert.equal(marks(elements, "path").length, 7 * 3 * 27);
  // One flow of each case still goes on.
  assert.equal(marks(elements, "flow-end").length, 7 * 3 * 26);
  assert.equal(marks(elements, "ratio").length, 7 * 4);
  assert.equal(marks(elements, "ratio-band").length, 7 * 4);
  assert.equal(marks(elements, "guide").length, 7 * 2);
  // Where flows end is the colour of their δ.
  assert.equal(
    new Set(marks(elements, "flow-end").map(({ attributes }) => attributes.fill)).size,
    deltas.length,
  );
});

Deno.test("directionalFigure: one seed and one layer; a point alone; and nothing at all", () => {
  const one = assertSoundSvg(directionalFigure(figureData(1, [0.1, 0.01], 1, 1)), "Directions");
  assert.equal(marks(one, "ratio-band").length, 0);
  const data = figureData(1, [0.1, 0.01], 1, 1);
  const start = { time: [0], earlyTime: [0], distance: [1], growth: [1], residual: [NaN] };
  const rows = data.rows.map((row) => ({ ...row, paths: row.paths.map((path) => ({ ...path, ...start })) }));
  const alone = assertSoundSvg(directionalFigure({ ...data, rows }), "Directions");
  // A residual needs two records.
  assert.equal(marks(alone, "flow-end").length, 2);
  const none = assertSoundSvg(directionalFigure(figureData(0, [0.1, 0.01], 5, 2)), "Directions");
  assert.equal(marks(none, "panel").length, 0);
  const lost = data.rows.map((row) => ({ ...row, paths: [], ratios: [[[NaN, NaN, NaN]]] }));
  assertSoundSvg(directionalFigure({ ...data, rows: lost }), "Directions");
});
