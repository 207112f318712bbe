import { countByInertia } from "../../src/linalg/count/inertia.ts";
import { boundByCholesky } from "../../src/linalg/count/cholesky.ts";
import { countBySturm } from "../../src/linalg/count/sturm.ts";
import { eigh } from "../../src/linalg/eigen/eigh.ts";
import { eigvalsh } from "../../src/linalg/eigen/eigvalsh.ts";
import { gramMatrices } from "../../src/linalg/gram/gram_matrices.ts";
import { type Matrix, squareMatrix } from "../../src/linalg/matrix.ts";
import { ldexp, U, U2 } from "../../src/linalg/rounding.ts";
import { scaledSingle } from "../../src/linalg/scaled_matrix.ts";
import { lstsq } from "../../src/linalg/svd/lstsq.ts";
import { svd } from "../../src/linalg/svd/svd.ts";
import { svdvals } from "../../src/linalg/svd/svdvals.ts";
import { assert } from "../deps.ts";
import { eigenvalues } from "../reference/eigenvalues.ts";
import { normals } from "../reference/random.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Magnitudes 2^k from one end of float64 to the other. */
const EXPONENTS = [-1074, -1060, -1030, -600, -149, -130, -60, 60, 125, 600, 1015];

/** Entries of few bits, which keep all of them where they become subnormal. */
const grainy = (length: number, seed: number) =>
  Float64Array.from(normals(length, seed), (x) => Math.max(-9, Math.min(9, Math.round(3 * x))));

const times = (data: Float64Array, k: number) => data.map((x) => ldexp(x, k));

function symmetric(n: number, seed: number): Float64Array {
  const x = grainy(n * n, seed);
  return x.map((_, e) => x[Math.max(Math.floor(e / n), e % n) * n + Math.min(Math.floor(e / n), e % n)]);
}

Deno.test("eigh, eigvalsh, svdvals, svd: times a power of two, the same bits times that power", async () => {
  const square = symmetric(9, 1), tall = grainy(21 * 5, 2), wide = grainy(3 * 8, 3);
  const shapes = [[9, 9, square], [21, 5, tall], [3, 8, wide]] as const;
  /** Values of matrices times 2^k, and what does not change with k. */
  const solvers: Record<string, (matrices: Matrix[]) => Promise<[Float64Array, unknown][]>> = {
    eigh: async (matrices) =>
      (await eigh(gpu, [matrices[0]])).map(({ values, vectors }) => [values, vectors]),
    eigvalsh: async (matrices) => (await eigvalsh(gpu, [matrices[0]])).map((values) => [values, null]),
    svdvals: async (matrices) => (await svdvals(gpu, matrices)).map((values) => [values, null]),
    svd: async (matrices) => (await svd(gpu, matrices)).map(({ values, vt }) => [values, vt]),
    "svd, double": async (matrices) =>
      (await svd(gpu, matrices, { precision: "double" })).map(({ values, vt }) => [values, vt]),
  };
  for (const [name, solve] of Object.entries(solvers)) {
    const at = (k: number) =>
      solve(shapes.map(([rows, columns, data]) => ({ rows, columns, data: times(data, k) })));
    const plain = await at(0);
    for (const k of EXPONENTS) {
      const scaled = plain.map(([values, rest]) => [values.map((value) => ldexp(value, k)), rest]);
      // Singular values of entries near 1 are found without scaling, and zeros are rounding noise.
      if (name === "svdvals") {
        (await at(k)).forEach(([values], i) => {
          const [right] = scaled[i] as [Float64Array];
          values.forEach((value, j) => {
            assert(Math.abs(value - right[j]) <= 40 * U * right[0] + Number.MIN_VALUE, `${name}, 2^${k}`);
          });
        });
      } else assert.deepEqual(await at(k), scaled, `${name}, 2^${k}`);
    }
  }
});

