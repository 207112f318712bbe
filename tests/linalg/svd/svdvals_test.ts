import { assert, fc } from "../../deps.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { singularValueBound } from "../../../src/linalg/svd/one_sided_jacobi.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { svdvals } from "../../../src/linalg/svd/svdvals.ts";
import { uniform } from "../../../src/stats/random.ts";
import { tanhFeatures } from "../../support/solve.ts";
import { normals } from "../../reference/random.ts";
import { U } from "../../reference/rounding.ts";
import { longestColumn, singularValues } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** A matrix whose entries a function of row and column gives, rounded to single precision. */
function matrix(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
  const data = Float32Array.from(
    { length: rows * columns },
    (_, e) => entry(Math.floor(e / columns), e % columns),
  );
  return { rows, columns, data };
}

function random(rows: number, columns: number, seed: number): Matrix {
  return { rows, columns, data: normals(rows * columns, seed) };
}

/**
 * That values are descending and those of float64, up to the bound for all pairs rotated in ten
 * sweeps.
 */
function assertValues({ rows, columns, data }: Matrix, values: Float64Array, name = "") {
  const exact = singularValues(data, rows, columns);
  assert.equal(values.length, exact.length);
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)];
  const blocks = 2 * Math.ceil(n / 16);
  const columnsOfTall = rows >= columns
    ? data
    : data.map((_, e) => data[(e % n) * columns + Math.floor(e / n)]);
  const bound = singularValueBound({
    rows: m,
    columns: n,
    longestColumn: longestColumn(columnsOfTall, n),
    progress: {
      largest: exact[0],
      off: 1e-7 * n,
      sweeps: 11,
      done: true,
      rotated: 5 * blocks * (blocks - 1),
    },
  });
  assert.ok(bound <= 4e-5 * exact[0], "the bound says something");
  exact.forEach((sigma, i) => {
    assert.ok(i === 0 || values[i] <= values[i - 1], "not in order");
    const error = Math.abs(values[i] - sigma);
    assert.ok(error <= bound, `${name} ${rows} × ${columns}: σ[${i}] is ${values[i]}, not ${sigma}`);
  });
}

Deno.test("svdvals: random shapes, tall, wide, square, in one call", async () => {
  const side = fc.integer({ min: 1, max: 60 });
  const shapes = fc.sample(fc.tuple(side, side), { seed: 5, numRuns: 8 });
  const batch = [...shapes, ...shapes.slice(0, 3)].map(([m, n], index) => random(m, n, index));
  batch.push(random(37, 251, 1), random(251, 37, 2), random(1, 100, 3), random(100, 1, 4), random(1, 1, 5));
  (await svdvals(gpu, batch)).forEach((values, index) => assertValues(batch[index], values));
});

Deno.test("svdvals: a matrix and its transpose", async () => {
  const a = random(37, 80, 1);
  const [wide, tall] = await svdvals(gpu, [a, matrix(80, 37, (i, j) => a.data[j * 80 + i])]);
  assert.deepEqual(wide, tall);
});

Deno.test("svdvals: matrices with something special about them", async () => {
  const n = 40;
  const base = normals(n * n, 7);
  const s = Math.sin(1.2), c = Math.cos(1.2);
  const cases: Record<string, Matrix> = {
    zero: matrix(n, n, () => 0),
    ones: matrix(n, n, () => 1),
    identity: matrix(n, n, (i, j) => i === j ? 1 : 0),
    Hilbert: matrix(n, n, (i, j) => 1 / (i + j + 1)),
    Kahan: matrix(n, n, (i, j) => i > j ? 0 : s ** i * (i === j ? 1 : -c)),
    "graded rows": matrix(n, n, (i, j) => 10 ** (-i / 3) * base[i * n + j]),
    "graded columns": matrix(n, n, (i, j) => 10 ** (-j / 3) * base[i * n + j]),
    "graded upwards": matrix(n, n, (i, j) => 10 ** ((i + j - 2 * n) / 6) * base[i * n + j]),
    "rank 3": matrix(
      60,
      n,
      (i, j) => [0, 1, 2].reduce((sum, k) => sum + base[60 * k + i] * base[n * k + j], 0),
    ),
    "duplicate columns": matrix(60, n, (i, j) => base[(i * n + j % 5) % (n * n)]),
    "one column": matrix(n, n, (i, j) => j === 17 ? i + 1 : 0),
    "equal values": matrix(n, n, (i, j) => (i === j ? 1 : 0) - 2 / n),
  };
  const results = await svdvals(gpu, Object.values(cases));
  Object.entries(cases).forEach(([name, each], index) => {
    if (name === "zero") assert.ok(results[index].every((value) => value === 0));
    else assertValues(each, results[index], name);
  });
});

