import { InputError, ShapeError } from "../../../src/errors.ts";
import {
  featureSpectra,
  type FeatureSpectrum,
  type SpectrumOptions,
} from "../../../src/rank/spectra/feature_spectrum.ts";
import { oneSidedSpectra } from "../../../src/rank/spectra/one_sided_spectra.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import {
  assertBounds,
  assertRanks,
  families,
  type Reference,
  reference,
  SHARES,
} from "../../support/families.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Features of every family in the precision of f4 or f8, with what float64 knows of them. */
function cases(rows: number, columns: number, type: "f4" | "f8" = "f8") {
  return families(rows, columns, columns).map(([name, phi]) => {
    const features: Matrix = { rows, columns, data: type === "f4" ? Float32Array.from(phi) : phi };
    return { name: `${name}, n = ${columns}, ${type}`, features, truth: reference(features) };
  });
}

type Case = ReturnType<typeof cases>[number];

const solve = (all: readonly Case[], options: SpectrumOptions) =>
  oneSidedSpectra(gpu, all.map(({ features }) => features), options);

/**
 * Asserts what holds of every spectrum: within bounds, no certain rank wrong; in double precision
 * eigenvalues right to 10⁻¹² λ₁, and their roots to 2·10⁻¹³ σ₁ where float64 knows them as well,
 * however small. Gives the ranks that are certain.
 */
function check(
  all: readonly Case[],
  spectra: readonly FeatureSpectrum[],
  shares?: readonly number[],
): number {
  let certain = 0;
  all.forEach(({ name, truth }, i) => {
    const spectrum = spectra[i], what = `${name}, ${spectrum.precision}`;
    const worst = assertBounds(spectrum, truth, what);
    assert.ok(spectrum.eigenvalues.every((value, k) => k === 0 || value <= spectrum.eigenvalues[k - 1]));
    certain += assertRanks(spectrum, truth, what, shares);
    if (spectrum.precision === "single") return;
    assert.ok(worst <= 1e-12, `${what}: ${worst} λ₁`);
    const top = Math.sqrt(truth.eigenvalues[0]);
    truth.eigenvalues.forEach((value, k) => {
      const error = Math.abs(Math.sqrt(spectrum.eigenvalues[k]) - Math.sqrt(value));
      assert.ok(error <= 2e-13 * top, `${what}: σ_${k + 1} is off by ${error / top} σ₁`);
    });
  });
  return certain;
}

const isCertain = ({ eigenvalues, bounds }: FeatureSpectrum) =>
  SHARES.every((share) => {
    const { low, high } = rankInterval(eigenvalues, bounds, share, { threshold: "relative" });
    return low === high;
  });

Deno.test("oneSidedSpectra: every family: within bounds, no certain rank wrong, at least 95 % certain", async () => {
  let certain = 0, ranks = 0, escalated = 0, matrices = 0;
  for (const type of ["f4", "f8"] as const) {
    for (const n of type === "f4" ? [1, 3, 20, 64] : [2, 8, 37]) {
      const all = cases(2 * n + 1, n, type);
      const single = await solve(all, { precision: "single" }),
        double = await solve(all, { precision: "double" });
      const auto = await solve(all, { precision: "auto", epsilons: SHARES, threshold: "relative" });
      assert.ok(single.every(({ precision }) => precision === "single"));
      assert.ok(double.every(({ precision }) => precision === "double"));
      check(all, single);
      check(all, double);
      certain += check(all, auto);
      ranks += all.length * SHARES.length;
      matrices += all.length;
      // Single precision is kept where it is certain, to the bit; the others are what double
      // precision makes of them.
      auto.forEach((spectrum, i) => {
        assert.deepEqual(spectrum, isCertain(single[i]) ? single[i] : double[i], all[i].name);
        if (spectrum.precision === "double") escalated++;
      });
    }
  }
  assert.ok(certain >= 0.95 * ranks, `${certain} of ${ranks}`);
  assert.ok(escalated > 0 && escalated < matrices);
});

