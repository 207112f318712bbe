import { InputError, ShapeError } from "../../../src/errors.ts";
import type { LayerParameters } from "../../../src/nn/layout.ts";
import { pretrainLayer, type PretrainLayerOptions } from "../../../src/train/pretrain/pretrain_layer.ts";
import { assert } from "../../deps.ts";
import { randomFloats } from "../../support/arrays.ts";
import { activation as referenceActivation } from "../../reference/activation.ts";
import { logDeterminant } from "../../reference/log_determinant.ts";
import { update, zeroMoments } from "../../reference/optimizer.ts";
import { smallTask } from "../../support/tasks.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const WIDTH = 7;
const { train: samples } = smallTask({ count: 40, inputs: 2 });

function draw(seed: number, inputs = 2, width = WIDTH): LayerParameters {
  const floats = randomFloats(seed);
  return { weights: floats(inputs * width), biases: floats(width) };
}

const options: PretrainLayerOptions = {
  samples,
  activation: "tanh",
  layers: [draw(1), draw(2), draw(3)],
  epsilon: 1e-3,
  steps: 30,
  learningRate: 0.05,
  weightDecay: 0,
};

/** Features in float64, and slopes. */
function evaluate(theta: ArrayLike<number>, activation: string, { count, x } = samples, width = WIDTH) {
  const inputs = x.length / count, { value, derivative } = referenceActivation(activation);
  const z = Float64Array.from({ length: count * width }, (_, e) => {
    const k = Math.floor(e / width), j = e % width;
    let sum = theta[inputs * width + j];
    for (let i = 0; i < inputs; i++) sum += theta[i * width + j] * x[k * inputs + i];
    return sum;
  });
  return { phi: z.map(value), slopes: z.map(derivative) };
}

/** −log det + λ/2 ‖θ‖² by flat parameters, and its gradient. */
function objective(theta: Float64Array, { activation, epsilon, weightDecay }: PretrainLayerOptions) {
  const { phi, slopes } = evaluate(theta, activation);
  const { value, gradient } = logDeterminant(phi, WIDTH, samples.weights, epsilon);
  const total = theta.map((t) => weightDecay * t);
  gradient.forEach((g, e) => {
    const k = Math.floor(e / WIDTH), j = e % WIDTH, delta = -g * slopes[e];
    total[2 * WIDTH + j] += delta;
    for (let i = 0; i < 2; i++) total[i * WIDTH + j] += delta * samples.x[2 * k + i];
  });
  const penalty = weightDecay / 2 * theta.reduce((sum, t) => sum + t * t, 0);
  return { determinant: value, value: penalty - value, gradient: total };
}

const flat = ({ weights, biases }: LayerParameters) => Float64Array.from([...weights, ...biases]);

for (const [activation, weightDecay] of [["tanh", 0], ["softplus", 0.3], ["sine", 0.1]] as const) {
  Deno.test(`pretrainLayer: ${activation}, penalty ${weightDecay}: climbs as Adam in float64 does`, async () => {
    const own = { ...options, activation, weightDecay };
    const { layers, logDeterminants } = await pretrainLayer(gpu, own);
    const adam = {
      name: "adam",
      learningRate: 0.05,
      momentum: 0,
      weightDecay: 0,
      betas: [0.9, 0.999],
      epsilon: 1e-8,
    } as const;
    own.layers.forEach((start, r) => {
      const theta = flat(start), moments = zeroMoments(theta.length);
      for (let step = 0; step < own.steps; step++) {
        const { determinant, gradient } = objective(theta, own);
        // A gradient is good to some 10⁻⁵ of its largest entry, and Adam divides entries by
        // themselves.
        const close = Math.abs(logDeterminants[r][step] - determinant) <= 2e-3 * determinant;
        assert(close, `replica ${r}, step ${step}: ${logDeterminants[r][step]}, not ${determinant}`);
        update(adam, 0.05, step + 1, theta, gradient, moments);
      }
      assert.equal(logDeterminants[r].length, own.steps + 1);
      assert(logDeterminants[r][own.steps] > logDeterminants[r][0] + 1);
      flat(layers[r]).forEach((t, i) => assert(Math.abs(t - theta[i]) < 0.02, `${t}, not ${theta[i]}`));
    });
  });
}

