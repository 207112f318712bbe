/**
 * Computes spectra of features that do not fit into the GPU's memory, or that are produced on
 * demand, in tiles of rows.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import { Commands } from "../../gpu/commands.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { U, U2 } from "../../linalg/rounding.ts";
import {
  keepsCompensation,
  selfTestDoubleSingle,
} from "../../linalg/double_single/double_single_self_test.ts";
import { EigenBatch } from "../../linalg/eigen/eigen_batch.ts";
import { bindRowProducts, doubleSingleProduct, singleProduct } from "../../linalg/products/row_products.ts";
import type { EntryView } from "../../linalg/products/gemm_double_single.ts";
import { gramBound } from "../../linalg/gram/gram.ts";
import { gramDoubleSingleBound } from "../../linalg/gram/gram_double_single.ts";
import { cutTiles, type GramPlan } from "../../linalg/gram/gram_tiles.ts";
import { type PlannedPreparation, planPreparations, rowsWithin } from "../../linalg/gram/preparation.ts";
import type { PrepareOptions } from "../../linalg/gram/prepare_options.ts";
import { TileStream } from "../../linalg/gram/tile_stream.ts";
import { PROGRESS_WORDS } from "../../linalg/eigen/jacobi_solver.ts";
import { solveJacobi } from "../../linalg/eigen/jacobi.ts";
import { solveJacobiDoubleSingle } from "../../linalg/eigen/jacobi_double_single.ts";
import { isWide, type MatrixSource, tallShape } from "../../linalg/matrix_source.ts";
import type { MatrixView } from "../../linalg/matrix_view.ts";
import { bindNewtonSchulz } from "../../linalg/svd/newton_schulz.ts";
import { type Arithmetic, headShares, SINGLE, SINGLE_COMPENSATED } from "../certificates/certificate.ts";
import type { KnownFeatures } from "./prepared_spectrum.ts";
import { DOUBLE } from "./refine_spectra.ts";
import {
  bindSolvedRecords,
  decodeSolvedRecord,
  readSolved,
  type SolvedMatrix,
  solvedRecordWords,
} from "./solved_record.ts";

/** Bytes of an array of a tile: long enough to keep a GPU busy, small beside its memory. */
const TILE_BYTES = 2 ** 25;
/**
 * Passes over the features in single precision: M itself, in its eigenbasis as found, and to
 * measure.
 */
const SINGLE_PASSES = 3;

/** How to solve streamed features. */
export interface StreamOptions extends PrepareOptions, WorkOptions {
  /** Arithmetic; double-single makes two passes more. */
  readonly precision: "single" | "double";
  /** Most bytes that an array of a tile takes. Default: 2²⁵, 32 MiB. */
  readonly tileBytes?: number;
}

/** What the solver left of one matrix, and what its certificate needs. */
export interface StreamedSpectrum extends KnownFeatures {
  /** What the solver left. */
  readonly solved: SolvedMatrix;
  /** Its arithmetic. */
  readonly arithmetic: Arithmetic;
}

/**
 * Solves features of one shape in tiles of rows, by passes like those of `bindSpectra` and
 * `bindRefinement`. A pass sends all tiles, one after the other, into the same memory, rotates them
 * into the basis that the pass before found, and adds up their Gram matrices in pairs of words.
 * Then it solves n × n matrices. There are three passes in single precision, the first without a
 * basis, and two more in double-single. While the GPU works on a tile, the host prepares the next.
 *
 * Features with m < n are read by columns: a tile holds columns of Φ, and the Gram matrices are m ×
 * m.
 *
 * Memory: about four tiles and ten n × n matrices (m × m for m < n) on the GPU, a tile on the host,
 * for any m.
 *
 * @param gpu Device.
 * @param sources Features of one shape.
 * @param options Weights, centring, arithmetic.
 * @returns What the solver left of each.
 * @throws {ShapeError} If n is too large for the adapter, or there are too many or too few entries
 * or weights.
 * @throws {InputError} If an entry or a weight is not a number to compute with.
 * @throws {PrecisionError} If double-single arithmetic is asked for and the adapter has none.
 */