Deno.test("eigh, eigvalsh, svdvals, svd, lstsq: at the ends of the range they are as right as elsewhere", async () => {
  const n = 24, x = normals(n * n, 5);
  const gram = Float64Array.from(x, (_, e) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += x[k * n + Math.floor(e / n)] * x[k * n + e % n];
    return sum / n;
  });
  const exact = eigenvalues(gram, n);
  for (const scale of [2e38 / 8, 1e-44, 1e-320, 1e300]) {
    const data = gram.map((value) => value * scale);
    // Subnormal entries have lost bits before.
    const allowed = n * U * exact[0] + n * 2 ** -1074 / scale;
    const [{ values }] = await eigh(gpu, [squareMatrix(data)]);
    for (const found of [values, (await eigvalsh(gpu, [squareMatrix(data)]))[0]]) {
      exact.forEach((value, i) => assert(Math.abs(found[i] / scale - value) <= allowed, `${scale}: λ ${i}`));
    }
    for (const precision of ["single", "double"] as const) {
      const unit = precision === "single" ? n * U : n * U2;
      const [{ values }] = await svd(gpu, [squareMatrix(data)], { precision });
      const most = unit * exact[0] + n * 2 ** -1074 / scale + 1e-14;
      exact.forEach((value, i) => assert(Math.abs(values[i] / scale - value) <= most, `${scale}: σ ${i}`));
    }
    const [singular] = await svdvals(gpu, [squareMatrix(data)]);
    exact.forEach((value, i) => assert(Math.abs(singular[i] / scale - value) <= allowed));
  }
  for (const k of EXPONENTS) {
    const a = { rows: 3, columns: 2, data: times(Float64Array.of(1, 0, 1, 1, 1, 2), k) };
    const b = { rows: 3, columns: 1, data: times(Float64Array.of(1, 3, 5), k) };
    const [{ x, residuals, rank }] = await lstsq(gpu, [{ a, b }], { precision: "double" });
    assert(rank === 2 && Math.abs(x.data[0] - 1) < 1e-12 && Math.abs(x.data[1] - 2) < 1e-12, `2^${k}`);
    assert(residuals[0] <= ldexp(1e-12, k) + Number.MIN_VALUE);
  }
});

Deno.test("eigh: small eigenvalues of a scaled matrix, relative to themselves as far down as it says", async () => {
  // D B D for a B near I: the eigenvalues of the parts of one magnitude are those of 2 × 2 blocks.
  for (const small of [1e-6, 1e-12, 1e-17, 1e-22, 1e-30]) {
    const data = Float64Array.of(1, 0, 0, 0, 3 * small, small, 0, small, 2 * small);
    const exact = [1, small * (5 + Math.sqrt(5)) / 2, small * (5 - Math.sqrt(5)) / 2];
    const [{ values }] = await eigh(gpu, [squareMatrix(data)]);
    exact.forEach((value, i) => {
      const allowed = 3 * U * (value + 2 ** -60);
      assert(Math.abs(values[i] - value) <= allowed, `${small}: ${values[i]}, not ${value}`);
    });
  }
});

Deno.test("svd: in double precision the values of B D as far down as it says", async () => {
  const b = normals(40 * 4, 8);
  /** Singular values of B D, of two long columns and two short ones. */
  const at = async (small: number) => {
    const factors = [1, 1, small, small];
    const data = Float64Array.from(b, (x, e) => x * factors[e % 4]);
    return (await svd(gpu, [{ rows: 40, columns: 4, data }], { precision: "double" }))[0].values;
  };
  const near = await at(2 ** -50);
  for (const k of [-60, -66, -70, -74]) {
    const values = await at(2 ** k);
    values.forEach((value, i) => {
      // Columns that are shorter still move the values by their square.
      const right = i < 2 ? near[i] : ldexp(near[i], k + 50);
      assert(Math.abs(value / right - 1) <= 1e-12, `2^${k}: σ ${i} is ${value}, not ${right}`);
    });
  }
});

