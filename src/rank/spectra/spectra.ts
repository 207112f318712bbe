/**
 * Computes spectra of the features of many layers and replicas on the GPU, as deep as single
 * precision can.
 *
 * @module
 */
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { givesTurns } from "../../gpu/turns.ts";
import { EigenBatch } from "../../linalg/eigen/eigen_batch.ts";
import { keepsCompensation } from "../../linalg/double_single/double_single_self_test.ts";
import { bindRowProducts, singleProduct } from "../../linalg/products/row_products.ts";
import { bindGram, bindGramReduce, gramPartials } from "../../linalg/gram/gram.ts";
import { bindJacobiSweeps, JACOBI_TOLERANCE } from "../../linalg/eigen/jacobi.ts";
import { type MatrixView, vectors } from "../../linalg/matrix_view.ts";
import { bindNewtonSchulz } from "../../linalg/svd/newton_schulz.ts";
import { type Arithmetic, headShares, SINGLE, SINGLE_COMPENSATED } from "../certificates/certificate.ts";

/**
 * Scaled off-diagonal norms at which the two passes of a warm-up have done enough: what they leave
 * is for the passes after them. From a basis that is a hundred steps old, warm-up and probe make 10
 * sweeps then, and 13 where every pass goes on to the end; heads and certificates are the same.
 */
const WARM = [6, 1] as const;

/** Features of one layer of all replicas. */
export interface FeatureLayer {
  /** Φ, `samples × width` for each replica. */
  readonly features: MatrixView;
  /** Number of neurons. */
  readonly width: number;
}

/** What the features are weighted with, and projected on. */
export interface SpectraOptions {
  /** Number of samples m. */
  readonly samples: number;
  /** Number of replicas. */
  readonly replicas: number;
  /** Quadrature weights, shared by the replicas. */
  readonly weights: GpuArray;
  /** Targets Y whose moments with the last layer's features are wanted; `null` for none. */
  readonly targets: MatrixView | null;
  /**
   * Scaled off-diagonal norm at which the first pass has searched enough. Default: rounding, 4 u n,
   * right for a single measurement. Where probes follow each other, most of what is left at 0.3 is
   * noise of the tail, and the second pass rotates the rest. That saves 1.3 of 9 sweeps a probe,
   * and leaves heads and certificates as they were. A value of 1 saves hardly more, and costs a
   * fifth of the probes their longest heads.
   */
  readonly searched?: number;
  /** Stops the binding between layers. */
  readonly signal?: AbortSignal | undefined;
}

/** Commands that compute spectra, and where they leave them. */
export interface Spectra {
  /** The commands of one probe. */
  readonly dispatches: readonly Dispatch[];
  /**
   * Commands that bring the basis near the eigenvectors, before a first probe or one that does not
   * follow the last. They measure nothing. None where `searched` is not given: such spectra do not
   * follow each other.
   */
  readonly warmUp: readonly Dispatch[];
  /**
   * Those of the commands that measure, for vectors that the caller has put into `basis`. They
   * first make the vectors orthonormal.
   */
  readonly measurement: readonly Dispatch[];
  /**
   * Solved matrices: that of layer l (from 0) and replica r is number l · replicas + r, with the
   * eigenvalues of M on its diagonal and, in the rows of the basis behind the eigenvectors, the
   * moments of their features with [Y 1].
   */
  readonly batch: EigenBatch;
  /** Arithmetic of the spectra, which their certificates need. */
  readonly arithmetic: Arithmetic;
  /**
   * The basis that the next probe starts from, one vector a row: orthonormal, near the
   * eigenvectors.
   */
  readonly basis: MatrixView;
}

/**
 * Binds the computation of the spectra of Gram matrices M = Φᵀ diag(w) Φ.
 *
 * A Gram matrix in single precision loses all eigenvalues below 10⁻⁷ λ₁. The Gram matrix of Ψ = Φ
 * Q, with the columns of Q near the eigenvectors of M, does not: ΨᵀWΨ is nearly diagonal, each
 * entry is right relative to √(m_ii m_jj), and Jacobi keeps small eigenvalues as accurate as it
 * gets them (Demmel and Veselić, SIAM J. Matrix Anal. Appl. 13, 1992). So a probe makes two passes
 * of
 *
 *     Ψ = Φ Q;   M′ = Ψᵀ diag(w) Ψ;   V from Jacobi on M′;   Q ← Q V
 *     orthonormalised by Q ← (3/2 − QQᵀ/2) Q
 *
 * The first finds Q as well as single precision can, the second measures. In the second, plain
 * rounding of Ψ would move each σ by about u σ₁. Summed with compensation and rounded once, Ψ moves
 * it by u σ_i. Compensated sums leave about 11 u of √(m_ii m_jj) in M′, so that a bound is only a
 * few roundings of the eigenvalue itself. Q stays from probe to probe, so that the first pass
 * starts warm. Before the first probe, run `warmUp`.
 *
 * Dispatches: 4 for each layer and 8 for all (more where one dispatch can not hold a solve), for
 * any number of replicas. Flops a layer and replica: 2 m n² for Ψ in the first pass and about 12 m
 * n² in the second, 4 m n² for M′, about 6 n³ a sweep.
 *
 * @param gpu Device.
 * @param layers Features of each layer.
 * @param options Weights, targets, replicas.
 * @param stack Owner of the arrays.
 * @returns The commands.
 */
