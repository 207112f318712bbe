import { assert } from "../../deps.ts";
import { staircaseFigure } from "../../../src/plot/staircase/staircase.ts";
import { staircaseData } from "../../../src/plot/staircase/figure_data.ts";
import type { Probe, Trace } from "../../../src/train/trace.ts";

const options = { title: "T", subtitle: "S", lossName: "mean squared error", threshold: "relative" } as const;

const probe = (
  step: number,
  replica: number,
  ranks: [number, number][],
  floors: number[] | null = null,
): Probe => ({
  kind: "spectrum",
  step,
  replica,
  loss: 1 / (1 + step) + replica,
  accuracy: null,
  floors,
  layers: ranks.map((pair, l) => ({
    kind: "spectrum",
    layer: l + 1,
    eigenvalues: new Float64Array(10 * (l + 1)),
    bounds: new Float64Array(10 * (l + 1)),
    precision: "single",
    ranks: pair.map((rank, e) => ({ epsilon: [1e-3, 1e-6][e], rank, low: rank - 1, high: rank + 1 })),
  })),
});

const trace = (replicas: number, probes: Probe[]): Trace => ({
  replicas,
  epsilons: [1e-3, 1e-6],
  losses: [],
  probes,
});

Deno.test("staircaseData arranges probes by replica, layer and threshold", () => {
  const data = staircaseData(
    trace(2, [
      probe(0, 0, [[1, 2], [3, 4]], [0.1, 0.2]),
      probe(0, 1, [[1, 3], [3, 5]], [0.3, 0.4]),
      probe(9, 0, [[2, 6], [7, 8]], [0, 0.05]),
      probe(9, 1, [[2, 7], [7, 9]], [0, 0.06]),
    ]),
    options,
  );
  assert.deepEqual(data.steps, [0, 9]);
  assert.deepEqual(data.loss, [[1, 0.1], [2, 1.1]]);
  assert.deepEqual(data.floor, { epsilon: 1e-6, values: [[0.2, 0.05], [0.4, 0.06]] });
  assert.deepEqual(data.layers.map(({ label, width }) => [label, width]), [
    ["hidden layer 1", 10],
    ["hidden layer 2, terminal", 20],
  ]);
  assert.deepEqual(data.layers[1].ranks[1], {
    epsilon: 1e-6,
    rank: [[4, 8], [5, 9]],
    low: [[3, 7], [4, 8]],
    high: [[5, 9], [6, 10]],
  });
  const { title, subtitle, lossName, threshold } = data;
  assert.deepEqual({ title, subtitle, lossName, threshold }, options);
});

Deno.test("staircaseData finds the stairs of the smallest ε, of the median", () => {
  const ranks = [...new Array(10).fill(2), ...new Array(12).fill(5)];
  const probes = ranks.flatMap((rank, k) =>
    [0, 1, 2].map((r) => probe(10 * k, r, [[9, rank + 3 * (r - 1)]]))
  );
  const { layers: [{ stairs, label }] } = staircaseData(trace(3, probes), options);
  assert.deepEqual(stairs, [
    // Ranks that are off by one leave room for a trend.
    { from: 0, to: 90, rank: 2, isSignificant: false },
    { from: 100, to: 210, rank: 5, isSignificant: false },
  ]);
  assert.equal(label, "hidden layer 1");
  const coarse = staircaseData(trace(3, probes), { ...options, hysteresis: 15 });
  assert.equal(coarse.layers[0].stairs.length, 1);
});

Deno.test("staircaseData: a replica that diverged has NaN from there on", () => {
  const data = staircaseData(
    trace(2, [probe(0, 0, [[1, 2]]), probe(0, 1, [[1, 2]]), probe(5, 1, [[1, 4]])]),
    options,
  );
  assert.deepEqual(data.loss, [[1, NaN], [2, 1 / 6 + 1]]);
  assert.deepEqual(data.layers[0].ranks[1].rank, [[2, NaN], [2, 4]]);
  assert.equal(data.floor, null);
  assert(staircaseFigure(data).includes("replicas"));
});

Deno.test("staircaseData: no probes, no layers", () => {
  const data = staircaseData(trace(1, []), options);
  assert.deepEqual([data.steps, data.layers, data.loss, data.floor], [[], [], [[]], null]);
  assert(staircaseFigure(data).includes("No probes."));
});