Deno.test("svdvals: known values, at any scale", async () => {
  for (const scale of [1, 1e-15, 1e15, 1e-30, 1e30]) {
    const [values] = await svdvals(gpu, [matrix(3, 3, (i, j) => i === 2 - j ? scale * (i + 1) : 0)]);
    values.forEach((value, i) => assert.ok(Math.abs(value / (scale * (3 - i)) - 1) <= 8 * U, `${value}`));
    const a = random(50, 20, 2);
    const scaled = { ...a, data: a.data.map((x) => scale * x) };
    assertValues(scaled, (await svdvals(gpu, [scaled]))[0]);
  }
});

Deno.test("svdvals: ranks of tanh features are right to 10⁻¹³ of the largest eigenvalue", async () => {
  const m = 512, n = 64;
  const batch = [1, 2, 3, 4].map((seed) => ({
    rows: m,
    columns: n,
    data: tanhFeatures(uniform(seed), m, n),
  }));
  let counted = 0;
  (await svdvals(gpu, batch)).forEach((values, index) => {
    const exact = singularValues(batch[index].data, m, n);
    for (let exponent = 6; exponent <= 13; exponent++) {
      const threshold = 10 ** -exponent;
      const rank = (sigmas: ArrayLike<number>) =>
        Array.from(sigmas, (sigma) => (sigma / sigmas[0]) ** 2).filter((share) => share > threshold).length;
      // Small σ are off by up to 2 u σ₁, and the threshold is 5 u σ₁ at 10⁻¹³.
      const near = exact.some((sigma) => {
        return Math.abs(sigma / exact[0] - Math.sqrt(threshold)) < 0.02 * Math.sqrt(threshold) + 2 * U;
      });
      if (near) continue;
      counted++;
      assert.equal(rank(values), rank(exact), `features ${index}, 10^-${exponent}`);
    }
    // The leading ones carry what all rotations add; small ones the rounding of the factorisation,
    // a few u.
    exact.forEach((sigma, i) => {
      const allowed = sigma < 0.1 * exact[0] ? 5 * U : 16 * U;
      assert.ok(Math.abs(values[i] - sigma) <= allowed * exact[0], `σ[${i}] is ${values[i]}, not ${sigma}`);
    });
  });
  assert.ok(counted >= 20, `${counted} counts`);
});

Deno.test("svdvals: the shapes that are timed", async () => {
  for (const [m, n] of [[128, 128], [1024, 128]]) {
    const a = random(m, n, m + n);
    assertValues(a, (await svdvals(gpu, [a]))[0]);
  }
});

Deno.test("svdvals: 70,000 rows", async () => {
  const a = random(70_000, 12, 1);
  assertValues(a, (await svdvals(gpu, [a]))[0]);
});

Deno.test("svdvals: a matrix that must travel in slabs", async () => {
  const m = 300_000, n = 120;
  // Columns of cosines are orthogonal: their lengths are the singular values.
  const cosines = Array.from({ length: 4 * m }, (_, k) => Math.cos(Math.PI * k / (2 * m)));
  const data = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 1; j <= n; j++) data[i * n + j - 1] = cosines[((2 * i + 1) * j) % (4 * m)] / j;
  }
  const [values] = await svdvals(gpu, [{ rows: m, columns: n, data }]);
  values.forEach((value, j) => {
    assert.ok(Math.abs(value - Math.sqrt(m / 2) / (j + 1)) < 3e-6 * values[0], `σ[${j}] is ${value}`);
  });
});

Deno.test("svdvals: nothing to solve, and what can not be solved", async () => {
  assert.deepEqual(await svdvals(gpu, []), []);
  const good = matrix(1, 1, () => 1);
  await assert.rejects(svdvals(gpu, [good, { rows: 2, columns: 3, data: new Float32Array(5) }]), {
    name: ShapeError.name,
    message: /^matrix 1 has 5 entries, not 2 × 3: give rows × columns of them$/,
  });
  for (const [rows, columns, length] of [[0, 3, 0], [3, 0, 0], [2.5, 2, 5], [-1, -2, 2]]) {
    const bad = { rows, columns, data: new Float32Array(length) };
    await assert.rejects(svdvals(gpu, [good, bad]), (error) => {
      assert.ok(error instanceof ShapeError);
      assert.match(error.message, /^matrix 1 is .* × .*: give a whole number of rows and columns/);
      return true;
    });
  }
  for (const value of [NaN, Infinity, -Infinity]) {
    const bad = matrix(3, 2, (i, j) => i === 2 && j === 1 ? value : 1);
    await assert.rejects(svdvals(gpu, [good, bad]), (error) => {
      assert.ok(error instanceof InputError && !(error instanceof ShapeError));
      assert.match(error.message, /^matrix 1 has an entry that is NaN or infinite: give finite numbers$/);
      return true;
    });
  }
  await assert.rejects(svdvals(gpu, [random(2049, 2049, 1)]), ShapeError);
});
