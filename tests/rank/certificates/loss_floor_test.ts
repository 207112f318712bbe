import { type FloorInput, lossFloor, targetMoments } from "../../../src/rank/certificates/loss_floor.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert, fc, Matrix, solveLinear } from "../../deps.ts";
import { solve, tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Σ w ‖Φβ + 1bᵀ − y‖² in float64; β and b are the rows of `output`, `(width + 1) × outputs`. */
function loss(features: Float32Array, y: Float32Array, weights: Float32Array, output: number[][]): number {
  const m = weights.length, width = output.length - 1;
  let sum = 0;
  for (let k = 0; k < m; k++) {
    output[0].forEach((_, c) => {
      let u = output[width][c];
      for (let j = 0; j < width; j++) u += features[k * width + j] * output[j][c];
      sum += weights[k] * (u - y[k * output[0].length + c]) ** 2;
    });
  }
  return sum;
}

const norm = (rows: number[][]) => Math.hypot(...rows.flat());

/** Output layers worth trying: nothing, the mean, random ones, and regularised least squares of several strengths. */
function outputLayers(
  random: () => number,
  features: Float32Array,
  y: Float32Array,
  weights: Float32Array,
  width: number,
): number[][][] {
  const m = weights.length, outputs = y.length / m;
  const zero = () => Array.from({ length: width + 1 }, () => new Array<number>(outputs).fill(0));
  const { means, mass } = targetMoments(y, weights);
  const mean = zero();
  mean[width] = means.map((value) => value / mass);
  const draws = [0.1, 1, 10].map((scale) => zero().map((row) => row.map(() => scale * (2 * random() - 1))));
  const phi = new Matrix(m, width + 1), target = new Matrix(m, outputs);
  for (let k = 0; k < m; k++) {
    const root = Math.sqrt(weights[k]);
    for (let j = 0; j < width; j++) phi.set(k, j, root * features[k * width + j]);
    phi.set(k, width, root);
    for (let c = 0; c < outputs; c++) target.set(k, c, root * y[k * outputs + c]);
  }
  const fits = [1e-9, 1e-6, 1e-3].map((ridge) => {
    const normal = phi.transpose().mmul(phi).add(Matrix.eye(width + 1).mul(ridge));
    return solveLinear(normal, phi.transpose().mmul(target)).to2DArray();
  });
  return [zero(), mean, ...draws, ...fits];
}

Deno.test("lossFloor: no output layer of the given norms gets below it", async () => {
  const problem = fc.record({
    m: fc.constantFrom(1, 5, 37, 128),
    width: fc.constantFrom(1, 2, 20, 37),
    outputs: fc.constantFrom(1, 3, 5),
    epsilon: fc.constantFrom(1e-1, 1e-3, 1e-6, 1e-9),
    seed: fc.nat(),
  });
  let useful = 0;
  await fc.assert(
    fc.asyncProperty(problem, async ({ m, width, outputs, epsilon, seed }) => {
      const random = uniform(seed);
      const features = tanhFeatures(random, m, width);
      const weights = Float32Array.from({ length: m }, () => (0.5 + random()) / m);
      const y = Float32Array.from(
        { length: m * outputs },
        (_, i) => Math.cos(9 * i / (m * outputs)) + random(),
      );
      const [record] = await solve(gpu, { layers: [{ width, features: [features] }], weights, targets: y });
      const input = { ...record, ...record.layers[0], targets: targetMoments(y, weights) };
      for (const output of outputLayers(random, features, y, weights, width)) {
        const weightNorm = norm(output.slice(0, -1)), biasNorm = norm(output.slice(-1));
        const floor = lossFloor({ ...input, weightNorm, biasNorm }, epsilon);
        const actual = loss(features, y, weights, output);
        assert(floor >= 0 && floor <= actual, `floor ${floor} above the loss ${actual}`);
        if (floor > 0.5 * actual) useful++;
      }
    }),
    { numRuns: 30, seed: 4 },
  );
  // A bound that is always 0 would pass: it must come close to the loss of good output layers often.
  assert(useful >= 20, `${useful}`);
});

Deno.test("lossFloor: the projection error itself, for orthonormal features", () => {
  // ψ₁, ψ₂ orthonormal, y = 3 ψ₁ + 2 ψ₂ + 1·(rest): with rank 1 certain, what ψ₂ and the rest hold is lost.
  const input: FloorInput = {
    eigenvalues: [1, 1e-8],
    bounds: [0, 0],
    targetMoments: [[3, 2e-4]],
    meanMoments: [0, 0],
    targets: { square: 9 + 4 + 1, means: [0], mass: 1 },
    weightNorm: 0,
    biasNorm: 0,
  };
  assert(Math.abs(lossFloor(input, 1e-6) - 5) < 1e-12);
  assert(Math.abs(lossFloor(input, 1e-9) - 1) < 1e-12);
  // √ε ‖β‖ = 1 off the distance √5.
  assert(Math.abs(lossFloor({ ...input, weightNorm: 1e3 }, 1e-6) - (Math.sqrt(5) - 1) ** 2) < 1e-12);
  assert.equal(lossFloor({ ...input, weightNorm: 1e4 }, 1e-6), 0);
  assert(Number.isNaN(lossFloor({ ...input, eigenvalues: [NaN, NaN], bounds: [NaN, NaN] }, 1e-6)));
});

Deno.test("targetMoments: weighted sums", () => {
  const { square, means, mass } = targetMoments([1, 2, 3, 4], [0.5, 0.25]);
  assert.deepEqual({ square, means, mass }, { square: 0.5 * 5 + 0.25 * 25, means: [1.25, 2], mass: 0.75 });
});
