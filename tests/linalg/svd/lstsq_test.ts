import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { type LeastSquaresProblem, type LeastSquaresSolution, lstsq } from "../../../src/linalg/svd/lstsq.ts";
import { assert, fc, Matrix as MlMatrix, SingularValueDecomposition } from "../../deps.ts";
import { frobenius, matmul } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const PRECISIONS = ["single", "double"] as const;
type Precision = typeof PRECISIONS[number];

/** Unit roundoff; in double that of 48 bits, and for the reference. */
const ROUNDOFF = { single: 2 ** -24, double: 2 ** -48 + 1e-15 };
/** Spacing of numbers at 1, which the default of `rcond` is a multiple of. */
const SPACING = { single: 2 ** -23, double: 2 ** -47 };

function matrix(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
  const data = Float64Array.from(
    { length: rows * columns },
    (_, e) => entry(Math.floor(e / columns), e % columns),
  );
  return { rows, columns, data };
}

/** Random entries of more than 24 bits. */
function random(rows: number, columns: number, seed: number): Matrix {
  const low = normals(rows * columns, seed + 100), high = normals(rows * columns, seed);
  return matrix(rows, columns, (i, j) => high[i * columns + j] + 1e-8 * low[i * columns + j]);
}

/** A and as many random right-hand sides as asked for. */
function problem(a: Matrix, sides = 1): LeastSquaresProblem {
  return { a, b: random(a.rows, sides, a.columns + 7) };
}

/** Singular values in float64, and of each rank the solution that takes only so many of them: `[rank][k]`. */
function reference({ a, b }: LeastSquaresProblem): { values: number[]; solutions: Float64Array[][] } {
  const { diagonal, leftSingularVectors: u, rightSingularVectors: v } = new SingularValueDecomposition(
    MlMatrix.from1DArray(a.rows, a.columns, Array.from(a.data)),
    { autoTranspose: true },
  );
  const order = Array.from({ length: Math.min(a.rows, a.columns) }, (_, i) => i)
    .sort((i, j) => diagonal[j] - diagonal[i]);
  const sums = Array.from({ length: b.columns }, () => new Float64Array(a.columns));
  const solutions = [sums.map((sum) => sum.slice())];
  for (const i of order.filter((i) => diagonal[i] > 0)) {
    sums.forEach((sum, k) => {
      let part = 0;
      for (let row = 0; row < a.rows; row++) part += u.get(row, i) * b.data[row * b.columns + k];
      for (let j = 0; j < a.columns; j++) sum[j] += part / diagonal[i] * v.get(j, i);
    });
    solutions.push(sums.map((sum) => sum.slice()));
  }
  return { values: order.map((i) => diagonal[i]), solutions };
}

const column = (x: ArrayLike<number>, k: number, columns: number): Float64Array =>
  Float64Array.from({ length: x.length / columns }, (_, i) => x[i * columns + k]);

/** ‖A y − b‖. */
function residualOf(a: Matrix, y: Float64Array, b: Float64Array): number {
  return frobenius(matmul(a.data, y, a.rows, 1, a.columns).map((value, i) => value - b[i]));
}

/**
 * That values are those of float64 to 4 u √n σ₁, the rank is theirs to that, and the solution as good as any other up to what
 * the documentation says, with c = 4 √(rows + columns), twice what is measured: here as good as those of float64 that take
 * 0, 1, 2 … of the singular values. And the residual is what A x − b is, to as much.
 */
