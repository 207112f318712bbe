/**
 * Computes spectra of features in the host's memory without squaring them: QR, one-sided Jacobi,
 * certified bounds.
 *
 * @module
 */
import { norm } from "../../stats/norm.ts";
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import { inTurns, type Steps } from "../../gpu/turns.ts";
import { prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { U2 } from "../../linalg/rounding.ts";
import { padRows } from "../../linalg/matrix_view.ts";
import { descendingRows, orthonormalRows } from "../../linalg/svd/orthonormal_rows.ts";
import { type DoubleSingleSvd, svdDoubleSingle } from "../../linalg/svd/svd_double_single.ts";
import { svdSingle } from "../../linalg/svd/svd_single.ts";
import {
  checkSpectrumOptions,
  type FeatureShape,
  type FeatureSpectrum,
  type SpectrumOptions,
} from "./spectrum_options.ts";
import { inPrecision } from "./in_precision.ts";
import { type PreparedFeatures, prepareTall } from "../features/prepare_features.ts";
import { scaledSpectrum } from "./prepared_spectrum.ts";
import { bindFeatures, readSpectra } from "./solve_features.ts";
import { viewSpectra } from "./spectra_view.ts";
import { checkSources, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";

/** Share of σ₁ below which rows in single precision are noise and have no reliable direction. */
const SINGLE_NOISE = 2 ** -30;
/**
 * Share of σ₁ below which rows need not be orthogonal relative to their own norms. That costs about
 * 10⁻²⁴ λ₁.
 */
const DOUBLE_FLOOR = 2 ** -22;

/**
 * Computes the eigenvalues of the weighted Gram matrices of features, all of one shape, as squares
 * of the singular values of √w Φ. Waits for the GPU.
 *
 * Double: R of a QR factorisation in slabs, for any number of samples, and one-sided Jacobi on R.
 * Both have a worst-case bound on what they do to σ: |σ̂_i − σ_i| ≤ α + ρ σ̂_i with α about 10⁻¹¹
 * σ₁. So δ_i = 2 σ̂_i d + d², d = α + ρ σ̂_i, and small eigenvalues are certain as far down as 10²
 * α².
 *
 * Features with fewer samples m than columns n are transposed, and have min(m, n) eigenvalues.
 *
 * Single: the same in single precision, for which the worst case is too pessimistic to be of use.
 * So it only finds the right singular vectors V, to 10⁻⁷. The eigenvalues and their bounds come
 * from the pass with which {@linkcode bindSpectra} measures: Ψ = Φ V by compensated sums, its Gram
 * matrix, two-sided Jacobi.
 *
 * Auto: single, and double for those matrices whose thresholds single leaves in doubt.
 *
 * @param gpu Device.
 * @param features Feature matrices of one shape, held by the host.
 * @param options Weights (shared by all), centring, precision.
 * @returns The spectrum of each.
 * @throws {ShapeError} If shapes differ or do not fit in the adapter's limits.
 * @throws {InputError} If an entry or a weight is not a number to compute with, or features are
 * not held.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 *
 * using gpu = await Gpu.open();
 * // Eigenvalues 1/2 and 10⁻²⁰ / 2.
 * const features = { rows: 2, columns: 2, data: Float64Array.of(1, 0, 0, 1e-10) };
 * const options = { precision: "double" } as const;
 * const [{ eigenvalues, bounds }] = await oneSidedSpectra(gpu, [features], options);
 * assert(Math.abs(eigenvalues[1] / 5e-21 - 1) < 1e-12 && bounds[1] < 1e-21);
 * ```
 */
export async function oneSidedSpectra(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: SpectrumOptions = {},
): Promise<FeatureSpectrum[]> {
  checkSpectrumOptions("options of oneSidedSpectra", options);
  checkSources(features, options.weights);
  const held = features.map((each) => {
    if ("data" in each) return each;
    throw new InputError(
      "one-sided-jacobi takes features in memory only: for those produced on demand use gram-jacobi",
    );
  });
  const prepare = prepareOptions(options), { signal } = options;
  const spectra = await inPrecision(held, options, (some, precision) => {
    const prepared = some.map((each) => prepareTall(each, prepare));
    return (precision === "single" ? solveSingle : solveDouble)(gpu, prepared, {
      ...tallShape(some[0]),
      signal,
    });
  });
  return viewSpectra(spectra);
}

async function solveSingle(
  gpu: Gpu,
  prepared: readonly PreparedFeatures[],
  { rows, columns, signal }: FeatureShape & WorkOptions,
): Promise<FeatureSpectrum[]> {
  const found = await svdSingle(
    gpu,
    prepared.map((each) => ({ down: columns, across: 1, entries: each.high, scale: powerFor(each) })),
    { rows, columns, vectors: true, signal },
  );
  using stack = new DisposableStack();
  const spectra = await bindFeatures(gpu, prepared, { rows, columns }, stack);
  const { basis } = spectra;
  for (const [i, { values, rows }] of found.entries()) {
    const vectors = Float32Array.from(await inTurns(basisOf(values, rows, columns), { signal }));
    basis.array.write(padRows(vectors, columns, basis.stride), 4 * i * basis.batch);
  }
  using commands = new PacedCommands(gpu, { signal });
  await commands.run(spectra.measurement);
  commands.submit();
  return await readSpectra(spectra, prepared, rows);
}

/** Makes an orthonormal basis, one vector a row, of the rows that rotations left. */
function basisOf(values: Float32Array, rows: Float32Array, columns: number): Steps<Float64Array> {
  const sorted = descendingRows(values, rows, columns);
  return orthonormalRows({ ...sorted, columns, noise: SINGLE_NOISE * sorted.norms[0] });
}

async function solveDouble(
  gpu: Gpu,
  prepared: readonly PreparedFeatures[],
  { rows, columns, signal }: FeatureShape & WorkOptions,
): Promise<FeatureSpectrum[]> {
  const solved = await svdDoubleSingle(
    gpu,
    prepared.map((each) => ({ high: each.high, low: each.low, scale: powerFor(each) })),
    { rows, columns, floor: DOUBLE_FLOOR, signal },
  );
  return solved.map((each, index) => {
    const eigenvalues = Float64Array.from(each.values, (sigma) => sigma * sigma);
    const bounds = squareBounds(each, eigenvalues, prepared[index].meanBound);
    return scaledSpectrum({ eigenvalues, bounds, precision: "double" }, prepared[index]);
  });
}

/**
 * Bounds the errors of squared singular values: |σ̂_i − σ_i| ≤ d gives 2 σ̂_i d + d². The features
 * themselves were rounded to 48 bits, once with two words and five times in float64: u² ‖Φ‖_F
 * covers it.
 */
function squareBounds({ values, bounds }: DoubleSingleSvd, eigenvalues: Float64Array, meanBound: number) {
  const { absolute, relative, squared } = bounds;
  const moved = absolute + U2 * norm(values) + meanBound;
  return eigenvalues.map((value, i) => {
    const sigma = values[i];
    // σ itself is known to σ̂ only.
    const d = (1 + 2 * relative) * (moved + relative * sigma);
    return 2 * sigma * d + d * d + squared + 2 ** -52 * value;
  });
}

/** A power of two that brings the largest entry near 1: weights may have made it small. */
function powerFor({ high }: PreparedFeatures): number {
  const largest = high.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return largest > 0 ? 2 ** -Math.floor(Math.log2(largest)) : 1;
}
