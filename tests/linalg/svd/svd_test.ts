import { InputError, ShapeError } from "../../../src/errors.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import { type Svd, svd } from "../../../src/linalg/svd/svd.ts";
import { assert, fc } from "../../deps.ts";
import { gradedEigenvalues } from "../../reference/eigenvalues.ts";
import { matmul, transpose } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";
import { singularValues } from "../../reference/singular_values.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const PRECISIONS = ["single", "double"] as const;

/** Unit roundoff; in double that of 48 bits, and for the reference. */
const ROUNDOFF = { single: 2 ** -24, double: 2 ** -48 + 1e-15 };

function matrix(rows: number, columns: number, entry: (i: number, j: number) => number): Matrix {
  const data = Float64Array.from(
    { length: rows * columns },
    (_, e) => entry(Math.floor(e / columns), e % columns),
  );
  return { rows, columns, data };
}

/** Random entries of more than 24 bits. */
function random(rows: number, columns: number, seed: number): Matrix {
  const low = normals(rows * columns, seed + 100);
  return {
    rows,
    columns,
    data: Float64Array.from(normals(rows * columns, seed), (x, e) => x + 1e-8 * low[e]),
  };
}

/**
 * That values are those of float64, descending, to 4 u √n σ₁ (random roundings of some √n reflections and rotations
 * make 2 at most, measured); V orthonormal to 4 u √n; and A V has orthogonal columns of these lengths, to 8 u √n σ₁
 * of one times the other's, or what entries of A rounded to 24 bits leave.
 */
function assertSvd(
  { rows, columns, data }: Matrix,
  { values, vt }: Svd,
  precision: typeof PRECISIONS[number],
  what = "",
): void {
  const k = Math.min(rows, columns), name = `${what} ${rows} × ${columns}, ${precision}`;
  const exact = singularValues(data, rows, columns), top = exact[0];
  assert.deepEqual([values.length, vt.length], [k, k * columns]);
  const unit = 4 * ROUNDOFF[precision] * Math.sqrt(Math.max(rows, columns));
  exact.forEach((sigma, i) => {
    assert.ok(i === 0 || values[i] <= values[i - 1], `${name}: not in order`);
    assert.ok(Math.abs(values[i] - sigma) <= unit * top, `${name}: σ[${i}] is ${values[i]}, not ${sigma}`);
  });
  const v = transpose(vt, k, columns);
  matmul(vt, v, k, k, columns).forEach((x, e) => {
    const off = Math.abs(x - (e % (k + 1) === 0 ? 1 : 0));
    assert.ok(off <= 4 * unit, `${name}: VᵀV[${e}] is off by ${off}`);
  });
  const image = matmul(data.map((x) => x / (top || 1)), v, rows, k, columns);
  matmul(transpose(image, rows, k), image, k, k, rows).forEach((x, e) => {
    const i = Math.floor(e / k), j = e % k;
    const [p, q] = [i, j].map((l) => exact[l] / (top || 1));
    const expected = i === j ? p * q : 0;
    // ‖A v_i − σ_i u_i‖ is some u √n: of each product, that times the other's length, and its square.
    const allowed = 2 * unit * (p + q) + 4 * unit ** 2;
    assert.ok(Math.abs(x - expected) <= allowed, `${name}: (A v)·(A v)[${i}, ${j}] is ${x}, not ${expected}`);
  });
}

Deno.test("svd: random shapes, tall, wide, square, in one call", async () => {
  const side = fc.integer({ min: 1, max: 60 });
  const shapes = fc.sample(fc.tuple(side, side), { seed: 6, numRuns: 6 });
  const batch = [...shapes, ...shapes.slice(0, 3)].map(([m, n], index) => random(m, n, index));
  batch.push(random(37, 251, 1), random(251, 37, 2), random(1, 100, 3), random(100, 1, 4), random(1, 1, 5));
  for (const precision of PRECISIONS) {
    (await svd(gpu, batch, { precision })).forEach((each, i) => assertSvd(batch[i], each, precision));
  }
});