function assertSolution(
  given: LeastSquaresProblem,
  { x, rank, values, residuals }: LeastSquaresSolution,
  precision: Precision,
  what = "",
  rcond = Math.max(given.a.rows, given.a.columns) * SPACING[precision],
): void {
  const { a, b } = given, name = `${what} ${a.rows} × ${a.columns}, ${precision}`;
  const exact = reference(given), [top = 0] = exact.values;
  const unit = 4 * ROUNDOFF[precision] * Math.sqrt(Math.max(a.rows, a.columns));
  assert.deepEqual([x.length, values.length], [a.columns * b.columns, Math.min(a.rows, a.columns)]);
  exact.values.forEach((sigma, i) => {
    assert.ok(Math.abs(values[i] - sigma) <= unit * top, `${name}: σ[${i}] is ${values[i]}, not ${sigma}`);
  });
  const above = (share: number) => exact.values.filter((sigma) => sigma > share * top).length;
  assert.ok(above(rcond + unit) <= rank && rank <= above(rcond - unit), `${name}: rank ${rank}`);
  const u = 4 * ROUNDOFF[precision] * Math.sqrt(a.rows + a.columns);
  for (let k = 0; k < b.columns; k++) {
    const own = column(x, k, b.columns), side = column(b.data, k, b.columns);
    const length = frobenius(own), rounding = u * frobenius(side);
    const residual = residualOf(a, own, side);
    assert.ok(
      Math.abs(residual - residuals[k]) <= u * top * length + rounding,
      `${name}: ‖A x − b‖ is ${residual}, not ${residuals[k]}`,
    );
    exact.solutions.forEach((solutions, taken) => {
      const other = frobenius(solutions[k]), least = residualOf(a, solutions[k], side);
      const allowed = u * top * (length + other) + rounding + rcond * top * other;
      assert.ok(
        residual <= least + allowed,
        `${name}: ‖A x − b‖ is ${residual}, ${least} with ${taken} values; ${allowed} allowed`,
      );
    });
  }
}

/** That x is the shortest solution, to c u κ of it and of what the residual adds: where the rank is beyond doubt. */
function assertShortest(
  given: LeastSquaresProblem,
  solved: LeastSquaresSolution,
  precision: Precision,
): void {
  const { a, b } = given, { rank } = solved;
  const { values, solutions } = reference(given);
  const u = 4 * ROUNDOFF[precision] * Math.sqrt(a.rows + a.columns), condition = values[0] / values[rank - 1];
  for (let k = 0; k < b.columns; k++) {
    const own = column(solved.x, k, b.columns), side = column(b.data, k, b.columns);
    const off = frobenius(own.map((value, j) => value - solutions[rank][k][j]));
    const size = frobenius(own) + (frobenius(side) + condition * solved.residuals[k]) / values[0];
    assert.ok(off <= u * condition * size, `x is off by ${off}, ${u * condition * size} allowed`);
  }
}

Deno.test("lstsq: random shapes, tall, wide, square, one row, one column, in one call", async () => {
  const side = fc.integer({ min: 1, max: 50 }), few = fc.integer({ min: 1, max: 3 });
  const shapes = fc.sample(fc.tuple(side, side, few), { seed: 8, numRuns: 6 });
  const batch = [...shapes, ...shapes.slice(0, 2)].map(([m, n, k], seed) => problem(random(m, n, seed), k));
  for (const [m, n] of [[37, 151], [251, 37], [1, 40], [40, 1], [1, 1], [17, 17], [18, 17]]) {
    batch.push(problem(random(m, n, m), 2));
  }
  for (const precision of PRECISIONS) {
    (await lstsq(gpu, batch, { precision })).forEach((each, i) => {
      assertSolution(batch[i], each, precision);
      assertShortest(batch[i], each, precision);
    });
  }
});

