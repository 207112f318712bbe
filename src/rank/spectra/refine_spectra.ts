/**
 * Refines spectra that single precision has found to double-single precision.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import { PacedCommands, type WorkOptions } from "../../gpu/paced_commands.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { type DoubleSingleForm, interleave, splitDoubles } from "../../linalg/double_single/double_single.ts";
import { U2 } from "../../linalg/rounding.ts";
import { selfTestDoubleSingle } from "../../linalg/double_single/double_single_self_test.ts";
import { bindRowProducts, doubleSingleProduct } from "../../linalg/products/row_products.ts";
import type { EntryView } from "../../linalg/products/gemm_double_single.ts";
import {
  bindGramDoubleSingle,
  gramDoubleSingleBound,
  gramDoubleSinglePartials,
} from "../../linalg/gram/gram_double_single.ts";
import { PROGRESS_WORDS, unrollSweeps } from "../../linalg/eigen/jacobi_solver.ts";
import { bindJacobiDoubleSingle } from "../../linalg/eigen/jacobi_double_single.ts";
import { bindNewtonSchulz } from "../../linalg/svd/newton_schulz.ts";
import { type Arithmetic, headShares } from "../certificates/certificate.ts";
import type { PreparedFeatures } from "../features/prepare_features.ts";
import {
  bindSolvedRecords,
  decodeSolvedRecord,
  type SolvedMatrix,
  solvedRecordWords,
} from "./solved_record.ts";
import type { Spectra } from "./spectra.ts";
import type { FeatureShape } from "./spectrum_options.ts";

/**
 * Double-single precision, u² = 2⁻⁴⁸: `gemm_double_single.wgsl`, `gram_double_single.wgsl`,
 * `jacobi_double_single.wgsl`.
 *
 * - dot: (3 n + 7) u², and 1 for what two words leave out of a feature;
 * - gram: as its kernel says, and 1 for the weight;
 * - diagonal, rotation: an entry takes two combinations a x + b y of error 17 u² (|a x| + |b y|) on
 *   either side, and rotations are orthogonal to 40 u²: at most 128 u²;
 * - orthonormality: Newton–Schulz steps leave the rounding of the last, n (3 n + 20) u².
 *
 * Heads and tail end at 2⁻⁵⁸ and 2⁻⁶⁰, where jacobi_rounds.wgsl stops telling diagonal entries
 * apart.
 */
export const DOUBLE: Arithmetic = {
  dot: (n) => (3 * n + 8) * U2,
  gram: (samples) => gramDoubleSingleBound(samples) + U2,
  entry: 0,
  diagonal: 128 * U2,
  rotation: 128 * U2,
  orthonormality: (n) => n * (3 * n + 20) * U2,
  head: (n) => Math.max(2 ** -58, (n * 2 ** -44) ** 2 / 10),
  tail: () => 2 ** -60,
  underflow: 2 ** -102,
};

/** Features to solve again, and what they are weighted with. */
export interface RefinementOptions {
  /** Number of samples m. */
  readonly samples: number;
  /** Number of features n. */
  readonly order: number;
  /** Number of matrices. */
  readonly count: number;
  /** Φ, `samples × order` for each matrix. */
  readonly features: EntryView;
  /** Quadrature weights, shared by the matrices, double-single: words hi, lo, hi, lo, …. */
  readonly weights: GpuArray;
}

/** Commands that solve again, and where they leave what they find. */
export interface Refinement {
  /** The commands, to run after those of the spectra. */
  readonly dispatches: readonly Dispatch[];
  /** What they leave of each matrix: words for {@linkcode decodeSolvedRecord}. */
  readonly records: GpuArray;
  /** Eigenvectors, one a row, in the order of the solved values. */
  readonly basis: EntryView;
  /** Form of the arithmetic. */
  readonly form: DoubleSingleForm;
}

/** What {@linkcode refineSpectra} found, and where its features and eigenvectors are. */
export interface RefinedSpectra {
  /** What the solver left of each matrix. */
  readonly solved: readonly SolvedMatrix[];
  /** Form of the arithmetic. */
  readonly form: DoubleSingleForm;
  /** The prepared features. */
  readonly features: EntryView;
  /** Eigenvectors, one a row, in the order of the solved values. */
  readonly basis: EntryView;
}