Deno.test("oneSidedSpectra: double precision is certain where the Gram matrix is not, down to 10⁻¹⁸ λ₁", async () => {
  const shares = [1e-14, 1e-15, 1e-16, 1e-17, 1e-18];
  let certain = 0, squared = 0, ranks = 0;
  for (const [m, n] of [[251, 37], [129, 64]]) {
    const all = cases(m, n);
    certain += check(all, await solve(all, { precision: "double" }), shares);
    const grams = await featureSpectra(gpu, all.map(({ features }) => features), { precision: "double" });
    grams.forEach((spectrum, i) => squared += assertRanks(spectrum, all[i].truth, all[i].name, shares));
    ranks += shares.length * all.length;
  }
  assert.ok(certain >= 0.95 * ranks, `${certain} of ${ranks}`);
  assert.ok(squared < 0.85 * ranks, `${squared} by Gram matrices: as many`);
});

Deno.test("oneSidedSpectra: graded columns of few samples: eigenvalues of 10⁻²⁴ λ₁ are seen", async () => {
  const m = 40, n = 9;
  const d = Array.from({ length: n }, (_, j) => 10 ** (-12 * j / (n - 1)));
  const data = Float64Array.from(normals(m * n, 1), (x, e) => x * d[e % n]);
  const [{ eigenvalues, bounds }] = await oneSidedSpectra(gpu, [{ rows: m, columns: n, data }], {
    precision: "double",
  });
  const exact = gradedEigenvalues(matmul(transpose(data, m, n), data.map((x) => x / m), n, n, m), n);
  exact.forEach((value, i) => {
    assert.ok(Math.abs(eigenvalues[i] - value) <= bounds[i] + 1e-12 * value);
    // What the floor of the solver leaves is relative to 2⁻²² σ₁.
    assert.ok(
      Math.abs(Math.sqrt(eigenvalues[i] / value) - 1) <= 1e-12 + 1e-19 * exact[0] / value,
      `λ_${i + 1}`,
    );
  });
});

Deno.test("oneSidedSpectra: weights over twelve orders of magnitude; centred", async () => {
  const rows = 81, random = uniform(9);
  for (const mass of [1, 1e-100]) {
    const weights = Float64Array.from({ length: rows }, () => mass * 10 ** (-12 * random()));
    const all = cases(rows, 30).map((one) => ({ ...one, truth: reference(one.features, weights) }));
    for (const precision of ["single", "double"] as const) {
      check(all, await solve(all, { precision, weights }));
    }
  }
  // Centred by hand, twice, for the means of what is left; the shift leaves 10⁻¹⁵ of the mean's
  // square.
  const all = cases(61, 20).map(({ name, features }): Case => {
    const data = features.data.map((x, e) => 1e-3 * x + 1 + e % 20), centred = Float64Array.from(data);
    for (let e = 0; e < 60; e++) {
      let sum = 0;
      for (let k = 0; k < 61; k++) sum += centred[k * 20 + e % 20];
      for (let k = 0; k < 61; k++) centred[k * 20 + e % 20] -= sum / 61;
    }
    const { eigenvalues, errors } = reference({ rows: 61, columns: 20, data: centred });
    const truth: Reference = { eigenvalues, errors: errors.map((error) => error + (20 * 1e-15) ** 2) };
    return { name: `${name}, centred`, features: { rows: 61, columns: 20, data }, truth };
  });
  for (const precision of ["single", "double"] as const) {
    const spectra = await solve(all, { precision, center: true });
    all.forEach(({ name, truth }, i) => {
      assertBounds(spectra[i], truth, name);
      assertRanks(spectra[i], truth, name);
    });
  }
});

