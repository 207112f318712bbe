import { InputError, ShapeError } from "../../../src/errors.ts";
import { weightRanks, weightStableRank } from "../../../src/rank/ranks/weight_ranks.ts";
import { uniform } from "../../../src/stats/random.ts";
import { withEigenvalues } from "../../../src/stats/random_matrices.ts";
import { assert, Matrix, SingularValueDecomposition } from "../../deps.ts";
import { exactCount, exactGramMatrix } from "../../reference/exact_inertia.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** A matrix of rank r, but for noise of the given size: a sum of r outer products. */
function lowRank(rows: number, columns: number, r: number, noise: number, seed: number): Float32Array {
  const random = uniform(seed);
  const draw = () => 2 * random() - 1;
  const data = Float32Array.from({ length: rows * columns }, () => noise * draw());
  for (let k = 0; k < r; k++) {
    const u = Array.from({ length: rows }, draw), v = Array.from({ length: columns }, draw);
    data.forEach((_, i) => data[i] += u[Math.floor(i / columns)] * v[i % columns]);
  }
  return data;
}

function reference(rows: number, columns: number, data: Float32Array): number[] {
  const matrix = Matrix.from1DArray(rows, columns, Array.from(data));
  const { diagonal } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  return diagonal.slice(0, Math.min(rows, columns)).sort((a, b) => b - a);
}

Deno.test("weightRanks: singular values and ranks against float64, tall and wide", async () => {
  for (
    const [rows, columns, r] of [[1, 1, 1], [20, 7, 3], [7, 20, 3], [37, 37, 5], [64, 50, 11], [1, 9, 1], [
      70,
      91,
      5,
    ]]
  ) {
    const matrices = [0, 1e-4].map((noise, i) => lowRank(rows, columns, r, noise, rows + i));
    const results = await weightRanks(gpu, matrices.map((data) => ({ rows, columns, data })));
    results.forEach(({ singularValues, bounds, rank, low, high }, i) => {
      const truth = reference(rows, columns, matrices[i]);
      assert.equal(singularValues.length, truth.length);
      truth.forEach((sigma, k) => {
        const error = Math.abs(singularValues[k] - sigma);
        // The reference itself is right to some 10⁻¹⁵ σ₁.
        assert(
          error <= bounds[k] + 1e-14 * truth[0],
          `σ_${k + 1} of ${rows} × ${columns}: ${error} > ${bounds[k]}`,
        );
      });
      const exact = truth.filter((sigma) => sigma > 1e-2 * truth[0]).length;
      assert.deepEqual({ rank, low, high }, { rank: exact, low: exact, high: exact });
    });
  }
});

Deno.test("weightRanks: certain at a tolerance of 10⁻⁹, tall and wide, against whole numbers", async () => {
  const tolerance = 1e-9;
  const sigma = [1, 1e-2, 3e-5, 2e-8, 1.1e-9, 0.9e-9, 3e-10, 1e-12];
  for (const [rows, seed] of [[8, 1], [19, 2]]) {
    const columns = sigma.length;
    const tall = withEigenvalues(sigma.map((value) => value * value), rows, seed);
    const wide = tall.map((_, e) => tall[(e % rows) * columns + Math.floor(e / rows)]);
    const gram = exactGramMatrix(tall, rows, columns);
    // λ₁ of WᵀW / m to 10⁻¹², and the counts at both ends of τ² λ₁.
    const [low, high] = [1 - 1e-12, 1 + 1e-12].map((share) => share / rows);
    assert.deepEqual([low, high].map((at) => exactCount(gram, at).above), [1, 0]);
    assert.deepEqual([low, high].map((at) => exactCount(gram, tolerance ** 2 * at).above), [5, 5]);
    for (const precision of ["auto", "double"] as const) {
      const options = { tolerance, precision };
      const ranks = [
        ...await weightRanks(gpu, [{ rows, columns, data: tall }], options),
        ...await weightRanks(gpu, [{ rows: columns, columns: rows, data: wide }], options),
      ];
      for (const { rank, low, high, singularValues, bounds } of ranks) {
        assert.deepEqual([rank, low, high], [5, 5, 5], precision);
        sigma.forEach((value, k) => {
          // Products round W by 10⁻¹⁶.
          assert(Math.abs(singularValues[k] - value) <= bounds[k] + 1e-15, `σ_${k + 1}`);
          assert(bounds[k] < 1e-10, `σ_${k + 1} to ${bounds[k]}`);
        });
      }
    }
  }
});