/**
 * Binds the solution in double-single arithmetic of what {@linkcode bindSpectra} has solved, in two
 * passes of the same kind.
 *
 * The first starts from the basis Q of single precision, orthonormal to 10⁻⁶. Newton–Schulz steps
 * make it orthonormal to 10⁻¹⁴. In it the Gram matrix of Ψ = Φ Q is diagonal to 10⁻⁷ except for the
 * tail, which single precision does not resolve. So two or three sweeps, about ten where
 * eigenvalues fall far, turn Q into eigenvectors with all digits. The second pass measures in that
 * basis, where small eigenvalues are known relative to themselves as well. On lavapipe it takes
 * about five times the time of single precision (1.0 s against 0.2 s for m = 512, n = 128).
 *
 * @param gpu Device.
 * @param spectra What single precision finds: of one layer.
 * @param options Features and weights.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {ShapeError} If the adapter has no room for it.
 * @throws {PrecisionError} If the adapter has no double-single arithmetic.
 */
export async function bindRefinement(
  gpu: Gpu,
  { batch, basis }: Spectra,
  { samples, order, count, features, weights }: RefinementOptions,
  stack: DisposableStack,
): Promise<Refinement> {
  const { form } = await selfTestDoubleSingle(gpu);
  const { rows } = batch;
  const array = (label: string, length: number) => stack.use(new GpuArray(gpu, label, length));
  const pairs = (label: string, height: number): EntryView => ({
    array: array(label, 2 * count * height * order),
    double: true,
    stride: order,
    batch: height * order,
  });
  const psi = pairs("rotated features", samples), correction = pairs("orthonormal correction", order);
  // Rows for every player of the tournament, though only those of the order are ever rotated.
  const bases = [0, 1].map(() => pairs("basis", rows));
  const matrices = array("Gram matrices", 2 * count * rows * rows);
  const progress = array("solver progress", PROGRESS_WORDS * count);
  const gram = await bindGramDoubleSingle(gpu, {
    form,
    samples,
    order,
    count,
    features: psi.array,
    words: 2,
    weights,
    partials: array("partial Gram matrices", gramDoubleSinglePartials(samples, order, count)),
    matrices,
    rows,
  });
  const shares = { tail: DOUBLE.tail(order), heads: headShares(order, DOUBLE) };

  const product = doubleSingleProduct(gpu, form);
  const dispatches: Dispatch[] = [];
  let q: EntryView = { array: basis.array, double: false, stride: 4 * basis.stride, batch: 4 * basis.batch };
  let turn = 0;
  // Single precision's basis needs two Newton–Schulz steps to be orthonormal to all digits, a
  // rotated one needs one.
  for (const steps of [2, 1]) {
    for (let step = 0; step < steps; step++) {
      const next = bases[turn++ % 2];
      dispatches.push(...await bindNewtonSchulz(gpu, product, { q, correction, next, order, count }));
      q = next;
    }
    const solvable = { count, rows, order, orders: batch.orders, progress };
    const rotated = { matrices, basis: q.array, rowStride: order };
    dispatches.push(
      ...await bindRowProducts(gpu, product, "nt", [features, q, psi], {
        m: samples,
        n: order,
        k: order,
        count,
      }),
      ...gram,
      ...unrollSweeps(
        await bindJacobiDoubleSingle(gpu, { ...solvable, ...rotated }, stack, { form, shares }),
      ),
    );
  }
  const { dispatch, words } = await bindSolvedRecords(
    gpu,
    { matrices, rows, order, count, progress },
    stack,
  );
  return { dispatches: [...dispatches, dispatch], records: words, basis: q, form };
}

/**
 * Solves prepared features again, in double-single arithmetic. Waits for the GPU.
 *
 * @param gpu Device.
 * @param features Features, one matrix for each of the batch.
 * @param found Their shape, and what single precision found; signal to stop.
 * @param stack Owner of the arrays.
 * @returns What the solver left of each matrix, and the eigenvectors.
 * @throws {ShapeError} If the adapter has no room for it.
 */
export async function refineSpectra(
  gpu: Gpu,
  features: readonly PreparedFeatures[],
  { spectra, rows, columns, signal }: FeatureShape & WorkOptions & { readonly spectra: Spectra },
  stack: DisposableStack,
): Promise<RefinedSpectra> {
  const count = features.length, entries = rows * columns;
  const array = stack.use(new GpuArray(gpu, "features, double-single", 2 * count * entries));
  const phi = { array, double: true, stride: columns, batch: entries };
  features.forEach(({ high, low }, index) => array.write(interleave(high, low), 2 * index * entries));
  const refinement = await bindRefinement(gpu, spectra, {
    samples: rows,
    order: columns,
    count,
    features: phi,
    weights: stack.use(new GpuArray(gpu, "weights", splitDoubles(new Float64Array(rows).fill(1)))),
  }, stack);
  using commands = new PacedCommands(gpu, { signal });
  await commands.run(refinement.dispatches);
  commands.submit();
  const { form, basis } = refinement;
  const words = await refinement.records.read(), size = solvedRecordWords(columns);
  const solved = features.map((_, index) => decodeSolvedRecord(words.subarray(index * size), columns));
  return { solved, form, features: phi, basis };
}
