import { InputError } from "../../src/errors.ts";
import { completeValues } from "../../src/cli/options.ts";
import { saddleToSaddle } from "../../src/experiments/saddle_to_saddle/mod.ts";
import { Network } from "../../src/nn/network.ts";
import { assert, Matrix, SingularValueDecomposition } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const small = {
  activations: "identity,leaky-relu:0.25",
  inputs: 5,
  width: 7,
  samples: 11,
  rates: [1, 0.5],
  deltas: [0.01, 1],
  learningRate: 0.05,
  steps: 157,
  probeEvery: 4,
  replicas: 2,
};

/** Gradient descent of a two-layer network without biases in float64. */
function descend(
  { x, y, activation, w, v, width, outputs, rate, steps }: {
    readonly x: Matrix;
    readonly y: Matrix;
    readonly activation: string;
    readonly w: ArrayLike<number>;
    readonly v: ArrayLike<number>;
    readonly width: number;
    readonly outputs: number;
    readonly rate: number;
    readonly steps: readonly number[];
  },
) {
  const slope = activation === "identity" ? 1 : 0.25, m = x.rows;
  let hidden = Matrix.from1DArray(x.columns, width, Array.from(w));
  let output = Matrix.from1DArray(width, outputs, Array.from(v));
  const at: { loss: number; sigma: number[]; hidden: Matrix }[] = [];
  for (let step = 0; step <= steps.at(-1)!; step++) {
    const z = x.mmul(hidden),
      gate = z.clone().apply(function (this: Matrix, i: number, j: number) {
        this.set(i, j, this.get(i, j) > 0 ? 1 : slope);
      });
    const features = Matrix.mul(z, gate), error = Matrix.sub(features.mmul(output), y);
    if (steps.includes(step)) {
      const loss = error.to1DArray().reduce((sum: number, value: number) => sum + value ** 2, 0) / m;
      const { diagonal } = new SingularValueDecomposition(hidden, { autoTranspose: true });
      at.push({ loss, sigma: diagonal.slice(0, Math.min(x.columns, width)), hidden });
    }
    const scaled = Matrix.mul(error, 2 * rate / m), back = Matrix.mul(scaled.mmul(output.transpose()), gate);
    output = Matrix.sub(output, features.transpose().mmul(scaled));
    hidden = Matrix.sub(hidden, x.transpose().mmul(back));
  }
  return at;
}

/** The part of a matrix in other directions than those of its largest singular values. */
function beyond(matrix: Matrix, rank: number): Matrix {
  const { leftSingularVectors } = new SingularValueDecomposition(matrix, { autoTranspose: true });
  if (rank === 0) return matrix;
  const basis = leftSingularVectors.subMatrix(0, matrix.rows - 1, 0, rank - 1);
  return Matrix.sub(matrix, basis.mmul(basis.transpose().mmul(matrix)));
}

function cosineOf(a: Matrix, b: Matrix): number {
  const [x, y] = [a.to1DArray(), b.to1DArray()];
  return x.reduce((sum, value, i) => sum + value * y[i], 0) / (Math.hypot(...x) * Math.hypot(...y));
}