export async function streamSpectra(
  gpu: Gpu,
  sources: readonly MatrixSource[],
  options: StreamOptions,
): Promise<StreamedSpectrum[]> {
  const { precision, tileBytes = TILE_BYTES, signal, ...prepare } = options;
  const { maxStorageBufferBindingSize, maxBufferSize } = gpu.limits;
  const most = Math.min(tileBytes, maxStorageBufferBindingSize, maxBufferSize);
  const words = precision === "double" ? 2 : 1;
  const cut = cutTiles(tallShape(sources[0]), sources.length, words, most);
  const planned = isWide(sources[0]) ? rowsWithin(sources[0].columns, most) : cut.rows;
  const results: StreamedSpectrum[] = [];
  for (let first = 0; first < sources.length; first += cut.matrices) {
    const batch = sources.slice(first, first + cut.matrices);
    const preparations = await planPreparations(batch, prepare, planned, { signal });
    for (
      const each of await solveBatch(gpu, batch, { preparations, tileRows: cut.rows, precision, signal })
    ) results.push(each);
  }
  return results;
}

async function solveBatch(
  gpu: Gpu,
  sources: readonly MatrixSource[],
  { preparations, tileRows, precision, signal }: WorkOptions & {
    readonly preparations: readonly PlannedPreparation[];
    readonly tileRows: number;
    readonly precision: "single" | "double";
  },
): Promise<StreamedSpectrum[]> {
  using stack = new DisposableStack();
  const count = sources.length, { rows, columns } = tallShape(sources[0]);
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
    transposed: isWide(sources[0]),
  };
  const stream = stack.use(new TileStream(gpu, sources, { preparations, plan, signal }));
  const squares = await solveSingle(gpu, stream, batch, { isExact, signal });
  const single = isExact ? SINGLE_COMPENSATED : SINGLE;
  const results = (solved: SolvedMatrix[], arithmetic: Arithmetic, isRounded: boolean) =>
    solved.map((each, index): StreamedSpectrum => {
      const { meanBound, mass, exponent, isZero } = preparations[index];
      const leftOut = isRounded ? Math.sqrt(squares[index]) : 0;
      return { solved: each, arithmetic, leftOut, meanBound, mass, exponent, isZero };
    });
  if (precision === "single") {
    const sums = gramBound(tileRows, plan.sums!, plan.tiles) + U;
    return results(await readSolved(batch), { ...single, gram: () => sums }, true);
  }
  const { form } = await selfTestDoubleSingle(gpu);
  const doublePlan: GramPlan = { ...plan, form, sums: null, words: 2 };
  const doubles = stack.use(new TileStream(gpu, sources, { preparations, plan: doublePlan, signal }));
  const sums = gramDoubleSingleBound(tileRows) + (3 * plan.tiles + 1) * U2;
  return results(await solveDouble(gpu, doubles, batch, { signal }), { ...DOUBLE, gram: () => sums }, false);
}

/**
 * Sends all tiles and adds up their Gram matrices, in pairs of words. A rotation takes each tile
 * from `phi` to where it is summed.
 */
async function sumTiles(
  stream: TileStream,
  rotation: { readonly phi: GpuArray; readonly rotate: (samples: number) => Promise<Dispatch[]> } | null,
): Promise<Float32Array> {
  await stream.pass({
    bind: async (samples) => {
      const add = await stream.gram.add(samples);
      return rotation ? [...await rotation.rotate(samples), ...add] : add;
    },
    ...rotation && { target: rotation.phi },
  });
  return await stream.gram.pairs.read();
}

/**
 * Solves in single precision and leaves the matrices in the batch. Gives Σ of the squares that
 * rounding left out.
 */
