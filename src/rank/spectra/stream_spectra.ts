/**
 * Spectra of features that do not fit into the GPU's memory, or nobody's: they come in tiles of rows.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { U, U2 } from "../../linalg/rounding.ts";
import {
  keepsCompensation,
  selfTestDoubleSingle,
} from "../../linalg/double_single/double_single_self_test.ts";
import { EigenBatch } from "../../linalg/eigen/eigen_batch.ts";
import type { FeatureSource } from "../../linalg/gram/feature_tiles.ts";
import { bindGemm } from "../../linalg/products/gemm.ts";
import { bindGemmCompensated } from "../../linalg/products/gemm_compensated.ts";
import { bindGemmDoubleSingle, type EntryView } from "../../linalg/products/gemm_double_single.ts";
import { gramBound } from "../../linalg/gram/gram.ts";
import { gramDoubleSingleBound } from "../../linalg/gram/gram_double_single.ts";
import { cutTiles, type GramPlan } from "../../linalg/gram/gram_tiles.ts";
import { solveJacobi } from "../../linalg/eigen/jacobi.ts";
import { solveJacobiDoubleSingle } from "../../linalg/eigen/jacobi_double_single.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { bindNewtonSchulz, type Product } from "../../linalg/svd/newton_schulz.ts";
import { type Arithmetic, headShares, SINGLE, SINGLE_COMPENSATED } from "../certificates/certificate.ts";
import { type FeaturePlan, planFeatures, type PrepareOptions } from "../features/prepare_features.ts";
import { DOUBLE } from "./refine_spectra.ts";
import {
  bindSolvedRecords,
  decodeSolvedRecord,
  readSolved,
  type SolvedMatrix,
  solvedRecordWords,
} from "./solved_record.ts";
import { TileStream } from "../features/tile_stream.ts";

/** Bytes of an array of a tile: long enough for a GPU to be busy, short of anyone's memory. */
const TILE_BYTES = 2 ** 25;
/** Passes over the features in single precision: M itself, in its eigenbasis as found, and to measure. */
const SINGLE_PASSES = 3;

/** How to solve streamed features. */
export interface StreamOptions extends PrepareOptions {
  /** Arithmetic; double-single makes two passes more. */
  readonly precision: "single" | "double";
  /** Most bytes that an array of a tile takes. Default: 2²⁵, 32 MiB. */
  readonly tileBytes?: number;
}

/** What the solver left of one matrix, and what its certificate needs. */
export interface StreamedSpectrum {
  /** What the solver left. */
  readonly solved: SolvedMatrix;
  /** Its arithmetic. */
  readonly arithmetic: Arithmetic;
  /** Frobenius norm of what was left out of the features. */
  readonly leftOut: number;
  /** Bound on what the rounding of means left in them, in that norm. */
  readonly meanBound: number;
  /** Factor from M to the Gram matrix that was solved. */
  readonly scale: number;
  /** Whether all features are 0. */
  readonly isZero: boolean;
}

/**
 * Solves features of one shape in tiles of rows, by passes like those of `bindSpectra` and `bindRefinement`: a pass sends all
 * tiles, one after the other, to the same memory, rotates them into the basis of the pass before, and adds up their Gram
 * matrices in pairs of words; then n × n matrices are solved. Three passes in single precision, of which the first needs no
 * basis; two more in double-single. While the GPU works on a tile, the host prepares the next.
 *
 * Memory: some four tiles and ten matrices n × n on the GPU, a tile on the host, whatever m.
 *
 * @param gpu Device.
 * @param sources Features of one shape.
 * @param options Weights, centring, arithmetic.
 * @returns What the solver left of each.
 * @throws {ShapeError} Where n is too large for the adapter, or entries or weights are too many or too few.
 * @throws {InputError} Where an entry or a weight is not a number to compute with.
 * @throws {PrecisionError} Where double-single arithmetic is asked for and the adapter has none.
 */
export async function streamSpectra(
  gpu: Gpu,
  sources: readonly FeatureSource[],
  options: StreamOptions,
): Promise<StreamedSpectrum[]> {
  const { precision, tileBytes = TILE_BYTES } = options;
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const most = Math.min(tileBytes, maxStorageBufferBindingSize, maxBufferSize);
  const cut = cutTiles(sources[0], sources.length, precision === "double" ? 2 : 1, most);
  const results: StreamedSpectrum[] = [];
  for (let first = 0; first < sources.length; first += cut.matrices) {
    const batch = sources.slice(first, first + cut.matrices);
    const plans = batch.map((source) => planFeatures(source, options, cut.rows));
    results.push(...await solveBatch(gpu, batch, plans, cut.rows, precision));
  }
  return results;
}

async function solveBatch(
  gpu: Gpu,
  sources: readonly FeatureSource[],
  plans: readonly FeaturePlan[],
  tileRows: number,
  precision: "single" | "double",
): Promise<StreamedSpectrum[]> {
  using stack = new DisposableStack();
  const count = sources.length, { rows, columns } = sources[0];
  const batch = stack.use(new EigenBatch(gpu, new Array<number>(count).fill(columns)));
  const isExact = await keepsCompensation(gpu);
  const plan: GramPlan = {
    columns,
    count,
    rows: tileRows,
    tiles: Math.ceil(rows / tileRows),
    form: null,
    sums: isExact ? "compensated" : "plain",
    center: false,
    words: 1,
  };
  const stream = new TileStream(gpu, sources, plans, plan, stack);
  const squares = await solveSingle(gpu, stream, batch, isExact);
  const single = isExact ? SINGLE_COMPENSATED : SINGLE;
  const results = (solved: SolvedMatrix[], arithmetic: Arithmetic, isRounded: boolean) =>
    solved.map((each, index): StreamedSpectrum => ({
      solved: each,
      arithmetic,
      leftOut: isRounded ? Math.sqrt(squares[index]) : 0,
      meanBound: plans[index].meanBound,
      scale: plans[index].scale,
      isZero: !stream.isFilled[index],
    }));
  if (precision === "single") {
    const sums = gramBound(tileRows, plan.sums!, plan.tiles) + U;
    return results(await readSolved(batch), { ...single, gram: () => sums }, true);
  }
  const { form } = await selfTestDoubleSingle(gpu);
  const doublePlan: GramPlan = { ...plan, form, sums: null, words: 2 };
  const doubles = new TileStream(gpu, sources, plans, doublePlan, stack);
  const sums = gramDoubleSingleBound(tileRows) + (3 * plan.tiles + 1) * U2;
  return results(await solveDouble(gpu, doubles, batch), { ...DOUBLE, gram: () => sums }, false);
}

