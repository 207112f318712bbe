import { ShapeError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import {
  type DoubleSingleForm,
  joinDoubles,
  splitDoubles,
} from "../../../src/linalg/double_single/double_single.ts";
import {
  decodeProgress,
  type JacobiShares,
  PROGRESS_WORDS,
  type SolverProgress,
  unrollSweeps,
} from "../../../src/linalg/eigen/jacobi_solver.ts";
import { bindJacobiDoubleSingle } from "../../../src/linalg/eigen/jacobi_double_single.ts";
import { assert } from "../../deps.ts";
import { run } from "../../support/arrays.ts";
import { eigenvalues, gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { identity, matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { reflectedSpectrum } from "../matrices.ts";
import { sweep } from "../solve.ts";
import { isOnDawn } from "../../support/dawn_files.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Scaled off-diagonal over the order at which a matrix counts as diagonal. */
const TOLERANCE = 2 ** -44;

/** What the solver made of one matrix of order n. */
interface Solved extends SolverProgress {
  /** Diagonal, in no particular order. */
  readonly values: Float64Array;
  /** Basis, one vector a row, `n × n`. */
  readonly vectors: Float64Array;
  readonly done: boolean;
}

interface Choices {
  readonly form?: DoubleSingleForm;
  readonly shares?: JacobiShares;
  /** Bases to start with; the identity where there are none. */
  readonly bases?: readonly Float64Array[];
  /** Whether many workgroups share a matrix. Default: no. */
  readonly blocks?: boolean;
}

/** Solves symmetric matrices, rounded to double-single, as one batch. */
async function solveAny(matrices: readonly Float64Array[], choices: Choices = {}) {
  const { form = "float", shares = {}, bases, blocks = false } = choices;
  using stack = new DisposableStack();
  const orders = matrices.map((matrix) => Math.sqrt(matrix.length));
  const order = Math.max(...orders), rows = 4 * Math.ceil(order / 4), count = matrices.length;
  const lay = (label: string, each: readonly Float64Array[]) => {
    const words = new Float32Array(2 * count * rows * rows);
    each.forEach((matrix, index) => {
      for (let i = 0; i < orders[index]; i++) {
        const row = matrix.subarray(i * orders[index], (i + 1) * orders[index]);
        words.set(splitDoubles(row), 2 * (index * rows + i) * rows);
      }
    });
    return stack.use(new GpuArray(gpu, label, words));
  };
  const array = lay("matrices", matrices), basis = lay("bases", bases ?? orders.map((n) => identity(n)));
  const progress = stack.use(new GpuArray(gpu, "progress", PROGRESS_WORDS * count));
  const batch = { count, rows, order, progress, matrices: array, basis, rowStride: rows };
  const orderArray = stack.use(new GpuArray(gpu, "orders", Uint32Array.from(orders)));
  const dispatches = unrollSweeps(
    await bindJacobiDoubleSingle(
      gpu,
      { ...batch, orders: orderArray },
      stack,
      { form, shares, mostAlone: blocks ? 0 : Infinity },
    ),
  );
  run(gpu, dispatches);
  const [diagonalized, vectors] = [joinDoubles(await array.read()), joinDoubles(await basis.read())];
  const places = await progress.readUint32(), floats = new Float32Array(places.buffer);
  const solved = orders.map((n, index): Solved => ({
    values: Float64Array.from({ length: n }, (_, i) => diagonalized[(index * rows + i) * rows + i]),
    vectors: Float64Array.from(
      { length: n * n },
      (_, e) => vectors[(index * rows + Math.floor(e / n)) * rows + e % n],
    ),
    ...decodeProgress(floats, index),
    done: places[PROGRESS_WORDS * index + 1] === 1,
  }));
  return { solved, dispatches: dispatches.length };
}

/** A symmetric matrix with entries of more than 24 bits. */
function indefinite(n: number, seed: number): Float64Array {
  const [x, y] = [normals(n * n, seed), normals(n * n, seed + 1)];
  const a = Float64Array.from(x, (high, e) => high + 1e-8 * y[e]);
  return a.map((value, e) => (value + a[(e % n) * n + Math.floor(e / n)]) / 2);
}

const diagonal = (values: readonly number[]) => {
  const n = values.length;
  return identity(n).map((unit, e) => unit === 1 ? values[e % n] : 0);
};

/**
 * That the solver says it is done; that eigenvalues are right to 4 n u² ‖A‖₂ (measured: n u²), u² =
 * 2⁻⁴⁸, and 10⁻¹⁴ ‖A‖₂ more for the reference; that the basis is orthonormal and of eigenvectors to
 * 4 u² a round.
 */
function assertSolved(a: Float64Array, solved: Solved, what = "", blocks = false): void {
  const { values, vectors, done, off, rounds } = solved, n = values.length;
  assert.ok(done && off <= TOLERANCE * n, `${what} off ${off}`);
  assert.equal(rounds % sweep(n, blocks), 0);
  const exact = eigenvalues(a, n), norm = Math.max(...exact.map(Math.abs));
  [...values].sort((x, y) => y - x).forEach((value, i) => {
    const error = Math.abs(value - exact[i]);
    assert.ok(
      error <= (4 * n * 2 ** -48 + 1e-14) * norm,
      `${what} eigenvalue ${i} of ${n}: ${value}, not ${exact[i]}`,
    );
  });
  const bound = 4 * (rounds + 1) * 2 ** -48;
  matmul(transpose(vectors, n, n), vectors, n, n, n).forEach((value, e) => {
    const error = Math.abs(value - (e % (n + 1) === 0 ? 1 : 0));
    assert.ok(error <= bound, `${what} VᵀV[${e}] of order ${n} is off by ${error}`);
  });
  // Off-diagonal entries up to the tolerance are left in place, and turn vectors by as much.
  const images = matmul(vectors, a, n, n, n);
  images.forEach((value, e) => {
    const error = Math.abs(value - values[Math.floor(e / n)] * vectors[e]);
    assert.ok(error <= (bound + 2 * off + 1e-14) * norm, `${what} (A v − λ v)[${e}] of order ${n}: ${error}`);
  });
}

Deno.test("jacobiDoubleSingle: a batch of different orders, to 48 bits", async () => {
  // Orders that do and do not fit into the smaller workgroup.
  for (const orders of [[1, 2, 3, 4, 5, 37, 64, 63, 16], [80, 2, 65]]) {
    const matrices = orders.map((n) => indefinite(n, n));
    const { solved } = await solveAny(matrices);
    solved.forEach((result, index) => assertSolved(matrices[index], result));
  }
});

Deno.test("jacobiDoubleSingle: order 130, whose dispatches continue each other", async () => {
  const matrix = indefinite(130, 130);
  const { solved: [result], dispatches } = await solveAny([matrix]);
  assert.ok(dispatches > 1);
  assertSolved(matrix, result);
});

Deno.test("jacobiDoubleSingle: by blocks: orders that do and do not fill them, to 48 bits", async () => {
  for (const orders of [[1, 2, 8, 9, 37, 16], [100, 33, 20]]) {
    const matrices = orders.map((n) => indefinite(n, n));
    const { solved } = await solveAny(matrices, { blocks: true });
    solved.forEach((result, index) => assertSolved(matrices[index], result, "blocks", true));
  }
});

// By blocks it takes half a minute to compile. SwiftShader's compiler crashes on the integer form.
Deno.test("jacobiDoubleSingle: both forms give the same bits", { ignore: isOnDawn }, async () => {
  const matrices = [7, 12].map((n) => indefinite(n, n));
  const integer = await solveAny(matrices, { form: "integer" }), float = await solveAny(matrices);
  assert.deepEqual(integer.solved, float.solved);
});

for (const blocks of [false, true]) {
  const how = blocks ? ", by blocks" : "";
  const solve = (matrices: readonly Float64Array[], choices: Choices = {}) =>
    solveAny(matrices, { ...choices, blocks });

  Deno.test(`jacobiDoubleSingle${how}: small eigenvalues of a graded matrix are right relative to themselves`, async () => {
    const matrices: Float64Array[] = [], conditions: number[] = [];
    for (const n of [7, 20, 40]) {
      // Diagonal entries from 1 to 10⁻¹⁶, not in order; scaled to ones on the diagonal it is far
      // from singular.
      const scaled = Float64Array.from(identity(n), (_, e) => 3 ** -Math.abs(Math.floor(e / n) - e % n));
      const d = Array.from({ length: n }, (_, i) => 10 ** (-8 * ((3 * i) % n) / (n - 1)));
      matrices.push(scaled.map((x, e) => x * (d[Math.floor(e / n)] * d[e % n])));
      conditions.push(1 / eigenvalues(scaled, n)[n - 1]);
    }
    const { solved } = await solve(matrices);
    solved.forEach(({ values, rounds, off }, index) => {
      const n = values.length, exact = gradedEigenvalues(matrices[index], n);
      assert.ok(exact[n - 1] < 1e-15 * exact[0]);
      // A perturbation of η √(a_ii a_jj) entrywise moves eigenvalues by η n / λ_min of the scaled
      // matrix, relative to themselves (Demmel and Veselić 1992): rounds of 128 u² √n, and what is
      // left off the diagonal.
      const bound = conditions[index] *
        (128 * Math.sqrt(n) * rounds * 2 ** -48 + Math.SQRT2 * off + 1e-14 * n);
      assert.ok(bound < 1e-6);
      [...values].sort((x, y) => y - x).forEach((value, i) => {
        const error = Math.abs(value / exact[i] - 1);
        assert.ok(error <= bound && error <= 1e-11, `eigenvalue ${i} of ${n}: ${value}, not ${exact[i]}`);
      });
    });
  });

  Deno.test(`jacobiDoubleSingle${how}: what is diagonal already is left as it is`, async () => {
    const spectra = [[3 + 2 ** -40, -1, 0, 1e-30, 7], [0, 0, 0], [5 + 2 ** -30], [1, 1, 1, 1]];
    const { solved } = await solve(spectra.map(diagonal));
    solved.forEach(({ values, vectors, rounds, done, off }, index) => {
      assert.deepEqual(values, joinDoubles(splitDoubles(Float64Array.from(spectra[index]))));
      assert.deepEqual(vectors, identity(values.length));
      assert.deepEqual({ rounds, done, off }, { rounds: 0, done: true, off: 0 });
    });
  });

  Deno.test(`jacobiDoubleSingle${how}: repeated, clustered, deficient, tiny and huge spectra`, async () => {
    const n = 20, steps = Array.from({ length: n }, (_, i) => i);
    const random = indefinite(n, 5);
    const cases: [string, Float64Array][] = [
      ["repeated", reflectedSpectrum(steps.map((i) => 1 + i % 3), 1)],
      ["clustered", reflectedSpectrum(steps.map((i) => 1 + 1e-12 * i), 2)],
      ["two clusters", reflectedSpectrum(steps.map((i) => i < 9 ? 1 : 1e-7 * (1 + 1e-9 * i)), 3)],
      ["rank one", reflectedSpectrum(steps.map((i) => i === 4 ? 1 : 0), 4)],
      ["ones", new Float64Array(n * n).fill(1)],
      ["hollow", random.map((x, e) => e % (n + 1) === 0 ? 0 : x)],
      ["decaying", reflectedSpectrum(steps.map((i) => 10 ** -i), 6)],
      ["tiny", random.map((x) => 1e-15 * x)],
      ["huge", random.map((x) => 1e15 * x)],
    ];
    const { solved } = await solve(cases.map(([, matrix]) => matrix));
    solved.forEach((result, index) => assertSolved(cases[index][1], result, cases[index][0], blocks));
  });

  Deno.test(`jacobiDoubleSingle${how}: NaN and infinity end the solve of their matrix, and reach no other`, async () => {
    const good = [indefinite(9, 1), indefinite(12, 2)];
    const alone = (await solve(good)).solved;
    const spoilt = [NaN, Infinity].flatMap((value) => [
      good[0].map((x, e) => e % 9 === 4 || Math.floor(e / 9) === 4 ? value : x),
      good[0].map((x, e) => e === 1 || e === 9 ? value : x),
    ]);
    const { solved } = await solve([good[0], ...spoilt, good[1]]);
    assert.deepEqual([solved[0], solved.at(-1)], alone);
    for (const { done, off } of solved.slice(1, -1)) {
      assert.ok(done && Number.isNaN(off), "it ends, and does not count as converged");
    }
  });

  Deno.test(`jacobiDoubleSingle${how}: continues from a basis, in fewer rounds`, async () => {
    const n = 40;
    const before = indefinite(n, 1), noise = indefinite(n, 2);
    const after = before.map((x, e) => x + 1e-7 * noise[e]);
    const [{ vectors: q }] = (await solve([before])).solved;
    const product = matmul(matmul(q, after, n, n, n), transpose(q, n, n), n, n, n);
    const rotated = product.map((x, e) => (x + product[(e % n) * n + Math.floor(e / n)]) / 2);
    const [cold] = (await solve([after])).solved;
    const [warm] = (await solve([rotated], { bases: [q] })).solved;
    assert.ok(
      warm.rounds > 0 && warm.rounds <= 3 * sweep(n, blocks),
      `${warm.rounds} against ${cold.rounds}`,
    );
    assertSolved(after, { ...warm, rounds: warm.rounds + cold.rounds }, "warm", blocks);
  });

  Deno.test(`jacobiDoubleSingle${how}: heads are reported, the tail is left alone`, async () => {
    const n = 12;
    const scaled = Float64Array.from(identity(n), (_, e) => 3 ** -Math.abs(Math.floor(e / n) - e % n));
    const matrix = scaled.map((x, e) => x * 2 ** -(Math.floor(e / n) + e % n));
    const heads = [0.5, 0.01, 1e-4, 0] as const;
    const [{ heads: got, tails }] = (await solve([matrix], { shares: { heads } })).solved;
    heads.forEach((share, index) => {
      let sum = 0, trace = 0;
      for (let j = 0; j < n; j++) if (4 ** -j < share) trace += 4 ** -j;
      assert.ok(Math.abs(tails[index] - trace) <= 1e-6 * trace, `tail ${index}: ${tails[index]}`);
      for (let i = 0; i < n; i++) {
        for (let j = i + 1; j < n; j++) if (4 ** -j >= share) sum += scaled[i * n + j] ** 2;
      }
      assert.ok(
        Math.abs(got[index] - Math.sqrt(sum)) <= 1e-5 * Math.sqrt(sum),
        `head ${index}: ${got[index]}`,
      );
    });

    const noisy = diagonal([1, 0.5, 1e-18, 1e-18, 0.25]);
    noisy[2 * 5 + 3] = noisy[3 * 5 + 2] = 0.9e-18;
    noisy[0 * 5 + 2] = noisy[2 * 5 + 0] = 1e-10;
    const [left] = (await solve([noisy], { shares: { tail: 1e-17 } })).solved;
    assert.deepEqual([left.rounds, left.done, left.off], [0, true, 0]);
    const [turned] = (await solve([noisy])).solved;
    assert.ok(turned.rounds >= sweep(5, blocks));
  });
}

Deno.test("jacobiDoubleSingle: an order above 2,048 is a ShapeError", async () => {
  using stack = new DisposableStack();
  const array = stack.use(new GpuArray(gpu, "room", 4));
  const batch = {
    count: 1,
    rows: 2052,
    order: 2049,
    orders: array,
    progress: array,
    matrices: array,
    basis: array,
  };
  await assert.rejects(
    bindJacobiDoubleSingle(gpu, { ...batch, rowStride: 2052 }, stack, { form: "float" }),
    ShapeError,
  );
});
