import { assert } from "../../deps.ts";
import { eigenvalues, gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { identity, matmul, symmetric, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { gamma, U } from "../../reference/rounding.ts";
import { diagonal, gramMatrix, indefinite } from "../matrices.ts";
import { assertDone, assertSpoilt, assertValues, assertVectors, solve, sweep } from "../solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("jacobi: a batch of every order from 1 to 80, judged by its own progress too", async () => {
  // Orders that do and do not fit into the smaller workgroup.
  for (const [from, to] of [[1, 64], [65, 80]]) {
    const orders = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    const matrices = orders.map((n) => n % 2 === 0 ? indefinite(n, n) : gramMatrix(n, 3 * n, n));
    const { solved } = await solve(gpu, matrices);
    solved.forEach((result, index) => {
      const n = orders[index];
      assertDone(result, n);
      assertValues(matrices[index], n, result.values);
      assertVectors(matrices[index], n, result.values, result.vectors, result.rounds);
    });
  }
});

Deno.test("jacobi: order 128, whose dispatches continue each other", async () => {
  const n = 128, matrix = indefinite(n, n);
  const { solved: [result], dispatches } = await solve(gpu, [matrix]);
  assert.ok(dispatches > 1);
  assertDone(result, n);
  assertValues(matrix, n, result.values);
  assertVectors(matrix, n, result.values, result.vectors, result.rounds);
});

Deno.test("jacobi: small eigenvalues of a graded matrix are right relative to themselves", async () => {
  const matrices: Float32Array[] = [], conditions: number[] = [];
  for (const n of [7, 20, 40]) {
    // Diagonal entries from 1 to 10⁻¹², not in order; scaled to ones on the diagonal it is far from
    // singular.
    const scaled = Float64Array.from(identity(n), (_, e) => 3 ** -Math.abs(Math.floor(e / n) - e % n));
    const d = Array.from({ length: n }, (_, i) => 10 ** (-6 * ((3 * i) % n) / (n - 1)));
    matrices.push(Float32Array.from(scaled, (x, e) => d[Math.floor(e / n)] * x * d[e % n]));
    conditions.push(1 / eigenvalues(scaled, n)[n - 1]);
  }
  const { solved } = await solve(gpu, matrices);
  solved.forEach(({ values, rounds, off }, index) => {
    const n = values.length;
    const exact = gradedEigenvalues(matrices[index], n);
    assert.ok(exact[n - 1] < 1e-11 * exact[0]);
    // A perturbation of η √(a_ii a_jj) entrywise and norm η of the scaled matrix moves eigenvalues
    // by η / λ_min of it, relative to themselves (Demmel and Veselić 1992). A round's rotations are
    // 20 u off on each side and update the diagonal with as much; what is left off the diagonal
    // adds itself.
    const bound = conditions[index] * (gamma(60 * rounds) + Math.SQRT2 * off);
    assert.ok(bound < 0.01);
    [...values].sort((x, y) => y - x).forEach((value, i) => {
      const error = Math.abs(value / exact[i] - 1);
      assert.ok(error <= bound, `eigenvalue ${i} of ${n}: ${value}, not ${exact[i]}`);
    });
  });
});

Deno.test("jacobi: what is diagonal already is left as it is", async () => {
  const spectra = [[3, -1, 0, 1e-30, 7], [0, 0, 0], [5], [1, 1, 1, 1]];
  const { solved } = await solve(gpu, spectra.map(diagonal));
  solved.forEach(({ values, vectors, rounds, done, off }, index) => {
    assert.deepEqual([...values], spectra[index].map(Math.fround));
    assert.deepEqual([...vectors], [...identity(values.length)]);
    assert.deepEqual({ rounds, done, off }, { rounds: 0, done: true, off: 0 });
  });
});

Deno.test("jacobi: NaN and infinity end the solve of their matrix, and reach no other", async () => {
  const good = [indefinite(9, 1), gramMatrix(12, 30, 2)];
  const alone = (await solve(gpu, good)).solved;
  const spoil = (matrix: Float32Array, bad: (i: number, j: number) => boolean, value: number) =>
    matrix.map((x, e) => bad(Math.floor(e / 9), e % 9) ? value : x);
  // As a neuron that diverged leaves its row and column; everywhere; off the diagonal only.
  const neuron = (i: number, j: number) => i === 4 || j === 4;
  const spoilt = [NaN, Infinity].flatMap((value) => [
    spoil(good[0], neuron, value),
    spoil(good[0], () => true, value),
    spoil(good[0], (i, j) => i + j === 1, value),
  ]);
  const { solved } = await solve(gpu, [good[0], ...spoilt, good[1]]);
  assert.deepEqual(solved[0], alone[0]);
  assert.deepEqual(solved.at(-1), alone[1]);
  for (const { values, off, done } of solved.slice(1, -1)) {
    assert.equal(done, true);
    assert.ok(Number.isNaN(off), "it does not count as converged");
    assert.equal(values.length, 9);
  }
  assert.ok([1, 2, 4, 5].every((index) => !solved[index].values.every(Number.isFinite)));
});

