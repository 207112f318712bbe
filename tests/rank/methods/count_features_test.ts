import { InputError } from "../../../src/errors.ts";
import { lowestPrecision } from "../../../src/rank/methods/check_method.ts";
import { exactRank } from "../../../src/rank/certificates/exact_rank.ts";
import type { Threshold } from "../../../src/rank/certificates/rank_interval.ts";
import {
  type CountRanks,
  type FeatureRanks,
  featureRanks,
  type SpectrumRanks,
} from "../../../src/rank/methods/feature_ranks.ts";
import {
  countMethodNames,
  type MethodPrecision,
  rankMethods,
} from "../../../src/rank/methods/rank_methods.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { normals } from "../../reference/random.ts";
import { reference } from "../../support/families.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Whether the help of a method says that it is certain of little. */
const isWeak = (name: (typeof countMethodNames)[number]) => /certain of little/.test(rankMethods[name].help);

/** Ranks that come from a spectrum. */
async function spectrumRanks(...call: Parameters<typeof featureRanks>): Promise<SpectrumRanks> {
  const ranks = await featureRanks(...call);
  assert(ranks.kind === "spectrum");
  return ranks;
}

const features = { rows: 120, columns: 30, data: tanhFeatures(uniform(1), 120, 30) };

Deno.test("countFeatures: counting without a spectrum is right wherever it is certain", async () => {
  const random = uniform(8);
  const weights = Float64Array.from({ length: 120 }, () => 0.5 + random());
  const epsilons = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-7, 1e-9];
  for (const threshold of ["absolute", "relative"] as const) {
    for (const weighted of [{}, { weights, center: true }]) {
      const options = { epsilons, threshold, ...weighted };
      const exact = await spectrumRanks(gpu, features, { ...options, precision: "double" });
      for (const rankMethod of countMethodNames) {
        const precision = lowestPrecision(rankMethod);
        const counted = await featureRanks(gpu, features, { ...options, rankMethod, precision });
        assertCounted(counted, threshold, exact.eigenvalues[0]);
        assert.deepEqual([counted.rankMethod, counted.precision], [rankMethod, precision]);
        const { ranks } = counted;
        ranks.forEach(({ epsilon, low, high }, k) => {
          const truth = exact.ranks[k];
          assert.equal(epsilon, epsilons[k]);
          // Where even double-single is not certain, the two intervals must at least meet.
          assert(low <= truth.high && truth.low <= high, `${rankMethod} at ${epsilon}`);
          if (truth.low === truth.high) assert(low <= truth.rank && truth.rank <= high);
        });
        // An interval of everything would pass: a tenth of λ₁ is far above all rounding.
        if (!isWeak(rankMethod) && threshold === "relative") {
          assert.equal(ranks[0].low, ranks[0].high);
        }
      }
    }
  }
  assert.deepEqual((await featureRanks(gpu, features, { epsilons: [], rankMethod: "sturm" })).ranks, []);
  await assert.rejects(
    featureRanks(gpu, features, { epsilons, rankMethod: "inertia", precision: "double" }),
    InputError,
  );
});

/**
 * Asserts that ranks were counted: there is no spectrum, but an interval of λ₁ where thresholds are
 * shares of it.
 */
function assertCounted(
  ranks: FeatureRanks,
  threshold: Threshold,
  exact: number,
): asserts ranks is CountRanks {
  assert.equal(ranks.kind, "count");
  assert(!("eigenvalues" in ranks) && !("effectiveRank" in ranks));
  const { largest } = ranks as CountRanks;
  assert.equal(largest === null, threshold === "absolute");
  if (largest) assert(largest.low <= exact * (1 + 1e-12) && exact * (1 - 1e-12) <= largest.high);
}

Deno.test("countFeatures: a counting method in auto takes double where it has it and single leaves doubt", async () => {
  const doubtful = { epsilons: [1e-7], threshold: "relative" } as const;
  const spectrum = await spectrumRanks(gpu, features, { ...doubtful, precision: "double" });
  const counted = await featureRanks(gpu, features, { ...doubtful, rankMethod: "sturm" });
  assert.equal(counted.precision, "double");
  assert(counted.ranks[0].low <= spectrum.ranks[0].rank && spectrum.ranks[0].rank <= counted.ranks[0].high);
  const single = await featureRanks(gpu, features, { ...doubtful, rankMethod: "sturm", precision: "single" });
  const width = ({ ranks: [{ low, high }] }: FeatureRanks) => high - low;
  assert(width(counted) <= width(single) && width(single) > 0);
  for (const [epsilons, rankMethod] of [[[0.1], "sturm"], [[1e-7], "inertia"]] as const) {
    const { precision } = await featureRanks(gpu, features, { epsilons, threshold: "relative", rankMethod });
    assert.equal(precision, "single");
  }
});

/** Shape and content of features. */
interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly kind: string;
  readonly magnitude: number;
  readonly seed: number;
}

/**
 * Shapes and contents of features that counting must get right: those of rank 0 and 1, duplicates,
 * more columns than rows.
 */
