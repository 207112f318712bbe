/**
 * Computes Gram matrices of features in memory or produced on demand, for any number of samples,
 * with a bound on their error.
 *
 * @module
 */
import { checkKeys, checkName } from "../../check.ts";
import { addUp, ldexpUp } from "../directed.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { WorkOptions } from "../../gpu/paced_commands.ts";
import { joinDouble } from "../double_single/double_single.ts";
import { keepsCompensation, selfTestDoubleSingle } from "../double_single/double_single_self_test.ts";
import { checkSources, type MatrixSource } from "../matrix_source.ts";
import { exponentOf, ldexp } from "../rounding.ts";
import { cutTiles, type GramPlan, gramPlanBounds } from "./gram_tiles.ts";
import { heaviestOf } from "./means.ts";
import { RunningPreparation } from "./preparation.ts";
import { checkCenter, checkVolume, prepareKeys, type PrepareOptions } from "./prepare_options.ts";
import { TileStream } from "./tile_stream.ts";

/** Names of the arithmetics of a Gram matrix. */
const gramPrecisionNames: readonly GramPrecision[] = ["single", "compensated", "double"];

/**
 * Arithmetic of a Gram matrix. `single`: plain sums. `compensated`: single precision with errors
 * that do not grow with the number of samples, in up to a fifth more time. `double`: double-single,
 * a million times as accurate, in two to ten times the time.
 */
export type GramPrecision = "single" | "compensated" | "double";

/** Options of {@linkcode gramMatrices}. */
export interface GramMatricesOptions extends PrepareOptions, WorkOptions {
  /** Arithmetic. Default: `compensated`. */
  readonly precision?: GramPrecision;
  /** Most bytes that an array of a tile takes on the GPU and on the host. Default: 2²⁵, 32 MiB. */
  readonly tileBytes?: number;
}

/** A Gram matrix M̂ and a bound on its error. */
export interface GramMatrix {
  /** Row-major `n × n`, symmetric to the bit. */
  readonly matrix: Float64Array;
  /** Bound on ‖M̂ − M‖₂. */
  readonly bound: number;
}

/** A Gram matrix that is scaled: 2^`exponent` M, to within the bound. */
export interface ScaledGramMatrix extends GramMatrix {
  /** Exponent of the power of two. */
  readonly exponent: number;
}

/** Default bytes of an array of a tile: long enough to keep a GPU busy, small beside its memory. */
const TILE_BYTES = 2 ** 25;
/** Bound on the error of a term that underflows, of features below 2¹² and weights below 2. */
const UNDERFLOW = 2 ** -100;

/**
 * Computes weighted Gram matrices M = Φᵀ diag(w) Φ of features, all of one shape. Waits for the
 * GPU.
 *
 * Features go to the GPU in tiles of rows, one after the other into the same memory. Each tile's
 * Gram matrix is added to those before it in pairs of words. So m may be a million or more, and
 * features need not be in memory at all. While the GPU sums a tile, the host prepares the next.
 *
 * The error: entries err by δ Σ w|φ_i||φ_j| for the rounding of sums, of weights and of features,
 * so M errs by at most δ tr M. Centring leaves a matrix of weighted norm e in the features, which
 * adds 2 e √tr M + e². Without weights, compensated sums have δ = 6·10⁻⁷ for a thousand samples and
 * 7·10⁻⁷ for ten million, plain ones 1.5·10⁻⁵ and more, double-single ones 4·10⁻¹³ and more. An
 * adapter whose arithmetic defeats compensation gets the bound of plain sums. Features and weights
 * are scaled by powers of two, so that the same holds for all magnitudes; what is below 2⁻¹⁰⁰ of
 * the largest square, or below the range of float64, counts as error.
 *
 * @param gpu Device.
 * @param features Features of one shape, in memory or produced on demand.
 * @param options Arithmetic, weights (shared by all), centring.
 * @returns The Gram matrix of each, and its error.
 * @throws {ShapeError} If shapes differ, the number of entries or weights does not fit, or n is
 * too large for the adapter.
 * @throws {InputError} If an entry is NaN or infinite, or a weight not a finite number above 0;
 * where eigenvalues could be beyond the range of float64.
 * @throws {PrecisionError} If double-single arithmetic is needed, as it is for means, and the
 * adapter has none.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Gpu } from "../../gpu/device.ts";
 * import { gramMatrices } from "./gram_matrices.ts";
 *
 * using gpu = await Gpu.open();
 * // 300,000 samples of x and x² on [0, 1], by the midpoint rule: ∫x² = 1/3, ∫x³ = 1/4, ∫x⁴ = 1/5.
 * const rows = 300_000;
 * const x = (k: number) => (k + 0.5) / rows;
 * const tile = (first: number, count: number) =>
 *   Float32Array.from({ length: 2 * count }, (_, e) => x(first + (e >> 1)) ** (1 + e % 2));
 * const [{ matrix, bound }] = await gramMatrices(gpu, [{ rows, columns: 2, tile }]);
 * [1 / 3, 1 / 4, 1 / 4, 1 / 5].forEach((exact, e) => assert(Math.abs(matrix[e] - exact) < 1e-6));
 * assert(bound < 1e-6);
 * ```
 */