Deno.test("countByInertia, countBySturm, boundByCholesky: matrices of any magnitude, in either precision", async () => {
  const n = 7, a = symmetric(n, 4), shift = 40;
  const matrix = a.map((x, e) => e % (n + 1) === 0 ? x + shift : x);
  const exact = eigenvalues(matrix, n), epsilons = [30, 38, 41, 46, 5000];
  const right = epsilons.map((epsilon) => exact.filter((value) => value > epsilon).length);
  for (const k of [0, -1074, -1030, -149, -126, 120, 600, 1010]) {
    const scaled = [squareMatrix(times(matrix, k))],
      thresholds = [epsilons.map((epsilon) => ldexp(epsilon, k))];
    for (const count of [countByInertia, countBySturm]) {
      const [counts] = await count(gpu, scaled, thresholds);
      assert.deepEqual(counts, right.map((count) => ({ count, low: count, high: count })), `2^${k}`);
    }
    const [{ upper, lower }] = await boundByCholesky(gpu, scaled);
    exact.forEach((value, i) => {
      const size = ldexp(value, k);
      assert(lower[i] <= size && size <= upper[i], `2^${k}: ${lower[i]} ≤ ${size} ≤ ${upper[i]}`);
    });
  }
});

Deno.test("countByInertia, countBySturm: what rounding to single precision does to entries of float64 is in doubt", async () => {
  // λ = 1 + 10⁻⁹ rounds to 1.
  for (const count of [countByInertia, countBySturm]) {
    const [[{ low, high }]] = await count(gpu, [squareMatrix(Float64Array.of(1 + 1e-9))], [[1]]);
    assert.deepEqual([low, high], [0, 1]);
  }
  const [{ upper }] = await boundByCholesky(gpu, [squareMatrix(Float64Array.of(1 + 1e-9))]);
  assert(upper[0] >= 1 + 1e-9);
});

Deno.test("scaledSingle: exact but for what it says", () => {
  const same = scaledSingle({ rows: 1, columns: 3, data: Float32Array.of(1.5, 0, -(2 ** -140)) });
  assert.deepEqual([same.exponent, same.rounding], [0, 0]);
  const { data, exponent, rounding } = scaledSingle({
    rows: 1,
    columns: 2,
    data: Float64Array.of(3e-320, 1e-323),
  });
  assert.deepEqual([data[0], exponent, rounding], [ldexp(3e-320, exponent), 1062, 0]);
  const lossy = scaledSingle({ rows: 1, columns: 3, data: Float64Array.of(1e300, 1e-300, 0.1) });
  assert(lossy.rounding >= 0.1 / 1e300 && lossy.rounding > 0 && lossy.rounding < 1e-7);
  assert.equal(scaledSingle({ rows: 1, columns: 1, data: Float64Array.of(NaN) }).exponent, 0);
});

Deno.test("gramMatrices: features and weights times powers of two, within the bound and mostly the same bits", async () => {
  const rows = 300, columns = 3, data = grainy(rows * columns, 6);
  const w = Float64Array.from(normals(rows, 7), (x) => 0.5 + Math.abs(x));
  const [{ matrix, bound }] = await gramMatrices(gpu, [{ rows, columns, data }], { weights: w });
  for (const [k, l] of [[-400, 0], [400, 0], [60, -60], [-500, 900], [480, -900], [-300, -400]]) {
    const features = { rows, columns, data: times(data, k) };
    const [result] = await gramMatrices(gpu, [features], { weights: times(w, l) });
    assert.deepEqual(result.matrix, matrix.map((value) => ldexp(value, 2 * k + l)), `2^${k}, 2^${l}`);
    const size = ldexp(bound, 2 * k + l);
    assert(result.bound >= 0.999 * size && result.bound <= 1.001 * size + 4 * Number.MIN_VALUE);
  }
});
