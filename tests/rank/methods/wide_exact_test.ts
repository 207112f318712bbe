import { verifyRanks } from "../../../src/rank/certificates/verify_ranks.ts";
import { featureRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { type RankMethod, rankMethodNames, rankMethods } from "../../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Small whole numbers, whose eigenvalues may be thresholds; noise; graded columns; an offset. */
const KINDS: readonly ((random: () => number, share: number) => number)[] = [
  (random) => Math.floor(5 * random()) - 2,
  (random) => random() - 0.5,
  (random, share) => (random() - 0.5) * 10 ** (-12 * share),
  (random) => 1e5 + random(),
];

Deno.test("wide features: no rank of any method is wrong by exact counts", async () => {
  const problem = fc.record({
    rows: fc.integer({ min: 1, max: 8 }),
    more: fc.integer({ min: 1, max: 14 }),
    kind: fc.nat(KINDS.length - 1),
    isRepeated: fc.boolean(),
    isSingle: fc.boolean(),
    isTiled: fc.boolean(),
    method: fc.nat(),
    precision: fc.constantFrom("single" as const, "double" as const),
    weighting: fc.constantFrom("mean", "weights", "sum", "volume"),
    center: fc.boolean(),
    threshold: fc.constantFrom("relative" as const, "absolute" as const),
    seed: fc.nat(1e6),
  });
  let certain = 0, all = 0;
  await fc.assert(
    fc.asyncProperty(
      problem,
      async ({ rows, more, kind, method, weighting, center, threshold, ...drawn }) => {
        const random = uniform(drawn.seed), columns = rows + more;
        const entries = Float64Array.from(
          { length: rows * columns },
          (_, e) => KINDS[kind](random, e % columns / columns),
        );
        if (rows > 1 && drawn.isRepeated) entries.set(entries.slice(0, columns), columns);
        const data = drawn.isSingle ? Float32Array.from(entries) : entries;
        const features = { rows, columns, data };
        const tile = (first: number, count: number) => data.slice(first * columns, (first + count) * columns);
        const names = rankMethodNames.filter((name) => {
          const each: RankMethod = rankMethods[name];
          return drawn.precision in each.mostColumns &&
            (!drawn.isTiled || each.yields === "count" || each.takesTiles);
        });
        const options = {
          center,
          threshold,
          ...weighting === "weights" &&
            { weights: Float64Array.from({ length: rows }, () => 0.1 + random()) },
          ...weighting === "sum" && { volume: rows },
          ...weighting === "volume" && { volume: 1e-3 + 3 * random() },
        };
        const { ranks } = await featureRanks(gpu, drawn.isTiled ? { rows, columns, tile } : features, {
          ...options,
          epsilons: threshold === "absolute" ? [4, 1, 0.5, 1e-5] : [0.5, 1e-2, 1e-6, 1e-11],
          rankMethod: names[method % names.length],
          precision: drawn.precision,
        });
        for (const { verdict, isCertain, ...rank } of verifyRanks(features, ranks, options)) {
          assert.notEqual(
            verdict,
            "wrong",
            JSON.stringify(rank, (_, x) => typeof x === "bigint" ? `${x}` : x),
          );
          if (isCertain) certain++;
          all++;
        }
      },
    ),
    { numRuns: 40, seed: 2 },
  );
  // Intervals of everything would pass.
  assert.ok(certain >= 0.7 * all, `${certain} of ${all}`);
});
