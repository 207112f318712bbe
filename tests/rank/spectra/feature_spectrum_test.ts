import { InputError, ShapeError } from "../../../src/errors.ts";
import {
  featureSpectra,
  type FeatureSpectrum,
  type Precision,
  type SpectrumOptions,
} from "../../../src/rank/spectra/feature_spectrum.ts";
import { rankInterval } from "../../../src/rank/certificates/rank_interval.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { normals } from "../../reference/random.ts";
import {
  assertBounds,
  assertRanks,
  families,
  type Reference,
  reference,
  SHARES,
} from "../../support/families.ts";
import { tanhFeatures } from "../../support/solve.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Largest error of double-single eigenvalues, as a share of λ₁. */
const DOUBLE_ERROR = 1e-12;

/** Features of every family in the precision of f4 or f8, with what float64 knows of them. */
function cases(rows: number, columns: number, type: "f4" | "f8", names?: readonly string[]) {
  return families(rows, columns, columns).filter(([name]) => !names || names.includes(name)).map(
    ([name, phi]) => {
      const features: Matrix = { rows, columns, data: type === "f4" ? Float32Array.from(phi) : phi };
      return { name: `${name}, n = ${columns}, ${type}`, features, truth: reference(features) };
    },
  );
}

type Case = ReturnType<typeof cases>[number];

const solve = (all: readonly Case[], options: SpectrumOptions) =>
  featureSpectra(gpu, all.map(({ features }) => features), options);

/** Thresholds 10⁻² … 10⁻¹¹ of each one's λ₁: relative ones would add that of λ₁ to the doubt. */
const relative = { epsilons: SHARES, threshold: "relative" } as const;

/** Asserts what holds of every spectrum. Gives the ranks that are certain. */
function check(all: readonly Case[], spectra: readonly FeatureSpectrum[], precision: Precision): number {
  let certain = 0;
  all.forEach(({ name, truth }, i) => {
    const spectrum = spectra[i], what = `${name}, ${precision}`;
    const worst = assertBounds(spectrum, truth, what);
    if (spectrum.precision === "double") assert.ok(worst <= DOUBLE_ERROR, `${what}: ${worst} λ₁`);
    if (precision !== "auto") assert.equal(spectrum.precision, precision);
    assert.ok(spectrum.eigenvalues.every((value, k) => k === 0 || value <= spectrum.eigenvalues[k - 1]));
    certain += assertRanks(spectrum, truth, what);
  });
  return certain;
}

const isCertain = ({ eigenvalues, bounds }: FeatureSpectrum) =>
  SHARES.every((share) => {
    const { low, high } = rankInterval(eigenvalues, bounds, share, { threshold: "relative" });
    return low === high;
  });

/**
 * Columns of the matrices of either precision, which take turns. The longest ones are of few
 * families only: they take most of the time.
 */
const SIZES: Readonly<Record<"f4" | "f8", readonly [columns: number, names?: readonly string[]][]>> = {
  f4: [[1], [3], [20], [64]],
  f8: [[2], [8], [37], [150, ["second layer", "graded"]]],
};

Deno.test("featureSpectra: every family: within bounds, no certain rank wrong, at least 95 % certain", async () => {
  let certain = 0, ranks = 0, escalated = 0, matrices = 0;
  for (const type of ["f4", "f8"] as const) {
    for (const [n, names] of SIZES[type]) {
      const all = cases(2 * n + 1, n, type, names);
      const [single, auto] = [
        await solve(all, { precision: "single" }),
        await solve(all, { precision: "auto", ...relative }),
      ];
      check(all, single, "single");
      certain += check(all, auto, "auto");
      ranks += all.length * SHARES.length;
      matrices += all.length;
      // Single precision is kept where it is certain, to the bit.
      single.forEach((spectrum, i) => {
        if (isCertain(spectrum)) assert.deepEqual(auto[i], spectrum);
        else assert.equal(auto[i].precision, "double", all[i].name);
        if (auto[i].precision === "double") escalated++;
      });
      if (n > 64) continue;
      const double = await solve(all, { precision: "double" });
      check(all, double, "double");
      // A matrix is solved the same to the bit, however double precision was come to.
      auto.forEach((spectrum, i) => {
        if (spectrum.precision === "double") assert.deepEqual(spectrum, double[i], all[i].name);
      });
    }
  }
  assert.ok(certain >= 0.95 * ranks, `${certain} of ${ranks}`);
  assert.ok(escalated > 0 && escalated < matrices);
});