Deno.test("oneSidedSpectra: fewer samples than neurons; columns of any scale; large and small features", async () => {
  const n = 24;
  const variants: [string, number, (x: number, e: number) => number][] = [
    ["one sample", 1, (x) => x],
    ["ten samples", 10, (x) => x],
    ["columns from 1 to 10⁻⁴⁰", 50, (x, e) => x * 10 ** (-40 * (e % n) / n)],
    ["columns from 10⁻⁴⁰ to 1", 50, (x, e) => x * 10 ** (-40 * (n - e % n) / n)],
    ["four of each column", 50, (x) => x],
    ["of 10¹⁴⁰", 50, (x) => 1e140 * x],
    ["of 10⁻¹⁴⁰", 50, (x) => 1e-140 * x],
  ];
  for (const [what, rows, change] of variants) {
    const all = families(50, n, 5).map(([name, phi]): Case => {
      const source = what === "four of each column" ? phi.map((_, e) => phi[e - e % 4]) : phi;
      const features = { rows, columns: n, data: source.slice(0, rows * n).map(change) };
      return { name: `${name}, ${what}`, features, truth: reference(features) };
    });
    for (const precision of ["single", "double"] as const) check(all, await solve(all, { precision }));
  }
});

Deno.test("oneSidedSpectra: zeros are zeros; what float64 can not hold is of unknown relative rank", async () => {
  for (const precision of ["single", "double"] as const) {
    const zeros = { rows: 20, columns: 4, data: new Float64Array(80) };
    const tiny = { ...zeros, data: Float64Array.from(normals(80, 1), (x) => 1e-300 * x) };
    const [none, small] = await oneSidedSpectra(gpu, [zeros, tiny], { precision });
    assert.deepEqual([...none.eigenvalues, ...none.bounds], new Array(8).fill(0));
    assert.deepEqual([...small.eigenvalues], [0, 0, 0, 0]);
    const { low, high } = rankInterval(small.eigenvalues, small.bounds, 1e-3, { threshold: "relative" });
    assert.deepEqual([low, high], [0, 4]);
  }
});

Deno.test("oneSidedSpectra: a spectrum is the same to the bit alone and in a batch", async () => {
  const all = cases(41, 13);
  for (const precision of ["single", "double"] as const) {
    const together = await solve(all, { precision });
    for (const i of [0, 4]) assert.deepEqual(await solve([all[i]], { precision }), [together[i]]);
  }
});

Deno.test("oneSidedSpectra: more samples than fit into a slab", async () => {
  // Columns of cosines are orthogonal: the eigenvalues are half of their squares.
  const rows = 70_000, columns = 5, scales = [1, 1e-2, 1e-4, 1e-6, 1e-8];
  const data = Float64Array.from({ length: rows * columns }, (_, e) => {
    const k = Math.floor(e / columns), j = e % columns;
    return scales[j] * Math.cos(Math.PI * ((2 * k + 1) * (j + 1) % (4 * rows)) / (2 * rows));
  });
  const truth = {
    eigenvalues: scales.map((scale) => scale ** 2 / 2),
    errors: scales.map((scale) => 1e-13 * scale + 1e-26),
  };
  for (const precision of ["single", "double"] as const) {
    const [spectrum] = await oneSidedSpectra(gpu, [{ rows, columns, data }], { precision });
    assertBounds(spectrum, truth, precision);
    if (precision === "double") assert.ok(spectrum.bounds.every((error, i) => error <= 1e-9 * scales[i]));
  }
});

Deno.test("oneSidedSpectra: none, of different shapes, not finite", async () => {
  assert.deepEqual(await oneSidedSpectra(gpu, []), []);
  const one = { rows: 4, columns: 2, data: new Float32Array(8).fill(1) };
  await assert.rejects(
    oneSidedSpectra(gpu, [one, { rows: 2, columns: 4, data: one.data }]),
    { name: ShapeError.name, message: /^feature matrices of different shapes: / },
  );
  const bad = { ...one, data: one.data.map((x, e) => e === 5 ? NaN : x) };
  await assert.rejects(oneSidedSpectra(gpu, [one, bad]), InputError);
  const streamed = { rows: 4, columns: 2, tile: () => one.data };
  await assert.rejects(oneSidedSpectra(gpu, [streamed]), {
    name: InputError.name,
    message: /takes features in memory only/,
  });
});
