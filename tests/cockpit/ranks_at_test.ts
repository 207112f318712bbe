import { pValuesOf } from "../../src/cockpit/data/p_values.ts";
import { columnsOf } from "../../src/cockpit/data/run_columns.ts";
import { ranksAt, singleSeries, stairsOf, testsOf } from "../../src/cockpit/data/ranks_at.ts";
import { packRun, unpackRun } from "../../src/cockpit/data/run_file.ts";
import { rethreshold } from "../../src/experiments/staircase/rethreshold.ts";
import type { Threshold } from "../../src/rank/certificates/rank_interval.ts";
import { findStairs } from "../../src/rank/stairs/find_stairs.ts";
import { uniform } from "../../src/stats/random.ts";
import { summarize } from "../../src/train/summary.ts";
import { assert } from "../deps.ts";
import { madeUpFacts, madeUpTrace, type RunShape } from "../support/report_case.ts";

const EPSILONS = [1e-2, 1e-6];

const shapes: RunShape[] = [
  { probes: 1, widths: [1], isWild: true },
  { replicas: 3, widths: [7, 5], isWild: true },
  { replicas: 2, probes: 31, widths: [1, 33, 2], every: 1 },
];

for (const shape of shapes) {
  const { replicas = 1, probes: count = 40, widths = [] } = shape;
  Deno.test(`ranks, stairs and tests of ${replicas} replicas and ${count} probes at any ε are those of the readers`, async () => {
    const trace = madeUpTrace(shape);
    // By way of the text that a page holds.
    const packed = await packRun({
      facts: madeUpFacts,
      stairs: [],
      networks: null,
      columns: columnsOf(trace, "absolute"),
    });
    const { columns } = await unpackRun(packed);
    assert.deepEqual(columns, columnsOf(trace, "absolute"));
    const random = uniform(7), P = columns.steps.length;
    const wanted = Array.from({ length: 12 }, () => 10 ** (2 - 12 * random()));
    const tested = [EPSILONS[1], wanted[0]];
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
            const single = singleSeries(columns, series, replica), stairs = stairsOf(columns, single);
            assert.deepEqual(
              stairs,
              findStairs(own.map(({ step }) => step), own.map(({ layers }) => layers[l].ranks[0])),
            );
            // The tests draw a hundred trends each.
            if (!tested.includes(epsilon)) continue;
            const { tests } = summarize(reader).replicas[replica].layers[l].ranks[0];
            const { floor: _, ...pValues } = pValuesOf(tests);
            assert.deepEqual(testsOf(columns, single, stairs, replica), pValues);
          }
        }
      }
    }
    assert.equal(P, count);
  });
}