export async function gramMatrices(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: GramMatricesOptions = {},
): Promise<GramMatrix[]> {
  return unscaled(await scaledGramMatrices(gpu, features, options));
}

/**
 * Takes the scale out of Gram matrices.
 *
 * @param scaled The matrices.
 * @returns The same, with what float64 can not hold in their bounds.
 */
export function unscaled(scaled: readonly ScaledGramMatrix[]): GramMatrix[] {
  return scaled.map(({ matrix, bound, exponent }) => ({
    matrix: matrix.map((value) => ldexp(value, -exponent)),
    bound: bound === 0 ? 0 : addUp(ldexpUp(bound, -exponent), Math.sqrt(matrix.length) * Number.MIN_VALUE),
  }));
}

/**
 * Computes Gram matrices as {@linkcode gramMatrices} does, and leaves them scaled, so that none is
 * below or beyond the range of float64.
 *
 * @param gpu Device.
 * @param features Features of one shape, in memory or produced on demand.
 * @param options Arithmetic, weights (shared by all), centring.
 * @returns The matrix of each, and its error, both scaled.
 * @throws {ShapeError} As `gramMatrices` does.
 * @throws {InputError} As `gramMatrices` does.
 * @throws {PrecisionError} As `gramMatrices` does.
 */
export async function scaledGramMatrices(
  gpu: Gpu,
  features: readonly MatrixSource[],
  options: GramMatricesOptions = {},
): Promise<ScaledGramMatrix[]> {
  checkGramOptions("options of gramMatrices", options);
  const { precision = "compensated", weights, center = false, tileBytes = TILE_BYTES } = options;
  checkSources(features, weights);
  if (features.length === 0) return [];
  const [{ rows, columns }] = features;
  const isDouble = precision === "double";
  const form = isDouble || center ? (await selfTestDoubleSingle(gpu)).form : null;
  const isCompensated = precision === "compensated" && await keepsCompensation(gpu);
  const sums = isDouble ? null : isCompensated ? "compensated" : "plain";
  const areSingle = features.every((each) => "data" in each && each.data instanceof Float32Array);
  const words = center || isDouble && !areSingle ? 2 : 1;
  const cut = cutTiles(features[0], features.length, center || isDouble ? 2 : 1, mostBytes(gpu, tileBytes));
  const results: ScaledGramMatrix[] = [];
  for (let first = 0; first < features.length; first += cut.matrices) {
    const batch = features.slice(first, first + cut.matrices);
    const tiles = Math.ceil(rows / cut.rows);
    const plan = { columns, count: batch.length, rows: cut.rows, tiles, form, sums, center, words } as const;
    for (const each of await addTiles(gpu, batch, plan, options)) results.push(each);
  }
  return results;
}

/**
 * Checks options of Gram matrices.
 *
 * @param what Whose options they are, for errors.
 * @param options The options.
 * @throws {InputError} If a key or a name is unknown, or a value is not what it must be.
 */
export function checkGramOptions(what: string, options: GramMatricesOptions): void {
  checkKeys(what, options, [...prepareKeys, "precision", "tileBytes", "signal"]);
  if (options.precision !== undefined) checkName("precision", options.precision, gramPrecisionNames);
  if (options.center !== undefined) checkCenter(options.center);
  checkVolume(options);
}

