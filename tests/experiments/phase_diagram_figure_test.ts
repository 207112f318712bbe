import type { PhaseCell } from "../../src/experiments/phase_diagram/cells.ts";
import { phaseFigure, type PhaseFigureData } from "../../src/experiments/phase_diagram/figure.ts";
import { borderOf, rankLevels } from "../../src/experiments/phase_diagram/map.ts";
import { cellAxis } from "../../src/plot/core/cell_axis.ts";
import { assert } from "../deps.ts";
import { assertGolden } from "../support/golden.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";

/** A cell of four networks whose ranks lie in an interval; without one all have diverged. */
function cell(
  rank: number | null,
  low = rank ?? 0,
  high = rank ?? 0,
  diverged = rank === null ? 4 : 0,
): PhaseCell {
  return {
    ...{ width: 8, initScale: 1, learningRate: 0.1, networks: 4, diverged, learnt: 4 - diverged },
    rank: rank === null ? null : { rank, low, high },
    loss: rank === null ? NaN : 2 / rank,
  };
}

/** Maps whose numbers have no meaning: ranks rise to the right, the upper cells diverge. */
function data(widths: number[], initScales: number[], learningRates: number[]): PhaseFigureData {
  return {
    title: "Phases",
    subtitle: "of what is made up",
    initScales,
    learningRates,
    highestLoss: 1,
    maps: widths.map((width) => ({
      width,
      cells: initScales.flatMap((initScale, s) =>
        learningRates.map((learningRate, r) => {
          const rank = r > 0.7 * learningRates.length ? null : 1 + (s * width >> 3),
            isMixed = (s + r) % 5 === 0;
          const lost = rank !== null && r + 1 > 0.7 * learningRates.length ? 1 : undefined;
          return {
            ...cell(rank, rank ?? 0, (rank ?? 0) + (isMixed ? 1 : 0), lost),
            width,
            initScale,
            learningRate,
          };
        })
      ),
    })),
  };
}

const steps = (count: number) => Array.from({ length: count }, (_, i) => 10 ** (-2 + 3 * i / count));

Deno.test("phaseFigure: five widths take two blocks; lines, hatches and cells have their places", () => {
  const svg = phaseFigure(data([4, 8, 16, 32, 1024], steps(6), steps(5)));
  assertGolden("phase_diagram", svg);
  const elements = assertSoundSvg(svg, "Phases");
  assert.equal(marks(elements, "panel").length, 10);
  const cells = marks(elements, "cell");
  assert.equal(cells.length, 5 * 2 * 30);
  // The uppermost of five rows.
  assert.equal(cells.filter(({ attributes }) => attributes.fill === "#e4e4e4").length, 5 * 2 * 6);
  for (const name of ["certain", "doubt", "casing", "hatch"]) {
    assert(marks(elements, `panel/${name}`).length >= 8, name);
  }
  assert.equal(
    cells[0].attributes["data-read"],
    "initial scale: 0.01; learning rate: 0.01; ε-rank: 1, all in 1 to 2; loss: 2",
  );
  assert(cells.some(({ attributes }) => attributes["data-read"].endsWith("; diverged: 4 of 4")));
  // Cells fill their frame.
  const [size] = marks(elements, "outline").map(({ attributes }) => Number(attributes.width));
  const right = Math.max(...cells.map(({ attributes: { x, width } }) => Number(x) + Number(width)));
  const top = Math.min(...cells.map(({ attributes: { y } }) => Number(y)));
  assert(Math.abs(right - size) < 0.02 && Math.abs(top) < 0.02, `${right} ${top}`);
});

Deno.test("phaseFigure: one cell; all diverged; ranks and losses of 0; nothing trained", () => {
  const one = assertSoundSvg(phaseFigure(data([8], [1], [1e-3])), "Phases");
  assert.equal(marks(one, "cell").length, 2);
  const only = (cells: PhaseCell[]) => ({ ...data([8], [1], [0.1]), maps: [{ width: 8, cells }] });
  const lost = assertSoundSvg(phaseFigure(only([cell(null)])), "Phases");
  assert.equal(marks(lost, "hatch").length, 2 + 2);
  assertSoundSvg(phaseFigure(only([{ ...cell(0), loss: 0 }])), "Phases");
  assertSoundSvg(phaseFigure(only([{ ...cell(3), loss: 1e30 }])), "Phases");
  assert.equal(marks(assertSoundSvg(phaseFigure(only([])), "Phases"), "cell").length, 0);
});

Deno.test("borderOf: solid where all networks lie on their side of a level, dashed where only the medians do", () => {
  const levels = rankLevels(20);
  assert.deepEqual(levels, [2, 4, 8, 16]);
  assert.deepEqual(rankLevels(1), []);
  const cases: [PhaseCell | undefined, PhaseCell | undefined, ReturnType<typeof borderOf>][] = [
    [cell(3), cell(4), "certain"],
    [cell(3, 2, 4), cell(4), "doubt"],
    [cell(3), cell(5, 3, 6), "doubt"],
    // In doubt at 4, certain at 8.
    [cell(3, 3, 5), cell(9, 8, 9), "certain"],
    [cell(4), cell(7), null],
    [cell(5, 1, 9), cell(5), null],
    [cell(null), cell(3), "certain"],
    [cell(null), cell(3, 3, 3, 1), "doubt"],
    [cell(null), cell(null), null],
    [cell(3), undefined, null],
  ];
  for (const [i, [a, b, expected]] of cases.entries()) {
    assert.equal(borderOf(a, b, levels), expected, `case ${i}`);
    assert.equal(borderOf(b, a, levels), expected, `case ${i}, turned round`);
  }
});

Deno.test("cellAxis: cells meet halfway, whatever the ratios, and one value has a cell", () => {
  const { borders, scale } = cellAxis([1, 10, 1000], [0, 100], 4);
  assert.equal(borders.length, 4);
  assert(Math.abs(borders[0]) < 1e-9 && Math.abs(borders[3] - 100) < 1e-9);
  assert(Math.abs((scale(1) + scale(10)) / 2 - borders[1]) < 1e-9);
  assert(Math.abs((scale(10) + scale(1000)) / 2 - borders[2]) < 1e-9);
  assert.deepEqual(cellAxis([3], [0, 50], 4).borders.map(Math.round), [0, 50]);
  assert(cellAxis([1e-30, 1e30], [0, 50], 4).borders.every(Number.isFinite));
});
