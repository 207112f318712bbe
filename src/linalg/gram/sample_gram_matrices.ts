/**
 * Computes Gram matrices of samples, of features with fewer samples than columns, with a bound on
 * their error.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { keepsCompensation, selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import { checkSources, type MatrixSource } from "../matrix_source.ts";
import {
  checkGramOptions,
  type GramMatricesOptions,
  type GramMatrix,
  mostBytes,
  type ScaledGramMatrix,
  summedGram,
  unscaled,
} from "./gram_matrices.ts";
import { cutTiles, type GramPlan, gramPlanBounds } from "./gram_tiles.ts";
import { planPreparations, rowsWithin } from "./preparation.ts";
import { TileStream } from "./tile_stream.ts";

/**
 * Computes Gram matrices of samples, K = √w (Φ − mean) (Φ − mean)ᵀ √w, of features of one shape.
 * Waits for the GPU.
 *
 * K has the eigenvalues of the Gram matrix M = Φᵀ diag(w) Φ of the centred features, but for n − m
 * zeros where there are fewer samples m than columns n. It is the smaller matrix there.
 *
 * Roots of weights, and means, go into the entries on the host, in float64. They then go to the GPU
 * by blocks of columns. The error: as for `gramMatrices`, entries err by δ tr K for the rounding of
 * sums and of entries. Means leave a matrix of norm e in the entries, which adds 2 e √tr K + e².
 *
 * @param gpu Device.
 * @param features Features of one shape, in memory or produced on demand.
 * @param options Arithmetic, weights (shared by all), centring.
 * @returns The matrix of each, `m × m`, and its error.
 * @throws {ShapeError} If shapes differ, the number of entries or weights does not fit, or m is too
 * large for the adapter.
 * @throws {InputError} If an entry or a weight is not a number to compute with.
 * @throws {PrecisionError} If double-single arithmetic is asked for and the adapter has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { sampleGramMatrices } from "./sample_gram_matrices.ts";
 *
 * using gpu = await Gpu.open();
 * const features = { rows: 1, columns: 3, data: Float32Array.of(1, 2, 2) };
 * const [{ matrix, bound }] = await sampleGramMatrices(gpu, [features]);
 * assert(Math.abs(matrix[0] - 9) <= bound && bound < 1e-5);
 * ```
 */
export async function sampleGramMatrices(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: GramMatricesOptions = {},
): Promise<GramMatrix[]> {
  return unscaled(await scaledSampleGrams(gpu, features, options));
}

/**
 * Computes Gram matrices of samples as {@linkcode sampleGramMatrices} does, and leaves them scaled,
 * so that none is below or beyond the range of float64.
 *
 * @param gpu Device.
 * @param features Features of one shape, in memory or produced on demand.
 * @param options Arithmetic, weights (shared by all), centring.
 * @returns The matrix of each, and its error, both scaled.
 * @throws {ShapeError} As `sampleGramMatrices` does.
 * @throws {InputError} As `sampleGramMatrices` does.
 * @throws {PrecisionError} As `sampleGramMatrices` does.
 */
export async function scaledSampleGrams(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: GramMatricesOptions = {},
): Promise<ScaledGramMatrix[]> {
  checkGramOptions("options of sampleGramMatrices", options);
  const { precision = "compensated", tileBytes, signal, ...prepare } = options;
  checkSources(features, prepare.weights);
  if (features.length === 0) return [];
  const isDouble = precision === "double";
  const form = isDouble ? (await selfTestDoubleSingle(gpu)).form : null;
  const isCompensated = precision === "compensated" && await keepsCompensation(gpu);
  const sums = isDouble ? null : isCompensated ? "compensated" : "plain";
  const words = isDouble ? 2 : 1;
  const [{ rows: columns, columns: rows }] = features;
  const most = mostBytes(gpu, tileBytes);
  const cut = cutTiles({ rows, columns }, features.length, words, most);
  const results: ScaledGramMatrix[] = [];
  for (let first = 0; first < features.length; first += cut.matrices) {
    const batch = features.slice(first, first + cut.matrices);
    const plan: GramPlan = {
      columns,
      count: batch.length,
      rows: cut.rows,
      tiles: Math.ceil(rows / cut.rows),
      form,
      sums,
      center: false,
      words,
      transposed: true,
    };
    const planned = rowsWithin(rows, most);
    const preparations = await planPreparations(batch, prepare, planned, { signal });
    using stream = new TileStream(gpu, batch, { preparations, plan, signal });
    await stream.pass({ bind: (samples) => stream.gram.add(samples) });
    const pairs = await stream.gram.pairs.read();
    const made = preparations.map((prepared, index): ScaledGramMatrix => {
      const { mass, exponent, meanBound: left, isZero } = prepared;
      // Zeros are exact in any arithmetic.
      if (isZero) return { matrix: new Float64Array(columns ** 2), bound: 0, exponent: 0 };
      const isRounded = isDouble || stream.tiles.squares[index] > 0;
      // Entries round four times on the host, by 2⁻⁵³, and are factors of two.
      const relative = gramPlanBounds(plan, false, isRounded).relative + 2 ** -50;
      const { matrix, bound } = summedGram(pairs, { columns, index, rows, relative, left });
      return { matrix: matrix.map((value) => value / mass), bound: bound / mass, exponent };
    });
    for (const each of made) results.push(each);
  }
  return results;
}
