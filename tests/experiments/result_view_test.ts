import { viewOf } from "../../src/display/view.ts";
import { viewResult } from "../../src/experiments/core/result_view.ts";
import { runExperiment } from "../../src/experiments/core/run.ts";
import type { ExperimentResult } from "../../src/experiments/core/experiment.ts";
import { judge } from "../../src/experiments/core/verdict.ts";
import { staircase } from "../../src/experiments/staircase/mod.ts";
import { assert } from "../deps.ts";
import { readFigure } from "../support/figure.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();
const decoded = (base64: string) => new TextDecoder().decode(Uint8Array.fromBase64(base64));

Deno.test("view of an experiment: its figure and its report; the result stays plain", async () => {
  const options = { layers: [6, 5], samples: 24, steps: 20, probeEvery: 10, replicas: 2 };
  const result = await runExperiment(gpu, staircase, options);
  assert.deepEqual(Reflect.ownKeys({ ...result }), Object.keys(result));
  const view = viewOf(result)!;
  const lines = view.text().split("\n");
  assert.deepEqual(lines.slice(0, 2), [`staircase: ${staircase.summary}`, "  done, 20 steps in 1 run"]);
  assert.match(view.text(), /ε-ranks of the features, medians of 2 replicas/);
  const html = await view.html!();
  const [, base64] = /<img alt="[^"]*" src="data:image\/svg\+xml;base64,([^"]*)">/.exec(html)!;
  assert.equal(decoded(base64), await staircase.figures["staircase.svg"](result));
  assert(readFigure(decoded(base64)).length > 10);
  assert.match(html, /<details><summary>report<\/summary><pre>final loss /);
  assert.doesNotMatch(html, /<table>/);
});

Deno.test("view of an experiment: verdicts, networks that diverged, names that are hostile", async () => {
  const hostile = "<script>";
  const result: ExperimentResult = {
    plan: { seed: 0 },
    rows: [],
    verdicts: [
      judge({
        text: `ranks rise ${hostile}`,
        statistic: "ρ",
        values: [1.75, 2, null, 2.25],
        demand: { above: 0 },
      }),
      judge({ text: "one", statistic: "mean", values: [-1], demand: { above: 0 } }),
      judge({ text: "p", statistic: "test", values: [0.01, 0.02], kind: "p-value", demand: { below: 0.05 } }),
      judge({ text: "none", statistic: "mean", values: [], demand: { above: 0 } }),
    ],
    diverged: [{ replica: 1, step: 7 }, { replica: 2, step: 8, description: hostile }],
    status: "stopped",
    runs: 2,
    timing: { steps: 30, planned: 40, milliseconds: 1 },
  };
  const experiment = { name: "mine", summary: "look", figures: {} };
  const view = viewOf(viewResult(experiment, result))!;
  const text = view.text();
  assert.match(text, /^mine: look\n {2}stopped, 30 of 40 steps in 2 runs\n {2}replica 1 diverged /);
  assert.match(text, /\nholds: ranks rise <script> \(ρ 2, 95 % in /);
  const html = await view.html!();
  assert.doesNotMatch(html, /<script>/);
  const rows = [...html.matchAll(/<tr>(.*)<\/tr>/g)].map(([, row]) =>
    [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, cell]) => cell)
  );
  assert.deepEqual(rows.slice(1).map(([verdict, , , value, , p]) => [verdict, value, p]), [
    ["holds", "2", "0.00258"],
    ["does not hold", "-1", ""],
    ["holds", "", "0.0019"],
    ["cannot be told", "", ""],
  ]);
});
