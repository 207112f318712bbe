/** Runs the Jacobi solver and judges what it gives. @module */
import { assert } from "../deps.ts";
import { Commands } from "../../src/gpu/commands.ts";
import type { Gpu } from "../../src/gpu/device.ts";
import { EigenBatch } from "../../src/linalg/eigen/eigen_batch.ts";
import { ROUNDS_OF_BLOCKS } from "../../src/linalg/eigen/block_jacobi.ts";
import { bindJacobi, JACOBI_TOLERANCE } from "../../src/linalg/eigen/jacobi.ts";
import { type JacobiShares, unrollSweeps } from "../../src/linalg/eigen/jacobi_solver.ts";
import { padRows } from "../../src/linalg/matrix_view.ts";
import { uniform } from "../../src/stats/random.ts";
import { eigenvalues } from "../reference/eigenvalues.ts";
import { matmul, transpose } from "../reference/matrix.ts";
import { gamma, U } from "../reference/rounding.ts";
import { diagonal, indefinite } from "./matrices.ts";

/** What the solver made of one matrix of order n. */
export interface Solved {
  /** Diagonal, in no particular order. */
  readonly values: Float32Array;
  /** Basis, one vector a row, `n × n`. */
  readonly vectors: Float32Array;
  /** What follows the vectors, `n × 4 tailStride`. */
  readonly tails: Float32Array;
  readonly rounds: number;
  readonly done: boolean;
  readonly off: number;
  readonly heads: readonly number[];
  /** Trace of what is not in each head, at the start. */
  readonly tailTraces: readonly number[];
}

/** Choices that {@linkcode solve} has. */
export interface SolveOptions {
  readonly shares?: JacobiShares;
  /** Bases to start with; the identity where there are none. */
  readonly bases?: readonly Float32Array[];
  /** What follows the vectors at the start, `n × 4 tailStride` for each matrix. */
  readonly tails?: { readonly stride: number; readonly values: readonly Float32Array[] };
  /** Whether many workgroups share a matrix. Default: no. */
  readonly blocks?: boolean;
}

/** Solves symmetric matrices as one batch. */
export async function solve(gpu: Gpu, matrices: readonly Float32Array[], options: SolveOptions = {}) {
  const { shares = {}, bases, tails, blocks = false } = options;
  using stack = new DisposableStack();
  const orders = matrices.map((matrix) => Math.sqrt(matrix.length));
  using batch = new EigenBatch(gpu, orders, tails?.stride);
  const { rows, rowStride } = batch;
  matrices.forEach((matrix, index) => {
    const n = orders[index];
    batch.matrices.write(padRows(matrix, n, rows / 4), index * rows * rows);
    for (let i = 0; i < n; i++) {
      const row = (index * rows + i) * 4 * rowStride;
      if (bases) batch.basis.write(bases[index].subarray(i * n, (i + 1) * n), row);
      if (!tails) continue;
      const width = 4 * tails.stride;
      batch.basis.write(tails.values[index].subarray(i * width, (i + 1) * width), row + rows);
    }
  });
  const dispatches = unrollSweeps(
    await bindJacobi(gpu, batch, stack, { shares, mostAlone: blocks ? 0 : Infinity }),
  );
  const commands = new Commands(gpu);
  commands.run(...dispatches);
  commands.submit();
  const [diagonalized, basis, progress] = await Promise.all(
    [batch.matrices.read(), batch.basis.read(), batch.progress.readUint32()],
  );
  const words = progress.length / batch.count;
  const solved = orders.map((n, index): Solved => {
    const state = progress.subarray(index * words, (index + 1) * words);
    const floats = new Float32Array(state.slice().buffer);
    const part = (length: number, from: number) =>
      Float32Array.from(
        { length: n * length },
        (_, e) => basis[(index * rows + Math.floor(e / length)) * 4 * rowStride + from + e % length],
      );
    return {
      values: Float32Array.from({ length: n }, (_, i) => diagonalized[(index * rows + i) * rows + i]),
      vectors: part(n, 0),
      tails: part(4 * batch.tailStride, rows),
      rounds: state[0],
      done: state[1] === 1,
      off: floats[2],
      heads: [...floats.subarray(4, 8)],
      tailTraces: [...floats.subarray(8, 12)],
    };
  });
  return { solved, dispatches: dispatches.length };
}

