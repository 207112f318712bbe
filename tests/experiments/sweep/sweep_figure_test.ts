import { sweepFigure } from "../../../src/experiments/sweep/figure.ts";
import { sweepFigureData } from "../../../src/experiments/sweep/figure_data.ts";
import type { Trial } from "../../../src/experiments/sweep/trial.ts";
import { assert } from "../../deps.ts";
import { assertGolden } from "../../support/golden.ts";
import { assertSoundSvg, marks } from "../../support/sound.ts";
import { madeOutcome, planOf } from "../../support/sweeps.ts";

/** The figure of a plan whose trials end as they are told: diverged, missing, or done. */
async function figureOf(
  json: object,
  fate: (trial: Trial, index: number) => number | null | "missing" = () => null,
) {
  const plan = await planOf(json);
  const outcomes = new Map(plan.trials.flatMap((trial, i) => {
    const told = fate(trial, i);
    return told === "missing" ? [] : [[trial.id, madeOutcome(trial, told)]];
  }));
  const data = sweepFigureData(plan, outcomes);
  return { data, svg: sweepFigure(data), plan };
}

const base = { steps: 200 };
const rates = [1e-3, 1e-2, 1e-1];

Deno.test("sweepFigure: one key has a panel, with a line for each value and no band", async () => {
  const { svg, data } = await figureOf({ base, grid: { learningRate: rates } });
  const elements = assertSoundSvg(svg, data.title);
  assert.equal(marks(elements, "/loss/line").length, 3);
  assert.equal(marks(elements, "/rank/line").length, 3);
  assert.equal(elements.filter(({ path }) => path.endsWith("/band")).length, 0);
});

Deno.test("sweepFigure: seeds are a band, and nothing else is", async () => {
  const { svg, data } = await figureOf({ base, grid: { seed: "0..63" } });
  const elements = assertSoundSvg(svg, data.title);
  assert.deepEqual([data.panels.length, data.panels[0].curves.length, data.seeds], [1, 1, 64]);
  assert.equal(marks(elements, "/loss/band").length, 1);
  assert(elements.some(({ text }) => text === "quartiles of up to 64 seeds; lines are medians"));
  const few = await figureOf({ base, grid: { learningRate: rates, seed: [0, 1] } });
  assert(few.svg.includes("range of up to 2 seeds"));
});

Deno.test("sweepFigure: four keys, a panel for each combination of all but the first, at most twelve", async () => {
  const grid = {
    activation: ["tanh", "sine"],
    width: [5, 9],
    init: ["xavier-normal", "he-uniform", "normal:0.1"],
    depth: [1, 2],
    seed: [0, 1],
  };
  const { svg, data } = await figureOf({ base, grid });
  assertSoundSvg(svg, data.title);
  assert.deepEqual([data.panels.length, data.colors.length], [12, 2]);
  const many = await figureOf({ base, grid: { ...grid, momentum: [0.5, 0.9] } });
  assertSoundSvg(many.svg, many.data.title);
  assert.equal(many.data.panels.length, 12);
  assert(many.svg.includes("the first 12 of 24 combinations"));
});

Deno.test("sweepFigure: many values, long names, one probe, no probe, and no trial at all", async () => {
  const long = await figureOf({
    base,
    grid: { learningRate: Array.from({ length: 40 }, (_, i) => 1e-4 * 1.2 ** i), width: [5, 6, 7, 8, 9] },
  });
  assertSoundSvg(long.svg, long.data.title);
  const names = await figureOf({
    base,
    grid: {
      activation: ["tanh", "sine", "relu", "gelu", "softplus", "leaky-relu:0.1^2"],
      task: ["cosines", "abs"],
    },
  });
  assertSoundSvg(names.svg, names.data.title);
  const one = await figureOf({ base: { steps: 0 }, grid: { seed: [0, 1] } });
  assertSoundSvg(one.svg, one.data.title);
  const two = await figureOf({ base: { steps: 1 }, grid: { width: [5, 9] } });
  assertSoundSvg(two.svg, two.data.title);
  const none = await figureOf({ base, grid: { seed: [0, 1] } }, () => "missing");
  assertSoundSvg(none.svg, none.data.title);
  assert(none.svg.includes("no trial is done yet"));
});

Deno.test("sweepFigure: trials that diverged count as infinite losses, and are counted in the heading", async () => {
  const { data, svg } = await figureOf(
    { base, grid: { learningRate: rates, width: [5, 9], seed: "0..4" } },
    ({ settings: { optimizer, seed } }) => optimizer.learningRate !== 0.1 ? null : seed < 3 ? 95 : null,
  );
  assertSoundSvg(svg, data.title);
  assert(svg.includes("width 5; 3 trials diverged"));
  const [, , { steps, loss, rank }] = data.panels[0].curves;
  const at = (step: number) => steps.indexOf(step);
  assert(Number.isFinite(loss.median[at(90)]) && loss.median[at(100)] === Infinity);
  assert(Number.isFinite(loss.low[at(100)]), "two of five go on");
  assert(Number.isFinite(rank.median[at(200)]));
  const all = await figureOf({ base, grid: { width: [5, 9] } }, () => 0);
  assertSoundSvg(all.svg, all.data.title);
  const part = await figureOf(
    { base, grid: { width: [5, 9], seed: "0..2" } },
    (_, i) => i % 2 ? "missing" : null,
  );
  assertSoundSvg(part.svg, part.data.title);
  assert(part.data.subtitle.startsWith("3 of 6 trials"));
});

Deno.test("sweepFigure: two keys and seeds, as kept", async () => {
  const { svg } = await figureOf(
    { base: { steps: 2000 }, grid: { learningRate: rates, width: [20, 50], seed: "0..8" } },
    ({ settings: { optimizer, seed } }) => optimizer.learningRate === 0.1 && seed === 3 ? 700 : null,
  );
  assertGolden("sweep", svg);
});
