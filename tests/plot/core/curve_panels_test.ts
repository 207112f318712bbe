import { decadeAxis } from "../../../src/plot/core/log_axis.ts";
import { type CurvePanel, layOutPanels } from "../../../src/plot/core/curve_panels.ts";
import { drawPage } from "../../../src/plot/core/page.ts";
import { guideStyle, lineStyle } from "../../../src/plot/core/palette.ts";
import { lossAxis, rankAxis, stepAxis } from "../../../src/plot/core/scales.ts";
import { assert } from "../../deps.ts";
import { assertSoundSvg, marks } from "../../support/sound.ts";

const panel: CurvePanel = {
  label: "a panel with a label that does not fit over a third of the page",
  x: ["start", "1", "1000"],
  xName: "step",
  yName: "rank",
  yAxis: rankAxis,
  curves: [
    { style: lineStyle(0), values: [[3, 2, 1], [4, 2, NaN]] },
    { style: lineStyle(1), values: [[NaN, 5, NaN]] },
  ],
  guides: [{ value: 8, style: guideStyle }],
};

function drawn(panels: readonly CurvePanel[], columns: number) {
  const grid = layOutPanels({ panels, columns: new Array<number>(columns).fill(1), heights: 120 });
  const page = { title: "Panels", subtitle: "of curves", description: "Panels.", legend: [] };
  const svg = drawPage({ ...page, height: grid.height, draw: grid.draw });
  return { height: grid.height, elements: assertSoundSvg(svg, "Panels"), svg };
}

Deno.test("layOutPanels: panels in rows, each with its curves, bands where replicas differ, and guides", () => {
  const { elements, height } = drawn([panel, panel, panel, { ...panel, yAxis: lossAxis }], 3);
  const count = (path: string) => marks(elements, path).length;
  assert.equal(count("panel"), 4);
  // Replicas of the second curve do not differ. Values that are not numbers have no dot.
  assert.deepEqual([count("curve"), count("band"), count("value"), count("guide")], [8, 4, 4 * 4, 4]);
  assert.equal(height, 2 * drawn([panel], 3).height);
});

Deno.test("layOutPanels: the axis has room for curves and guides, and without values there is a panel", () => {
  let seen: readonly number[] = [];
  const yAxis: CurvePanel["yAxis"] = (values, height) => {
    seen = values;
    assert.equal(height, 120);
    return rankAxis(values, height);
  };
  drawn([{ ...panel, yAxis }], 1);
  assert.deepEqual(seen.filter(Number.isFinite), [3, 2, 1, 4, 2, 5, 8]);
  const { elements } = drawn([{ ...panel, curves: [{ style: lineStyle(0), values: [] }], guides: [] }], 2);
  assert.equal(marks(elements, "panel").length, 1);
  assert.equal(marks(elements, "value").length, 0);
});

Deno.test("layOutPanels: curves over steps begin and break where they do, with dots and guides of both axes", () => {
  const over: CurvePanel = {
    ...panel,
    x: (width) => stepAxis([0, 40], width),
    curves: [
      { style: lineStyle(0), values: [[1, 2, 3], [2, 2, 2]], at: [0, 20, 40], course: "step" },
      { style: lineStyle(1), values: [[1, 3]], at: [10, 30] },
    ],
    dots: [{ color: "#000", points: [[0, 1], [20, 4], [40, NaN]] }],
    guides: [{ value: 10, axis: "x", style: guideStyle }, { value: 6, style: guideStyle }],
  };
  let seen: readonly number[] = [];
  const yAxis: CurvePanel["yAxis"] = (values, height) => rankAxis(seen = values, height);
  const log: CurvePanel = { ...over, x: (width) => decadeAxis([1, 100], [0, width], 4), yAxis };
  const { elements } = drawn([over, log], 2);
  const count = (path: string) => marks(elements, path).length;
  assert.deepEqual([count("curve"), count("band"), count("value"), count("guide")], [4, 2, 0, 4]);
  // The horizontal axis has no part in the vertical one.
  assert.deepEqual(seen.filter(Number.isFinite), [1, 2, 3, 2, 2, 2, 1, 3, 1, 4, 6]);
  const [first] = marks(elements, "curve");
  assert.match(first.attributes.d, /^M0,/);
  // A logarithmic axis has no place for step 0.
  assert.equal(count("dot"), 2 + 1);
  const x = marks(elements, "guide").map(({ attributes }) => Number(attributes.x1 ?? 0));
  assert(x[0] > 0 && x[1] === 0, String(x));
});

Deno.test("layOutPanels: rows have their heights, and room for labels where an axis has a name", () => {
  const plain = { ...panel, xName: null, yName: null };
  const height = (panels: readonly CurvePanel[], heights: readonly number[]) =>
    layOutPanels({ panels, columns: [1], heights }).height;
  assert.equal(height([plain, plain], [100, 60]) - height([plain, plain], [90, 60]), 10);
  assert(height([panel], [100]) > height([plain], [100]));
  const widths = (panels: readonly CurvePanel[]) => {
    const grid = layOutPanels({ panels, columns: [2, 1], heights: 80 });
    const page = { title: "Panels", subtitle: "of curves", description: "Panels.", legend: [] };
    const svg = drawPage({ ...page, height: grid.height, draw: grid.draw });
    return marks(assertSoundSvg(svg, "Panels"), "frame").map(({ attributes }) => Number(attributes.width));
  };
  const [wide, narrow] = widths([panel, panel]), [wider] = widths([plain, plain]);
  assert(Math.abs(wide - 2 * narrow) < 0.1 && wider > wide);
});