const shapes: fc.Arbitrary<Shape> = fc.record({
  rows: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 1, max: 40 })),
  columns: fc.oneof(fc.constantFrom(1), fc.integer({ min: 1, max: 24 })),
  kind: fc.constantFrom("normal", "tanh", "zeros", "duplicates", "orthogonal", "clustered"),
  magnitude: fc.constantFrom(1e-30, 1, 1e20),
  seed: fc.nat(1e6),
});

function featuresOf({ rows, columns, kind, magnitude, seed }: Shape) {
  const noise = normals(rows * columns, seed), tanh = tanhFeatures(uniform(seed), rows, columns);
  const data = Float32Array.from({ length: rows * columns }, (_, e) => {
    const k = Math.floor(e / columns), j = e % columns;
    const diagonal = k === j ? 1 : 0;
    return magnitude * {
      normal: noise[e],
      tanh: tanh[e],
      zeros: 0,
      duplicates: noise[k * columns + j % 3],
      orthogonal: diagonal,
      clustered: diagonal * (1 + 1e-6 * j),
    }[kind as "zeros"];
  });
  return { rows, columns, data };
}

Deno.test("countFeatures: counts hold the ranks of float64 for any shape, absolute and relative", async () => {
  const shares = [0.5, 1e-2, 1e-5];
  let certain = 0, all = 0;
  for (const shape of fc.sample(shapes, { seed: 11, numRuns: 24 })) {
    const one = featuresOf(shape);
    const truth = reference(one), [largest] = truth.eigenvalues;
    for (const threshold of ["absolute", "relative"] as const) {
      const unit = threshold === "relative" ? 1 : largest || 1;
      const epsilons = shares.map((share) => share * unit);
      for (const rankMethod of countMethodNames) {
        for (const precision of Object.keys(rankMethods[rankMethod].mostColumns) as MethodPrecision[]) {
          const counted = await featureRanks(gpu, one, { epsilons, threshold, rankMethod, precision });
          const what = `${rankMethod} ${precision} ${threshold} ${JSON.stringify(shape)}`;
          assertCounted(counted, threshold, largest);
          if (!isWeak(rankMethod) && counted.largest) {
            const { low, high } = counted.largest;
            assert(high - low <= 1e-3 * high, `${what}: λ₁ in [${low}, ${high}]`);
          }
          counted.ranks.forEach(({ rank, low, high }, k) => {
            const at = shares[k] * (largest || unit);
            const count = (sign: number) =>
              truth.eigenvalues.filter((value, i) => value + sign * truth.errors[i] > at).length;
            // Thresholds themselves are rounded: an eigenvalue may lie on one.
            const off = truth.eigenvalues.some((value) => Math.abs(value - at) < 1e-12 * at);
            assert(low <= rank && rank <= high && high <= one.columns, what);
            if (!off) assert(low <= count(1) && count(-1) <= high, `${what}: [${low}, ${high}]`);
            if (!isWeak(rankMethod)) certain += Number(low === high), all++;
            if (largest === 0) assert.deepEqual([rank, low, high], [0, 0, 0], what);
          });
        }
      }
    }
  }
  // Intervals of everything would pass.
  assert(certain > 0.9 * all, `${certain} of ${all} are certain`);
});

Deno.test("countFeatures: blocked-inertia of more columns than a block has, against the host and exact counts", async () => {
  const rankMethod = "blocked-inertia", epsilons = [0.3, 1e-2, 1e-4, 1e-6, 1e-8];
  const kinds = ["normal", "tanh", "duplicates", "clustered", "zero columns"] as const;
  const shapes = [[97, 65], [66, 97], [131, 131], [80, 129], [300, 70]] as const;
  let certain = 0, all = 0;
  for (const [k, [rows, columns]] of shapes.entries()) {
    const kind = kinds[k], magnitude = [1, 1e-30, 1e30, 1, 1e-3][k];
    const one = featuresOf({ rows, columns, kind: k === 4 ? "tanh" : kind, magnitude, seed: k });
    if (kind === "zero columns") one.data.forEach((_, e) => e % columns % 3 === 0 && (one.data[e] = 0));
    const options = { epsilons, threshold: "relative" } as const;
    const host = await spectrumRanks(gpu, one, { ...options, rankMethod: "host-bidiagonal" });
    const counted = await featureRanks(gpu, one, { ...options, rankMethod });
    assertCounted(counted, "relative", host.eigenvalues[0]);
    counted.ranks.forEach(({ low, high }, i) => {
      const what = `${kind} ${rows} × ${columns} at ${epsilons[i]}: [${low}, ${high}]`;
      assert(low <= host.ranks[i].high && host.ranks[i].low <= high, what);
      all++;
      certain += Number(low === high);
    });
  }
  assert(certain >= 0.95 * all, `${certain} of ${all} are certain`);
  // By whole numbers, weighted and centred.
  const one = featuresOf({ rows: 90, columns: 66, kind: "tanh", magnitude: 1, seed: 3 });
  const weights = Float64Array.from({ length: 90 }, (_, i) => 1 + i % 3);
  const options = { weights, center: true, epsilons: [1e-3, 1e-6], rankMethod } as const;
  const { ranks } = await featureRanks(gpu, one, options);
  for (const { epsilon, low, high } of ranks) {
    const { above } = exactRank(one, weights, epsilon, { center: true });
    assert.deepEqual([low, high], [above, above], `${epsilon}`);
  }
});
