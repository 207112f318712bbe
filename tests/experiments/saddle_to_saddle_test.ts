import { InputError } from "../../src/errors.ts";
import { judge, type Verdict } from "../../src/experiments/core/verdict.ts";
import { predictedSlope, saddleClaims } from "../../src/experiments/saddle_to_saddle/claims.ts";
import { saddleToSaddle } from "../../src/experiments/saddle_to_saddle/mod.ts";
import {
  lossDrops,
  type SaddleNetwork,
  type SaddlePoint,
} from "../../src/experiments/saddle_to_saddle/networks.ts";
import type { SaddlePlan } from "../../src/experiments/saddle_to_saddle/plan.ts";
import { completeValues } from "../../src/cli/options.ts";
import { Network } from "../../src/nn/network.ts";
import { assert, Matrix, SingularValueDecomposition } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { assertSoundSvg, marks } from "../support/sound.ts";
import { study } from "./study.ts";

const gpu = await openGpu();

const plan = (options: object = {}) =>
  saddleToSaddle.plan(completeValues(saddleToSaddle.options, options, "saddle-to-saddle")) as SaddlePlan;

/** Rates of the made staircases, and their ladder. */
const rates = [1, 0.5, 0.25], deltas = [1, 1e-3, 1e-4, 1e-5], replicas = 3;
const made = plan({ activations: ["identity"], deltas, rates, replicas });

/** A network whose modes grow as those of a linear network do, in time steps of a probe. */
function climbing(delta: number, replica: number, change: Partial<SaddleNetwork> = {}): SaddleNetwork {
  const early = delta ** 2 * (1 + 0.2 * replica);
  const points = Array.from({ length: 200 }, (_, i): SaddlePoint => {
    const time = 0.2 * i,
      modes = rates.map((rate) => rate / (1 + (rate / early - 1) * Math.exp(-4 * rate * time)));
    const singularValues = Float64Array.from(modes, Math.sqrt);
    const rank = singularValues.filter((value) => value > 0.25).length;
    return {
      step: 20 * i,
      time,
      loss: modes.reduce((sum, mode, k) => sum + (rates[k] - mode) ** 2, 0) + 1e-12,
      singularValues,
      weights: { rank, low: rank, high: rank },
      features: { rank, low: rank, high: rank },
      cosine: 0.99,
    };
  });
  const place = { activation: "identity", delta, replica };
  const plateaus = rates.map((_, rank) => {
    const at = points.flatMap(({ weights }, i) => weights.rank === rank ? [i] : []);
    const ends = [at[0], at[at.length >> 1], at.at(-1)!] as const;
    return { rank, ends, halves: [0.5 + 0.01 * replica, 0.99] as const, ahead: 0.99 + 0.001 * replica };
  });
  return { ...place, points, drops: lossDrops(points), plateaus, ...change };
}

/** A network that learns without a saddle: of full rank, its loss falls from the first step. */
function sliding(delta: number, replica: number): SaddleNetwork {
  const points = climbing(1e-3, replica).points.map((point, i): SaddlePoint => ({
    ...point,
    loss: Math.exp(-0.1 * i) + 0.1 * Math.exp(-0.01 * i),
    weights: { rank: 8, low: 8, high: 8 },
    features: { rank: 8, low: 8, high: 8 },
    cosine: NaN,
  }));
  return { activation: "identity", delta, replica, points, drops: lossDrops(points), plateaus: [] };
}

const networksOf = (small: typeof climbing, large: typeof climbing) =>
  Array.from(
    { length: replicas },
    (_, replica) => deltas.map((delta, i) => (i === 0 ? large : small)(delta, replica)),
  ).flat();
const judged = (networks: readonly SaddleNetwork[]) => saddleClaims(networks, made).map(judge);
const failed = (verdicts: readonly Verdict[]) => verdicts.flatMap(({ holds }, i) => holds ? [] : [i]);

Deno.test("saddleClaims: staircases from small weights and a slide from large ones bear all claims out", () => {
  const verdicts = judged(networksOf(climbing, sliding));
  assert.deepEqual(failed(verdicts), [], verdicts.map(({ claim, value }) => `${claim}: ${value}`).join("\n"));
  assert.equal(verdicts.length, 12);
  const [slope, , error] = verdicts.slice(7, 10);
  // Slopes ½, ½ and 1, but for the time between two probes.
  assert(Math.abs(slope.value - 2 / 3) < 0.03 && error.value < 0.05, `${slope.value} ${error.value}`);
});

