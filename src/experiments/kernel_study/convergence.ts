/**
 * Convergence of two-sided rotations: what each sweep leaves off the diagonal, and what is
 * certified by then.
 *
 * @module
 */
import type { Gpu } from "../../gpu/device.ts";
import { Commands } from "../../gpu/commands.ts";
import { EigenBatch } from "../../linalg/eigen/eigen_batch.ts";
import { bindJacobi } from "../../linalg/eigen/jacobi.ts";
import { gramMatrices } from "../../linalg/gram/gram_matrices.ts";
import { unpadRows } from "../../linalg/matrix_view.ts";
import type { Specimen } from "./accuracy.ts";
import type { ConvergenceRow } from "./rows.ts";

/**
 * Solves the Gram matrix of each family in single precision, by the block rotations that
 * `gram-jacobi` takes for larger matrices, and looks at it after each sweep.
 *
 * Certified by then: let B be the basis, its vectors as rows, M̂ the Gram matrix in double-single
 * words with ‖M̂ − M‖₂ ≤ g, T = B M̂ Bᵀ, and η = ‖B Bᵀ − I‖_F. Ordered, the diagonal of T differs
 * from the eigenvalues of T by at most the norm of the rest (Weyl), these from those of M̂ by at
 * most η ‖M̂‖_F (Ostrowski), and these from those of M by at most g. Both products are taken in
 * float64, whose rounding adds less than n² 2⁻⁵⁰ ‖M̂‖_F.
 *
 * @param gpu Device.
 * @param all Matrices of one shape.
 * @param signal Stops it between sweeps.
 * @returns A row for each matrix and sweep, sweep 0 being the start.
 */
export async function convergence(
  gpu: Gpu,
  all: readonly Specimen[],
  signal?: AbortSignal,
): Promise<ConvergenceRow[]> {
  const made: ConvergenceRow[] = [];
  for (const { family, features } of all) {
    const { rows, columns: n } = features;
    const [{ matrix, bound }] = await gramMatrices(gpu, [features], { precision: "double" });
    const size = norm(matrix);
    // Of other magnitudes single precision would need a scale, and zeros have converged already.
    if (!(size > 2 ** -60 && size < 2 ** 60)) continue;
    using stack = new DisposableStack();
    const batch = stack.use(new EigenBatch(gpu, [n]));
    const padded = new Float32Array(batch.matrices.length);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) padded[i * batch.rows + j] = matrix[Math.min(i, j) * n + Math.max(i, j)];
    }
    batch.matrices.write(padded);
    const solver = await bindJacobi(gpu, batch, stack, { mostAlone: 0 });
    for (let sweep = 0; sweep <= solver.most && !signal?.aborted; sweep++) {
      const commands = new Commands(gpu);
      for (const dispatch of sweep === 0 ? solver.start : solver.sweep) commands.run(dispatch);
      commands.submit();
      const read = [batch.matrices, batch.basis].map((array) => array.read());
      const [solved, basis] = (await Promise.all(read)).map((words) =>
        Float64Array.from(unpadRows(words.subarray(0, n * batch.rows), n, batch.rows / 4))
      );
      const delta = certified(matrix, basis, n) + bound;
      made.push({
        family,
        columns: n,
        rows,
        sweep,
        off: offDiagonal(solved, n) / size,
        digits: Math.max(0, -Math.log10(delta / size)),
      });
      const [, done] = await batch.progress.readUint32();
      if (done === 1) break;
    }
  }
  return made;
}

function norm(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
}

/** Norm of the entries off the diagonal. */
function offDiagonal(a: Float64Array, n: number): number {
  return norm(a.map((value, e) => e % (n + 1) === 0 ? 0 : value));
}

/** Bounds how far the diagonal of B M Bᵀ, ordered, is from the eigenvalues of M. */
function certified(m: Float64Array, basis: Float64Array, n: number): number {
  const transformed = timesTransposed(timesTransposed(basis, m, n), basis, n);
  const gram = timesTransposed(basis, basis, n).map((value, e) => e % (n + 1) === 0 ? value - 1 : value);
  return offDiagonal(transformed, n) + (norm(gram) + n * n * 2 ** -50) * norm(m);
}

/** Multiplies A Bᵀ. The Gram matrix is symmetric, so it may stand for its transpose. */
function timesTransposed(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += a[i * n + k] * b[j * n + k];
      product[i * n + j] = sum;
    }
  }
  return product;
}
