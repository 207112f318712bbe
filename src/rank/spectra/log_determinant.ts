/**
 * The smooth ε-rank log det(I + M/ε) and its gradient, on the GPU.
 *
 * @module
 */
import { ShapeError } from "../../errors.ts";
import { GpuArray } from "../../gpu/array.ts";
import type { Gpu } from "../../gpu/device.ts";
import type { Dispatch } from "../../gpu/kernel.ts";
import { gpuStruct } from "../../gpu/struct.ts";
import { bindGemm, tileWorkgroups } from "../../linalg/products/gemm.ts";
import { type MatrixView, vectors } from "../../linalg/matrix_view.ts";
import { bindQrFeatures, TallBatch } from "../../linalg/svd/qr.ts";
import logDeterminantSource from "../../../shaders/rank/spectra/log_determinant.wgsl" with { type: "text" };
import tileSource from "../../../shaders/linalg/include/tile.wgsl" with { type: "text" };

/** Most neurons: loops of `log_determinant.wgsl` stay below the 65,535 iterations of lavapipe. */
const MOST_ORDER = 512;

/** Features, and the threshold of their log determinant. */
export interface LogDeterminantOptions {
  /** Φ, `samples × width` for each replica. */
  readonly features: MatrixView;
  /** σ′ at each of them. */
  readonly slopes: GpuArray;
  /** Number of neurons n. */
  readonly width: number;
  /** Number of samples m. */
  readonly samples: number;
  /** Number of replicas. */
  readonly replicas: number;
  /** Quadrature weights, shared by the replicas. */
  readonly weights: GpuArray;
  /** Threshold ε > 0. */
  readonly epsilon: number;
}

/** Commands that compute log determinants and their gradients, and where they leave them. */
export interface LogDeterminant {
  /** The commands. */
  readonly dispatches: readonly Dispatch[];
  /** −∂/∂Z of log det(I + M/ε), Z the preactivations: δ of the layer whose loss is −log det. */
  readonly delta: MatrixView;
  /** (−log det(I + M/ε), 0), a pair for each replica. */
  readonly partials: GpuArray;
}

/**
 * Binds the computation of −log det(I + M/ε), M = Φᵀ diag(w) Φ, and of its gradient.
 *
 * As ∂/∂Φ log det(I + M/ε) = 2 diag(w) Φ (M + ε I)⁻¹, all depends on the small eigenvalues of M + ε
 * I. Its condition λ₁/ε is 10⁷ and more, and single precision has 1.7·10⁷. So M + ε I is never
 * formed. The triangular factor R of A = [√w Φ; √ε I] has the square root of that condition, about
 * 3·10³, and (M + ε I)⁻¹ = R⁻¹R⁻ᵀ comes from it. With ‖δA‖ ≤ η, see `qr`,
 *
 *     |δ log det| ≤ 2 η Σ_i 1 / √(λ_i + ε)
 *     ‖δ(√w Φ (M + ε I)⁻¹)‖ ≤ (3/2 η + 3 n u √λ₁) / (λ_n + ε)
 *
 * Relative errors ‖δG‖ / ‖G‖ of the gradient, measured on lavapipe with the first layers of
 * 1-50-50-1 networks on 256 samples (tanh, ReLU and sine, from PyTorch's initial weights up to 100
 * steps later), by R (this), by eigenvectors of `bindSpectra` as G = 2 W Ψ (Λ + ε)⁻¹ Qᵀ, and by a
 * Cholesky factor of M + ε I:
 *
 *     ε        R                    eigenvectors         Cholesky
 *     10⁻⁴     4·10⁻⁵ … 4·10⁻⁴      2·10⁻⁵ … 6·10⁻⁴      as good as R
 *     10⁻⁶     3·10⁻⁴ … 4·10⁻³      4·10⁻⁴ … 5·10⁻³      fails: a negative pivot
 *     10⁻⁸     0.01 … 0.05          0.02 … 0.13          at a third of the way
 *     10⁻¹⁰    0.2 … 0.7            0.5 … 1.4
 *
 * Five replicas take 0.6 of the time that eigenvectors do, twice that of a training step of
 * 1-50-50-1.
 *
 * Flops a replica: 2 (m + n) n² for R, 2 m n² for the gradient, 2 n³ for the rest.
 *
 * @param gpu Device.
 * @param options Features and threshold.
 * @param stack Owner of the arrays.
 * @returns The commands.
 * @throws {ShapeError} If there are more than 512 neurons, or the adapter has no room.
 */
export async function bindLogDeterminant(
  gpu: Gpu,
  options: LogDeterminantOptions,
  stack: DisposableStack,
): Promise<LogDeterminant> {
  const { features, slopes, width, samples, replicas, weights, epsilon } = options;
  if (width > MOST_ORDER) {
    throw new ShapeError(
      `the log determinant of ${width} neurons is out of reach: use at most ${MOST_ORDER}`,
    );
  }
  const factor = stack.use(new TallBatch(gpu, replicas, samples + width, width));
  const root = Math.sqrt(epsilon);
  const factorise = await bindQrFeatures(gpu, factor, { features, weights, samples, ridge: root });

  const stride = vectors(width), batch = width * stride;
  const square = (label: string): MatrixView => ({
    array: stack.use(new GpuArray(gpu, label, replicas * batch * 4)),
    stride,
    batch,
  });
  const inverse = square("inverse factors"), product = square("inverses");
  const partials = stack.use(new GpuArray(gpu, "log determinants", 2 * replicas));
  const source = { name: "log_determinant", files: [tileSource, logDeterminantSource] };
  const invert = await gpu.kernel({ ...source, entryPoint: "invert" });
  const triangle = gpuStruct(
    gpu,
    "log_determinant triangle",
    ["u32", width, factor.stride, factor.rows * factor.stride, stride, batch],
    ["f32", 1 / root],
  );
  const delta = { ...features, array: stack.use(new GpuArray(gpu, "rank delta", features.array.length)) };
  const differentiate = await gpu.kernel({ ...source, entryPoint: "differentiate" });
  const shape = gpuStruct(
    gpu,
    "log_determinant shape",
    ["u32", samples, width, features.stride, features.batch, stride, batch],
  );
  const dispatches = [
    ...factorise,
    invert.bind([triangle, factor.matrices, inverse.array, partials], [Math.ceil(stride / 64), replicas]),
    await bindGemm(gpu, "nt", inverse, inverse, product, { m: width, n: width, k: width, count: replicas }),
    differentiate.bind(
      [shape, features.array, product.array, slopes, weights, delta.array],
      [tileWorkgroups(samples, width), 1, replicas],
    ),
  ];
  return { dispatches, delta, partials };
}
