import { generatedNames, generateFeatures } from "../../../src/experiments/kernel_study/families/mod.ts";
import { featureSpectra } from "../../../src/rank/spectra/feature_spectrum.ts";
import {
  spectralBounds,
  type SpectralRanks,
  spectralRanks,
} from "../../../src/rank/ranks/spectral_bounds.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { reference } from "../../support/families.ts";

const gpu = await openGpu();

const NAMES = Object.keys(spectralRanks([1])) as (keyof SpectralRanks)[];

/** Asserts that measures of a spectrum are within bounds of those of another one. */
function assertWithin(found: SpectralRanks, bounds: SpectralRanks, truth: SpectralRanks, what: string) {
  for (const name of NAMES) {
    const off = Math.abs(found[name] - truth[name]);
    assert(
      off <= bounds[name],
      `${name} of ${what}: ${found[name]}, in truth ${truth[name]}, ± ${bounds[name]}`,
    );
  }
}

/** Spectra whose values are within bounds of others', descending as they are. */
function nearby(eigenvalues: readonly number[], bounds: readonly number[], next: () => number): number[][] {
  const share = [
    eigenvalues.map(() => 1),
    eigenvalues.map(() => -1),
    eigenvalues.map(() => next() < 0.5 ? -1 : 1),
    eigenvalues.map((_, i) => i === 0 ? 1 : -1),
    eigenvalues.map((_, i) => i === 0 ? -1 : 1),
    eigenvalues.map(() => 2 * next() - 1),
  ];
  return share.map((each) => eigenvalues.map((value, i) => Math.max(0, value + each[i] * bounds[i])))
    .filter((spectrum) => spectrum.every((value, i) => i === 0 || value <= spectrum[i - 1]));
}

Deno.test("spectralBounds: any spectrum within the bounds of the eigenvalues has measures within these", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 12 }),
    fc.integer({ min: 0 }),
    fc.integer({ min: 0, max: 16 }),
    fc.integer({ min: 0, max: 14 }),
    (n, seed, depth, digits) => {
      const next = uniform(seed);
      const eigenvalues = Array.from({ length: n }, () => 10 ** (-depth * next())).sort((a, b) => b - a);
      // Relative to themselves, to the largest, or both.
      const bounds = eigenvalues.map((value) =>
        10 ** -digits * (next() * value + (next() < 0.5 ? 0 : next()))
      );
      const found = spectralRanks(eigenvalues), allowed = spectralBounds(eigenvalues, bounds);
      for (const truth of nearby(eigenvalues, bounds, next)) {
        assertWithin(found, allowed, spectralRanks(truth), `${eigenvalues} ± ${bounds}`);
      }
    },
  ));
});

Deno.test("spectralBounds: not much wider than what spectra within the bounds reach", () => {
  const next = uniform(3);
  const eigenvalues = Array.from({ length: 20 }, (_, i) => 10 ** (-i / 4));
  const bounds = eigenvalues.map((value) => 1e-6 * value), found = spectralRanks(eigenvalues);
  const allowed = spectralBounds(eigenvalues, bounds);
  const reached = (name: keyof SpectralRanks) =>
    Math.max(
      ...Array.from({ length: 20 }, () => nearby(eigenvalues, bounds, next)).flat()
        .map((truth) => Math.abs(spectralRanks(truth)[name] - found[name])),
    );
  for (const name of NAMES) {
    assert(
      allowed[name] <= 8 * reached(name) + 1e-12,
      `${name}: ± ${allowed[name]}, reached ${reached(name)}`,
    );
  }
  assert.equal(allowed.energyRank, 0);
});

Deno.test("spectralBounds: the ends: no eigenvalue, zeros, nothing known, one value, not finite", () => {
  const all = (value: number) => Object.fromEntries(NAMES.map((name) => [name, value]));
  assert.deepEqual(spectralBounds([], []), all(0));
  assert.deepEqual(spectralBounds([0, 0], [0, 0]).stableRank, 2);
  const zeros = spectralBounds([0, 0, 0], [1, 1, 1]);
  for (const name of NAMES) assert(Math.abs(zeros[name] - 3) < 1e-4, name);
  const unknown = spectralBounds([4, 1], [NaN, 1]);
  assertWithin(spectralRanks([4, 1]), unknown, spectralRanks([0, 0]), "unknown, 0");
  assertWithin(spectralRanks([4, 1]), unknown, spectralRanks([1, 1]), "unknown, 1");
  const one = spectralBounds([4], [1]);
  for (const name of NAMES) assert(one[name] < 1e-6, name);
  for (const name of NAMES) assert(Number.isNaN(spectralBounds([NaN, 1], [0, 0])[name]), name);
  // Values near 0 may be roots of their bounds.
  const { nuclearNormRatio } = spectralBounds([1, 0, 0, 0], [0, 1e-12, 1e-12, 1e-12]);
  assert(nuclearNormRatio >= 3e-6 && nuclearNormRatio < 3.1e-6);
});

Deno.test("spectralBounds: hold for all families in single and in double precision", async () => {
  const rows = 24, columns = 12;
  const features = generatedNames.map((name, seed) => ({
    rows,
    columns,
    data: Float32Array.from(generateFeatures(name, { rows, columns, seed, format: "single" })),
  }));
  for (const precision of ["single", "double"] as const) {
    const spectra = await featureSpectra(gpu, features, { precision });
    spectra.forEach(({ eigenvalues, bounds }, i) => {
      const truth = reference(features[i]);
      // What float64 itself leaves open counts as well.
      const known = bounds.map((bound, k) => bound + truth.errors[k]);
      const what = `${generatedNames[i]} in ${precision}`;
      const found = spectralRanks(eigenvalues);
      assertWithin(found, spectralBounds(eigenvalues, known), spectralRanks(truth.eigenvalues), what);
    });
  }
});