Deno.test("svd: matrices with something special about them", async () => {
  const n = 40;
  const base = normals(60 * n, 7);
  const s = Math.sin(1.2), c = Math.cos(1.2);
  const cases: Record<string, Matrix> = {
    zero: matrix(n, n, () => 0),
    "wide zero": matrix(3, n, () => 0),
    ones: matrix(n, n, () => 1),
    identity: matrix(n, n, (i, j) => i === j ? 1 : 0),
    Hilbert: matrix(n, n, (i, j) => 1 / (i + j + 1)),
    Kahan: matrix(n, n, (i, j) => i > j ? 0 : s ** i * (i === j ? 1 : -c)),
    "graded rows": matrix(n, n, (i, j) => 10 ** (-i / 3) * base[i * n + j]),
    "graded columns": matrix(n, n, (i, j) => 10 ** (j - n) * base[i * n + j]),
    "rank 3": matrix(
      60,
      n,
      (i, j) => [0, 1, 2].reduce((sum, k) => sum + base[60 * k + i] * base[n * k + j], 0),
    ),
    "duplicate columns": matrix(60, n, (i, j) => base[i * n + j % 5]),
    "duplicate rows, wide": matrix(30, n, (i, j) => base[(i % 5) * n + j]),
    "one column": matrix(n, n, (i, j) => j === 17 ? i + 1 : 0),
    "equal values": matrix(n, n, (i, j) => (i === j ? 1 : 0) - 2 / n),
  };
  for (const precision of PRECISIONS) {
    const results = await svd(gpu, Object.values(cases), { precision });
    Object.entries(cases).forEach(([name, each], i) => {
      assertSvd(each, results[i], precision, name);
    });
  }
});

Deno.test("svd: at any scale; 32-bit entries in double precision are those numbers", async () => {
  const a = random(50, 20, 2);
  for (const scale of [1e-30, 1e30, 1e-140, 1e140, 1e-310]) {
    const scaled = { ...a, data: a.data.map((x) => scale * x) };
    for (const precision of PRECISIONS) {
      const [{ values, vt }] = await svd(gpu, [scaled], { precision });
      // Denormal numbers have few bits themselves; brought to 1, the reference can hold squares of them.
      const back = { ...a, data: scaled.data.map((x) => x / scale) };
      assertSvd(back, { values: values.map((x) => x / scale), vt, sweeps: 0 }, precision, `${scale}`);
    }
  }
  const single = { ...a, data: Float32Array.from(a.data) };
  const [first, second] = await svd(gpu, [single, { ...a, data: Float64Array.from(single.data) }], {
    precision: "double",
  });
  assert.deepEqual(first, second);
});

Deno.test("svd: values of graded columns are right relative to themselves in double precision", async () => {
  for (const [m, n] of [[60, 12], [100, 37]]) {
    const b = random(m, n, n).data;
    // Columns of 1 to 10⁻¹⁶, not in order.
    const d = Array.from({ length: n }, (_, j) => 10 ** (-16 * ((5 * j) % n) / (n - 1)));
    const data = b.map((x, e) => x * d[e % n]);
    const [{ values }] = await svd(gpu, [{ rows: m, columns: n, data }], { precision: "double" });
    const exact = gradedEigenvalues(matmul(transpose(data, m, n), data, n, n, m), n).map(Math.sqrt);
    assert.ok(exact[n - 1] < 1e-15 * exact[0]);
    values.forEach((value, i) => {
      assert.ok(Math.abs(value / exact[i] - 1) <= 1e-12, `σ[${i}] of ${n} is ${value}, not ${exact[i]}`);
    });
  }
});