/** Solves in single precision; leaves the matrices in the batch. Gives Σ of the squares that rounding left out. */
async function solveSingle(
  gpu: Gpu,
  stream: TileStream,
  batch: EigenBatch,
  isExact: boolean,
): Promise<Float64Array> {
  using stack = new DisposableStack();
  const { count, rows, order } = batch;
  const next = stack.use(new GpuArray(gpu, "basis", batch.basis.length));
  const correction = stack.use(new GpuArray(gpu, "orthonormal correction", count * rows * rows));
  const square = (array: GpuArray): MatrixView => ({ array, stride: rows / 4, batch: rows * rows / 4 });
  const shares = { tail: SINGLE.tail(order), heads: headShares(order) };
  const product = isExact ? bindGemmCompensated : bindGemm;
  const { stride } = stream.gram;
  for (let pass = 0; pass < SINGLE_PASSES; pass++) {
    const isLast = pass === SINGLE_PASSES - 1;
    const [phi, psi] = [stream.phi, stream.gram.features].map((array) => stream.view(array));
    const rotate = (samples: number) =>
      (isLast ? product : bindGemm)(gpu, "nt", phi, square(batch.basis), psi, {
        m: samples,
        n: order,
        k: stride,
        count,
      });
    const pairs = await stream.sum(pass === 0 ? null : rotate);
    const words = new Float32Array(batch.matrices.length);
    for (let index = 0; index < count; index++) {
      for (let i = 0; i < order; i++) {
        for (let j = 0; j < order; j++) {
          const at = 2 * ((index * order + i) * order + j);
          words[(index * rows + i) * rows + j] = pairs[at] + pairs[at + 1];
        }
      }
    }
    batch.matrices.write(words);
    await solveJacobi(gpu, batch, shares);
    const commands = new Commands(gpu);
    const multiply = isLast ? bindGemm : product;
    const [q, c, to] = [batch.basis, correction, next].map(square);
    const bases = { q, correction: c, next: to, order: rows, count };
    commands.run(...await bindNewtonSchulz((...operands) => multiply(gpu, ...operands), bases));
    commands.copy(next, 0, batch.basis, 0, next.length);
    commands.submit();
  }
  return stream.squares;
}

/** Solves in double-single arithmetic, from the basis that single precision found. */
async function solveDouble(gpu: Gpu, stream: TileStream, batch: EigenBatch): Promise<SolvedMatrix[]> {
  using stack = new DisposableStack();
  const { count, rows, order } = batch;
  const { form } = await selfTestDoubleSingle(gpu);
  const array = (label: string, words: number) => stack.use(new GpuArray(gpu, label, words));
  const pairs = (height: number): EntryView => ({
    array: array("basis", 2 * count * height * order),
    double: true,
    stride: order,
    batch: height * order,
  });
  const product: Product<EntryView> = (...operands) => bindGemmDoubleSingle(gpu, form, ...operands);
  const bases = [pairs(rows), pairs(rows)], correction = pairs(order);
  const matrices = array("Gram matrices", 2 * count * rows * rows),
    progress = array("solver progress", 8 * count);
  const shares = { tail: DOUBLE.tail(order), heads: headShares(order, DOUBLE) };
  let q: EntryView = { array: batch.basis, double: false, stride: rows, batch: rows * rows };
  let turn = 0;
  for (const steps of [2, 1]) {
    const commands = new Commands(gpu);
    for (let step = 0; step < steps; step++) {
      const next = bases[turn++ % 2];
      commands.run(...await bindNewtonSchulz(product, { q, correction, next, order, count }));
      q = next;
    }
    commands.submit();
    const size = { n: order, k: order, count };
    const words = await stream.sum((samples) =>
      product("nt", stream.entries(stream.phi), q, stream.entries(stream.gram.features), {
        m: samples,
        ...size,
      })
    );
    const padded = new Float32Array(matrices.length);
    for (let index = 0; index < count; index++) {
      for (let i = 0; i < order; i++) {
        const at = 2 * (index * order + i) * order;
        padded.set(words.subarray(at, at + 2 * order), 2 * (index * rows + i) * rows);
      }
    }
    matrices.write(padded);
    const solvable = { count, rows, order, orders: batch.orders, progress };
    await solveJacobiDoubleSingle(
      gpu,
      form,
      { ...solvable, matrices, basis: q.array, rowStride: order },
      shares,
    );
  }
  const { dispatch, words } = await bindSolvedRecords(gpu, { matrices, rows, order, count, progress }, stack);
  const commands = new Commands(gpu);
  commands.run(dispatch);
  commands.submit();
  const records = await words.read(), size = solvedRecordWords(order);
  return Array.from(
    { length: count },
    (_, index) => decodeSolvedRecord(records.subarray(index * size), order),
  );
}
