import { finish } from "../../../src/gpu/turns.ts";
import { transposed } from "../../../src/linalg/matrix.ts";
import { pivotedCholesky } from "../../../src/linalg/host/pivoted_cholesky.ts";
import { normals, orthonormalRows, product } from "../../../src/stats/random_matrices.ts";
import { assert, fc } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";

/** Factorises a copy, and checks eigenvalues against the bound. */
function checked(a: Float64Array, n: number, until: number) {
  const found = finish(pivotedCholesky(a.slice(), n, until)), { factor, columns: k, bound } = found;
  const product = Float64Array.from({ length: n * n }, (_, e) => {
    const i = Math.floor(e / n), j = e % n;
    let sum = 0;
    for (let t = 0; t < k; t++) sum += factor[i * k + t] * factor[j * k + t];
    return sum;
  });
  const exact = eigenvalues(a, n), size = Math.max(exact[0], -exact[n - 1]);
  eigenvalues(product, n).forEach((value, i) => {
    // Eigenvalues of both are off by some 10⁻¹⁵ of the largest.
    assert(
      Math.abs(value - exact[i]) <= bound + 1e-14 * n * size,
      `${value} and ${exact[i]}, bound ${bound}`,
    );
  });
  return { ...found, size };
}

Deno.test("pivotedCholesky: matrices of low rank have so many columns, and a bound near rounding", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(10 ** 6),
      (n, some, seed) => {
        const rank = Math.min(n, some), rows = orthonormalRows(rank, n, seed);
        const half = Float64Array.from({ length: n * rank }, (_, e) => {
          return rows[(e % rank) * n + Math.floor(e / rank)] * 2 ** (-(e % rank) / 2);
        });
        const { columns, bound } = checked(product(half, transposed(half, n, rank), n, n, rank), n, 1e-13);
        assert(columns <= rank && bound < 1e-12);
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("pivotedCholesky: the bound holds for indefinite matrices as well", () => {
  for (const n of [1, 2, 7, 20]) {
    const half = normals(n * n, n);
    const a = Float64Array.from({ length: n * n }, (_, e) => {
      const i = Math.floor(e / n), j = e % n;
      return half[i * n + j] + half[j * n + i];
    });
    const { bound, size } = checked(a, n, 0);
    assert(n === 1 || bound > 1e-3 * size);
  }
});

Deno.test("pivotedCholesky: zeros have no column; it stops once the rest of the diagonal is small", () => {
  assert.deepEqual(finish(pivotedCholesky(new Float64Array(9), 3, 0)).columns, 0);
  const diagonal = Float64Array.of(1, 0, 0, 0, 100, 0, 0, 0, 10);
  const { factor, columns, bound } = finish(pivotedCholesky(diagonal.slice(), 3, 5));
  assert.deepEqual([columns, factor[0] ** 2], [2, 100]);
  assert(bound >= 1 && bound < 1.001);
});
