import * as d3 from "../../../src/plot/deps.ts";
import { axisText, parseAxis, readAxis } from "../../../src/plot/core/axis_data.ts";
import { decadeAxis } from "../../../src/plot/core/log_axis.ts";
import { ordinalAxis } from "../../../src/plot/core/ordinal_axis.ts";
import { type Axis, lossAxis, rankAxis, stepAxis } from "../../../src/plot/core/scales.ts";
import { ladderAxis } from "../../../src/experiments/rank_collapse/panels.ts";
import { assert } from "../../deps.ts";

const symlog = d3.scaleSymlog([-700, 30], [170, 0]).constant(0.4);
const turned = rankAxis([12], 300);

const axes: Readonly<Record<string, Axis>> = {
  steps: stepAxis([0, 10_000], 333),
  "one step": stepAxis([7], 333),
  ranks: rankAxis([23], 170),
  losses: lossAxis([3e-12, 4], 170),
  "equal losses": lossAxis([0.5], 170),
  decades: decadeAxis([1, 1e-9], [0, 200], 5),
  "from right to left": { ...turned, scale: (value) => 300 - turned.scale(value) },
  errors: { scale: (value) => symlog(value), domain: [-700, 30], ticks: [], reading: { symlog: 0.4 } },
};

Deno.test("axisText: a value anywhere on an axis is read again from its pixel", () => {
  for (const [name, axis] of Object.entries(axes)) {
    const reading = parseAxis(axisText(axis)!)!, [low, high] = axis.domain;
    for (const share of [0, 0.1, 0.35, 0.5, 0.9, 1]) {
      // Between positive ends in equal ratios as well, where logarithmic axes have their values.
      const values = [low + share * (high - low), ...low * high > 0 ? [low * (high / low) ** share] : []];
      for (const value of values) {
        const pixel = axis.scale(value), again = axis.scale(readAxis(reading, pixel));
        assert(Math.abs(again - pixel) < 0.02, `${name}: ${value} is read as ${readAxis(reading, pixel)}`);
      }
    }
  }
});

Deno.test("axisText: places are read as their values, and nothing is read where nothing can be", () => {
  const values = [0, 1e-3, 1e-2];
  for (const axis of [ordinalAxis(values, 300), ladderAxis(values, 300).axis]) {
    const reading = parseAxis(axisText(axis)!)!;
    assert(reading.kind === "places");
    assert.deepEqual(values, reading.values);
    reading.at.forEach((at, i) => assert.equal(readAxis(reading, at + 5), values[i]));
  }
  assert.equal(axisText(ordinalAxis([], 300)), null);
  assert.equal(axisText({ scale: (value) => value ** 3, domain: [1, 5], ticks: [] }), null);
  assert.equal(axisText({ scale: () => NaN, domain: [1, 5], ticks: [] }), null);
  for (const text of ["", "linear", "log 1 2 3", "sine 0 1 0 1", "linear 0 x 1 2"]) {
    assert.equal(parseAxis(text), null, text);
  }
});