Deno.test("jacobi: a value that is not finite, anywhere, never counts as solved", async () => {
  for (const n of [1, 2, 3, 5, 37, 64, 150]) await assertSpoilt(gpu, n);
});

Deno.test("jacobi: a matrix is solved the same to the bit alone and beside others", async () => {
  const matrices = [37, 40, 38, 5, 39].map((n) => indefinite(n, n));
  const together = (await solve(gpu, matrices)).solved;
  // Beside a matrix of order 40, so that all have the same padding.
  for (const index of [0, 2, 3]) {
    const { solved } = await solve(gpu, [matrices[1], matrices[index]]);
    assert.deepEqual(solved[1], together[index]);
  }
});

Deno.test("jacobi: continues from a basis, in fewer rounds", async () => {
  const N = 40;
  const before = gramMatrix(N, 100, 1);
  const noise = indefinite(N, 2);
  const after = before.map((x, e) => x + 1e-3 * noise[e]);
  const [{ vectors: q }] = (await solve(gpu, [before])).solved;
  const rotated = symmetric(matmul(matmul(q, after, N, N, N), transpose(q, N, N), N, N, N), N);
  const [cold] = (await solve(gpu, [after])).solved;
  const [warm] = (await solve(gpu, [rotated], { bases: [q] })).solved;
  assertDone(warm, N);
  assert.ok(warm.rounds > 0 && warm.rounds <= cold.rounds / 2, `${warm.rounds} against ${cold.rounds}`);
  assertVectors(after, N, warm.values, warm.vectors, warm.rounds + cold.rounds);
  // Q is orthonormal to 2 γ_(20 rounds) at most and scales eigenvalues by as much (Ostrowski).
  const exact = eigenvalues(after, N);
  [...warm.values].sort((x, y) => y - x).forEach((value, i) => {
    assert.ok(Math.abs(value - exact[i]) <= ((N + 4) * U + 2 * gamma(20 * cold.rounds)) * exact[0]);
  });
});

Deno.test("jacobi: what follows the vectors is rotated with them", async () => {
  const orders = [10, 7], width = 8;
  const tails = orders.map((n) => normals(n * width, n));
  const matrices = orders.map((n) => indefinite(n, n));
  const { solved } = await solve(gpu, matrices, { tails: { stride: 2, values: tails } });
  solved.forEach((result, index) => {
    const n = orders[index];
    assertVectors(matrices[index], n, result.values, result.vectors, result.rounds);
    // V and V T both carry 20 u a round, column by column.
    const expected = matmul(result.vectors, tails[index], n, width, n);
    for (let j = 0; j < width; j++) {
      const column = (a: ArrayLike<number>) => Array.from({ length: n }, (_, i) => a[i * width + j]);
      const length = Math.hypot(...column(tails[index]));
      const got = column(result.tails);
      const error = Math.hypot(...column(expected).map((x, i) => x - got[i]));
      assert.ok(error <= (1 + Math.sqrt(n)) * gamma(20 * result.rounds) * length);
    }
  });
});

Deno.test("jacobi: shares of the spectrum: heads are reported, the tail is left alone", async () => {
  const N = 12;
  const d = Array.from({ length: N }, (_, i) => 2 ** -i);
  const matrix = gramMatrix(N, 60, 3).map((x, e) => d[Math.floor(e / N)] * x * d[e % N]);
  const heads = [0.5, 0.01, 1e-4, 0] as const;
  const [{ heads: got, tailTraces }] = (await solve(gpu, [matrix], { shares: { heads } })).solved;
  const at = (i: number) => matrix[i * (N + 1)];
  const largest = Math.max(...d.map((_, i) => at(i)));
  heads.forEach((share, index) => {
    let sum = 0, trace = 0;
    for (let i = 0; i < N; i++) {
      if (at(i) < share * largest) trace += at(i);
      for (let j = i + 1; j < N; j++) {
        if (Math.min(at(i), at(j)) >= share * largest) sum += matrix[i * N + j] ** 2 / (at(i) * at(j));
      }
    }
    // At most N² additions, of terms with 16 roundings in square roots and divisions, twice.
    assert.ok(Math.abs(got[index] - Math.sqrt(sum)) <= gamma(N * N + 64) * Math.sqrt(sum));
    assert.ok(Math.abs(tailTraces[index] - trace) <= gamma(N) * trace);
  });

  const noisy = diagonal([1, 0.5, 1e-16, 1e-16, 0.25]);
  noisy[2 * 5 + 3] = noisy[3 * 5 + 2] = 0.9e-16;
  noisy[0 * 5 + 2] = noisy[2 * 5 + 0] = 1e-10;
  const [left] = (await solve(gpu, [noisy], { shares: { tail: 1e-14 } })).solved;
  assert.deepEqual([left.rounds, left.done, left.off], [0, true, 0]);
  const [turned] = (await solve(gpu, [noisy])).solved;
  assert.ok(turned.rounds >= sweep(5));
  assert.ok([...turned.values].some((value) => Math.abs(value) > 1.8e-16 && Math.abs(value) < 1e-15));
});
