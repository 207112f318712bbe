import { specimens } from "../../src/experiments/kernel_study/accuracy.ts";
import { convergence } from "../../src/experiments/kernel_study/convergence.ts";
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

Deno.test("convergence: starts at the matrix, ends diagonal, and certifies what float64 bears out", async () => {
  for (const columns of [1, 2, 21]) {
    const all = await specimens(["gaussian", "hilbert", "graded"], 2 * columns, columns, 3, null);
    const rows = await convergence(gpu, all);
    for (const [family, sweeps] of Map.groupBy(rows, (row) => row.family)) {
      const { features, truth } = all.find((each) => each.family === family)!;
      const gram = Array.from({ length: columns ** 2 }, (_, e) => {
        const [i, j] = [Math.floor(e / columns), e % columns];
        let sum = 0;
        for (let k = 0; k < features.rows; k++) {
          sum += features.data[k * columns + i] * features.data[k * columns + j] / features.rows;
        }
        return sum;
      });
      const size = Math.hypot(...gram);
      const off = Math.hypot(...gram.filter((_, e) => e % (columns + 1) !== 0), 0) / size;
      assert(Math.abs(sweeps[0].off - off) < 1e-6, `${family} ${columns}`);
      // At the start the basis is the identity: the bound is what is off the diagonal, and it holds
      // for the ordered diagonal.
      const diagonal = gram.filter((_, e) => e % (columns + 1) === 0).sort((a, b) => b - a);
      const error = Math.max(...diagonal.map((value, i) => Math.abs(value - truth.eigenvalues[i]))) / size;
      assert(error <= 10 ** -sweeps[0].digits + 1e-12, `${family} ${columns}`);
      if (off > 1e-6) assert(Math.abs(10 ** -sweeps[0].digits - off) < 1e-6 + 1e-6 * off);
      const last = sweeps.at(-1)!;
      assert(
        last.off < 1e-6 && last.digits > 4.5 && last.digits < 15,
        `${family} ${columns}: ${last.digits}`,
      );
      assert.deepEqual(sweeps.map(({ sweep }) => sweep), sweeps.map((_, i) => i));
    }
    assert.equal(new Set(rows.map(({ family }) => family)).size, 3);
  }
  assert.deepEqual(await convergence(gpu, []), []);
  const [one] = await specimens(["gaussian"], 6, 3, 3, null);
  const zeros = { ...one, features: { rows: 6, columns: 3, data: new Float32Array(18) } };
  assert.deepEqual(await convergence(gpu, [zeros]), []);
  assert.deepEqual(await convergence(gpu, [one], AbortSignal.abort()), []);
});
