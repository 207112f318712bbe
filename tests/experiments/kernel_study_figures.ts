/**
 * Made-up measurements for the tests of the kernel study's figures.
 *
 * @module
 */
import type { ConvergenceData } from "../../src/experiments/kernel_study/figures/convergence.ts";
import type { CountErrorsData } from "../../src/experiments/kernel_study/figures/count_errors.ts";
import type { GrowthData } from "../../src/experiments/kernel_study/figures/growth.ts";
import type { MethodCostsData } from "../../src/experiments/kernel_study/figures/method_costs.ts";
import type { DrawnMethod } from "../../src/experiments/kernel_study/figures/method_style.ts";
import type { RooflineData } from "../../src/experiments/kernel_study/figures/roofline.ts";
import type { SpectrumErrorsData } from "../../src/experiments/kernel_study/figures/spectrum_errors.ts";

/** As many methods as the study will ever have, and one that no figure knows. */
export const METHODS: readonly DrawnMethod[] = [
  { name: "naive", precision: "single" },
  { name: "svdvals", precision: "single" },
  { name: "cholesky", precision: "single" },
  { name: "sturm", precision: "single" },
  { name: "sturm", precision: "double" },
  { name: "inertia", precision: "single" },
  { name: "gram-jacobi", precision: "single" },
  { name: "gram-jacobi", precision: "double" },
  { name: "gram-jacobi", precision: "auto" },
  { name: "one-sided-jacobi", precision: "single" },
  { name: "one-sided-jacobi", precision: "double" },
  { name: "unheard-of", precision: "half" },
];

const titles = { title: "A study", subtitle: "made up" };

/** Errors that grow towards small thresholds, the more the earlier a method is listed. */
export function countErrors(
  { panels = 8, shares = 13, methods = METHODS.length, scale = 1 } = {},
): CountErrorsData {
  return {
    ...titles,
    panels: Array.from({ length: panels }, (_, p) => ({
      label: `family ${p + 1}`,
      series: METHODS.slice(0, methods).map((method, i) => ({
        method,
        points: Array.from({ length: shares }, (_, k) => ({
          share: 10 ** -(k + 1),
          error: Math.max(0, k - 3 - i) * scale * (p % 2 === 0 ? 1 : -1),
          certain: i < 2 ? null : k < 2 * i,
        })),
      })),
    })),
  };
}

/**
 * Eigenvalues over 25 orders of magnitude, errors at ten times single precision's, bounds a hundred
 * times above.
 */
export function spectrumErrors(methods = 4): SpectrumErrorsData {
  return {
    ...titles,
    panels: METHODS.slice(0, methods).map((method, i) => ({
      method,
      eigenvalues: Array.from({ length: 100 }, (_, k) => ({
        value: 10 ** (-k / 4),
        error: k % 7 === 0 ? 0 : 10 ** (-6 - i),
        bound: i % 2 === 0 ? null : 10 ** (-4 - i),
        referenceError: 1e-15 * 10 ** (-k / 8),
      })),
    })),
  };
}

/** Times that fall with the batch and grow with the method. */
export function methodCosts(
  { panels = 3, batches = [1, 4, 16, 64], methods = METHODS.length } = {},
): MethodCostsData {
  return {
    ...titles,
    panels: Array.from({ length: panels }, (_, p) => ({
      label: `n = ${8 ** (p + 1)}`,
      series: METHODS.slice(0, methods).map((method, i) => ({
        method,
        points: batches.map((batch) => ({
          batch,
          milliseconds: 3 ** (i + p) + 10 / batch,
          certain: i < 2 ? null : i / methods,
        })),
        peakShare: i === 1 ? null : 0.11 / (i + 1),
        dispatches: 12 * (i + 1) ** 3,
      })),
    })),
  };
}

/** Times that grow as the cube and in proportion. */
export function growth(
  { sizes = [64, 96, 128, 192, 256, 384, 512], methods = METHODS.length } = {},
): GrowthData {
  const panel = (label: string, xName: string, theory: number, factor: number) => ({
    label,
    xName,
    theory,
    series: METHODS.slice(0, methods).map((method, i) => ({
      method,
      points: sizes.slice(0, Math.max(1, sizes.length - i % 3)).map((size) => ({
        size: size * factor,
        milliseconds: 2 ** i * size ** theory * 1e-6,
      })),
      fit: i === 3 ? null : { exponent: theory, low: -12.345, high: theory + 100 },
      model: i === 3 ? null : theory,
    })),
  });
  return {
    ...titles,
    timeName: "time on the GPU, ms",
    panels: [panel("neurons n", "neurons n", 3, 1), panel("samples m of 16 neurons", "samples m", 1, 1000)],
  };
}

/** Rates that come closer to the roof of 20 GFLOP/s and 2 GB/s as matrices grow. */
export function roofline({ sizes = [8, 16, 32, 64, 128, 256], methods = METHODS.length } = {}): RooflineData {
  return {
    ...titles,
    peak: { flopsPerSecond: 2e10, bytesPerSecond: 2e9 },
    panels: ["batches", "neurons", "samples"].map((label, p) => ({
      label,
      series: METHODS.slice(0, methods).map((method, i) => ({
        method,
        points: sizes.map((size) => ({
          shape: `n = ${size}`,
          intensity: size * (i + 1) / (p + 1),
          rate: 1e10 * size / (size + 100) / (i + 1),
        })),
      })),
    })),
  };
}

/** Matrices that converge quadratically, the later the slower; the first becomes diagonal. */
export function convergence({ matrices = 8, sweeps = 7 } = {}): ConvergenceData {
  return {
    ...titles,
    series: Array.from({ length: matrices }, (_, i) => ({
      label: `matrix ${i + 1}`,
      points: Array.from({ length: sweeps }, (_, sweep) => ({
        sweep,
        off: i === 0 && sweep > 4 ? 0 : 0.9 * 10 ** -(2 ** Math.max(0, sweep - i / 2) / 8),
        digits: Math.min(5 + i / 10, 2 ** Math.max(0, sweep - i / 2) / 8),
      })),
    })),
  };
}
