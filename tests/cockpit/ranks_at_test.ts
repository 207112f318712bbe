import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { ranksAt, stairsOf } from "../../src/cockpit/data/ranks_at.ts";
import { packRun, unpackRun } from "../../src/cockpit/data/run_file.ts";
import { rethreshold } from "../../src/experiments/staircase/rethreshold.ts";
import { rankInterval, type Threshold } from "../../src/rank/certificates/rank_interval.ts";
import { uniform } from "../../src/stats/random.ts";
import { findStairs } from "../../src/rank/stairs/find_stairs.ts";
import type { Probe, Trace } from "../../src/train/trace.ts";
import { assert } from "../deps.ts";

const EPSILONS = [1e-2, 1e-6];

/** A trace of random spectra, some of them NaN, some bounds infinite; replica 1 ends early. */
function randomTrace(replicas: number, count: number, widths: readonly number[], seed: number): Trace {
  const random = uniform(seed), threshold = "absolute";
  const probes: Probe[] = [];
  for (let p = 0; p < count; p++) {
    for (let replica = 0; replica < replicas; replica++) {
      if (replica === 1 && 2 * p > count) continue;
      const layers = widths.map((width, l) => {
        const eigenvalues = Float64Array.from({ length: width }, () =>
          random() < 0.02 ? NaN : random() < 0.05 ? 1e-6 : 10 ** (2 - 12 * random())).sort().reverse();
        const bounds = eigenvalues.map((value) =>
          random() < 0.02 ? Infinity : random() < 0.5 ? 0 : value * 10 ** -(8 * random())
        );
        const ranks = EPSILONS.map((epsilon) => rankInterval(eigenvalues, bounds, epsilon, { threshold }));
        return { layer: l + 1, eigenvalues, bounds, ranks, precision: random() < 0.5 ? "single" : "double" };
      });
      const base = { step: 10 * p, replica, loss: random(), accuracy: null };
      probes.push(
        p % 3 === 0
          ? {
            ...base,
            kind: "spectrum",
            floors: null,
            layers: layers.map((layer) => ({ ...layer, kind: "spectrum" })),
          } as Probe
          : {
            ...base,
            kind: "count",
            layers: layers.map(({ layer, ranks }) => ({ kind: "count", layer, ranks, precision: "double" })),
          } as Probe,
      );
    }
  }
  return { replicas, epsilons: EPSILONS, losses: [], probes };
}

for (
  const [replicas, count, widths] of [[1, 1, [1]], [3, 40, [7, 5]], [2, 31, [1, 33, 2]]] as [
    number,
    number,
    number[],
  ][]
) {
  Deno.test(`ranks and stairs of ${replicas} replicas and ${count} probes at any ε are those of the readers`, async () => {
    const trace = randomTrace(replicas, count, widths, 5);
    const facts = {
      title: "t",
      subtitle: "s",
      lossName: "l",
      replicaNames: [],
      command: null,
      sections: [],
    };
    // By way of the text that a page holds.
    const packed = await packRun({ facts, stairs: [], columns: columnsOf(trace, "absolute") });
    const { columns } = await unpackRun(packed);
    assert.deepEqual(columns, columnsOf(trace, "absolute"));
    const random = uniform(7), P = columns.steps.length;
    const wanted = Array.from({ length: 12 }, () => 10 ** (2 - 12 * random()));
    for (const threshold of ["absolute", "relative"] as Threshold[]) {
      for (const epsilon of [...EPSILONS, ...wanted, 1, 2]) {
        const had = { epsilons: EPSILONS, threshold: "absolute" as const };
        const reader = rethreshold(trace, had, { epsilons: [epsilon], threshold });
        for (const l of widths.keys()) {
          const series = ranksAt(columns, l, { epsilon, threshold }), K = series.at.length;
          const places = new Map(Array.from(series.at, (p, k) => [columns.steps[p], k]));
          const seen = series.rank.slice();
          for (const { step, replica, layers } of reader.probes) {
            const i = replica * K + places.get(step)!, { rank, low, high } = layers[l].ranks[0];
            assert.deepEqual([series.rank[i], series.low[i], series.high[i]], [rank, low, high]);
            seen[i] = -1;
          }
          assert(seen.every((rank) => rank === -1), "a rank that no probe has");
          for (let replica = 0; replica < replicas; replica++) {
            const own = reader.probes.filter((probe) => probe.replica === replica);
            assert.deepEqual(
              stairsOf(columns, series, replica),
              findStairs(own.map(({ step }) => step), own.map(({ layers }) => layers[l].ranks[0])),
            );
          }
        }
      }
    }
    assert.equal(P, count);
  });
}
