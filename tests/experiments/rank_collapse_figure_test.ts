import {
  rankCollapseFigure,
  type RankCollapseFigureData,
} from "../../src/experiments/rank_collapse/figure.ts";
import { assert } from "../deps.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { assertGolden } from "../support/golden.ts";

/** Ranks, spectra and distances that have no meaning but their number. */
function figureData(
  labels: string[],
  layers: number,
  weightDecays: number[],
  networks: number,
): RankCollapseFigureData {
  const many = <T>(count: number, each: (index: number) => T) =>
    Array.from({ length: count }, (_, i) => each(i));
  return {
    title: "Collapse",
    subtitle: "of what is made up",
    classes: 4,
    layers: many(layers, (l) => l + 1),
    weightDecays,
    networks,
    groups: labels.map((label, g) => ({
      label,
      ranks: many(
        layers,
        (l) => many(networks, (s) => weightDecays.map((_, d) => 4 + l + s + (d === 0 ? 30 : g))),
      ),
      spectra: many(
        layers,
        () => weightDecays.map((decay) => many(networks, () => many(40, (i) => Math.exp(-decay * i)))),
      ),
      points: many(
        networks * layers,
        (p) => ({ layer: 1 + p % layers, x: 10 ** (p % 5 + g), y: p % 7 * 1e-3 }),
      ),
    })),
  };
}

Deno.test("rankCollapseFigure: many tasks, layers and decays have their places", () => {
  const decays = [0, 1e-5, 2.5e-5, 1e-4, 1e-3, 1e-2, 0.1, 1];
  const labels = ["deviation 0.01", "deviation 0.1", "deviation 1", "deviation 10"];
  const svg = rankCollapseFigure(figureData(labels, 6, decays, 5));
  assertGolden("rank_collapse", svg);
  const elements = assertSoundSvg(svg, "Collapse");
  assert.equal(marks(elements, "panel").length, 5 + 4 * 3);
  assert.equal(marks(elements, "rank").length, 4 * 6);
  assert.equal(marks(elements, "rank-band").length, 4 * 6);
  assert.equal(marks(elements, "spectrum").length, 4 * 3 * 8);
  // A distance of 0 has no place on a logarithmic axis; each task has a mark in the legend.
  const points = labels.length * (30 - Math.ceil(30 / 7));
  assert.equal(marks(elements, "point").length, points + 4);
  assert.equal(marks(elements, "slope").length, 1);
});

Deno.test("rankCollapseFigure: one network, one layer, one decay; and nothing at all", () => {
  const one = assertSoundSvg(rankCollapseFigure(figureData([""], 1, [0.5], 1)), "Collapse");
  assert.equal(marks(one, "panel").length, 3);
  assert.equal(marks(one, "rank-band").length, 0);
  const none = assertSoundSvg(rankCollapseFigure(figureData([], 2, [0], 3)), "Collapse");
  assert.equal(marks(none, "panel").length, 1);
});
