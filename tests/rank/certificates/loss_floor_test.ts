import { eigenfeatureFloor } from "../../../src/rank/certificates/eigenfeatures.ts";
import { type FloorInput, lossFloor, projectionError } from "../../../src/rank/certificates/loss_floor.ts";
import { targetMoments } from "../../../src/rank/certificates/target_moments.ts";
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

/**
 * Output layers worth trying: nothing, the mean, random ones, and regularised least squares of
 * several strengths.
 */
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
      const [{ moments, ...spectrum }] = record.layers, targets = targetMoments(y, weights);
      for (const output of outputLayers(random, features, y, weights, width)) {
        const weightNorm = norm(output.slice(0, -1)), biasNorm = norm(output.slice(-1));
        const norms = { targets, weightNorm, biasNorm };
        const floor = eigenfeatureFloor({ ...spectrum, moments: moments! }, norms, epsilon);
        const actual = loss(features, y, weights, output);
        assert(floor >= 0 && floor <= actual, `floor ${floor} above the loss ${actual}`);
        if (floor > 0.5 * actual) useful++;
      }
    }),
    { numRuns: 30, seed: 4 },
  );
  // A bound that is always 0 would pass: it must come close to the loss of good output layers
  // often.
  assert(useful >= 20, `${useful}`);
});

Deno.test("lossFloor: the projection error itself, for orthonormal features", () => {
  // ψ₁, ψ₂ orthonormal, y = 3 ψ₁ + 2 ψ₂ + 1·(rest): with rank 1 certain, what ψ₂ and the rest hold
  // is lost.
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

Deno.test("lossFloor: 0 where the constant may be in the span, and an output layer reaches 0", () => {
  // Two samples, w = ½, φ = (1.4, 0.2), y = 1 − 0.8 φ: λ = 1 is known to 0.4, and ‖1⊥‖² = 0.36
  // could be 0. It costs √0.36 ‖b‖ and not √ε ‖b‖.
  const charged: FloorInput = {
    eigenvalues: [1],
    bounds: [0.4],
    targetMoments: [[0]],
    meanMoments: [0.8],
    targets: { square: 0.36, means: [0.36], mass: 1 },
    weightNorm: 0.8,
    biasNorm: 1,
  };
  assert.equal(lossFloor(charged, 0.1), 0);
  // Without a bias the distance of y from φ is left.
  assert(Math.abs(lossFloor({ ...charged, biasNorm: 0 }, 0.1) - 0.36) < 1e-13);
  // With λ = 0.6, the least that it may be, y is in the span of φ and 1.
  const projected: FloorInput = {
    eigenvalues: [1],
    bounds: [0.4],
    targetMoments: [[0.5]],
    meanMoments: [Math.SQRT1_2],
    targets: { square: 0.4375, means: [0.5 * Math.SQRT1_2], mass: 1 },
    weightNorm: 1.25,
    biasNorm: 0.5303,
  };
  assert.equal(lossFloor(projected, 0.1), 0);
  // The same with λ known: ‖y‖² − t²/λ, and nothing of the mean is left.
  const exact = lossFloor({ ...projected, bounds: [0] }, 0.1);
  assert(Math.abs(exact - 0.1875) < 1e-13, `${exact}`);
});

Deno.test("lossFloor: a network whose features nearly hold the constant gets below no floor", async () => {
  // 1-64-1, sine: two neurons of weight ¼ whose difference is 10⁻⁴ cos(x/4), the others 62 waves.
  // With y = 1 − c cos(x/4) ⟂ cos(x/4), bias 1 and weights ± c 10⁴ on the pair nearly give y.
  const m = 256, width = 64, weights = new Float32Array(m).fill(1 / m);
  const x = Array.from({ length: m }, (_, k) => -2 + 4 * k / (m - 1));
  const cosines = x.map((value) => Math.cos(value / 4));
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const c = sum(cosines) / sum(cosines.map((value) => value ** 2));
  const y = Float32Array.from(cosines, (value) => 1 - c * value);
  const neuron = (j: number, value: number) =>
    j === 0 ? value / 4 : j === width - 1 ? value / 4 + 1e-4 : Math.PI / 2 * j * value;
  const features = Float32Array.from(
    { length: m * width },
    (_, e) => Math.sin(neuron(e % width, x[Math.floor(e / width)])),
  );
  const output = Array.from({ length: width + 1 }, () => [0]);
  output[0][0] = c * 1e4, output[width - 1][0] = -c * 1e4, output[width][0] = 1;
  const actual = loss(features, y, weights, output);
  assert(actual < 1e-6, `${actual}`);
  const [{ layers: [layer] }] = await solve(gpu, {
    layers: [{ width, features: [features] }],
    weights,
    targets: y,
  });
  const targets = targetMoments(y, weights);
  const norms = { targets, weightNorm: norm(output.slice(0, -1)), biasNorm: 1 };
  for (const epsilon of [1e-2, 1e-4, 1e-6, 1e-8, 1e-9, 1e-10, 1e-12]) {
    const floor = eigenfeatureFloor({ ...layer, moments: layer.moments! }, norms, epsilon);
    assert(floor <= actual, `ε = ${epsilon}: ${floor}`);
    const certain = { ...layer, ...layer.moments!, momentBound: 0, ...norms };
    assert(lossFloor(certain, epsilon) <= actual, `ε = ${epsilon}`);
  }
});

Deno.test("projectionError: directions that are not known do not count, nor does a constant in the span", () => {
  const input = {
    eigenvalues: [1, 1e-8],
    bounds: [1e-3, 0.9e-8],
    targetMoments: [[3, 2e-4]],
    meanMoments: [0.6, 0],
    targets: { square: 14, means: [2.6], mass: 1 },
  };
  // Of the mean 2.6 − 0.6 · 3 = 0.8 is left, of the constant 1 − 0.36 = 0.64.
  const exact = projectionError({ ...input, bounds: [0, 0] });
  assert(Math.abs(exact - (14 - 9 - 4 - 1)) < 1e-12, `${exact}`);
  const known = projectionError(input);
  assert(known <= 4 && known > 3.98, `${known}`);
  // λ is taken at its least: 14 − 9/0.9, and (1.2 − 0.9/0.9)² / (1 − 0.09/0.9) of the mean.
  const least = projectionError({
    ...input,
    bounds: [0.1, 1e-8],
    meanMoments: [0.3, 0],
    targets: { ...input.targets, means: [1.2] },
  });
  assert(Math.abs(least - (14 - 10 - 0.2 ** 2 / 0.9)) < 1e-12, `${least}`);
  // The first eigenfeature is the constant.
  const inSpan = { ...input, meanMoments: [1, 0], targets: { ...input.targets, means: [3] } };
  for (const bounds of [[1e-3, 0.9e-8], [0, 0]]) {
    const left = projectionError({ ...inSpan, bounds });
    assert(left <= (bounds[0] > 0 ? 5 : 1) && left > (bounds[0] > 0 ? 4.98 : 0.999), `${left}`);
  }
});

Deno.test("targetMoments: weighted sums", () => {
  const { square, means, mass } = targetMoments([1, 2, 3, 4], [0.5, 0.25]);
  assert.deepEqual({ square, means, mass }, { square: 0.5 * 5 + 0.25 * 25, means: [1.25, 2], mass: 0.75 });
});