Deno.test("featureSpectra: weights over twelve orders of magnitude", async () => {
  const rows = 81, random = uniform(9);
  for (const mass of [1, 1e-100]) {
    const weights = Float64Array.from({ length: rows }, () => mass * 10 ** (-12 * random()));
    for (const type of ["f4", "f8"] as const) {
      const all = cases(rows, 30, type).map((one) => ({ ...one, truth: reference(one.features, weights) }));
      for (const precision of ["single", "double"] as const) {
        check(all, await solve(all, { precision, weights }), precision);
      }
    }
  }
});

Deno.test("featureSpectra: centred, they are those of the covariance", async () => {
  const rows = 61, n = 20;
  const all = cases(rows, n, "f8").map(({ name, features }): Case => {
    // Means of a thousand times the deviations.
    const data = features.data.map((x, e) => 1e-3 * x + 1 + e % n);
    const centred = Float64Array.from(data);
    for (let e = 0; e < 3 * n; e++) {
      let sum = 0;
      for (let k = 0; k < rows; k++) sum += centred[k * n + e % n];
      for (let k = 0; k < rows; k++) centred[k * n + e % n] -= sum / rows;
    }
    // Means are right to some 10⁻¹⁶ of themselves, in either computation.
    const { eigenvalues, errors } = reference({ rows, columns: n, data: centred });
    const shift = n * 1e-15;
    const truth: Reference = { eigenvalues, errors: errors.map((error) => error + shift ** 2) };
    return { name: `${name}, centred`, features: { rows, columns: n, data }, truth };
  });
  for (const precision of ["single", "double"] as const) {
    check(all, await solve(all, { precision, center: true }), precision);
  }
  // Deviations of a few ulps of the means, which float64 can not hold. Multiples of 2⁻⁵⁰: their own
  // means are exact.
  const whole = normals(64 * 3, 6).map((x) => Math.round(3 * x));
  const few = { rows: 64, columns: 3, data: Float64Array.from(whole, (x) => 1 + x * 2 ** -50) };
  const exact = Float64Array.from(whole, (x, e) => {
    let sum = 0;
    for (let k = 0; k < 64; k++) sum += whole[3 * k + e % 3];
    return (x - sum / 64) * 2 ** -50;
  });
  const truth = reference({ ...few, data: exact });
  for (const precision of ["single", "double"] as const) {
    const [spectrum] = await featureSpectra(gpu, [few], { precision, center: true });
    assertBounds(spectrum, truth, `ulps, ${precision}`);
  }
  // All neurons constant: nothing is left, for certain.
  const constant = {
    rows: 1000,
    columns: 2,
    data: Float64Array.from({ length: 2000 }, (_, e) => [0.1, 1e9 / 3][e % 2]),
  };
  const [{ eigenvalues, bounds }] = await featureSpectra(gpu, [constant], { center: true });
  assert.deepEqual([...eigenvalues, ...bounds], [0, 0, 0, 0]);
});

Deno.test("featureSpectra: fewer samples than neurons; columns of any scale; large and small features", async () => {
  const n = 24;
  const variants: [string, number, (x: number, e: number) => number][] = [
    ["one sample", 1, (x) => x],
    ["ten samples", 10, (x) => x],
    ["columns from 1 to 10⁻²⁰", 50, (x, e) => x * 10 ** (-20 * (e % n) / n)],
    ["of 10¹⁴⁰", 50, (x) => 1e140 * x],
    ["of 10⁻¹⁴⁰", 50, (x) => 1e-140 * x],
  ];
  for (const [what, rows, change] of variants) {
    const all = families(50, n, 5).map(([name, phi]): Case => {
      const features = { rows, columns: n, data: phi.slice(0, rows * n).map(change) };
      return { name: `${name}, ${what}`, features, truth: reference(features) };
    });
    for (const precision of ["single", "double"] as const) {
      check(all, await solve(all, { precision }), precision);
    }
  }
});

