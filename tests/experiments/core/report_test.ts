import { reportText } from "../../../src/experiments/core/report.ts";
import type { RunRecord } from "../../../src/experiments/core/run_record.ts";
import type { RankSummary, ReplicaSummary } from "../../../src/train/summary.ts";
import { completeOptions } from "../../../src/train/options.ts";
import { assert } from "../../deps.ts";
import { smallTask } from "../../train/tasks.ts";

const stairs = [{ from: 0, to: 90, rank: 2 }, { from: 100, to: 200, rank: 12 }];

const rank: RankSummary = {
  epsilon: 1e-6,
  initial: 2,
  final: { epsilon: 1e-6, rank: 12, low: 12, high: 12 },
  largest: 13,
  drawdown: 1,
  certain: 1,
  spearman: -0.98765,
  staircase: { stairs, jumps: [{ step: 100, size: 10 }] },
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
    double: 0.025,
    effectiveRank: 3,
    rankMe: 3,
    stableRank: 2,
    participationRatio: 2,
    energyRank: 2,
    nuclearNormRatio: 2,
  }],
};

const { task, ...configuration } = completeOptions({ task: smallTask() });

const record: RunRecord = {
  status: "done",
  configuration: {
    ...configuration,
    task: {
      name: task.name,
      description: task.description,
      inputs: 1,
      outputs: 1,
      loss: task.loss,
      samples: 24,
      heldOut: 0,
    },
  },
  versions: {},
  adapter: { name: "Card", software: false },
  precisionSelfTest: "not tested here",
  choices: [],
  summary: { loss: 0.0123, accuracy: null, relativeError: null, replicas: [replica] },
  timings: { steps: 200, milliseconds: 1500, millisecondsPerStep: 7.5, kernels: null },
};

Deno.test("reportText: a run in a few lines", () => {
  assert.equal(
    reportText(record),
    [
      "small on Card",
      "200 steps in 1.5 s, 7.50 ms a step with its probes",
      "final loss 1.230e-2",
      "",
      "ranks:",
      "                 rank at                                             ρ(rank,",
      "  layer      ε     start   at end   certified   largest   stairs   log loss)",
      "  1       1e-6         2       12     certain        13        2      -0.988",
      "  1       1e-8         2       12     9 to 14        13        2        none",
      "",
      "spectra solved in double-single arithmetic: 2.50 %",
    ].join("\n"),
  );
});

Deno.test("reportText: a CPU is called one; accuracy, replicas, divergence", () => {
  const text = reportText({
    ...record,
    adapter: { name: "llvmpipe", software: true },
    configuration: { ...record.configuration, replicas: 3 },
    summary: {
      loss: 0.5,
      accuracy: 0.9512,
      relativeError: null,
      replicas: [{ ...replica, replica: 1 }, { ...replica, replica: 2, divergedAt: 70 }],
    },
  });
  const lines = text.split("\n");
  assert.equal(lines[0], "small on llvmpipe (software: the CPU, no GPU)");
  assert.equal(lines[2], "final loss 5.000e-1, accuracy 95.12 % (median of 3 replicas)");
  assert.equal(lines[3], "replica 2 diverged at step 70; its trace ends there");
  assert.equal(lines[5], "ranks of replica 1:");
});

Deno.test("reportText: kernels as a table, right-aligned", () => {
  const kernels = [{ name: "jacobi", count: 10, milliseconds: 30 }, {
    name: "dense",
    count: 400,
    milliseconds: 10,
  }];
  const text = reportText({ ...record, timings: { ...record.timings, kernels } });
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

Deno.test("reportText: a run without a probe", () => {
  const nothing = { loss: NaN, accuracy: null, relativeError: null, replicas: [] };
  const text = reportText({ ...record, status: "diverged", summary: nothing });
  assert.equal(text.split("\n").length, 3);
});
