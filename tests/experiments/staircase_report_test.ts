import type { Divergence } from "../../src/experiments/core/experiment.ts";
import type { KernelTime } from "../../src/gpu/measure/profiler.ts";
import type { OptimizerOptions } from "../../src/nn/optim/optimizer.ts";
import { staircaseReport } from "../../src/experiments/staircase/report.ts";
import { spectralRanks } from "../../src/rank/ranks/spectral_bounds.ts";
import type { RankSummary, ReplicaSummary, TraceSummary } from "../../src/train/summary.ts";
import { completeOptions } from "../../src/train/options.ts";
import { assert } from "../deps.ts";
import { smallTask } from "../support/tasks.ts";

const stairs = [{ from: 0, to: 90, rank: 2 }, { from: 100, to: 200, rank: 12 }];

const rank: RankSummary = {
  epsilon: 1e-6,
  initial: 2,
  final: { epsilon: 1e-6, rank: 12, low: 12, high: 12 },
  largestRank: 13,
  furthestFall: 1,
  certainShare: 1,
  spearman: -0.98765,
  staircase: {
    stairs,
    jumps: [{
      step: 100,
      size: 10,
      after: 90,
      before: 100,
      flickerP: 1e-9,
      trendP: 1e-6,
      isSignificant: true,
    }],
    flicker: 0.01,
    shortest: 4,
    doubt: null,
  },
  tests: {
    sharpness: 1e-6,
    ramp: { levels: 9, roughness: 1.5, pValue: 0.01 },
    coupling: { pValue: 0.2, lagPValue: 0.125, lag: 3 },
    changes: { value: -0.1, pValue: 0.34 },
    floor: { jumps: 9, reached: 4, pValue: 0.5 },
  },
};

const replica: ReplicaSummary = {
  replica: 0,
  divergedAt: null,
  loss: 0.0123,
  accuracy: null,
  relativeError: null,
  floorHolds: true,
  layers: [{
    layer: 1,
    ranks: [rank, {
      ...rank,
      epsilon: 1e-8,
      final: { epsilon: 1e-8, rank: 12, low: 9, high: 14 },
      spearman: NaN,
    }],
    spectra: 40,
    doubleShare: 0.025,
    effectiveRank: 3,
    rankMe: 3,
    stableRank: 2,
    participationRatio: 2,
    energyRank: 2,
    nuclearNormRatio: 2,
    spectralBounds: spectralRanks([]),
  }],
};

const summary: TraceSummary = {
  loss: 0.0123,
  accuracy: null,
  relativeError: null,
  pairings: [0.25, NaN],
  replicas: [replica],
};

/** The report of a training with that summary. */
function report(
  changes: Partial<TraceSummary> = {},
  kernels: readonly KernelTime[] | null = null,
  optimizer?: OptimizerOptions,
  diverged: readonly Divergence[] = [],
): string {
  const { replicas: all } = { ...summary, ...changes };
  const plan = completeOptions({
    task: smallTask(),
    ...optimizer && { optimizer },
    replicas: Math.max(1, all.length),
  });
  const trace = { replicas: all.length, epsilons: [1e-6, 1e-8], losses: [], probes: [] };
  const rows = [{ trace, summary: { ...summary, ...changes }, widths: [1, 6, 5, 1] }];
  const timing = { steps: 200, planned: 200, milliseconds: 1500 };
  return staircaseReport(
    { plan, rows, verdicts: [], diverged, status: "done", runs: 1, timing },
    kernels,
  ).join("\n");
}

Deno.test("staircaseReport: a training in a few lines", () => {
  assert.equal(
    report(),
    [
      "final loss 1.230e-2",
      "",
      "ε-ranks of the features:",
      "  layer      ε   first            last   highest   stairs        ρ",
      "  1       1e-6       2              12        13        2   -0.988",
      "  1       1e-8       2   12 in [9, 14]        13        2     none",
      "",
      "  first, last, highest: ranks at the first and the last probe, and the highest of",
      "  all; an interval is given where a rank is not certain. stairs: runs over which",
      "  the rank stays. ρ: Spearman's correlation of rank and log loss, which is near −1",
      "  for any two opposite trends.",
      "",
      "p-values of the stairs:",
      "  layer      ε   sharp   jump   trend   loss    lag    own   change   floor",
      "  1       1e-6       1   1e-6   0.010   0.20   0.13   0.25     0.34    0.50",
      "  1       1e-8       1   1e-6   0.010   0.20   0.13      –     0.34    0.50",
      "",
      "  sharp: jumps that neither flicker nor a rounded trend makes. p-values are small",
      "  where the data speak against a sentence. jump: there is no such jump. trend:",
      "  levels last as along a smooth trend. loss: it falls no faster at jumps than",
      "  between them; lag: nor a little before or behind them; own: nor faster than at",
      "  jumps of other replicas. change: rank and loss change independently. floor: the",
      "  loss does not wait at its floor.",
      "",
      "other ranks of the last spectrum:",
      "  layer   effective rank   stable rank   participation ratio",
      "  1                 3.00          2.00                  2.00",
      "",
      "spectra solved in double-single arithmetic: 2.50 %",
    ].join("\n"),
  );
});

