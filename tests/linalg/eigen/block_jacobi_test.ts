import { assert, fc } from "../../deps.ts";
import { ShapeError } from "../../../src/errors.ts";
import { squareMatrix } from "../../../src/linalg/matrix.ts";
import { EigenBatch } from "../../../src/linalg/eigen/eigen_batch.ts";
import { eigh } from "../../../src/linalg/eigen/eigh.ts";
import { bindJacobiSweeps } from "../../../src/linalg/eigen/jacobi.ts";
import { eigenvalues, gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { identity, matmul, symmetric, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { gamma, U } from "../../reference/rounding.ts";
import { diagonal, gramMatrix, indefinite, specialMatrices } from "../matrices.ts";
import {
  assertDone,
  assertSpoilt,
  assertValues,
  assertVectors,
  solve as solveAny,
  type SolveOptions,
  sweep,
} from "../solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Solves by blocks, however small the matrices. */
const solve = async (matrices: readonly Float32Array[], options: SolveOptions = {}) =>
  (await solveAny(gpu, matrices, { ...options, blocks: true })).solved;

/**
 * Rounds of single rotations that could do to a basis what `rounds` do, each the worst that it may:
 * of 8 counted rounds 15 go into the turn of two blocks, 20 u each, and its sums of 16 products are
 * 4 γ₁₆ off (‖t‖₁ ≤ 4 for a unit vector t of 16).
 */
const worst = (rounds: number) => rounds / 8 * (15 + 4 * 16 / 20);

Deno.test("block_jacobi: a batch of orders that do and do not fill their blocks", async () => {
  for (const orders of [[1, 2, 7, 8, 9, 16], [17, 37, 20, 31, 32, 33], [100, 3, 48]]) {
    const matrices = orders.map((n) => n % 2 === 0 ? indefinite(n, n) : gramMatrix(n, 3 * n, n));
    (await solve(matrices)).forEach((result, index) => {
      const n = orders[index];
      assertDone(result, n, true);
      assertValues(matrices[index], n, result.values);
      assertVectors(matrices[index], n, result.values, result.vectors, worst(result.rounds));
    });
  }
});

Deno.test("block_jacobi: matrices with something special about them", async () => {
  for (const n of [1, 8, 21, 50]) {
    const cases = specialMatrices(n, 100 * n);
    (await solve(cases.map(([, matrix]) => matrix))).forEach((result, index) => {
      const [name, matrix] = cases[index];
      try {
        assertDone(result, n, true);
        assertValues(matrix, n, result.values);
        assertVectors(matrix, n, result.values, result.vectors, worst(result.rounds));
      } catch (error) {
        throw new Error(`${name}, order ${n}: ${(error as Error).message}`);
      }
    });
  }
});

Deno.test("block_jacobi: random batches of random orders", async () => {
  const order = fc.integer({ min: 1, max: 70 });
  const batch = fc.array(fc.tuple(order, fc.nat(1e6)), { minLength: 1, maxLength: 5 });
  for (const shapes of fc.sample(batch, { seed: 9, numRuns: 6 })) {
    const matrices = shapes.map(([n, seed]) => indefinite(n, seed));
    (await solve(matrices)).forEach((result, index) => {
      const n = result.values.length;
      assertDone(result, n, true);
      assertValues(matrices[index], n, result.values);
      assertVectors(matrices[index], n, result.values, result.vectors, worst(result.rounds));
    });
  }
});

Deno.test("block_jacobi: a value that is not finite, anywhere, never counts as solved", async () => {
  for (const n of [1, 2, 3, 5, 37, 64]) await assertSpoilt(gpu, n, { blocks: true });
});

Deno.test("block_jacobi: small eigenvalues of a graded matrix are right relative to themselves", async () => {
  const orders = [7, 20, 41, 100], matrices: Float32Array[] = [], conditions: number[] = [];
  for (const n of orders) {
    // Diagonal entries from 1 to 10⁻¹², not in order; scaled to ones on the diagonal it is far from
    // singular.
    const scaled = Float64Array.from(identity(n), (_, e) => 3 ** -Math.abs(Math.floor(e / n) - e % n));
    const d = Array.from({ length: n }, (_, i) => 10 ** (-6 * ((3 * i) % n) / (n - 1)));
    matrices.push(Float32Array.from(scaled, (x, e) => d[Math.floor(e / n)] * x * d[e % n]));
    conditions.push(1 / eigenvalues(scaled, n)[n - 1]);
  }
  (await solve(matrices)).forEach(({ values, rounds, off }, index) => {
    const n = orders[index], exact = gradedEigenvalues(matrices[index], n);
    assert.ok(exact[n - 1] < 1e-11 * exact[0]);
    // As certificate.ts has it: a round leaves 8 u √n of the scaled matrix, and what is left off
    // the diagonal adds itself; both move eigenvalues by 1 / λ_min of it as much, relative to
    // themselves (Demmel and Veselić 1992). The entries were rounded, too. Measured: 2 % of that.
    const bound = conditions[index] * (8 * U * Math.sqrt(n) * rounds + Math.SQRT2 * off + 2 * U);
    assert.ok(bound < 0.01);
    [...values].sort((x, y) => y - x).forEach((value, i) => {
      const error = Math.abs(value / exact[i] - 1);
      assert.ok(error <= bound, `eigenvalue ${i} of ${n}: ${value}, not ${exact[i]}`);
    });
  });
});

Deno.test("block_jacobi: what is diagonal already is left as it is", async () => {
  const spectra = [[3, -1, 0, 1e-30, 7], new Array(20).fill(0), [5], [1, 1, 1, 1]];
  (await solve(spectra.map(diagonal))).forEach(({ values, vectors, rounds, done, off }, index) => {
    assert.deepEqual([...values], spectra[index].map(Math.fround));
    assert.deepEqual([...vectors], [...identity(values.length)]);
    assert.deepEqual({ rounds, done, off }, { rounds: 0, done: true, off: 0 });
  });
});

Deno.test("block_jacobi: NaN and infinity end the solve of their matrix, and reach no other", async () => {
  // Orders that end in the middle of a block, beside one that is spoilt in its first row.
  const n = 20, good = [indefinite(12, 1), indefinite(n, 2)];
  const alone = await solve(good);
  const spoil = (bad: (i: number, j: number) => boolean, value: number) =>
    indefinite(n, 3).map((x, e) => bad(Math.floor(e / n), e % n) ? value : x);
  const spoilt = [NaN, Infinity].flatMap((value) => [
    spoil((i, j) => i === 0 || j === 0, value),
    spoil(() => true, value),
    spoil((i, j) => i + j === 25, value),
    spoil((i, j) => i + j === 1, value),
  ]);
  const solved = await solve([good[0], ...spoilt, good[1]]);
  assert.deepEqual([solved[0], solved.at(-1)], alone);
  for (const { off, done } of solved.slice(1, -1)) {
    assert.ok(done && Number.isNaN(off), "it ends, and does not count as converged");
  }
});

Deno.test("block_jacobi: a matrix is solved the same to the bit alone and beside others", async () => {
  const matrices = [37, 40, 38, 5, 39].map((n) => indefinite(n, n));
  const together = await solve(matrices);
  for (const index of [0, 2, 3]) {
    assert.deepEqual((await solve([matrices[1], matrices[index]]))[1], together[index]);
  }
});

Deno.test("block_jacobi: continues from a basis, in fewer sweeps; what follows the vectors is rotated with them", async () => {
  const n = 70, width = 4;
  const before = gramMatrix(n, 200, 1), noise = indefinite(n, 2), tail = normals(n * width, 3);
  const after = before.map((x, e) => x + 1e-3 * noise[e]);
  const [{ vectors: q }] = await solve([before]);
  const rotated = symmetric(matmul(matmul(q, after, n, n, n), transpose(q, n, n), n, n, n), n);
  const [cold] = await solve([after]);
  const tails = { stride: 1, values: [Float32Array.from(matmul(q, tail, n, width, n))] };
  const [warm] = await solve([rotated], { bases: [q], tails });
  assertDone(warm, n, true);
  assert.ok(
    warm.rounds > 0 && warm.rounds <= cold.rounds - 2 * sweep(n, true),
    `${warm.rounds} against ${cold.rounds}`,
  );
  const rounds = worst(warm.rounds + cold.rounds);
  assertVectors(after, n, warm.values, warm.vectors, rounds);
  // V and V T both carry 20 u a round, column by column.
  const expected = matmul(warm.vectors, tail, n, width, n);
  for (let j = 0; j < width; j++) {
    const column = (a: ArrayLike<number>) => Array.from({ length: n }, (_, i) => a[i * width + j]);
    const error = Math.hypot(...column(expected).map((x, i) => x - warm.tails[i * width + j]));
    assert.ok(error <= (1 + Math.sqrt(n)) * gamma(20 * rounds) * Math.hypot(...column(tail)));
  }
});

Deno.test("block_jacobi: shares of the spectrum: heads are reported, the tail is left alone", async () => {
  const n = 21;
  const d = Array.from({ length: n }, (_, i) => 2 ** (-i / 2));
  const matrix = gramMatrix(n, 60, 3).map((x, e) => d[Math.floor(e / n)] * x * d[e % n]);
  const heads = [0.5, 0.01, 1e-4, 0] as const;
  const [{ heads: got, tailTraces }] = await solve([matrix], { shares: { heads } });
  const at = (i: number) => matrix[i * (n + 1)];
  const largest = Math.max(...d.map((_, i) => at(i)));
  heads.forEach((share, index) => {
    let sum = 0, trace = 0;
    for (let i = 0; i < n; i++) {
      if (at(i) < share * largest) trace += at(i);
      for (let j = i + 1; j < n; j++) {
        if (Math.min(at(i), at(j)) >= share * largest) sum += matrix[i * n + j] ** 2 / (at(i) * at(j));
      }
    }
    // At most n² additions, of terms with 16 roundings in square roots and divisions, twice.
    assert.ok(Math.abs(got[index] - Math.sqrt(sum)) <= gamma(n * n + 64) * Math.sqrt(sum));
    assert.ok(Math.abs(tailTraces[index] - trace) <= gamma(n) * trace);
  });

  // Noise within a block and between two.
  const values = Array.from({ length: n }, (_, i) => i < 2 || i === n - 1 ? 2 ** -i : 1e-16);
  values[n - 1] = 0.25;
  const noisy = diagonal(values);
  for (const [i, j, x] of [[2, 3, 0.9e-16], [2, 15, 0.9e-16], [0, 2, 1e-10], [15, 20, 1e-10]]) {
    noisy[i * n + j] = noisy[j * n + i] = x;
  }
  const [left] = await solve([noisy], { shares: { tail: 1e-14 } });
  assert.deepEqual([left.rounds, left.done, left.off], [0, true, 0]);
  const [turned] = await solve([noisy]);
  assert.ok(turned.rounds >= sweep(n, true));
  assert.ok([...turned.values].some((value) => Math.abs(value) > 1.8e-16 && Math.abs(value) < 1e-15));
  // With something to rotate, rows of noise stay as they are, to the bit.
  noisy[1] = noisy[n] = 0.1;
  const [headOnly] = await solve([noisy], { shares: { tail: 1e-14 } });
  assert.ok(headOnly.rounds > 0);
  for (let i = 2; i < n - 1; i++) {
    assert.equal(headOnly.values[i], Math.fround(1e-16));
    assert.equal(headOnly.vectors[i * (n + 1)], 1);
  }
});

/** H diag(λ) H for the reflection H = I − 2 v vᵀ / vᵀv: a matrix of known spectrum in O(n²). */
function reflected(spectrum: Float64Array, seed: number): Float32Array {
  const n = spectrum.length, v = normals(n, seed);
  const square = v.reduce((sum, x) => sum + x * x, 0), w = v.map((x) => 2 * x / square);
  const middle = w.reduce((sum, x, i) => sum + x * spectrum[i] * v[i], 0);
  return Float32Array.from({ length: n * n }, (_, e) => {
    const i = Math.floor(e / n), j = e % n;
    const low = Math.min(i, j), high = Math.max(i, j);
    return (low === high ? spectrum[low] : 0) - w[low] * v[high] * spectrum[high] -
      spectrum[low] * v[low] * w[high] + v[low] * middle * w[high];
  });
}

Deno.test("eigh: order 301, by blocks, against a known spectrum", async () => {
  const n = 301, spectrum = normals(n, 7).map((x) => x ** 3);
  const matrix = reflected(Float64Array.from(spectrum), 5);
  const [{ values, vectors: { data: vectors } }] = await eigh(gpu, [squareMatrix(matrix)]);
  const exact = [...spectrum].sort((x, y) => y - x), norm = Math.max(...exact.map(Math.abs));
  // Rounding the entries moves eigenvalues by u ‖A‖_F; the solver as assertValues says.
  const error = Math.max(...exact.map((value, i) => Math.abs(value - values[i])));
  assert.ok(error <= (n + 4) * U * norm, `${error / norm / U} u`);
  assertVectors(matrix, n, values, vectors, worst(16 * sweep(n, true)));
});

Deno.test("jacobi: blocks where one workgroup would take too long; 2,049 is too many", async () => {
  using stack = new DisposableStack();
  const commands = async (order: number) =>
    await bindJacobiSweeps(gpu, stack.use(new EigenBatch(gpu, [order])), stack);
  assert.ok((await commands(128)).every(({ name }) => name === "jacobi"));
  // 16 sweeps of 17 rounds.
  assert.equal(
    (await commands(129)).filter(({ name }) => name === "block_jacobi").length,
    2 + 16 * (2 * 17 + 2),
  );
  const { orders, progress } = stack.use(new EigenBatch(gpu, [1]));
  const large = { count: 1, order: 2049, rows: 2052, rowStride: 513, orders, progress };
  const array = stack.use(new EigenBatch(gpu, [1])).matrices;
  await assert.rejects(bindJacobiSweeps(gpu, { ...large, matrices: array, basis: array }, stack), ShapeError);
});