Deno.test("svd: a start from vectors of a matrix that has changed since takes fewer sweeps", async () => {
  for (const [m, n] of [[251, 37], [120, 80], [9, 9], [30, 1]]) {
    const before = [1, 2, 3].map((seed) => random(m, n, seed));
    const after = before.map(({ data }, k) => {
      const noise = normals(m * n, 50 + k);
      return { rows: m, columns: n, data: data.map((x, e) => x + 1e-5 * noise[e]) };
    });
    for (const precision of PRECISIONS) {
      const start = (await svd(gpu, before, { precision })).map(({ vt }) => vt);
      const cold = await svd(gpu, after, { precision });
      const warm = await svd(gpu, after, { precision, start });
      warm.forEach((each, k) => {
        assertSvd(after[k], each, precision, "warm");
        assert.ok(n === 1 || each.sweeps < cold[k].sweeps, `${each.sweeps} after ${cold[k].sweeps}`);
        assert.ok(each.sweeps <= 4);
      });
      // From the very same matrix: one look, or one sweep of what double precision sees, and single did not.
      const again = await svd(gpu, before, { precision: "double", start });
      again.forEach(({ sweeps }) => assert.ok(sweeps <= (precision === "double" ? 2 : 3), `${sweeps}`));
    }
  }
});

Deno.test("svd: a start that is none", async () => {
  const a = random(20, 6, 1), wide = random(6, 20, 1);
  const [{ vt }] = await svd(gpu, [a]);
  for (const precision of PRECISIONS) {
    const fails = (start: readonly Float64Array[], matrix = a) => svd(gpu, [matrix], { precision, start });
    await assert.rejects(fails([]), ShapeError);
    await assert.rejects(fails([vt.subarray(1)]), { message: /^start 0 has 35 entries, not 6 × 6: / });
    await assert.rejects(fails([vt], wide), { message: /^matrix 0 is wider than tall: / });
    await assert.rejects(fails([vt.map((x, e) => e === 3 ? NaN : x)]), { message: /^start 0 .* NaN/ });
    for (const bad of [vt.map((x) => 2 * x), vt.map((x, e) => e === 3 ? x + 0.1 : x), vt.map(() => 0)]) {
      await assert.rejects(fails([bad]), (error) => {
        assert.ok(error instanceof InputError && !(error instanceof ShapeError));
        assert.match(error.message, /^a start is not orthonormal: give/);
        return true;
      });
    }
  }
});

Deno.test("svd: rows that must travel in slabs", async () => {
  // Columns of cosines are orthogonal: their lengths are the singular values.
  const m = 150_000, n = 5;
  const data = Float64Array.from(
    { length: m * n },
    (_, e) =>
      Math.cos(Math.PI * ((2 * Math.floor(e / n) + 1) * (e % n + 1) % (4 * m)) / (2 * m)) / (e % n + 1),
  );
  const [{ values }] = await svd(gpu, [{ rows: m, columns: n, data }], { precision: "double" });
  values.forEach((value, j) => {
    const exact = Math.sqrt(m / 2) / (j + 1);
    assert.ok(Math.abs(value / exact - 1) < 1e-13, `σ[${j}] is ${value}, not ${exact}`);
  });
});

Deno.test("svd: nothing to solve, and what can not be solved", async () => {
  assert.deepEqual(await svd(gpu, []), []);
  const good = matrix(1, 1, () => 1);
  await assert.rejects(svd(gpu, [good, { rows: 2, columns: 2, data: new Float64Array(3) }]), {
    name: ShapeError.name,
    message: /^matrix 1 has 3 entries, not 2 × 2/,
  });
  for (const value of [NaN, Infinity, -Infinity]) {
    const bad = matrix(3, 2, (i, j) => i === 2 && j === 1 ? value : 1);
    await assert.rejects(svd(gpu, [bad], { precision: "double" }), {
      name: InputError.name,
      message: /^matrix 0 has an entry that is NaN or infinite$/,
    });
  }
  await assert.rejects(svd(gpu, [random(2049, 2049, 1)]), { message: /is too large: use at most 2048$/ });
  await assert.rejects(svd(gpu, [random(2, 2049, 1)]), { message: /^vectors of 2049 entries are too long/ });
});