/**
 * Limits the bytes of an array of a tile to what the adapter has.
 *
 * @param gpu Device.
 * @param tileBytes Bytes that are wanted. Default: 2²⁵, 32 MiB.
 * @returns Bytes that an array may take.
 */
export function mostBytes({ limits }: Gpu, tileBytes: number = TILE_BYTES): number {
  return Math.min(tileBytes, limits.maxStorageBufferBindingSize, limits.maxBufferSize);
}

async function addTiles(
  gpu: Gpu,
  sources: readonly MatrixSource[],
  plan: GramPlan,
  options: PrepareOptions & WorkOptions,
): Promise<ScaledGramMatrix[]> {
  const { weights, volume = 1, signal } = options;
  const [{ rows, columns }] = sources;
  // Weights are scaled by a power of two so that the heaviest is from 1 to 2.
  const weightExponent = weights ? -exponentOf(heaviestOf(weights)) : 0;
  const preparations = sources.map(() => new RunningPreparation(columns, plan.center, options));
  using stream = new TileStream(gpu, sources, { preparations, plan, signal });
  const { gram } = stream;
  let mass = weights ? 0 : rows;
  const setWeights = (first: number, samples: number, isLast: boolean) => {
    if (!weights) return;
    const part = Float64Array.from({ length: samples }, (_, k) => ldexp(weights[first + k], weightExponent));
    gram.setWeights(part);
    if (isLast) mass += part.reduce((sum, weight) => sum + weight, 0);
  };
  if (plan.center) {
    await stream.pass({
      bind: (samples) => gram.addColumns(samples),
      power: 1,
      before: (first, samples) => setWeights(first, samples, false),
    });
  }
  await stream.pass({
    bind: (samples) => gram.add(samples),
    before: (first, samples) => setWeights(first, samples, true),
  });

  const pairs = await gram.pairs.read();
  return sources.map((_, index) => {
    // Zeros are exact in any arithmetic.
    const { largest, exponent } = preparations[index];
    if (largest === 0) return { matrix: new Float64Array(columns ** 2), bound: 0, exponent: 0 };
    const isRounded = plan.sums === null || plan.center || plan.words === 1 && stream.tiles.isDouble[index];
    const { relative, centering } = gramPlanBounds(plan, weights !== undefined, isRounded);
    const left = centering * ldexp(largest, exponent) * Math.sqrt(columns * mass);
    const { matrix, bound } = summedGram(pairs, { columns, index, rows, relative, left });
    const samples = weights ? 1 : rows / volume;
    return {
      matrix: matrix.map((value) => value / samples),
      bound: bound / samples,
      exponent: 2 * exponent + weightExponent,
    };
  });
}

/**
 * Takes one Gram matrix of those that tiles were summed to, and bounds its error.
 *
 * @param pairs The sums, in pairs of words.
 * @param sum Order and place of the matrix, number of rows summed, bound on an entry relative to
 * the magnitudes of its terms, Frobenius norm of the error of the entries that were summed.
 * @returns The matrix of the entries as they were summed, and the bound, with room for the rounding
 * of a quotient by a number that was rounded itself.
 */
export function summedGram(
  pairs: Float32Array,
  { columns, index, rows, relative, left }: {
    readonly columns: number;
    readonly index: number;
    readonly rows: number;
    readonly relative: number;
    readonly left: number;
  },
): GramMatrix {
  const matrix = new Float64Array(columns ** 2);
  for (let e = 0, at = 2 * index * columns ** 2; e < matrix.length; e++, at += 2) {
    matrix[e] = joinDouble(pairs[at], pairs[at + 1]);
  }
  const lost = UNDERFLOW * rows * columns;
  let trace = 0;
  for (let i = 0; i < columns; i++) trace += matrix[i * (columns + 1)];
  const exact = (trace + lost) / (1 - relative);
  // 2⁻⁵¹ for the host's own roundings.
  const bound = (relative + 2 ** -51) * exact + 2 * Math.sqrt(exact) * left + left ** 2 + lost;
  return { matrix, bound };
}
