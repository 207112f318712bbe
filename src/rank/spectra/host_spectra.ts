/**
 * Computes spectra of features in float64 on the host, without a kernel, with certified bounds.
 *
 * @module
 */
import { InputError } from "../../errors.ts";
import type { Gpu } from "../../gpu/device.ts";
import { inTurns, isPromise, type Steps } from "../../gpu/turns.ts";
import { ColumnReader } from "../../linalg/column_reader.ts";
import {
  planPreparation,
  type Preparation,
  preparationOfColumns,
  rowsWithin,
} from "../../linalg/gram/preparation.ts";
import { type PrepareOptions, prepareOptions } from "../../linalg/gram/prepare_options.ts";
import { type HostSingularValues, hostSvdvalsSteps } from "../../linalg/host/host_svdvals.ts";
import { U64 } from "../../linalg/host/reflection.ts";
import {
  checkSources,
  isWide,
  type MatrixSource,
  type Tile,
  type TiledMatrix,
  tileOf,
} from "../../linalg/matrix_source.ts";
import { scaledSpectrum } from "./prepared_spectrum.ts";
import { viewSpectra } from "./spectra_view.ts";
import { checkSpectrumOptions, type FeatureSpectrum, type SpectrumOptions } from "./spectrum_options.ts";

/** Bytes of entries in float64 that are looked at between two turns of the event loop. */
const LOOK_BYTES = 2 ** 23;
/** Bounds entries that underflow, in sum: prepared, the largest is near 1. */
const UNDERFLOW = 2 ** -400;

/**
 * Computes the eigenvalues of the weighted Gram matrices of features as squares of the singular
 * values of A = √w (Φ − mean), in float64 on the host: `hostSvdvals`. The event loop turns every
 * second at least.
 *
 * An entry of A rounds with the low word of its mean, with √w and with their product, so A is off
 * by 4 u ‖A‖_F, besides what the rounding of means leaves and what underflows. With the bound of
 * the singular value that is d, and |σ̂² − λ| ≤ 2 σ̂ d + d²; the square rounds by u of itself. As d
 * is about 10⁻¹² … 10⁻⁹ σ₁, the certainty ends at about
 * 10² d², 10⁻²² … 10⁻¹⁶ λ₁.
 *
 * Features may be held or produced on demand, with promises or without. Those with fewer samples
 * than columns are read by columns.
 *
 * @param _gpu Device, which is not used.
 * @param features Feature matrices of one shape.
 * @param options Weights (shared by all), centring. Precision `double` or `auto`, which is the
 * same.
 * @returns The spectrum of each.
 * @throws {ShapeError} If shapes differ, or the shorter side is longer than 8,192.
 * @throws {InputError} If an entry or a weight is not a number to compute with, or single precision
 * is asked for.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { hostSpectra } from "./host_spectra.ts";
 *
 * using gpu = await Gpu.open();
 * // Eigenvalues 1/2 and 10⁻²⁰ / 2.
 * const features = { rows: 2, columns: 2, data: Float64Array.of(1, 0, 0, 1e-10) };
 * const [{ eigenvalues, bounds }] = await hostSpectra(gpu, [features]);
 * assert(Math.abs(eigenvalues[1] / 5e-21 - 1) < 1e-2 && bounds[1] < 1e-22);
 * ```
 */
export async function hostSpectra(
  _gpu: Gpu,
  features: readonly MatrixSource[],
  options: SpectrumOptions = {},
): Promise<FeatureSpectrum[]> {
  checkSpectrumOptions("options of hostSpectra", options);
  checkSources(features, options.weights);
  if (options.precision === "single") {
    throw new InputError("host-bidiagonal has no single precision: give double, or leave it out");
  }
  const prepare = prepareOptions(options), { signal, onShare } = options;
  const spectra: FeatureSpectrum[] = [];
  for (const [index, source] of features.entries()) {
    const onSource = onShare && ((share: number) => onShare((index + share) / features.length));
    spectra.push(await inTurns(hostSpectrum(source, prepare, onSource), { signal }));
  }
  return viewSpectra(spectra);
}

/** Solves one matrix. */
function* hostSpectrum(
  source: MatrixSource,
  options: PrepareOptions,
  onShare: ((share: number) => void) | undefined,
): Steps<FeatureSpectrum> {
  const plan = yield* planPreparation(source, options, rowsWithin(source.columns, LOOK_BYTES));
  // Of prepared entries the largest is near 1.
  const found = yield* hostSvdvalsSteps(preparedTall(source, plan), { exponent: 0, onShare });
  const eigenvalues = found.values.map((sigma) => sigma * sigma);
  return scaledSpectrum({
    eigenvalues,
    bounds: squareBounds(found, plan.meanBound),
    precision: "double",
  }, plan);
}

/** Bounds the errors of squared singular values, see {@linkcode hostSpectra}. */
function squareBounds({ values, bounds, norm }: HostSingularValues, meanBound: number): Float64Array {
  const moved = 4.1 * U64 * norm + meanBound + UNDERFLOW;
  return values.map((sigma, i) => {
    const d = bounds[i] + moved;
    return (2 * sigma * d + d * d + U64 * sigma * sigma) * (1 + 2 ** -40);
  });
}

/** Gives prepared rows, or where there are fewer of them than columns, those of the transpose. */
function preparedTall(source: MatrixSource, preparation: Preparation): TiledMatrix {
  const { rows, columns } = source;
  if (!isWide(source)) {
    const prepared = (first: number) => (tile: Tile) => prepareRows(tile, preparation, { columns, first });
    return {
      rows,
      columns,
      tile: (first, count) => {
        const tile = tileOf(source, first, count);
        return isPromise(tile) ? tile.then(prepared(first)) : prepared(first)(tile);
      },
    };
  }
  const reader = new ColumnReader(source);
  return {
    rows: columns,
    columns: rows,
    tile: async (first, count) => {
      const block = await reader.read(first, count);
      const part = preparationOfColumns(preparation, first, count);
      return transposed(prepareRows(block, part, { columns: count, first: 0 }), count);
    },
  };
}

/** Prepares whole rows, in float64; those to which nothing is done stay as they are. */
function prepareRows(
  tile: Tile,
  { origin, factor, root }: Preparation,
  { columns, first }: { readonly columns: number; readonly first: number },
): Tile {
  if (!origin && !root && factor === 1) return tile;
  const out = new Float64Array(tile.length);
  for (let start = 0, k = first; start < tile.length; start += columns, k++) {
    const weight = root ? root(k) : 1;
    for (let j = 0; j < columns; j++) {
      const x = tile[start + j];
      out[start + j] = (origin ? x - origin.high[j] - origin.low[j] : x) * factor * weight;
    }
  }
  return out;
}

/** The transpose of some rows. */
function transposed(rows: Tile, columns: number): Float64Array {
  const out = new Float64Array(rows.length), height = rows.length / columns;
  for (let k = 0, e = 0; k < height; k++) {
    for (let j = 0; j < columns; j++, e++) out[j * height + k] = rows[e];
  }
  return out;
}