export async function bindSpectra(
  gpu: Gpu,
  layers: readonly FeatureLayer[],
  options: SpectraOptions,
  stack: DisposableStack,
): Promise<Spectra> {
  const { samples, replicas, weights, targets, searched, signal } = options;
  const orders = layers.flatMap(({ width }) => new Array<number>(replicas).fill(width));
  const tailStride = targets ? targets.stride + 1 : 0;
  const batches = [0, 1].map(() => stack.use(new EigenBatch(gpu, orders, tailStride)));
  const { rows, rowStride, count } = batches[0];
  const partials = stack.use(
    new GpuArray(gpu, "partial Gram matrices", gramPartials(gpu, samples, batches[0])),
  );
  const rotated = stack.use(
    new GpuArray(gpu, "rotated features", replicas * samples * vectors(batches[0].order) * 4),
  );
  const correction = stack.use(new GpuArray(gpu, "orthonormal correction", count * rows * rows));
  const correctionView = { array: correction, stride: rows / 4, batch: rows * rows / 4 };
  const basisView = (pass: number): MatrixView => ({
    array: batches[pass].basis,
    stride: rowStride,
    batch: rows * rowStride,
  });

  const isExact = await keepsCompensation(gpu);
  const sums = isExact ? "compensated" : "plain";
  const product = singleProduct(gpu, isExact), plain = singleProduct(gpu, false);
  const arithmetic = isExact ? SINGLE_COMPENSATED : SINGLE;
  const shares = { tail: SINGLE.tail(batches[0].order), heads: headShares(batches[0].order) };
  const dispatches: Dispatch[] = [], warmUp: Dispatch[] = [];
  const both = (...commands: readonly Dispatch[]) =>
    [dispatches, warmUp].forEach((all) => all.push(...commands));
  let found = 0;
  const turn = givesTurns({ signal });
  for (const pass of [0, 1]) {
    const batch = batches[pass];
    const gramOptions = {
      samples,
      replicas,
      weights,
      batch,
      partials,
      sums: pass === 0 ? "plain" : sums,
    } as const;
    for (const [index, { features, width }] of layers.entries()) {
      await turn();
      const first = index * replicas;
      const stride = vectors(width);
      const psi = { array: rotated, stride, batch: samples * stride };
      const q = { ...basisView(pass), offset: first * rows * rowStride };
      const size = { m: samples, n: width, k: 4 * stride, count: replicas };
      const multiply = pass === 1 ? product : plain;
      both(...await bindRowProducts(gpu, multiply, "nt", [features, q, psi], size));
      const moments = pass === 1 && index === layers.length - 1 ? targets : null;
      both(...await bindGram(gpu, { features: psi, order: width, first, targets: moments }, gramOptions));
    }
    both(await bindGramReduce(gpu, gramOptions));
    const tolerance = pass === 0 && searched !== undefined ? searched / batch.order : JACOBI_TOLERANCE;
    dispatches.push(...await bindJacobiSweeps(gpu, batch, stack, { shares, tolerance }));
    if (searched !== undefined) {
      const warm = { shares, tolerance: WARM[pass] / batch.order };
      warmUp.push(...await bindJacobiSweeps(gpu, batch, stack, warm));
    }
    if (pass === 0) found = dispatches.length;
    const q = basisView(pass), next = basisView(1 - pass);
    const multiply = pass === 0 ? product : plain;
    const bases = { q, correction: correctionView, next, order: rows, count };
    both(...await bindNewtonSchulz(gpu, multiply, bases));
  }
  const measurement = dispatches.slice(found);
  return {
    dispatches,
    warmUp: searched === undefined ? [] : warmUp,
    measurement,
    batch: batches[1],
    arithmetic,
    basis: basisView(0),
  };
}