async function solveSingle(
  gpu: Gpu,
  stream: TileStream,
  batch: EigenBatch,
  { isExact, signal }: WorkOptions & { readonly isExact: boolean },
): Promise<Float64Array> {
  using stack = new DisposableStack();
  const { count, rows, order } = batch;
  const next = stack.use(new GpuArray(gpu, "basis", batch.basis.length));
  const correction = stack.use(new GpuArray(gpu, "orthonormal correction", count * rows * rows));
  const square = (array: GpuArray): MatrixView => ({ array, stride: rows / 4, batch: rows * rows / 4 });
  const shares = { tail: SINGLE.tail(order), heads: headShares(order) };
  const product = singleProduct(gpu, isExact), plain = singleProduct(gpu, false);
  const { stride, features } = stream.gram;
  const tileView = (array: GpuArray): MatrixView => {
    return { array, stride: stride / 4, batch: features.length / count / 4 };
  };
  const phi = stack.use(new GpuArray(gpu, "features", features.length));
  for (let pass = 0; pass < SINGLE_PASSES; pass++) {
    const isLast = pass === SINGLE_PASSES - 1;
    const [from, psi] = [phi, features].map(tileView);
    const rotate = (samples: number) => {
      const size = { m: samples, n: order, k: stride, count };
      return bindRowProducts(gpu, isLast ? product : plain, "nt", [from, square(batch.basis), psi], size);
    };
    const pairs = await sumTiles(stream, pass === 0 ? null : { phi, rotate });
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
    await solveJacobi(gpu, batch, { shares, signal });
    using commands = new PacedCommands(gpu, { signal });
    const multiply = isLast ? plain : product;
    const [q, c, to] = [batch.basis, correction, next].map(square);
    const bases = { q, correction: c, next: to, order: rows, count };
    await commands.run(await bindNewtonSchulz(gpu, multiply, bases));
    commands.submit();
    const copy = new Commands(gpu);
    copy.copy(next, 0, batch.basis, 0, next.length);
    copy.submit();
  }
  return stream.tiles.squares;
}

/** Solves in double-single arithmetic, from the basis that single precision found. */
async function solveDouble(
  gpu: Gpu,
  stream: TileStream,
  batch: EigenBatch,
  { signal }: WorkOptions,
): Promise<SolvedMatrix[]> {
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
  const product = doubleSingleProduct(gpu, form);
  const bases = [pairs(rows), pairs(rows)], correction = pairs(order);
  const matrices = array("Gram matrices", 2 * count * rows * rows),
    progress = array("solver progress", PROGRESS_WORDS * count);
  const shares = { tail: DOUBLE.tail(order), heads: headShares(order, DOUBLE) };
  const { stride, features } = stream.gram;
  const phi = array("features", features.length);
  const entries = (array: GpuArray): EntryView => {
    return { array, double: true, stride, batch: features.length / count / 2 };
  };
  let q: EntryView = { array: batch.basis, double: false, stride: rows, batch: rows * rows };
  let turn = 0;
  for (const steps of [2, 1]) {
    using commands = new PacedCommands(gpu, { signal });
    for (let step = 0; step < steps; step++) {
      const next = bases[turn++ % 2];
      await commands.run(await bindNewtonSchulz(gpu, product, { q, correction, next, order, count }));
      q = next;
    }
    commands.submit();
    const size = { n: order, k: order, count };
    const rotate = (samples: number) =>
      bindRowProducts(gpu, product, "nt", [entries(phi), q, entries(features)], { m: samples, ...size });
    const words = await sumTiles(stream, { phi, rotate });
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
      { shares, signal },
    );
  }
  const { dispatch, words } = await bindSolvedRecords(gpu, { matrices, rows, order, count, progress }, stack);
  using commands = new PacedCommands(gpu, { signal });
  await commands.run([dispatch]);
  commands.submit();
  const records = await words.read(), size = solvedRecordWords(order);
  return Array.from(
    { length: count },
    (_, index) => decodeSolvedRecord(records.subarray(index * size), order),
  );
}