Deno.test("saddleToSaddle: losses and singular values are those of gradient descent in float64", async () => {
  const result = await study(gpu, saddleToSaddle, small);
  const { plan: { tasks, activations, deltas }, rows } = result;
  assert.deepEqual(deltas, [1, 0.01]);
  assert.equal(rows.length, 2 * 2 * 2);
  for (const [i, activation] of activations.entries()) {
    const { train: { x, y }, inputs, outputs } = tasks[i], { width, samples } = small;
    const inputMatrix = Matrix.from1DArray(samples, inputs, Array.from(x));
    const covariance = inputMatrix.transpose().mmul(inputMatrix);
    // Numbers are rounded to 24 bits, and a sum has 11 products of at most 11.
    for (let a = 0; a < inputs; a++) {
      for (let b = 0; b < inputs; b++) {
        assert(Math.abs(covariance.get(a, b) / samples - +(a === b)) < 2 ** -20, "inputs are whitened");
      }
    }
    using network = await Network.create(gpu, {
      ...{ inputs, hidden: [width], outputs, activation, initializer: "xavier-normal", replicas: 2 },
      streams: [0, 1].map((stream) => ({ seed: 0, stream })),
    });
    const starts = await network.readAllParameters();
    for (const row of rows.filter((network) => network.activation === activation)) {
      const [{ weights: w }, { weights: v }] = starts[row.replica];
      const reference = descend({
        ...{
          x: inputMatrix,
          y: Matrix.from1DArray(samples, outputs, Array.from(y)),
          activation,
          width,
          outputs,
        },
        w: Float32Array.from(w, (value) => value * row.delta),
        v: Float32Array.from(v, (value) => value * row.delta),
        rate: small.learningRate,
        steps: row.points.map(({ step }) => step),
      });
      assert.deepEqual(row.points.map(({ step }) => step).slice(-2), [156, 157]);
      for (const { rank, ends: [first, middle, last], halves, ahead } of row.plateaus) {
        assert(row.points.slice(first, last + 1).every(({ weights }) => weights.rank === rank));
        assert.equal(middle, first + Math.floor((last - first) / 2));
        const [start, half, end] = [first, middle, last].map((at) => beyond(reference[at].hidden, rank));
        const truth = [cosineOf(start, half), cosineOf(half, end)];
        // Small parts are at least 1 % of the largest singular value: singular vectors are off by a
        // few u over the gap, and the weights by 10⁻⁴.
        halves.forEach((value, i) => assert(Math.abs(value - truth[i]) < 2e-3, `${value} ${truth[i]}`));
        const along = Math.hypot(...end.getRow(rank)) / Math.hypot(...end.to1DArray());
        assert(Math.abs(ahead - along) < 2e-3 && Math.abs(row.points[last].cosine - 1) < 1e-12);
        assert.equal(row.points[middle].cosine, halves[1]);
      }
      row.points.forEach(({ loss, singularValues, weights }, p) => {
        const { loss: truth, sigma } = reference[p], where = `${activation} ${row.delta}, point ${p}`;
        // 157 steps, each off by some u = 2⁻²⁴ of what grows by e^(2 s t) ≤ e^(2 · 7.85): relative
        // errors stay below 157 · 8 u ≈ 10⁻⁴.
        assert(Math.abs(loss - truth) <= 1e-4 * (truth + 1e-3), `${where}: ${loss} ${truth}`);
        sigma.forEach((value, k) =>
          assert(Math.abs(singularValues[k] - value) <= 1e-4 * sigma[0], `${where}: σ_${k + 1}`)
        );
        const exact = sigma.filter((value) => value > 0.25).length;
        assert(weights.low <= exact && exact <= weights.high, `${where}: rank ${exact}`);
      });
    }
  }
  const plateaus = rows.filter(({ delta }) => delta === 0.01).map(({ plateaus }) => plateaus.length);
  assert.deepEqual(plateaus, [2, 2, 2, 2], "each of them is held against the reference");
  const elements = assertSoundSvg(
    result.figures["saddle_to_saddle.svg"],
    "From saddle to saddle: the staircase in weights",
  );
  assert.equal(marks(elements, "panel").length, 2 * 4);
});

Deno.test("saddleToSaddle: networks that diverge are named and left out, and hold no claim up", async () => {
  const options = { ...small, activations: "identity", steps: 60, learningRate: 1e6 };
  const { status, verdicts, rows, diverged, text } = await study(gpu, saddleToSaddle, options);
  assert.deepEqual([status, rows.length, diverged.length], ["diverged", 0, 4]);
  assert(verdicts.every(({ holds }) => !holds));
  assert.match(text, /identity, δ = 0\.01, replica 1 diverged at step \d+/);
});

Deno.test("saddleToSaddle: what makes no experiment is refused", () => {
  for (
    const wrong of [
      { activations: "tanh" },
      { activations: "relu^2" },
      { activations: [] },
      { deltas: [0.1, 0.1] },
      { deltas: [0, 1] },
      { rates: [] },
      { rates: [1, -1] },
      { inputs: 2 },
      { width: 2 },
      { samples: 7 },
      { samples: 16_777_216 },
      { replicas: 1e5 },
      { width: 4096, steps: 4000, probeEvery: 1 },
      { learningRate: 0 },
      { tolerance: 0 },
    ]
  ) {
    const plan = () => saddleToSaddle.plan(completeValues(saddleToSaddle.options, wrong, "saddle-to-saddle"));
    assert.throws(plan, InputError, JSON.stringify(wrong));
  }
});