Deno.test("lstsq: rank-deficient and ill-conditioned matrices", async () => {
  const m = 60, n = 40, base = normals(m * n, 7), slopes = normals(2 * n, 3);
  const x = (i: number) => 2 * i / (m - 1) - 1;
  const cases: Record<string, Matrix> = {
    zero: matrix(m, n, () => 0),
    "wide zero": matrix(3, n, () => 0),
    ones: matrix(m, n, () => 1),
    identity: matrix(n, n, (i, j) => i === j ? 1 : 0),
    Hilbert: matrix(n, n, (i, j) => 1 / (i + j + 1)),
    Vandermonde: matrix(m, n, (i, j) => x(i) ** j),
    "graded columns": matrix(m, n, (i, j) => 10 ** (-j / 2) * base[i * n + j]),
    "random features": matrix(m, n, (i, j) => Math.tanh(3 * slopes[j] * x(i) + 3 * slopes[n + j])),
    "random features, single": matrix(
      m,
      n,
      (i, j) => Math.fround(Math.tanh(3 * slopes[j] * x(i) + 3 * slopes[n + j])),
    ),
    "rank 3": matrix(
      m,
      n,
      (i, j) => [0, 1, 2].reduce((sum, k) => sum + base[m * k + i] * base[n * k + j], 0),
    ),
    "duplicate columns": matrix(m, n, (i, j) => base[i * n + j % 5]),
    "duplicate rows, wide": matrix(30, n, (i, j) => base[(i % 5) * n + j]),
    "one column": matrix(m, n, (i, j) => j === 17 ? i + 1 : 0),
  };
  const problems = Object.values(cases).map((a) => problem(a, 2));
  for (const precision of PRECISIONS) {
    const solutions = await lstsq(gpu, problems, { precision });
    Object.keys(cases).forEach((name, i) => {
      assertSolution(problems[i], solutions[i], precision, name);
      const distinct = { ones: 1, "rank 3": 3, "duplicate columns": 5, "duplicate rows, wide": 5 }[name];
      if (distinct === undefined) return;
      assert.equal(solutions[i].rank, distinct, name);
      assertShortest(problems[i], solutions[i], precision);
    });
  }
});

Deno.test("lstsq: a smooth function by random features, to ten digits in double precision", async () => {
  const m = 120, n = 50, slopes = normals(2 * n, 5);
  const x = (i: number) => 2 * i / (m - 1) - 1;
  const a = matrix(m, n, (i, j) => Math.tanh(3 * slopes[j] * x(i) + 3 * slopes[n + j]));
  const b = matrix(m, 1, (i) => Math.cos(Math.PI * x(i)));
  const [single] = await lstsq(gpu, [{ a, b }]);
  const [double] = await lstsq(gpu, [{ a, b }], { precision: "double" });
  // In single precision, or by normal equations in double, half of the digits are gone.
  assert.ok(single.rank < 0.6 * double.rank, `${single.rank} of ${double.rank}`);
  const errors = [single, double].map(({ x }) =>
    residualOf(a, x, b.data as Float64Array) / frobenius(b.data)
  );
  const exact = reference({ a, b }).solutions[double.rank][0];
  const least = residualOf(a, exact, b.data as Float64Array) / frobenius(b.data);
  assert.ok(errors[0] < 1e-3 && errors[1] < 1e-9, `${errors}`);
  assert.ok(Math.abs(errors[1] - least) <= 1e-13, `${errors[1]}, ${least} in float64`);
  assert.ok(double.values[double.rank - 1] < 1e-10 * double.values[0]);
});

Deno.test("lstsq: rcond sets what counts", async () => {
  const n = 12, a = matrix(20, n, (i, j) => i === j ? 10 ** -j : 0), given = problem(a);
  for (const precision of PRECISIONS) {
    for (const [rcond, rank] of [[0.5, 1], [5e-3, 3], [5e-5, 5]]) {
      const [solved] = await lstsq(gpu, [given], { precision, rcond });
      assert.equal(solved.rank, rank);
      assertSolution(given, solved, precision, "diagonal", rcond);
      solved.x.forEach((value, j) => {
        const exact = j < rank ? given.b.data[j] * 10 ** j : 0;
        assert.ok(Math.abs(value - exact) <= 1e-6 * Math.abs(exact), `x[${j}] is ${value}, not ${exact}`);
      });
    }
  }
  const [all] = await lstsq(gpu, [given], { precision: "double", rcond: 0 });
  assert.equal(all.rank, n);
});

