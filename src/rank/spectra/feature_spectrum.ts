/**
 * Computes spectra of features in single or double-single precision, with certified bounds.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { vectors } from "../../linalg/matrix_view.ts";
import { inPrecision } from "./in_precision.ts";
import { type PrepareOptions, prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { prepareTall } from "../features/prepare_features.ts";
import { spectrumOf } from "./prepared_spectrum.ts";
import { DOUBLE, refineSpectra } from "./refine_spectra.ts";
import { readSpectra, solveFeatures } from "./solve_features.ts";
import { checkSpectrumOptions, type FeatureSpectrum, type SpectrumOptions } from "./spectrum_options.ts";
import { viewSpectra } from "./spectra_view.ts";
import { streamSpectra } from "./stream_spectra.ts";
import { type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";

export type { FeatureSpectrum, Precision, SpectrumOptions } from "./spectrum_options.ts";

/** Bytes of features, in double-single words, up to which they are solved at once. */
const MOST_BYTES = 2 ** 27;

/**
 * Computes the eigenvalues of the weighted Gram matrices of features, all of one shape, solved as
 * one batch. Waits for the GPU.
 *
 * Features with fewer samples m than columns n are solved through the m × m matrix √w Φ Φᵀ √w,
 * which has the same eigenvalues but for n − m zeros. So there are min(m, n) of them.
 *
 * Features of more than 128 MiB in double-single words, and features produced on demand, go to the
 * GPU in tiles of rows, several times: see {@linkcode streamSpectra}. So m may be a million or
 * more.
 *
 * @param gpu Device.
 * @param features Feature matrices of one shape, in memory or produced on demand.
 * @param options Weights (shared by all), centring, precision.
 * @returns The spectrum of each.
 * @throws {ShapeError} If shapes differ or do not fit in the adapter's limits.
 * @throws {InputError} If an entry or a weight is not a number to compute with.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 *
 * using gpu = await Gpu.open();
 * // Two equal columns: eigenvalues 1 and 0.
 * const features = { rows: 2, columns: 2, data: Float32Array.of(1, 1, 0, 0) };
 * const [{ eigenvalues, bounds }] = await featureSpectra(gpu, [features]);
 * assert(Math.abs(eigenvalues[0] - 1) <= bounds[0] && eigenvalues[1] <= bounds[1]);
 * ```
 */
export async function featureSpectra(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: SpectrumOptions = {},
): Promise<FeatureSpectrum[]> {
  checkSpectrumOptions("options of featureSpectra", options);
  const prepare = prepareOptions(options), { signal } = options;
  return viewSpectra(
    await inPrecision(
      features,
      options,
      (some, precision) => solve(gpu, some, { ...prepare, precision, signal }),
    ),
  );
}

/** Solves features at once if they fit, else in tiles. */
async function solve(
  gpu: Gpu,
  features: readonly MatrixSource[],
  { precision, signal, ...options }: PrepareOptions & WorkOptions & {
    readonly precision: "single" | "double";
  },
): Promise<FeatureSpectrum[]> {
  const { rows, columns } = tallShape(features[0]);
  const held = features.filter((each) => "data" in each);
  const bytes = 8 * features.length * rows * 4 * vectors(columns);
  if (held.length < features.length || bytes > MOST_BYTES) {
    const streamed = await streamSpectra(gpu, features, { ...options, precision, signal });
    return streamed.map((each) =>
      spectrumOf(each.solved, each, { samples: rows, precision, arithmetic: each.arithmetic })
    );
  }
  const prepared = held.map((each) => prepareTall(each, options));
  using stack = new DisposableStack();
  const spectra = await solveFeatures(gpu, prepared, { rows, columns, signal }, stack);
  if (precision === "double") {
    const { solved } = await refineSpectra(gpu, prepared, { spectra, rows, columns, signal }, stack);
    return prepared.map((each, i) =>
      spectrumOf(solved[i], { ...each, leftOut: 0 }, {
        samples: rows,
        precision,
        arithmetic: DOUBLE,
      })
    );
  }
  return await readSpectra(spectra, prepared, rows);
}
