import { sampleGrams } from "../../../src/rank/ranks/sample_grams.ts";
import { normals } from "../../../src/stats/random_matrices.ts";
import { assert } from "../../deps.ts";
import { eigenvalues } from "../../reference/eigenvalues.ts";
import { openGpu } from "../../support/gpu.ts";
import { inputError } from "../../support/input_error.ts";

const gpu = await openGpu();

/** Eigenvalues of ΦΦᵀ / n in float64. */
function reference(data: ArrayLike<number>, rows: number, columns: number): number[] {
  const gram = Float64Array.from({ length: rows * rows }, (_, e) => {
    let sum = 0;
    for (let j = 0; j < columns; j++) {
      sum += data[Math.floor(e / rows) * columns + j] * data[e % rows * columns + j];
    }
    return sum / columns;
  });
  return eigenvalues(gram, rows);
}

Deno.test("sampleGrams: least eigenvalues and ranks against float64, of all shapes", async () => {
  for (const [rows, columns] of [[1, 1], [1, 9], [2, 2], [5, 8], [16, 16], [16, 64], [9, 4], [33, 130]]) {
    const matrices = [1, 2].map((seed) => normals(rows * columns, rows + 100 * seed));
    const epsilon = 0.5;
    const grams = await sampleGrams(
      gpu,
      matrices.map((data) => ({ rows, columns, data })),
      { epsilon },
    );
    grams.forEach(({ least, rank: { rank, low, high } }, i) => {
      const truth = reference(matrices[i], rows, columns), [largest] = truth, smallest = truth[rows - 1];
      // Never above the truth, which float64 has to some 10⁻¹⁵ λ₁.
      assert(least <= smallest + 1e-14 * largest, `${least} ${smallest}`);
      // Bounds are some (m + n) u λ₁, 10⁻⁵ λ₁ of the largest.
      assert(least >= Math.max(0, smallest) - 1e-4 * largest, `${least} ${smallest}`);
      const count = truth.filter((value) => value > epsilon).length;
      assert(low <= count && count <= high && low <= rank && rank <= high);
      if (rows > columns) assert.equal(least, 0);
    });
  }
});

Deno.test("sampleGrams: features that are alike are not certainly independent; nor are zeros", async () => {
  const alike = { rows: 3, columns: 4, data: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4, 0, 1, 0, 1) };
  const zeros = { rows: 3, columns: 4, data: new Float32Array(12) };
  const grams = await sampleGrams(gpu, [alike, zeros], { epsilon: 1e-3 });
  assert(grams.every(({ least }) => least <= 0));
  assert.deepEqual(grams.map(({ rank: { low, high } }) => [low, high]), [[2, 2], [0, 0]]);
});

Deno.test("sampleGrams: nothing of nothing; entries and thresholds are checked", async () => {
  assert.deepEqual(await sampleGrams(gpu, [], { epsilon: 1 }), []);
  const nan = { rows: 1, columns: 2, data: Float32Array.of(1, NaN) };
  await assert.rejects(sampleGrams(gpu, [nan], { epsilon: 1 }), inputError(/NaN/));
  await assert.rejects(
    sampleGrams(gpu, [{ ...nan, data: Float32Array.of(1, 1) }], { epsilon: 0 }),
    inputError(/ε = 0: give a number above 0/),
  );
});
