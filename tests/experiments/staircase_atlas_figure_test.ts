import type { AtlasFigureCell } from "../../src/experiments/staircase_atlas/panel.ts";
import { type AtlasFigureData, staircaseAtlasFigure } from "../../src/experiments/staircase_atlas/figure.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { assertGolden } from "../support/golden.ts";

const steps = [0, 100, 200, 300, 400];

/** Series that have no meaning but their number. */
function cell(networks: number, holds: boolean, first: boolean): AtlasFigureCell {
  const series = (value: (step: number, network: number) => number) =>
    Array.from({ length: networks }, (_, network) => steps.map((step) => value(step, network)));
  return {
    heading: `12.4 stairs · p 0.0${networks}`,
    holds,
    loss: series((step, network) => Math.exp(-step / 50 - network)),
    terminal: series((step, network) => 3 + step / 10 + network),
    first: first ? series((_, network) => 3 + network) : null,
  };
}

function data(rows: AtlasFigureData["rows"], columns: string[][], replicas: number): AtlasFigureData {
  return { title: "Atlas", subtitle: "of what is made up", epsilon: 1e-6, replicas, steps, columns, rows };
}

Deno.test("staircaseAtlasFigure: columns beyond five stand in a block below, and every panel has its place", () => {
  const columns = Array.from({ length: 7 }, (_, c) => [`leaky-relu:0.${c}, 12 layers`, "momentum 0.0015"]);
  const rows = ["cosines", "a task of a name that no row has room for"].map((label, r) => ({
    label,
    cells: columns.map((_, c) => c === 3 ? "no second derivatives" : cell(5, (c + r) % 2 === 0, c > 0)),
  }));
  const svg = staircaseAtlasFigure(data(rows, columns, 5));
  assertGolden("staircase_atlas", svg);
  const elements = assertSoundSvg(svg, "Atlas");
  assert.equal(marks(elements, "block").length, 2);
  assert.equal(marks(elements, "panel").length, 14);
  assert.equal(marks(elements, "loss").length, 12);
  assert.equal(marks(elements, "terminal").length, 12);
  assert.equal(marks(elements, "terminal-band").length, 12);
  assert.equal(marks(elements, "first").length, 10);
  assert.equal(marks(elements, "broken").length, 6);
});

Deno.test("staircaseAtlasFigure: one network, one column, one row; losses that do not change; nothing trained", () => {
  const one = { ...cell(1, true, false), loss: [steps.map(() => 0.7)] };
  const single = assertSoundSvg(
    staircaseAtlasFigure(data([{ label: "x", cells: [one] }], [["tanh"]], 1)),
    "Atlas",
  );
  assert.equal(marks(single, "panel").length, 1);
  assert.equal(marks(single, "terminal-band").length, 0);
  const rows = [{ label: "burgers", cells: ["diverged"] }, { label: "digits", cells: ["not trained"] }];
  const none = assertSoundSvg(staircaseAtlasFigure({ ...data(rows, [["tanh"]], 5), steps: [] }), "Atlas");
  assert.equal(marks(none, "reason").length, 2);
});
