import { assert, fc } from "../../deps.ts";
import { singularValues } from "../../reference/singular_values.ts";
import { InputError, ShapeError } from "../../../src/errors.ts";
import { finish } from "../../../src/gpu/turns.ts";
import { bidiagonalize } from "../../../src/linalg/host/bidiagonalize.ts";
import { bidiagonalValues } from "../../../src/linalg/host/bidiagonal_values.ts";
import { hostProductSvdvals, hostSvdvals } from "../../../src/linalg/host/host_svdvals.ts";
import { reflectionBound } from "../../../src/linalg/host/reflection.ts";
import { Triangle } from "../../../src/linalg/host/triangularize.ts";
import type { Matrix } from "../../../src/linalg/matrix.ts";
import type { SyncTiledMatrix } from "../../../src/linalg/matrix_source.ts";
import { normals, product, withEigenvalues } from "../../../src/stats/random_matrices.ts";

const reference = ({ rows, columns, data }: Matrix) => singularValues(data, rows, columns);

/** The same matrix, produced on demand. */
function onDemand({ rows, columns, data }: Matrix): SyncTiledMatrix {
  return {
    rows,
    columns,
    tile: (first, count) => data.slice(first * columns, (first + count) * columns),
    columnTile: (first, count) =>
      Float64Array.from(
        { length: rows * count },
        (_, e) => data[Math.floor(e / count) * columns + first + e % count],
      ),
  };
}

/** That values are descending and those of the reference, which is off by some 10⁻¹⁴ σ₁ itself. */
function assertValues(matrix: Matrix, found = hostSvdvals(matrix)) {
  const exact = reference(matrix), { values, bounds } = found;
  assert.equal(values.length, exact.length);
  const norm = Math.hypot(...exact);
  assert.ok(Math.abs(found.norm - norm) <= 1e-14 * norm);
  exact.forEach((sigma, i) => {
    assert.ok(i === 0 || values[i] <= values[i - 1], "not in order");
    const error = Math.abs(values[i] - sigma);
    assert.ok(error <= 5e-14 * exact[0], `σ[${i}] is ${values[i]}, not ${sigma}`);
    assert.ok(error <= bounds[i] + 5e-14 * exact[0]);
    assert.ok(bounds[i] <= 1e-10 * exact[0], `bound ${bounds[i]} of σ₁ = ${exact[0]}`);
  });
}

Deno.test("hostSvdvals: random matrices of odd shapes, tall, wide, square, held and on demand", () => {
  const shapes = [[1, 1], [2, 1], [1, 7], [5, 3], [3, 5], [64, 64], [65, 67], [131, 129], [300, 7], [9, 601]];
  for (const [rows, columns] of shapes) {
    const matrix = { rows, columns, data: normals(rows * columns, rows + 7 * columns) };
    assertValues(matrix);
    assertValues(matrix, hostSvdvals(onDemand(matrix)));
  }
});

Deno.test("hostSvdvals: a tall matrix comes in slabs whose last one is short", () => {
  for (const rows of [256, 257, 511, 1025]) {
    assertValues({ rows, columns: 33, data: normals(33 * rows, rows) });
  }
});

Deno.test("hostSvdvals: given singular values over twelve decades lie within their bounds", () => {
  const sigma = Array.from({ length: 40 }, (_, i) => 10 ** (-i * 0.3));
  // withEigenvalues is orthonormal to rounding.
  for (const rows of [40, 45, 200]) {
    const data = withEigenvalues(sigma.map((x) => x * x), rows, 3);
    const { values, bounds } = hostSvdvals({ rows, columns: 40, data });
    sigma.forEach((x, i) => assert.ok(Math.abs(values[i] - x) <= bounds[i] + 1e-14));
    assert.ok(bounds[39] < 1e-11);
  }
});

Deno.test("hostSvdvals: Hadamard matrices have n equal singular values √n, within the bounds", () => {
  for (const n of [128, 256]) {
    const sign = (e: number) => {
      let bits = Math.floor(e / n) & e % n, isOdd = false;
      for (; bits > 0; bits &= bits - 1) isOdd = !isOdd;
      return isOdd ? -1 : 1;
    };
    const entries = Float32Array.from({ length: n * n }, (_, e) => sign(e));
    // Three times as tall, so that a triangle comes first: √3 times as long.
    const tall = new Float32Array(3 * n * n).map((_, e) => entries[e % (n * n)]);
    for (const [rows, data, root] of [[n, entries, Math.sqrt(n)], [3 * n, tall, Math.sqrt(3 * n)]] as const) {
      const { values, bounds } = hostSvdvals({ rows, columns: n, data });
      values.forEach((value, i) => {
        assert.ok(Math.abs(value - root) <= bounds[i] && Math.abs(value / root - 1) < 1e-13);
        assert.ok(bounds[i] < 1e-9 * root);
      });
    }
  }
});

Deno.test("hostSvdvals: zeros are exact, equal columns have rank one, triangles of ones are right", () => {
  const zeros = hostSvdvals({ rows: 5, columns: 4, data: new Float32Array(20) });
  assert.deepEqual([zeros.values, zeros.bounds], [new Float64Array(4), new Float64Array(4)]);
  assertValues({ rows: 70, columns: 70, data: new Float32Array(4900).fill(1) });
  const triangle = Float64Array.from({ length: 4225 }, (_, e) => e % 65 >= Math.floor(e / 65) ? 1 : 0);
  assertValues({ rows: 65, columns: 65, data: triangle });
  assertValues({ rows: 3, columns: 3, data: Float64Array.of(0, 0, 0, 0, 2, 0, 0, 0, 0) });
});

