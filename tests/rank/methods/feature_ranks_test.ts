import { InputError, ShapeError } from "../../../src/errors.ts";
import { featureRanks, methodNames } from "../../../src/rank/methods/feature_ranks.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../../src/rank/spectra/one_sided_spectra.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import {
  effectiveRank,
  energyRank,
  nuclearNormRatio,
  participationRatio,
  rankMe,
  stableRank,
} from "../../../src/rank/ranks/spectral_ranks.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const features = { rows: 120, columns: 30, data: tanhFeatures(uniform(1), 120, 30) };

Deno.test("featureRanks: the ranks of its spectrum, in the order of the thresholds", async () => {
  // Not sorted, and one of them twice.
  const epsilons = [1e-6, 1e-2, 1e-9, 1e-2];
  for (const threshold of ["absolute", "relative"] as const) {
    for (const precision of ["auto", "single", "double"] as const) {
      const options = { epsilons, threshold, precision, method: "gram-jacobi" } as const;
      const ranks = await featureRanks(gpu, features, options);
      const [spectrum] = await featureSpectra(gpu, [features], options);
      assert.deepEqual(ranks.eigenvalues, spectrum.eigenvalues);
      assert.deepEqual(ranks.bounds, spectrum.bounds);
      assert.equal(ranks.threshold, threshold);
      const expected = epsilons.map((epsilon) => {
        const { rank, low, high } = rankInterval(spectrum.eigenvalues, spectrum.bounds, epsilon, threshold);
        const reported = { epsilon, rank, rank_low: low, rank_high: high };
        return { ...reported, method: "gram-jacobi", precision: spectrum.precision };
      });
      assert.deepEqual(ranks.ranks, expected);
      if (precision !== "auto") assert.equal(spectrum.precision, precision);
      else assert.ok(ranks.ranks.every(({ rank_low, rank_high }) => rank_low === rank_high));
    }
  }
});

Deno.test("featureRanks: by QR and one-sided Jacobi, weighted and centred", async () => {
  const epsilons = [1e-2, 1e-9, 1e-15], random = uniform(2);
  const weights = Float64Array.from({ length: 120 }, () => 0.1 + random());
  for (const threshold of ["absolute", "relative"] as const) {
    for (const precision of ["auto", "single", "double"] as const) {
      const options = { epsilons, threshold, precision, weights, center: true } as const;
      const ranks = await featureRanks(gpu, features, { ...options, method: "one-sided-jacobi" });
      const [{ eigenvalues, bounds, precision: took }] = await oneSidedSpectra(gpu, [features], options);
      assert.deepEqual([ranks.eigenvalues, ranks.bounds], [eigenvalues, bounds]);
      ranks.ranks.forEach(({ epsilon, rank, rank_low, rank_high, method, precision }, k) => {
        assert.deepEqual(
          { epsilon, rank, low: rank_low, high: rank_high },
          rankInterval(eigenvalues, bounds, epsilons[k], threshold),
        );
        assert.deepEqual([method, precision], ["one-sided-jacobi", took]);
        if (took === "double") assert.equal(rank_low, rank_high);
      });
    }
  }
});

Deno.test("featureRanks: the smooth ranks are those of the same spectrum", async () => {
  const ranks = await featureRanks(gpu, features, { epsilons: [], method: "gram-jacobi" });
  const { eigenvalues } = ranks;
  assert.deepEqual(ranks.ranks, []);
  assert.equal(ranks.effective_rank, effectiveRank(eigenvalues));
  assert.equal(ranks.rank_me, rankMe(eigenvalues));
  assert.equal(ranks.stable_rank, stableRank(eigenvalues));
  assert.equal(ranks.participation_ratio, participationRatio(eigenvalues));
  assert.equal(ranks.energy_rank, energyRank(eigenvalues));
  assert.equal(ranks.nuclear_norm_ratio, nuclearNormRatio(eigenvalues));
});

Deno.test("featureRanks: weights and centring reach the spectrum", async () => {
  const random = uniform(2);
  const weights = Float64Array.from({ length: 120 }, () => 0.1 + random());
  const options = { epsilons: [1e-3], weights, center: true, method: "gram-jacobi" } as const;
  const [{ eigenvalues }] = await featureSpectra(gpu, [features], options);
  const ranks = await featureRanks(gpu, features, options);
  assert.deepEqual(ranks.eigenvalues, eigenvalues);
  assert.notDeepEqual((await featureRanks(gpu, features, { epsilons: [1e-3] })).eigenvalues, eigenvalues);
});

Deno.test("featureRanks: zeros have rank 0 for certain", async () => {
  const zeros = { rows: 5, columns: 3, data: new Float32Array(15) };
  const { ranks, effective_rank } = await featureRanks(gpu, zeros, { epsilons: [1e-12] });
  assert.deepEqual([ranks[0].rank, ranks[0].rank_low, ranks[0].rank_high], [0, 0, 0]);
  assert.equal(effective_rank, 0);
});

Deno.test("featureRanks: a threshold that is none, shapes that do not fit", async () => {
  for (const epsilon of [0, -1e-6, NaN, Infinity]) {
    await assert.rejects(featureRanks(gpu, features, { epsilons: [1e-2, epsilon] }), {
      name: InputError.name,
      message: `ε = ${epsilon}: give a number above 0`,
    });
  }
  await assert.rejects(featureRanks(gpu, { ...features, rows: 7 }, { epsilons: [] }), ShapeError);
  assert.deepEqual(methodNames[0], "auto");
});

Deno.test("featureRanks: counting without a spectrum is right wherever it is certain", async () => {
  const random = uniform(8);
  const weights = Float64Array.from({ length: 120 }, () => 0.5 + random());
  const epsilons = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-7, 1e-9];
  for (const threshold of ["absolute", "relative"] as const) {
    for (const weighted of [{}, { weights, center: true }]) {
      const options = { epsilons, threshold, ...weighted };
      const exact = await featureRanks(gpu, features, { ...options, precision: "double" });
      for (const method of ["inertia", "sturm", "cholesky"] as const) {
        const { ranks, eigenvalues } = await featureRanks(gpu, features, { ...options, method });
        assert.equal(eigenvalues.length, 30);
        ranks.forEach(({ epsilon, rank_low, rank_high, method: by, precision }, k) => {
          const truth = exact.ranks[k];
          assert.deepEqual([epsilon, by, precision], [epsilons[k], method, "single"]);
          // Where even double-single is not certain, the two intervals must at least meet.
          assert(rank_low <= truth.rank_high && truth.rank_low <= rank_high, `${method} at ${epsilon}`);
          if (truth.rank_low === truth.rank_high) assert(rank_low <= truth.rank && truth.rank <= rank_high);
        });
        // An interval of everything would pass: a tenth of λ₁ is far above all rounding.
        if (method !== "cholesky" && threshold === "relative") {
          assert.equal(ranks[0].rank_low, ranks[0].rank_high);
        }
      }
    }
  }
  assert.deepEqual((await featureRanks(gpu, features, { epsilons: [], method: "sturm" })).ranks, []);
  await assert.rejects(
    featureRanks(gpu, features, { epsilons, method: "sturm", precision: "double" }),
    InputError,
  );
});