Deno.test("featureSpectra: features whose eigenvalues are below float64's range are of unknown relative rank", async () => {
  const data = Float64Array.from(tanhFeatures(uniform(3), 20, 4), (x) => 1e-300 * x);
  for (const precision of ["single", "double"] as const) {
    const [{ eigenvalues, bounds }] = await featureSpectra(gpu, [{ rows: 20, columns: 4, data }], {
      precision,
    });
    assert.deepEqual([...eigenvalues], [0, 0, 0, 0]);
    assert.deepEqual(rankInterval(eigenvalues, bounds, 1e-300), {
      epsilon: 1e-300,
      rank: 0,
      low: 0,
      high: 0,
    });
    const { low, high } = rankInterval(eigenvalues, bounds, 1e-3, { threshold: "relative" });
    assert.deepEqual([low, high], [0, 4]);
  }
  // Zeros, however, are zeros.
  const zeros = { rows: 20, columns: 4, data: new Float64Array(80) };
  const [{ eigenvalues, bounds, precision }] = await featureSpectra(gpu, [zeros], relative);
  assert.deepEqual(rankInterval(eigenvalues, bounds, 1e-3, { threshold: "relative" }).high, 0);
  assert.equal(precision, "single");
});

Deno.test("featureSpectra: a spectrum is the same to the bit alone and in a batch", async () => {
  const all = cases(41, 13, "f8");
  for (const precision of ["single", "double"] as const) {
    const together = await solve(all, { precision });
    for (const i of [0, 4]) assert.deepEqual(await solve([all[i]], { precision }), [together[i]]);
  }
});

Deno.test("featureSpectra: more samples than a shader may loop over", async () => {
  const rows = 70_000, columns = 5;
  const data = Float64Array.from(tanhFeatures(uniform(7), rows, columns), (x, e) => x * (1 + 1e-9 * (e % 7)));
  // The Gram matrix in float64, in blocks, is right to some 10⁻¹⁵ λ₁; an SVD of as many rows takes
  // too long here.
  const gram = new Float64Array(columns * columns);
  for (let start = 0; start < rows; start += 250) {
    const block = new Float64Array(columns * columns);
    for (let k = start; k < start + 250; k++) {
      for (let e = 0; e < block.length; e++) {
        block[e] += data[k * columns + Math.floor(e / columns)] * data[k * columns + e % columns] / rows;
      }
    }
    block.forEach((x, e) => gram[e] += x);
  }
  const values = eigenvalues(gram, columns);
  const truth = { eigenvalues: values, errors: values.map(() => 2e-14 * values[0]) };
  for (const precision of ["single", "double"] as const) {
    const [spectrum] = await featureSpectra(gpu, [{ rows, columns, data }], { precision });
    const worst = assertBounds(spectrum, truth, precision);
    if (precision === "double") assert.ok(worst <= DOUBLE_ERROR, `${worst}`);
  }
});

Deno.test("featureSpectra: none, of different shapes, not finite", async () => {
  assert.deepEqual(await featureSpectra(gpu, []), []);
  const one = { rows: 4, columns: 2, data: new Float32Array(8).fill(1) };
  await assert.rejects(
    featureSpectra(gpu, [one, { rows: 2, columns: 4, data: one.data }]),
    { name: ShapeError.name, message: /^feature matrices of different shapes: / },
  );
  const bad = { ...one, data: one.data.map((x, e) => e === 5 ? NaN : x) };
  await assert.rejects(featureSpectra(gpu, [one, bad]), {
    name: InputError.name,
    message: /^the feature in row 2, column 1 \(from 0\) is NaN/,
  });
});