Deno.test("hostSvdvals: any magnitude; powers of two scale values and bounds exactly", () => {
  const data = Float64Array.from(normals(60, 5));
  const plain = hostSvdvals({ rows: 10, columns: 6, data });
  for (const exponent of [-1000, -900, 900, 1000]) {
    const scaled = hostSvdvals({ rows: 10, columns: 6, data: data.map((x) => x * 2 ** exponent) });
    plain.values.forEach((value, i) => {
      const back = scaled.values[i] * 2 ** -exponent;
      assert.ok(Math.abs(back - value) <= 1e-15 * plain.values[0]);
    });
  }
  // The least float32, alone.
  const least = hostSvdvals({ rows: 2, columns: 2, data: Float32Array.of(2 ** -149, 0, 0, 0) });
  assert.ok(Math.abs(least.values[0] / 2 ** -149 - 1) < 1e-14 && least.bounds[1] < 1e-10 * 2 ** -149);
});

Deno.test("hostSvdvals: NaN, infinity and too many columns are refused", () => {
  for (const wrong of [NaN, Infinity, -Infinity]) {
    assert.throws(() => hostSvdvals({ rows: 1, columns: 2, data: Float32Array.of(1, wrong) }), InputError);
  }
  const tile = () => new Float32Array(0);
  assert.throws(() => hostSvdvals({ rows: 9000, columns: 9000, tile }), ShapeError);
  assert.throws(() => hostSvdvals({ rows: 2, columns: 9, tile: () => new Float32Array(18) }), InputError);
});

Deno.test("hostProductSvdvals: the values of B A, of any shapes, without the product", () => {
  for (const [rows, r, columns] of [[30, 4, 20], [5, 1, 9], [700, 16, 11], [3, 5, 4], [6, 3, 2]]) {
    const b = { rows, columns: r, data: normals(rows * r, 1) };
    const a = { rows: r, columns, data: normals(r * columns, 2) };
    const whole = { rows, columns, data: product(b.data, a.data, rows, columns, r) };
    const exact = reference(whole), { values, bounds, norm } = hostProductSvdvals(onDemand(b), a);
    assert.equal(values.length, Math.min(rows, columns, r));
    values.forEach((value, i) => assert.ok(Math.abs(value - exact[i]) <= bounds[i] + 1e-13 * exact[0]));
    assert.ok(Math.abs(norm / Math.hypot(...exact) - 1) < 1e-13 && bounds[0] < 1e-10 * exact[0]);
  }
  // Two equal directions: rank one, certainly at 10⁻⁹ of σ₁.
  const b = { rows: 3, columns: 2, data: Float32Array.of(1, 1, 2, 2, 3, 3) };
  const a = { rows: 2, columns: 2, data: Float32Array.of(1, 2, 3, 4) };
  const one = hostProductSvdvals(b, a);
  assert.ok(one.values[1] + one.bounds[1] < 1e-9 * one.values[0]);
  const nothing = hostProductSvdvals(b, { rows: 2, columns: 2, data: new Float32Array(4) });
  assert.deepEqual([nothing.values, nothing.bounds, nothing.norm], [
    new Float64Array(2),
    new Float64Array(2),
    0,
  ]);
  assert.throws(() => hostProductSvdvals(b, { rows: 3, columns: 1, data: new Float32Array(3) }), ShapeError);
  const wrong = { rows: 2, columns: 1, data: Float32Array.of(1, NaN) };
  assert.throws(() => hostProductSvdvals(b, wrong), InputError);
});

Deno.test("the error of the reduction is within its bound, and the bound grows slowly", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.integer({ min: 0, max: 30 }), (n, more) => {
      const rows = n + more, data = Float64Array.from(normals(rows * n, n + 100 * more));
      const exact = reference({ rows, columns: n, data });
      const { diagonal, above, bound } = finish(bidiagonalize(data.slice(), rows, n));
      const bidiagonal = new Float64Array(n * n);
      diagonal.forEach((a, i) => bidiagonal[i * n + i] = a);
      above.forEach((b, i) => bidiagonal[i * n + i + 1] = b);
      const triangle = new Triangle(n);
      finish(triangle.add(data));
      const off = finish(triangle.finish());
      const ofTriangle = reference({ rows: n, columns: n, data: triangle.entries });
      reference({ rows: n, columns: n, data: bidiagonal }).forEach((sigma, i) => {
        assert.ok(Math.abs(sigma - exact[i]) <= bound + 2e-14 * exact[0]);
        assert.ok(Math.abs(ofTriangle[i] - exact[i]) <= off + 2e-14 * exact[0]);
      });
    }),
    { numRuns: 20 },
  );
  assert.ok(reflectionBound(1024, 40) < 4e-14 && reflectionBound(1024, 40) > 40 * 2 ** -53);
});

Deno.test("bisection: relative accuracy of graded bidiagonal matrices, zeros on either diagonal", () => {
  // Diagonal matrices are exact.
  const graded = Float64Array.from({ length: 30 }, (_, i) => 10 ** (-4 * i));
  const { values, bounds } = finish(bidiagonalValues(graded, new Float64Array(29)));
  graded.forEach((a, i) => assert.ok(Math.abs(values[i] - a) <= bounds[i] && bounds[i] <= 2e-15 + 1e-13 * a));
  // [[a, b], [0, 0]] has √(a² + b²) and 0.
  const two = finish(bidiagonalValues(Float64Array.of(3, 0), Float64Array.of(4)));
  assert.ok(Math.abs(two.values[0] - 5) <= two.bounds[0] && two.values[1] <= two.bounds[1]);
  assert.ok(two.bounds[0] < 1e-14);
  const nothing = finish(bidiagonalValues(new Float64Array(4), new Float64Array(3)));
  assert.deepEqual(nothing.values, new Float64Array(4));
});