Deno.test("pretrainLayer: the gradient by the parameters is what finite differences say", () => {
  const own = { ...options, activation: "softplus", weightDecay: 0.3 };
  const theta = flat(options.layers[0]), { gradient } = objective(theta, own);
  theta.forEach((_, i) => {
    const at = (x: number) => objective(theta.map((t, e) => e === i ? t + x : t), own).value;
    const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
    assert(
      Math.abs(slope - gradient[i]) < 1e-4 * (1 + Math.abs(slope)),
      `${i}: ${slope}, not ${gradient[i]}`,
    );
  });
});

const rankOf = (layer: LayerParameters, activation: string, width: number, task: typeof samples) => {
  const { phi } = evaluate(flat(layer), activation, task, width);
  const { eigenvalues } = logDeterminant(phi, width, task.weights, 1e-6);
  return eigenvalues.filter((value) => value > 1e-6).length;
};
const { train: line } = smallTask({ count: 100 });
const wide = { ...options, samples: line, layers: [draw(5, 1, 30)], epsilon: 1e-6, steps: 100 };

Deno.test("pretrainLayer: the rank of tanh rises; that of the identity not above inputs and a constant", async () => {
  const before = rankOf(wide.layers[0], "tanh", 30, line);
  const { layers: [raised] } = await pretrainLayer(gpu, { ...wide, learningRate: 0.1 });
  const after = rankOf(raised, "tanh", 30, line);
  assert(before <= 10 && after >= 15, `from ${before} to ${after}`);
  const { layers: [linear] } = await pretrainLayer(gpu, { ...wide, activation: "identity", weightDecay: 1 });
  assert(rankOf(linear, "identity", 30, line) <= 2);
});

Deno.test("pretrainLayer: a penalty holds the weights of ReLU where Euler's theorem says", async () => {
  const own = { ...wide, activation: "relu", steps: 400, learningRate: 0.03, epsilon: 1e-3 };
  const norm = (layer: LayerParameters) => flat(layer).reduce((sum, t) => sum + t * t, 0);
  for (const weightDecay of [0.5, 2]) {
    const { layers: [layer] } = await pretrainLayer(gpu, { ...own, weightDecay });
    const { phi } = evaluate(flat(layer), "relu", line, 30);
    const { eigenvalues } = logDeterminant(phi, 30, line.weights, own.epsilon);
    const freedom = eigenvalues.reduce((sum, value) => sum + value / (value + own.epsilon), 0);
    const ratio = norm(layer) * weightDecay / (2 * freedom);
    assert(Math.abs(ratio - 1) < 0.1, `λ ‖θ‖² / 2 d = ${ratio}`);
  }
  const { layers: [free] } = await pretrainLayer(gpu, own);
  assert(norm(free) > 4 * norm(own.layers[0]));
});

Deno.test("pretrainLayer: the same bits again, and beside other replicas; a signal ends it early", async () => {
  const all = await pretrainLayer(gpu, options);
  const alone = await pretrainLayer(gpu, { ...options, layers: [options.layers[1]] });
  assert.deepEqual((await pretrainLayer(gpu, options)).layers, all.layers);
  assert.deepEqual(alone.layers[0], all.layers[1]);
  assert.deepEqual(alone.logDeterminants[0], all.logDeterminants[1]);
  const stopped = await pretrainLayer(gpu, { ...options, signal: AbortSignal.abort() });
  assert.deepEqual(stopped.layers, options.layers);
  assert.equal(stopped.logDeterminants[0].length, 0);
});

Deno.test("pretrainLayer: what is out of range is refused", async () => {
  const refused = (change: Partial<PretrainLayerOptions>, kind: typeof InputError | typeof ShapeError) =>
    assert.rejects(() => pretrainLayer(gpu, { ...options, ...change }), kind);
  for (const epsilon of [0, -1, NaN, Infinity]) await refused({ epsilon }, InputError);
  for (const steps of [-1, 1.5, NaN]) await refused({ steps }, InputError);
  await refused({ learningRate: 0 }, InputError);
  await refused({ weightDecay: -1 }, InputError);
  await refused({ activation: "swish" }, InputError);
  await refused({ layers: [] }, ShapeError);
  await refused({ layers: [draw(1), draw(2, 2, 5)] }, ShapeError);
  await refused({ layers: [draw(1, 3)] }, ShapeError);
});