/** Rounds of a sweep of a matrix of order n. */
export function sweep(n: number, blocks = false): number {
  return blocks ? ROUNDS_OF_BLOCKS * (2 * Math.ceil(n / 16) - 1) : 4 * Math.ceil(n / 4) - 1;
}

/** That the solver says that it is done, and why. */
export function assertDone({ done, off, rounds }: Solved, n: number, blocks = false): void {
  assert.equal(done, true);
  assert.ok(off <= JACOBI_TOLERANCE * n, `off ${off}`);
  assert.equal(rounds % sweep(n, blocks), 0);
}

/**
 * That matrices of order n with NaN or an infinity, on the diagonal or anywhere, are done at some
 * time and say that they are not solved; and that they reach no other.
 */
export async function assertSpoilt(gpu: Gpu, n: number, options: SolveOptions = {}): Promise<void> {
  const draw = uniform(n), place = () => Math.floor(n * draw());
  // In a matrix that is diagonal otherwise nothing spreads an infinity.
  const good = [indefinite(n, n), diagonal(Array.from({ length: n }, (_, i) => 1 + i))];
  const spoilt = good.flatMap((matrix) =>
    [NaN, Infinity, -Infinity].flatMap((value) =>
      [true, false].map((isDiagonal) => {
        const i = place(), j = isDiagonal ? i : place(), copy = matrix.slice();
        copy[i * n + j] = copy[j * n + i] = value;
        return copy;
      })
    )
  );
  const { solved: alone } = await solve(gpu, good, options);
  const { solved } = await solve(gpu, [...good, ...spoilt], options);
  assert.deepEqual(solved.slice(0, good.length), alone);
  for (const [index, { done, off }] of solved.slice(good.length).entries()) {
    assert.ok(done && Number.isNaN(off), `order ${n}, matrix ${index}: done ${done}, off ${off}`);
  }
}

/**
 * That eigenvalues are those of A to (n + 4) u ‖A‖₂, which is what `eigh` promises. (What could be
 * proved is some 60 u ‖A‖_F for each of about 8 n rounds: rotations whose rounding errors all
 * conspire.)
 */
export function assertValues(a: ArrayLike<number>, n: number, values: ArrayLike<number>): void {
  const exact = eigenvalues(a, n);
  const norm = Math.max(Math.abs(exact[0]), Math.abs(exact[n - 1]));
  const sorted = Array.from(values).sort((x, y) => y - x);
  sorted.forEach((value, i) => {
    const error = Math.abs(value - exact[i]);
    assert.ok(error <= (n + 4) * U * norm, `eigenvalue ${i} of ${n}: ${value}, not ${exact[i]}`);
  });
}

/**
 * That the rows of V are orthonormal and eigenvectors of A.
 *
 * Orthonormal: a rotation's sine and cosine come from one t, so that it is a rotation times 1 + 16
 * u at most, by the accuracy that WGSL demands of division and square root; applying it adds 2√2 u.
 * So each round moves each *column* of V by less than 20 u of its length, and VᵀV is the identity
 * to 2 γ_(20 rounds), entry by entry. (Measured on lavapipe: half a u a round.)
 *
 * Eigenvectors: ‖A v − λ v‖ is what rounding did to A, in the direction of v, √n eigenvalues'
 * errors at most; errors of different size and sign leave less than 4 (n + 4) u ‖A‖₂ (measured: n
 * u).
 */
export function assertVectors(
  a: ArrayLike<number>,
  n: number,
  values: ArrayLike<number>,
  vectors: ArrayLike<number>,
  rounds = 16 * sweep(n),
): void {
  const square = matmul(transpose(vectors, n, n), vectors, n, n, n);
  square.forEach((value, e) => {
    const unit = e % (n + 1) === 0 ? 1 : 0;
    assert.ok(Math.abs(value - unit) <= 2 * gamma(20 * rounds), `VᵀV[${e}] = ${value} of order ${n}`);
  });
  const images = matmul(vectors, a, n, n, n);
  const norm = Math.max(...Array.from(values, Math.abs));
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (images[i * n + j] - values[i] * vectors[i * n + j]) ** 2;
    const residual = Math.sqrt(sum);
    assert.ok(
      residual <= 4 * (n + 4) * U * norm,
      `‖A v − λ v‖ = ${residual} of ${norm}, vector ${i} of ${n}`,
    );
  }
}
