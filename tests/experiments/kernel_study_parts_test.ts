import { generateFeatures } from "../../src/experiments/kernel_study/families/mod.ts";
import { fitGrowth } from "../../src/experiments/kernel_study/growth.ts";
import { naiveSpectra } from "../../src/experiments/kernel_study/naive.ts";
import { referenceSpectrum } from "../../src/experiments/kernel_study/reference.ts";
import type { GrowthRow } from "../../src/experiments/kernel_study/rows.ts";
import { assert } from "../deps.ts";
import { normals } from "../reference/random.ts";
import { singularValues } from "../reference/singular_values.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

Deno.test("referenceSpectrum: as the tests' own singular values, and zeros where the rank is known", async () => {
  for (const [rows, columns] of [[1, 1], [7, 3], [64, 37]]) {
    for (
      const family of ["random", "gaussian", "hilbert", "graded", "clustered", "deficient", "kahan"] as const
    ) {
      const data = Float32Array.from(generateFeatures(family, { rows, columns, seed: 4 }));
      const { eigenvalues, errors } = await referenceSpectrum({ rows, columns, data });
      const sigma = singularValues(data, rows, columns);
      sigma.forEach((value, i) => {
        // Both are right to 8·10⁻¹⁵ σ₁ each.
        const allowed = 2 * errors[i] + Number.MIN_VALUE;
        assert(
          Math.abs(eigenvalues[i] - value * value / rows) <= allowed,
          `${family} ${columns}, λ_${i + 1}`,
        );
      });
    }
  }
  const data = Float32Array.from(generateFeatures("deficient", { rows: 20, columns: 9, seed: 4 }));
  const { eigenvalues, errors } = await referenceSpectrum({ rows: 20, columns: 9, data }, 3);
  assert(eigenvalues[2] > 1e-6 * eigenvalues[0]);
  assert.deepEqual([...eigenvalues.slice(3), ...errors.slice(3)], new Array(12).fill(0));
});

Deno.test("generateFeatures: exactly deficient, clustered where they should be", async () => {
  const [rows, columns] = [50, 24];
  const clustered = { rows, columns, data: generateFeatures("clustered", { rows, columns, seed: 5 }) };
  const { eigenvalues } = await referenceSpectrum(clustered);
  eigenvalues.forEach((value, i) => {
    // Of ΦᵀΦ, of which 1/m is taken.
    const wanted = (i < columns / 2 ? 1 : 1e-6) / rows;
    assert(Math.abs(value / wanted - 1) < 0.02, `λ_${i + 1} = ${value}`);
  });
  const whole = generateFeatures("deficient", { rows, columns, seed: 5 });
  assert(whole.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 24));
});

Deno.test("naiveSpectra: right for well-conditioned features of any shape, as a batch", async () => {
  for (const [rows, columns] of [[1, 1], [50, 3], [300, 37]]) {
    const features = [1, 2, 3].map((seed) => ({ rows, columns, data: normals(rows * columns, seed) }));
    const spectra = await naiveSpectra(gpu, features);
    for (const [i, eigenvalues] of spectra.entries()) {
      const { eigenvalues: exact } = await referenceSpectrum(features[i]);
      // Sums of m products, and n u ‖M‖ of `eigvalsh`.
      const allowed = (rows + columns + 8) * 2 ** -24 * exact[0] * Math.sqrt(columns);
      exact.forEach((value, k) => assert(Math.abs(eigenvalues[k] - value) <= allowed));
    }
  }
});

Deno.test("fitGrowth: each method along each axis, three sizes at least", () => {
  const row = (method: string, axis: "columns" | "rows", size: number): GrowthRow => ({
    method,
    precision: "single",
    axis,
    columns: axis === "columns" ? size : 16,
    rows: axis === "columns" ? 2 * size : size,
    batch: 1,
    milliseconds: 100,
    gpuMilliseconds: method === "a" ? size ** 3 : null,
    dispatches: 1,
    submissions: 1,
    waits: 1,
    flops: method === "a" ? size ** 2 : null,
    peakShare: null,
    certain: null,
    repeats: 3,
  });
  const sizes = [10, 20, 40];
  const fits = fitGrowth([
    ...sizes.map((size) => row("a", "columns", size)),
    ...sizes.map((size) => row("b", "rows", size)),
    ...sizes.slice(1).map((size) => row("c", "rows", size)),
  ]);
  assert.deepEqual(fits.map(({ method, axis, theory, points }) => [method, axis, theory, points]), [
    ["a", "columns", 3, 3],
    ["b", "rows", 1, 3],
  ]);
  const [cubic, constant] = fits;
  assert(Math.abs(cubic.exponent - 3) < 1e-9 && Math.abs(cubic.model! - 2) < 1e-9);
  assert(Math.abs(constant.exponent) < 1e-9);
  assert.equal(constant.model, null);
});
