/**
 * Spectra of many layers at once.
 *
 * @module
 */
import { InputError } from "../errors.ts";
import type { Gpu } from "../gpu/device.ts";
import { type Normalization, volumeOf } from "../io/normalization.ts";
import type { MatrixSource } from "../linalg/matrix_source.ts";
import type { Threshold } from "../rank/certificates/rank_interval.ts";
import { chooseSpectrumMethod } from "../rank/methods/auto_method.ts";
import { rankMethods } from "../rank/methods/rank_methods.ts";
import type { FeatureSpectrum } from "../rank/spectra/spectrum_options.ts";

/** How features are solved. */
export interface SolveOptions {
  /** Thresholds ε. */
  readonly epsilons: readonly number[];
  /** Their kind. */
  readonly threshold: Threshold;
  /** Weight of each sample. */
  readonly normalization: Normalization;
  /** Whether the mean of each column is taken off. */
  readonly center: boolean;
  /** Arithmetic; `auto` takes double where single leaves a rank uncertain. */
  readonly precision: "auto" | "single" | "double";
  /** Signal to stop. */
  readonly signal?: AbortSignal;
}

/**
 * Solves the spectra of features, those of one shape together, by the methods that `rank` takes for
 * spectra.
 *
 * @param gpu Device.
 * @param features Features of any shapes.
 * @param options How they are solved.
 * @returns The spectrum of each, or the reason why it has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../gpu/device.ts";
 * import { solveLayers } from "./solve_layers.ts";
 *
 * using gpu = await Gpu.open();
 * const features = [{ rows: 2, columns: 1, data: Float32Array.of(3, 4) }];
 * const [found] = await solveLayers(gpu, features, {
 *   epsilons: [1e-2], threshold: "absolute", normalization: { kind: "sum" }, center: false,
 *   precision: "auto",
 * });
 * assert(typeof found === "object" && Math.abs(found.eigenvalues[0] - 25) < 1e-5);
 * ```
 */
export async function solveLayers(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: SolveOptions,
): Promise<(FeatureSpectrum | string)[]> {
  const found = new Array<FeatureSpectrum | string>(features.length);
  const groups = Map.groupBy(features.keys(), (i) => {
    const { rows, columns } = features[i];
    return `${rows} ${columns} ${"data" in features[i]}`;
  });
  for (const indices of groups.values()) {
    const solved = await solveSome(gpu, indices.map((i) => features[i]), options);
    indices.forEach((i, k) => found[i] = solved[k]);
  }
  return found;
}

/** Solves features of one shape. Where some can not be solved, the others are. */
async function solveSome(
  gpu: Gpu,
  features: readonly MatrixSource[],
  { normalization, ...options }: SolveOptions,
): Promise<(FeatureSpectrum | string)[]> {
  const { name } = await chooseSpectrumMethod(gpu, features[0], options);
  const { solve } = rankMethods[name];
  const given = { ...options, ...volumeOf(normalization, features[0].rows) };
  try {
    return await solve(gpu, features, given);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    if (features.length === 1) return [error.message];
  }
  const found: (FeatureSpectrum | string)[] = [];
  for (const each of features) {
    const [one] = await solveSome(gpu, [each], { normalization, ...options });
    found.push(one);
  }
  return found;
}
