import { assert } from "../deps.ts";
import { spectralRanks } from "../../src/rank/ranks/spectral_bounds.ts";
import { fitMarchenkoPastur } from "../../src/stats/marchenko_pastur.ts";
import { fitPowerLawTail } from "../../src/stats/power_law_tail.ts";
import { courseFigure, spectraFigure } from "../../src/weights/figure.ts";
import { courseFigureData, spectraFigureData } from "../../src/weights/figure_data.ts";
import type { MatrixMeasures } from "../../src/weights/measure.ts";
import {
  explanation,
  measuresTable,
  ranksTable,
  valuesTable,
  type WeightRow,
  weightsText,
} from "../../src/weights/tables.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";

/** Measures of given singular values of a square matrix. */
function measured(sigma: readonly number[], bound = 1e-12): MatrixMeasures {
  const n = sigma.length, values = Float64Array.from(sigma);
  const { effectiveRank, stableRank } = spectralRanks(values.map((x) => x * x));
  const count = (epsilon: number) => {
    const rank = sigma.filter((x) => x > epsilon * sigma[0]).length;
    return { epsilon, rank, low: rank - (bound > 1e-3 ? 1 : 0), high: rank };
  };
  return {
    values,
    bounds: new Float64Array(n).fill(bound),
    norm: Math.hypot(...sigma),
    numerical: count(1e-5),
    ranks: [count(0.1)],
    effectiveRank: { value: effectiveRank, bound },
    stableRank: { value: stableRank, bound },
    random: fitMarchenkoPastur(values, n, n),
    tail: fitPowerLawTail(values.map((x) => x * x), { draws: 5 }),
  };
}

function row(name: string, measures: MatrixMeasures | null, step: number | null = null): WeightRow {
  const n = measures?.values.length ?? 3;
  const plan = {
    ...{
      name,
      part: name.startsWith("conv") ? "out × in·k" : "",
      kind: "matrix",
      rows: n,
      columns: n,
    } as const,
    arrays: [{
      ...{
        file: "m",
        tensor: name,
        dtype: "f32",
        shape: [n, n],
        axes: [1],
        start: [0, 0],
        rows: n,
        columns: n,
      },
    }] as unknown as WeightRow["plan"]["arrays"],
    scale: null,
  };
  return { model: `ckpt/step_${step ?? 7}`, step, plan, measures, reason: measures ? "" : "NaN in row 1" };
}

const falling = (n: number, power: number) => Array.from({ length: n }, (_, i) => (i + 1) ** -power);
const edges = [
  row("a.very.long.name.of.a.layer.with.many.parts.q_proj.weight", measured(falling(60, 0.3))),
  row("conv.weight", measured(falling(12, 2))),
  row("rank.one", measured([1, 1e-20, 0])),
  row("zero", measured([0, 0])),
  row("single", measured([3])),
  row("broken", null),
  row("odd <&> \u0007", measured(falling(30, 1))),
];

Deno.test("the figure of spectra is sound, for any matrices, for one, and for many", () => {
  const data = spectraFigureData([edges]);
  assert.equal(data.panels.length, 6);
  const elements = assertSoundSvg(spectraFigure(data), data.title);
  assert.equal(elements.filter(({ attributes }) => attributes.class === "heading").length, 6);
  assert.equal(marks(elements, "values").length, 5);
  const one = spectraFigureData([[row("single", measured([3]))]]);
  assertSoundSvg(spectraFigure(one), one.title);
  const many = spectraFigureData([
    Array.from({ length: 200 }, (_, i) => row(`l.${i}`, measured(falling(11, 1)))),
  ]);
  assert.equal(many.panels.length, 48);
  assert.match(many.subtitle, /48 of 200 matrices/);
  assertSoundSvg(spectraFigure(many), many.title);
});

Deno.test("the panels hold the spectrum, its random peer and its law", () => {
  const [{ values, random, law, note }] = spectraFigureData([[row("a", measured(falling(60, 0.5)))]]).panels;
  assert.deepEqual([values[0], values.at(-1)!.map((x) => Math.round(1000 * x))], [[1, 1], [60_000, 129]]);
  assert.ok(random.every(([, share], i) => i === 0 || share <= random[i - 1][1]));
  // σ² = 1/k: a density x^−2, on which the line lies.
  const [[, first], [count, last]] = law!.points;
  assert.ok(first > 0.7 && first < 1.4 && Math.abs(last / count ** -0.5 - 1) < 0.2);
  assert.match(note, /^rank 60, effective \d+/);
});

Deno.test("the figure over steps is sound, and shows what falls", () => {
  const models = [0, 1000, 2000].map((step, i) => [
    row("w", measured(falling(40, 0.2 + i)), step),
    row("v", i === 1 ? null : measured(falling(10, 0.1), 1e-2), step),
  ]);
  const data = courseFigureData(models), [w, v] = data.panels;
  assert.deepEqual([w.steps, v.steps], [[0, 1000, 2000], [0, 2000]]);
  assert.ok(w.effective[0] > w.effective[1] && w.effective[1] > w.effective[2]);
  assert.deepEqual(v.numerical[0], [0.9, 1]);
  assert.equal(data.xName, "step");
  const unnamed = courseFigureData(models.map((rows) => rows.map((each) => ({ ...each, step: null }))));
  assert.deepEqual([unnamed.xName, unnamed.panels[1].steps], ["checkpoint", [1, 3]]);
  assertSoundSvg(courseFigure(data), data.title);
  const before = spectraFigureData(models).panels[0].before;
  assert.deepEqual(before.at(-1), [40, 40 ** -0.2]);
  assertSoundSvg(spectraFigure(spectraFigureData(models)), "Singular values of weights");
});

Deno.test("tables: a row each, doubtful ranks as intervals, errors in their place", () => {
  const rows = [row("a", measured(falling(12, 1), 1e-2), 5), row("broken", null, 5)];
  const lines = measuresTable(rows).csv.trimEnd().split("\n");
  assert.equal(lines.length, 3);
  const header = lines[0].split(",");
  assert.deepEqual(lines[1].split(",").slice(0, 4), ["5", "ckpt/step_5", "a", ""]);
  assert.equal(lines[2].split(",")[header.indexOf("error")], "NaN in row 1");
  assert.deepEqual(ranksTable(rows).csv.split("\n").slice(1), ["5,ckpt/step_5,a,,0.1,9,8,9", ""]);
  assert.equal(valuesTable(rows).csv.split("\n").length, 14);
  const text = weightsText(rows);
  assert.match(text.join("\n"), /11–12 .* 8–9/);
  assert.equal(text.at(-1), "  broken: NaN in row 1");
  assert.match(explanation(rows).at(-1)!, /2 ranks of 2 not certain/);
  assert.match(explanation([rows[1]]).at(-1)!, /0 ranks/);
  assert.deepEqual(weightsText([rows[1]]), ["  broken: NaN in row 1"]);
});