Deno.test("weightRanks: nothing, zero, and what is wrong", async () => {
  assert.deepEqual(await weightRanks(gpu, []), []);
  const [{ rank, low, high, singularValues, bounds }] = await weightRanks(gpu, [
    { rows: 3, columns: 2, data: new Float32Array(6) },
  ]);
  assert.deepEqual([rank, low, high, ...singularValues, ...bounds], [0, 0, 0, 0, 0, 0, 0]);
  const one = { rows: 1, columns: 1, data: Float32Array.of(1) };
  for (const tolerance of [0, 1, -1, NaN]) {
    await assert.rejects(weightRanks(gpu, [one], { tolerance }), InputError);
  }
  await assert.rejects(weightRanks(gpu, [{ ...one, data: Float32Array.of(NaN) }]), InputError);
  await assert.rejects(weightRanks(gpu, [{ ...one, rows: 0.5, columns: 2 }]), ShapeError);
  for (const wrong of [null, one, [null], [{ rows: 1, columns: 1, data: [1] }]]) {
    await assert.rejects(weightRanks(gpu, wrong as unknown as [typeof one]), InputError);
  }
  for (const options of [{ precision: "float64" }, { epsilon: 1e-2 }, { tolerance: "0.1" }]) {
    await assert.rejects(weightRanks(gpu, [one], options as object), InputError);
  }
  await assert.rejects(
    weightRanks(gpu, [one, { rows: 2, columns: 1, data: new Float32Array(2) }]),
    ShapeError,
  );
});

Deno.test("weightRanks: a tolerance whose square is below all floats", async () => {
  const matrix = { rows: 2, columns: 2, data: Float32Array.of(3, 0, 0, 0) };
  const [{ low, rank, high }] = await weightRanks(gpu, [matrix], { tolerance: 1e-200 });
  assert.equal(low, 1);
  assert.ok(low <= rank && rank <= high);
});

Deno.test("weightStableRank: within its bound of the float64 reference, tall and wide, and of a single number", async () => {
  for (const [rows, columns, r] of [[20, 7, 3], [7, 20, 5], [37, 36, 2], [1, 9, 1], [1, 1, 1]]) {
    const data = lowRank(rows, columns, r, 1e-3, rows);
    const [ranks] = await weightRanks(gpu, [{ rows, columns, data }]);
    const sigma = reference(rows, columns, data);
    const expected = sigma.reduce((sum, value) => sum + value ** 2, 0) / sigma[0] ** 2;
    const { value, bound } = weightStableRank(ranks);
    assert(Math.abs(value - expected) <= bound + 1e-12 * expected, `${rows} × ${columns}`);
    assert(bound < 1e-3);
  }
  // What may be 0 altogether has any stable rank.
  const { value, bound } = weightStableRank({
    singularValues: Float64Array.of(1e-9, 0),
    bounds: Float64Array.of(1e-8, 1e-8),
  });
  assert(value - bound <= 0 && value + bound >= 2);
});

Deno.test("weightRanks: an absolute tolerance counts singular values above it, whatever the largest", async () => {
  const sigma = [40, 2, 0.3, 0.2, 1e-3];
  for (const [rows, scale, expected] of [[5, 1, 3], [17, 1, 3], [17, 0.01, 1], [9, 100, 4]]) {
    const data = withEigenvalues(sigma.map((value) => (scale * value) ** 2), rows, rows);
    const turned = data.map((_, e) => data[(e % rows) * 5 + Math.floor(e / rows)]);
    for (const matrix of [{ rows, columns: 5, data }, { rows: 5, columns: rows, data: turned }]) {
      const options = { tolerance: 0.25, threshold: "absolute" } as const;
      const [{ rank, low, high }] = await weightRanks(gpu, [matrix], options);
      assert.deepEqual([rank, low, high], [expected, expected, expected], `${rows} rows, ${scale}`);
    }
  }
  // A value that no arithmetic tells from the tolerance leaves the rank uncertain.
  const edge = { rows: 2, columns: 2, data: Float32Array.of(3, 0, 0, 0.25) };
  const [{ low, high }] = await weightRanks(gpu, [edge], { tolerance: 0.25, threshold: "absolute" });
  assert(low === 1 && high <= 2);
  const none = { rows: 2, columns: 2, data: Float32Array.of(0.1, 0, 0, 0.1) };
  const [small] = await weightRanks(gpu, [none], { tolerance: 2, threshold: "absolute" });
  assert.deepEqual([small.rank, small.low, small.high], [0, 0, 0]);
  for (const wrong of [{ tolerance: 0, threshold: "absolute" }, { threshold: "share" }]) {
    await assert.rejects(weightRanks(gpu, [none], wrong as object), InputError);
  }
});
