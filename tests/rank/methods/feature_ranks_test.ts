import { InputError, ShapeError } from "../../../src/errors.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import { featureRanks, type SpectrumRanks } from "../../../src/rank/methods/feature_ranks.ts";
import { autoRankMethod, autoRankMethodHelp } from "../../../src/rank/methods/auto_method.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "../../../src/rank/ranks/spectral_ranks.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../../src/rank/spectra/one_sided_spectra.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Ranks that come from a spectrum. */
async function spectrumRanks(...call: Parameters<typeof featureRanks>): Promise<SpectrumRanks> {
  const ranks = await featureRanks(...call);
  assert(ranks.kind === "spectrum");
  return ranks;
}

const features = { rows: 120, columns: 30, data: tanhFeatures(uniform(1), 120, 30) };

Deno.test("featureRanks: the ranks of its spectrum, in the order of the thresholds", async () => {
  // Not sorted, and one of them twice.
  const epsilons = [1e-6, 1e-2, 1e-9, 1e-2];
  for (const threshold of ["absolute", "relative"] as const) {
    for (const precision of ["auto", "single", "double"] as const) {
      const options = { epsilons, threshold, precision } as const;
      const ranks = await spectrumRanks(gpu, features, { ...options, rankMethod: "gram-jacobi" });
      const [spectrum] = await featureSpectra(gpu, [features], options);
      assert.deepEqual(ranks.eigenvalues, spectrum.eigenvalues);
      assert.deepEqual(ranks.bounds, spectrum.bounds);
      assert.equal(ranks.threshold, threshold);
      const expected = epsilons.map((epsilon) =>
        rankInterval(spectrum.eigenvalues, spectrum.bounds, epsilon, { threshold })
      );
      assert.deepEqual(ranks.ranks, expected);
      assert.deepEqual([ranks.rankMethod, ranks.precision], ["gram-jacobi", spectrum.precision]);
      if (precision !== "auto") assert.equal(spectrum.precision, precision);
      else assert.ok(ranks.ranks.every(({ low, high }) => low === high));
    }
  }
});

Deno.test("featureRanks: by QR and one-sided Jacobi, weighted and centred", async () => {
  const epsilons = [1e-2, 1e-9, 1e-15], random = uniform(2);
  const weights = Float64Array.from({ length: 120 }, () => 0.1 + random());
  for (const threshold of ["absolute", "relative"] as const) {
    for (const precision of ["auto", "single", "double"] as const) {
      const options = { epsilons, threshold, precision, weights, center: true } as const;
      const ranks = await spectrumRanks(gpu, features, { ...options, rankMethod: "one-sided-jacobi" });
      const [{ eigenvalues, bounds, precision: took }] = await oneSidedSpectra(gpu, [features], options);
      assert.deepEqual([ranks.eigenvalues, ranks.bounds], [eigenvalues, bounds]);
      assert.deepEqual([ranks.rankMethod, ranks.precision], ["one-sided-jacobi", took]);
      ranks.ranks.forEach((rank, k) => {
        assert.deepEqual(rank, rankInterval(eigenvalues, bounds, epsilons[k], { threshold }));
        if (took === "double") assert.equal(rank.low, rank.high);
      });
    }
  }
});

Deno.test("featureRanks: the smooth ranks are those of the same spectrum", async () => {
  const ranks = await spectrumRanks(gpu, features, { epsilons: [], rankMethod: "gram-jacobi" });
  const { eigenvalues } = ranks;
  assert.deepEqual(ranks.ranks, []);
  assert.equal(ranks.effectiveRank, effectiveRank(eigenvalues));
  assert.equal(ranks.rankMe, rankMe(eigenvalues));
  assert.equal(ranks.stableRank, stableRank(eigenvalues));
  assert.equal(ranks.participationRatio, participationRatio(eigenvalues));
  assert.equal(ranks.energyRank, energyRank(eigenvalues));
  assert.equal(ranks.nuclearNormRatio, nuclearNormRatio(eigenvalues));
});

Deno.test("featureRanks: weights and centring reach the spectrum", async () => {
  const random = uniform(2);
  const weights = Float64Array.from({ length: 120 }, () => 0.1 + random());
  const options = { epsilons: [1e-3], weights, center: true } as const;
  const [{ eigenvalues }] = await featureSpectra(gpu, [features], options);
  const ranks = await spectrumRanks(gpu, features, { ...options, rankMethod: "gram-jacobi" });
  assert.deepEqual(ranks.eigenvalues, eigenvalues);
  const others = await spectrumRanks(gpu, features, { epsilons: [1e-3] });
  assert.notDeepEqual(others.eigenvalues, eigenvalues);
});