Deno.test("lstsq: at any scale of matrix and right-hand sides, each its own", async () => {
  const a = random(30, 11, 2), b = random(30, 2, 3);
  const [expected] = await lstsq(gpu, [{ a, b }], { precision: "double" });
  for (const [p, q] of [[-100, 60], [120, -200], [0, 300]]) {
    const scaled = {
      a: { ...a, entries: a.data.map((x) => 2 ** p * x) },
      b: { ...b, entries: b.data.map((x, e) => e % 2 === 0 ? 2 ** q * x : x) },
    };
    const [{ x, rank, values, residuals }] = await lstsq(gpu, [scaled], { precision: "double" });
    // Powers of two change no bit of the digits.
    assert.deepEqual(x.map((y, e) => y / 2 ** (e % 2 === 0 ? q - p : -p)), expected.x);
    assert.deepEqual(values.map((value) => value / 2 ** p), expected.values);
    assert.deepEqual([...residuals], [2 ** q * expected.residuals[0], expected.residuals[1]]);
    assert.equal(rank, 11);
  }
});

Deno.test("lstsq: rows that must travel in slabs", async () => {
  // Columns of cosines are orthogonal, so that x is known.
  const m = 150_000, n = 5;
  const wave = (i: number, j: number) => Math.cos(Math.PI * ((2 * i + 1) * j % (4 * m)) / (2 * m));
  const a = matrix(m, n, (i, j) => wave(i, j + 1));
  const b = matrix(m, 1, (i) => 2 * wave(i, 1) - wave(i, 4) + wave(i, 9));
  for (const precision of PRECISIONS) {
    const [{ x, residuals }] = await lstsq(gpu, [{ a, b }], { precision });
    const tolerance = 4 * ROUNDOFF[precision] * Math.sqrt(m + n);
    [2, 0, 0, -1, 0].forEach((value, j) =>
      assert.ok(Math.abs(x[j] - value) <= tolerance, `x[${j}] is ${x[j]}`)
    );
    assert.ok(Math.abs(residuals[0] / Math.sqrt(m / 2) - 1) <= tolerance);
  }
});

Deno.test("lstsq: nothing to solve, and what can not be solved", async () => {
  assert.deepEqual(await lstsq(gpu, []), []);
  const a = random(4, 2, 1), b = random(4, 1, 2);
  const fails = (problem: LeastSquaresProblem, options = {}) => lstsq(gpu, [{ a, b }, problem], options);
  await assert.rejects(fails({ a: { ...a, columns: 3 }, b }), {
    name: ShapeError.name,
    message: /^matrix 1 has 8 entries, not 4 × 3/,
  });
  await assert.rejects(fails({ a, b: { ...b, rows: 3 } }), {
    name: ShapeError.name,
    message: /^right-hand side 1 has 4 entries, not 3 × 1/,
  });
  await assert.rejects(fails({ a, b: random(5, 1, 1) }), {
    name: ShapeError.name,
    message: /^matrix 1 has 4 rows, its right-hand side 5: give as many of either$/,
  });
  await assert.rejects(fails(problem(random(2, 2048, 1))), {
    message: /^2048 unknowns and 1 right-hand sides/,
  });
  for (const value of [NaN, Infinity]) {
    const bad = { ...b, entries: b.data.map((x, e) => e === 2 ? value : x) };
    await assert.rejects(fails({ a, b: bad }), {
      name: InputError.name,
      message: /^right-hand side 1 has an entry that is NaN or infinite$/,
    });
    await assert.rejects(fails({ a: { ...a, data: a.data.map(() => value) }, b }), {
      name: InputError.name,
      message: /^matrix 1 has an entry that is NaN or infinite$/,
    });
  }
  for (const rcond of [-1, 1, NaN]) await assert.rejects(fails({ a, b }, { rcond }), InputError);
});
