import { randomSteps } from "../../../src/rank/ranks/random_steps.ts";
import { lowerMedian } from "../../../src/stats/median.ts";
import { normal, uniform } from "../../../src/stats/random.ts";
import { normals } from "../../../src/stats/random_matrices.ts";
import { assert, Matrix, SingularValueDecomposition } from "../../deps.ts";

/** ‖W‖_F² / ‖W‖₂² by the singular values. */
function stableRank(matrix: Matrix): number {
  const { diagonal } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return diagonal.reduce((sum, value) => sum + value ** 2, 0) / Math.max(...diagonal) ** 2;
}

for (const [samples, inputs, width] of [[5, 9, 7], [9, 4, 3], [3, 30, 8], [1, 2, 5], [4, 3, 1]]) {
  Deno.test(`randomSteps: ${samples} samples in ${inputs} dimensions, ${width} neurons, as W₀ + XᵀC made in full`, () => {
    const x = normals(samples * inputs, 1), weights = normals(inputs * width, 2);
    const start = { weights, x, samples, inputs, width };
    const draw = randomSteps(start, normal(uniform(3))), again = normal(uniform(3));
    for (const length of [1e-3, 1, 40]) {
      const c = Matrix.from1DArray(samples, width, Array.from({ length: samples * width }, again));
      const step = Matrix.from1DArray(samples, inputs, [...x]).transpose().mmul(c);
      const whole = Matrix.add(
        Matrix.from1DArray(inputs, width, [...weights]),
        step.mul(length / step.norm("frobenius")),
      );
      const expected = stableRank(whole);
      // Products of float64, and λ₁ to 2⁻²⁰ or by 32 steps of Lanczos in at most 8 dimensions.
      assert(Math.abs(draw(length) - expected) < 2 ** -19 * expected, `length ${length}`);
    }
  });
}

Deno.test("randomSteps: short steps leave the rank of W₀; long ones have that of random combinations", () => {
  const samples = 20, inputs = 200, width = 30;
  const x = normals(samples * inputs, 1);
  // W₀ of rank one.
  const column = normals(inputs, 2), row = normals(width, 3);
  const weights = Float32Array.from(
    { length: inputs * width },
    (_, i) => column[Math.floor(i / width)] * row[i % width],
  );
  const draw = randomSteps({ weights, x, samples, inputs, width }, normal(uniform(4)));
  assert(Math.abs(draw(1e-3) - 1) < 1e-6);
  // Of m × n normal numbers: m n / (√m + √n)² ≈ 6.1 with orthogonal samples, less with these.
  const far = lowerMedian(Array.from({ length: 9 }, () => draw(1e6)));
  assert(far > 4 && far < 7, `${far}`);
});