Deno.test("featureRanks: zeros have rank 0 for certain", async () => {
  const zeros = { rows: 5, columns: 3, data: new Float32Array(15) };
  const { ranks, effectiveRank } = await spectrumRanks(gpu, zeros, { epsilons: [1e-12] });
  assert.deepEqual([ranks[0].rank, ranks[0].low, ranks[0].high], [0, 0, 0]);
  assert.equal(effectiveRank, 0);
});

Deno.test("featureRanks: a threshold that is none, shapes that do not fit", async () => {
  for (const epsilon of [0, -1e-6, NaN, Infinity]) {
    await assert.rejects(featureRanks(gpu, features, { epsilons: [1e-2, epsilon] }), {
      name: InputError.name,
      message: `ε = ${epsilon}: give a number above 0`,
    });
  }
  await assert.rejects(featureRanks(gpu, { ...features, rows: 7 }, { epsilons: [] }), ShapeError);
  await assert.rejects(featureRanks(gpu, { ...features, rows: 2.5 }, { epsilons: [] }), ShapeError);
});

Deno.test("featureRanks: auto is what the registry says that it is", async () => {
  assert.match(
    autoRankMethodHelp,
    /^auto is host-bidiagonal for 65 to 8,192 .* software, .* and else one-sided-jacobi for .* up to 256 .*, or gram-jacobi$/,
  );
  assert.equal((await featureRanks(gpu, features, { epsilons: [] })).rankMethod, "one-sided-jacobi");
  const { rows, columns, data } = features;
  const tile = (first: number, count: number) => data.subarray(first * columns, (first + count) * columns);
  const asked = { rows, columns, tile };
  assert.equal((await featureRanks(gpu, asked, { epsilons: [] })).rankMethod, "gram-jacobi");
  assert.deepEqual(
    [[300, 256], [300, 257], [10, 300], [40_000, 256], [256, 40_000]].map(([rows, columns]) =>
      autoRankMethod({ rows, columns, data: new Float32Array() })
    ),
    ["one-sided-jacobi", "gram-jacobi", "one-sided-jacobi", "gram-jacobi", "gram-jacobi"],
  );
  const software = [[300, 64], [300, 65], [65, 9000], [9000, 8192], [8193, 8193]].map(([rows, columns]) =>
    autoRankMethod({ rows, columns, tile: () => new Float32Array() }, { software: true })
  );
  assert.deepEqual(software, [
    "gram-jacobi",
    "host-bidiagonal",
    "host-bidiagonal",
    "host-bidiagonal",
    "gram-jacobi",
  ]);
  const single = { software: true, precision: "single" } as const;
  assert.equal(autoRankMethod({ rows, columns: 100, data }, single), "one-sided-jacobi");
  await assert.rejects(featureRanks(gpu, asked, { epsilons: [], rankMethod: "one-sided-jacobi" }), {
    name: InputError.name,
    message: /^one-sided-jacobi takes features in memory only: .* use .*gram-jacobi/,
  });
});

Deno.test("featureRanks: names, keys and values that it does not take", async () => {
  const epsilons = [1e-3];
  const refused: [options: object, message: RegExp][] = [
    [{ precision: "float64" }, /^no precision "float64"; give one of auto, single, double$/],
    [{ threshold: "rel" }, /^no threshold "rel";.* give one of absolute, relative$/],
    [{ rankMethod: "jacobi" }, /^no rank method "jacobi";.* give one of auto, /],
    [{ method: "sturm" }, /^options of featureRanks have no "method"; did you mean "rankMethod"\?/],
    [{ epsilon: 1e-3 }, /^options of featureRanks have no "epsilon"; did you mean "epsilons"\?/],
    [{ epsilons: 1e-3 }, /^epsilons are 0.001: give a list/],
    [{ epsilons: undefined }, /^epsilons are undefined: give a list/],
    [{ epsilons: ["1e-3"] }, /^ε = 1e-3: give a number above 0$/],
    [{ center: "yes" }, /^center is yes: give true or false$/],
    [{ weights: 1 }, /^weights are 1: give a list/],
    ...[NaN, Infinity, -1, 0].map((weight): [object, RegExp] => [
      { weights: new Float64Array(120).fill(1).fill(weight, 7, 8) },
      new RegExp(`^weight 7 \\(from 0\\) is ${weight}: give finite numbers above 0$`),
    ]),
  ];
  for (const [options, message] of refused) {
    await assert.rejects(featureRanks(gpu, features, { epsilons, ...options }), {
      name: InputError.name,
      message,
    });
  }
  const plain = { ...features, data: Array.from(features.data) as unknown as Float32Array };
  await assert.rejects(featureRanks(gpu, plain, { epsilons }), {
    name: InputError.name,
    message: /give a Float32Array/,
  });
});