Deno.test("staircaseReport: medians and ranges of replicas, accuracy, divergence", () => {
  const [{ layers: [layer] }] = summary.replicas;
  const lower = {
    ...layer,
    ranks: layer.ranks.map((each) => ({ ...each, final: { ...each.final, rank: 10, low: 10, high: 10 } })),
  };
  const lines = report(
    {
      accuracy: 0.9512,
      replicas: [
        replica,
        { ...replica, replica: 1, divergedAt: 70 },
        { ...replica, replica: 2, layers: [lower] },
      ],
    },
    null,
    undefined,
    [{ replica: 1, step: 70, layer: 2 }],
  ).split("\n");
  assert.equal(lines[0], "final loss 1.230e-2, accuracy 95.12 % (median of 3 replicas)");
  assert.equal(lines[1], "replica 1 diverged at step 70 in layer 2; its trace ends there");
  assert.equal(lines[3], "ε-ranks of the features, medians of 3 replicas (range):");
  assert.match(lines[5], /^ {2}1 +1e-6 +2 +12 \(10–12\) +13 +2 +-0\.988$/);
  assert.match(lines[6], /^ {2}1 +1e-8 +2 +12 \(10–12\) in \[9, 14\] +13 +2 +none$/);
  assert(lines.every((line) => line.length <= 82), lines.join("\n"));
});

Deno.test("staircaseReport: networks with other learning rates have tables of their own", () => {
  const replicas = [0, 1, 2].map((index) => ({ ...replica, replica: index, loss: index + 1 }));
  const lines = report({ replicas }, null, { name: "sgd", learningRate: [0.1, 0.2, 0.1] }).split("\n");
  assert.deepEqual(lines.filter((line) => line.startsWith("learning rate")), [
    "learning rate 0.1: final loss 1.000e+0",
    "learning rate 0.2: final loss 2.000e+0",
  ]);
  assert.deepEqual(lines.filter((line) => line.startsWith("ε-ranks")), [
    "ε-ranks of the features, medians of 2 replicas (range):",
    "ε-ranks of the features:",
  ]);
});

Deno.test("staircaseReport: kernels as a table, right-aligned", () => {
  const kernels = [{ name: "jacobi", count: 10, milliseconds: 30 }, {
    name: "dense",
    count: 400,
    milliseconds: 10,
  }];
  const text = report({}, kernels);
  assert.equal(
    text.slice(text.indexOf("GPU time")),
    [
      "GPU time by kernel:",
      "  kernel   timed dispatches     ms   µs each    share",
      "  jacobi                 10   30.0    3000.0   75.0 %",
      "  dense                 400   10.0      25.0   25.0 %",
    ].join("\n"),
  );
});

Deno.test("staircaseReport: a run without a probe", () => {
  assert.equal(report({ loss: NaN, replicas: [] }), "final loss NaN");
});

Deno.test("staircaseReport: of 200,000 replicas, which are too many for arguments", () => {
  const replicas = Array.from({ length: 200_000 }, (_, index) => ({
    ...replica,
    replica: index,
    layers: replica.layers.map((layer) => ({
      ...layer,
      ranks: layer.ranks.map((each) => ({ ...each, initial: index % 5 })),
    })),
  }));
  const plan = { ...completeOptions({ task: smallTask() }), replicas: replicas.length };
  const trace = { replicas: replicas.length, epsilons: [1e-6, 1e-8], losses: [], probes: [] };
  const rows = [{ trace, summary: { ...summary, replicas }, widths: [1, 6, 1] }];
  const timing = { steps: 1, planned: 1, milliseconds: 1 };
  const lines = staircaseReport(
    { plan, rows, verdicts: [], diverged: [], status: "done", runs: 1, timing },
    null,
  );
  assert(lines.includes("ε-ranks of the features, medians of 200000 replicas (range):"), lines.join("\n"));
  assert.match(lines.join("\n"), /^ {2}1 +1e-8 +2 \(0–4\) +12 in \[9, 14\]/m);
});

Deno.test("staircaseReport: thousands of replicas, of which some are tested, take no more lines", () => {
  const [layer] = replica.layers;
  const untested = (each: RankSummary): RankSummary => ({
    ...each,
    staircase: { stairs: [], jumps: [], flicker: NaN, shortest: NaN, doubt: null },
    tests: {
      sharpness: NaN,
      ramp: { levels: 0, roughness: NaN, pValue: NaN },
      coupling: { pValue: NaN, lagPValue: NaN, lag: NaN },
      changes: { value: NaN, pValue: NaN },
      floor: null,
    },
  });
  const doubtful = (each: RankSummary): RankSummary => ({
    ...each,
    staircase: { ...each.staircase, doubt: "too few probes" },
  });
  const replicas = Array.from({ length: 4096 }, (_, r): ReplicaSummary => ({
    ...replica,
    replica: r,
    layers: [{ ...layer, ranks: layer.ranks.map(r < 256 ? doubtful : untested) }],
  }));
  const diverged = Array.from({ length: 2000 }, (_, r) => ({ replica: r, step: 100, layer: null }));
  const lines = report({ replicas }, null, undefined, diverged).split("\n");
  assert(lines.length < 60, `${lines.length}`);
  assert(lines.includes("p-values of the stairs of 256 of the 4096 replicas, together:"));
  assert(lines.includes("… and 1991 more") && lines.includes("  … and 503 more"), lines.join("\n"));
});

Deno.test("staircaseReport: a rate for each of a thousand networks is one table", () => {
  const replicas = Array.from({ length: 1000 }, (_, r): ReplicaSummary => ({ ...replica, replica: r }));
  const learningRate = replicas.map((_, r) => 0.001 * (1 + r));
  const lines = report({ replicas }, null, { name: "sgd", learningRate }).split("\n");
  assert(lines.length < 40 && lines.some((line) => line.startsWith("all of 1000 values of learning rate:")));
});
