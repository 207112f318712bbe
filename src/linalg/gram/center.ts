/**
 * Centred features on the GPU: the weighted mean of each column is subtracted, for the ranks of
 * covariances.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import type { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type GpuStruct, gpuStruct } from "../../gpu/struct.ts";
import { doubleSingleFiles, type DoubleSingleForm } from "../double_single/double_single.ts";
import { U2 } from "../rounding.ts";
import type { EntryView } from "../products/gemm_double_single.ts";
import { gramSlices } from "./gram.ts";
import source from "../../../shaders/linalg/gram/center.wgsl" with { type: "text" };

/** Terms that `center.wgsl` adds before it adds their sums. */
const BLOCK = 16;
/**
 * Fewest rows that an invocation subtracts means from, and about the most workgroups that do so.
 */
const STRIP = 16, MOST_WORKGROUPS = 32_768;

/** Features to centre, or a tile of their rows. */
export interface Uncentered {
  /** Form of the arithmetic, as `selfTestDoubleSingle` found it. */
  readonly form: DoubleSingleForm;
  /** Number of samples m, or of those in the tile. */
  readonly samples: number;
  /** Number of features n. */
  readonly columns: number;
  /** Number of matrices. Default: 1. */
  readonly count?: number;
  /** Entries, in single words or pairs. */
  readonly features: EntryView;
  /**
   * A number near the features of each column, in as many words. Default: the first row of the
   * features.
   */
  readonly pivots?: Pick<EntryView, "array" | "batch" | "offset">;
  /** Sums of the columns and of the weights: {@linkcode centerTotals} words. */
  readonly totals: GpuArray;
}

/** Features whose columns are to be summed. */
export interface ColumnSums extends Uncentered {
  /** Quadrature weights, double-single, one per sample: words hi, lo, hi, lo, …. */
  readonly weights: GpuArray;
  /** Memory for partial sums: {@linkcode centerPartials} words. */
  readonly partials: GpuArray;
  /**
   * Factors of the sums that earlier tiles have left, one per matrix: a power of two, or 0 for the
   * first tile. Default: 0, whatever `totals` holds.
   */
  readonly factors?: GpuArray;
}

/**
 * Counts the words of memory that sums of columns take.
 *
 * @param columns Number of features.
 * @param count Number of matrices. Default: 1.
 * @returns Number of 32-bit words.
 */
export function centerTotals(columns: number, count = 1): number {
  return 2 * count * (columns + 1);
}

/**
 * Counts the words of memory that partial sums of columns take.
 *
 * @param samples Number of samples.
 * @param columns Number of features.
 * @param count Number of matrices. Default: 1.
 * @returns Number of 32-bit words.
 */
export function centerPartials(samples: number, columns: number, count = 1): number {
  return gramSlices(samples).slices * centerTotals(columns, count);
}

/**
 * Bounds the error that centring leaves in an entry, as derived in `center.wgsl`.
 *
 * @param samples Number of samples m, in each tile where there are several.
 * @param tiles Number of tiles. Default: 1.
 * @returns δ with error ≤ δ (max_k |φ_kj − p_j| + |φ_kj − μ_j|) in column j, where p_j is the
 * pivot; with the first row for pivots |φ_kj − p_j| ≤ 2 max_k |φ_kj − μ_j|. About 10⁻¹² for a
 * thousand samples, 6·10⁻¹² for a million. A result in single words errs by 2⁻²⁴ of itself more.
 */
export function centerBound(samples: number, tiles = 1): number {
  const { slice, slices } = gramSlices(samples);
  const additions = (terms: number) => Math.min(BLOCK, terms) + Math.ceil(terms / BLOCK);
  const summed = 3 * (additions(Math.min(slice, samples)) + additions(slices) + tiles);
  const units = 3 + (3 + 7 + 27) + 2 * summed;
  return units * U2 / (1 - units * U2);
}

/**
 * Binds the sums of the columns of features, for {@linkcode bindSubtractMeans}.
 *
 * @param gpu Device.
 * @param operand Features, weights, and where the sums go.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an array is too short for its shape.
 */
