import { encloseLargest } from "../../../src/rank/certificates/largest_eigenvalue.ts";
import { assert, fc } from "../../deps.ts";
import { semidefiniteCases } from "../../support/counting.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { symmetric } from "../../reference/matrix.ts";
import { normals } from "../../reference/random.ts";

/**
 * Asserts that the largest eigenvalue is in the interval, as far as float64 knows it. Gives the
 * width as a share of it.
 */
function check(matrix: Float32Array, n: number, what: string): number {
  const [exact] = eigenvalues(matrix, n);
  const { low, high } = encloseLargest(matrix, n);
  const off = 1e-14 * n * Math.hypot(...matrix);
  assert(low - off <= exact && exact <= high + off, `${what}: ${exact} is not in [${low}, ${high}]`);
  return exact === 0 ? 0 : (high - low) / Math.abs(exact);
}

Deno.test("encloseLargest: the largest eigenvalue of Gram matrices of all kinds", () => {
  for (const n of [1, 2, 17, 40]) {
    for (const { name, matrix } of semidefiniteCases(n, n)) {
      const width = check(matrix, n, `${name}, n = ${n}`);
      // Never wider than the Frobenius norm makes it.
      assert(width <= Math.sqrt(n) + 1e-6, `${name}, n = ${n}: ${width}`);
    }
  }
});

Deno.test("encloseLargest: tight where one eigenvalue leads, as that of features does", () => {
  for (const name of ["tanh features", "Hilbert", "graded", "decaying", "rank one"]) {
    const { matrix } = semidefiniteCases(40, 3).find((each) => each.name === name)!;
    assert(check(matrix, 40, name) <= 2 ** -19, name);
  }
});

Deno.test("encloseLargest: the lower end is near where many eigenvalues are as large", () => {
  for (const seed of [1, 2, 3]) {
    const n = 150, { matrix } = semidefiniteCases(n, seed).find(({ name }) => name === "Gram")!;
    const [exact] = eigenvalues(matrix, n);
    for (const given of [matrix, Float64Array.from(matrix)]) {
      const { low, high } = encloseLargest(given, n);
      assert(
        low <= exact * (1 + 1e-12) && exact - low < 1e-5 * exact && high >= exact,
        `${low}, not ${exact}`,
      );
    }
  }
});

Deno.test("encloseLargest: any symmetric matrix, indefinite ones and negative ones included", () => {
  const one = fc.record({
    n: fc.integer({ min: 1, max: 20 }),
    seed: fc.nat(1e6),
    shift: fc.constantFrom(-9, 0, 9),
  });
  fc.assert(
    fc.property(one, ({ n, seed, shift }) => {
      const matrix = symmetric(normals(n * n, seed).map((x, e) => x + (e % (n + 1) === 0 ? shift : 0)), n);
      check(matrix, n, `n = ${n}, seed ${seed}, shift ${shift}`);
    }),
    { numRuns: 100, seed: 4 },
  );
  assert.deepEqual(encloseLargest(new Float32Array(9), 3), { low: 0, high: 0 });
});
