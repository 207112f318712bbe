import { type CurvePanel, layOutPanels } from "../../../src/plot/core/curve_panels.ts";
import { drawPage } from "../../../src/plot/core/page.ts";
import { guideStyle, lineStyle } from "../../../src/plot/core/palette.ts";
import { lossAxis, rankAxis } from "../../../src/plot/core/scales.ts";
import { assert } from "../../deps.ts";
import { assertSoundSvg, marks } from "../../support/sound.ts";

const panel: CurvePanel = {
  label: "a panel with a label that does not fit over a third of the page",
  places: ["start", "1", "1000"],
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
  const grid = layOutPanels({ panels, columns, plotHeight: 120 });
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

Deno.test("layOutPanels: numbers lie on a logarithmic axis, and guides have a height for each place", () => {
  const numbers = { ...panel, places: [1, 10, 1000], guides: [{ value: [8, 4, 2], style: guideStyle }] };
  const { elements } = drawn([numbers, { ...panel, guides: [{ value: 8, style: guideStyle }] }], 2);
  const [sloped, flat] = marks(elements, "guide").map(({ attributes }) =>
    [...attributes.d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)])
  );
  const [[x0, y0], [x1, y1], [x2, y2]] = sloped;
  // Pixels of a path have two digits.
  assert(x0 > 0 && Math.abs((x2 - x1) / (x1 - x0) - 2) < 1e-3, `${sloped}`);
  assert(Math.abs((y1 - y0) / (y2 - y1) - 2) < 1e-3);
  assert(flat.length === 2 && flat[0][0] === 0 && flat[0][1] === flat[1][1]);
});