export async function bindColumnSums(gpu: Gpu, operand: ColumnSums): Promise<Dispatch[]> {
  const { form, samples, columns, count = 1, features, weights, partials, totals } = operand;
  holds(weights, 2 * samples);
  holds(partials, centerPartials(samples, columns, count));
  const pivots = pivotsOf(operand);
  const factors = operand.factors ?? gpuStruct(gpu, "factors", ["f32", ...new Array<number>(count).fill(0)]);
  if (operand.factors) holds(operand.factors, count);
  const shape = shapeOf(gpu, operand, features);
  const [sums, reduce] = await Promise.all([kernelOf(gpu, form, "sums"), kernelOf(gpu, form, "reduce")]);
  const { slices } = gramSlices(samples);
  return [
    sums.bind([shape, features.array, pivots.array, partials, weights], [
      Math.ceil(slices * (columns + 1) / 64),
      1,
      count,
    ], 20 * samples * columns * count),
    reduce.bind([shape, totals, factors, partials], [Math.ceil((columns + 1) / 64), 1, count]),
  ];
}

/**
 * Binds the subtraction of the mean of each column.
 *
 * @param gpu Device.
 * @param operand Features, and the sums of their columns as {@linkcode bindColumnSums} left them.
 * @param result Where the centred features go, in single words or pairs; shares no memory with the
 * features.
 * @returns The command.
 * @throws {ShapeError} Where an array is too short for its shape.
 */
export async function bindSubtractMeans(gpu: Gpu, operand: Uncentered, result: EntryView): Promise<Dispatch> {
  const { form, samples, columns, count = 1, features, totals } = operand;
  holdsEntries(result, operand);
  const pivots = pivotsOf(operand);
  const shape = shapeOf(gpu, operand, result);
  const subtract = await kernelOf(gpu, form, "subtract");
  const strips = Math.ceil(samples / stripOf(samples, columns));
  return subtract.bind(
    [shape, features.array, pivots.array, totals, result.array],
    [Math.ceil(strips * columns / 64), 1, count],
    40 * samples * columns * count,
  );
}

/**
 * Binds the centring of features: three commands.
 *
 * @param gpu Device.
 * @param operand Features, weights, room for sums.
 * @param result Where the centred features go, in single words or pairs; shares no memory with the
 * features.
 * @returns The commands, to run one after the other.
 * @throws {ShapeError} Where an array is too short for its shape.
 */
export async function bindCenter(gpu: Gpu, operand: ColumnSums, result: EntryView): Promise<Dispatch[]> {
  return [...await bindColumnSums(gpu, operand), await bindSubtractMeans(gpu, operand, result)];
}

function pivotsOf(operand: Uncentered): Pick<EntryView, "array" | "batch" | "offset"> {
  const { columns, count = 1, features, totals, pivots = features } = operand;
  holdsEntries(features, operand);
  holdsEntries({ ...features, ...pivots, offset: pivots.offset ?? 0 }, { ...operand, samples: 1 });
  holds(totals, centerTotals(columns, count));
  return pivots;
}

function kernelOf(gpu: Gpu, form: DoubleSingleForm, entryPoint: string) {
  return gpu.kernel({ name: `center (${form})`, files: [...doubleSingleFiles(form), source], entryPoint });
}

function stripOf(samples: number, columns: number): number {
  return Math.max(STRIP, Math.ceil(samples * columns / (64 * MOST_WORKGROUPS)));
}

function shapeOf(gpu: Gpu, operand: Uncentered, result: EntryView): GpuStruct {
  const { samples, columns, count = 1, features, pivots = features } = operand;
  const { slice, slices } = gramSlices(samples);
  return gpuStruct(
    gpu,
    "center shape",
    ["u32", samples, columns, features.double ? 2 : 1, features.stride, features.batch, features.offset ?? 0],
    ["u32", result.double ? 2 : 1, result.stride, result.batch, result.offset ?? 0],
    ["u32", pivots.batch, pivots.offset ?? 0, slice, slices, stripOf(samples, columns), count, 0],
  );
}

function holdsEntries(view: EntryView, { samples, columns, count = 1 }: Uncentered): void {
  const entries = (view.offset ?? 0) + (count - 1) * view.batch + (samples - 1) * view.stride + columns;
  holds(view.array, (view.double ? 2 : 1) * entries);
}

function holds(array: GpuArray, words: number): void {
  if (array.length >= words) return;
  throw new ShapeError(
    `${array.label} holds ${array.length} words, centring features of this shape needs ${words}`,
  );
}