Deno.test("saddleClaims: where small weights slide and large ones climb, no claim holds", () => {
  const verdicts = judged(networksOf(sliding, (delta, replica) => ({ ...climbing(1e-4, replica), delta })));
  assert.deepEqual(failed(verdicts), verdicts.map((_, i) => i));
});

Deno.test("saddleClaims: a claim fails by what it is about", () => {
  const without = (change: (network: SaddleNetwork) => Partial<SaddleNetwork>) =>
    failed(
      judged(networksOf((...place) => ({ ...climbing(...place), ...change(climbing(...place)) }), sliding)),
    );
  const points = (
    network: SaddleNetwork,
    change: (point: SaddlePoint, i: number) => Partial<SaddlePoint>,
  ) => ({
    points: network.points.map((point, i) => ({ ...point, ...change(point, i) })),
  });
  // Ranks that climb one too far, certainly, or may do so.
  const high = ({ rank }: SaddlePoint["weights"]) => ({ rank: rank + 1, low: rank + 1, high: rank + 1 });
  assert.deepEqual(without((own) => points(own, ({ weights }) => ({ weights: high(weights) }))), [1]);
  assert.deepEqual(
    without((own) => points(own, ({ weights }) => ({ weights: { ...weights, high: weights.rank + 1 } })))
      .includes(1),
    true,
  );
  // Small weights that turn to the end, as much as before, or to another neuron.
  assert.deepEqual(
    without(({ plateaus }) => ({
      plateaus: plateaus.map((each) => ({ ...each, halves: [each.halves[0], 0.8] })),
    })),
    [3],
  );
  assert.deepEqual(
    without(({ plateaus }) => ({
      plateaus: plateaus.map((each) => ({ ...each, halves: [0.95, 0.95], ahead: 0.5 })),
    })),
    [4, 5],
  );
  // Features that climb at other times.
  const late = (own: SaddleNetwork, i: number) => own.points[(i + 150) % 200].features;
  assert.deepEqual(without((own) => points(own, (_, i) => ({ features: late(own, i) }))), [6]);
  // Plateaus that last as long from all weights.
  const slowest = ({ replica }: SaddleNetwork) => climbing(1e-5, replica);
  assert.deepEqual(
    without((own) => ({ points: slowest(own).points, drops: slowest(own).drops })),
    [7, 8, 9],
  );
});

Deno.test("saddleClaims: what is missing or NaN bears nothing out", () => {
  assert.deepEqual(failed(judged([])), Array.from({ length: 12 }, (_, i) => i));
  const lost = (...place: Parameters<typeof climbing>) => {
    const network = climbing(...place);
    const points = network.points.map((point) => ({ ...point, loss: NaN, cosine: NaN }));
    return { ...network, points, drops: lossDrops(points), plateaus: [] };
  };
  const left = failed(judged(networksOf(lost, lost)));
  // Ranks are there, and at the largest δ there are no drops: but neither is full from the start.
  assert.deepEqual(left, [0, 1, 3, 4, 5, 7, 8, 9, 11]);
});

Deno.test("predictedSlope: the slopes of a plateau are the differences of those of the drops", () => {
  assert.deepEqual(rates.map((_, k) => predictedSlope(rates, k)), [0.5, 0.5, 1]);
});

Deno.test("lossDrops: one for each fall behind a plateau, and none for a sum of decays", () => {
  const probes = (loss: (time: number) => number) =>
    Array.from({ length: 300 }, (_, i) => ({ step: 5 * i, loss: loss(i / 10) }));
  const step = (time: number, at: number) => 1 / (1 + Math.exp(4 * (time - at)));
  assert.deepEqual(lossDrops(probes((t) => step(t, 8.05) + 0.1 * step(t, 20.05))), [80, 200]);
  assert.deepEqual(lossDrops(probes((t) => Math.exp(-t) + 0.2 * Math.exp(-t / 9))), []);
  assert.deepEqual(lossDrops(probes(() => 1)), []);
  assert.deepEqual(lossDrops(probes(() => NaN)), []);
  assert.deepEqual(lossDrops([{ step: 0, loss: 1 }]), []);
});

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
      { replicas: 1e5 },
      { width: 4096, steps: 4000, probeEvery: 1 },
      { learningRate: 0 },
      { tolerance: 0 },
    ]
  ) assert.throws(() => plan(wrong), InputError, JSON.stringify(wrong));
});
