import { Network } from "../../../src/nn/network.ts";
import { fusedJetsFit } from "../../../src/nn/fused/fused_step.ts";
import type { ResidualCondition } from "../../../src/nn/loss/residual.ts";
import { chooseJetPath, type StepPath } from "../../../src/nn/optim/step_path.ts";
import { bindTrainingStep } from "../../../src/nn/optim/training_step.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { assert } from "../../deps.ts";
import { residualGradient } from "../../reference/residual.ts";
import { forward, row } from "../../reference/network.ts";
import { U } from "../../reference/rounding.ts";
import { randomFloats, randomSamples, run } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { openGpu } from "../../support/gpu.ts";
import { type GpuRun, trainOnGpu } from "../gpu_run.ts";
import { drawConditions } from "../jet_case.ts";

const gpu = await openGpu();

const fused = ["own-rows", "shared-rows"] as const;

/** Random equations at some samples, then values alone at others. */
function drawEquation(
  inside: readonly number[],
  outside: readonly number[],
  axes: number,
  mixed: boolean,
  isThird = false,
) {
  const none = new Array<number>(axes).fill(0);
  const values = outside.map((count, n): ResidualCondition => ({
    count,
    operator: { second: none, first: none, value: 1 + n, cube: n, advection: 0 },
  }));
  const third = isThird ? { third: [1.5, ...none.slice(1)] } : {};
  const drawn = drawConditions(inside, axes, 11 * axes, { mixed });
  return [...drawn.map(({ operator, count }) => ({ count, operator: { ...operator, ...third } })), ...values];
}

/** One step of SGD at rate 1 from rest: parameters lose the gradient, but for one rounding. */
function oneStep(
  widths: readonly number[],
  activations: readonly string[],
  conditions: readonly ResidualCondition[],
  path: StepPath,
): GpuRun {
  const count = conditions.reduce((all, each) => all + each.count, 0);
  return {
    widths,
    activations,
    initializer: "pytorch",
    seed: 5,
    replicas: 3,
    samples: randomSamples(7, count, widths[0], 1),
    options: {
      loss: conditions,
      optimizer: { name: "sgd", learningRate: 1 },
      schedule: { kind: "constant" },
      steps: 1,
      batch: null,
      path,
    },
  };
}

/**
 * One sample, one neuron; widths about those of a tile; depth; one to three axes; samples
 * that end within a tile; boundaries before, behind and between; each curved activation.
 */
const cases: readonly (readonly [readonly number[], readonly string[], readonly ResidualCondition[]])[] = [
  [[1, 1, 1], ["tanh"], drawEquation([1], [], 1, false)],
  [[1, 37, 50, 1], ["tanh", "tanh"], drawEquation([37], [2, 40], 1, false)],
  [[2, 13, 29, 1], ["tanh", "tanh"], drawEquation([65, 3], [13], 2, false)],
  [[2, 4, 1], ["tanh"], [...drawEquation([], [5], 2, true), ...drawEquation([6], [1], 2, true)]],
  [[1, 6, 9, 1], ["softplus", "softplus"], drawEquation([9], [2], 1, false, true)],
  [[2, 12, 7, 1], ["tanh", "tanh"], drawEquation([10, 3], [5], 2, true, true)],
  [[3, 9, 20, 1], ["gelu", "gelu"], drawEquation([30, 5], [21, 1], 3, true)],
  [[2, 5, 6, 7, 6, 5, 4, 3, 3, 1], [
    "sigmoid",
    "cosine",
    "sine",
    "softplus",
    "relu^3",
    "leaky-relu:0.2^4",
    "tanh",
    "identity",
  ], drawEquation([20], [5], 2, true)],
];

for (const path of [...fused, "layered"] as const) {
  Deno.test(`fused_jets: ${path}, loss and gradient of random equations are those of float64`, async () => {
    for (const [widths, activations, conditions] of cases) {
      const what = oneStep(widths, activations, conditions, path);
      // The layered path has mixed derivatives as differences of three second ones, whose roundings
      // add up at each layer.
      const isMixed = conditions.some(({ operator }) => operator.mixed);
      const units = path === "layered" && isMixed ? 8 : 1;
      for (const [r, { start, losses, end }] of (await trainOnGpu(gpu, what)).entries()) {
        const { loss, gradient } = residualGradient({ widths, activations }, start, what.samples, conditions);
        const where = `${widths.join("-")}, ${conditions.map(({ count }) => count)} samples, replica ${r}`;
        assertWithin(losses, [loss.value], [units * loss.error], `loss of ${where}`);
        const bounds = gradient.map(({ value, error }, i) =>
          units * error + U * (Math.abs(start[i]) + Math.abs(value) + units * error)
        );
        const lost = Float64Array.from(start, (each, i) => each - end[i]);
        assertWithin(lost, gradient.map(({ value }) => value), bounds, `gradient of ${where}`);
      }
    }
  });
}

Deno.test("fused_jets: gradients of the reference with mixed derivatives are its difference quotients", () => {
  for (const [widths, activations, conditions] of cases.slice(2)) {
    const network = { widths, activations };
    const count = conditions.reduce((all, each) => all + each.count, 0);
    const samples = randomSamples(7, count, widths[0], 1);
    const length = widths.slice(1).reduce((sum, width, l) => sum + (widths[l] + 1) * width, 0);
    const theta = randomFloats(3)(length, -0.6, 0.6), direction = randomFloats(4)(length);
    const { gradient } = residualGradient(network, theta, samples, conditions);
    const h = 1e-5;
    const ahead = (by: number) =>
      residualGradient(network, Array.from(theta, (t, i) => t + by * direction[i]), samples, conditions)
        .loss.value;
    const quotient = (ahead(h) - ahead(-h)) / (2 * h);
    const slope = gradient.reduce((all, { value }, i) => all + value * direction[i], 0);
    const size = gradient.reduce((all, { value }, i) => all + Math.abs(value * direction[i]), 0);
    assert(Math.abs(quotient - slope) < 1e-6 * size + 1e-8, `${widths}: ${quotient} ≠ ${slope}`);
  }
});

/** Losses and parameters of all replicas. */
async function train(
  path: StepPath,
  { widths, replicas, rates = 0.01, steps = 6 }: {
    widths: readonly number[];
    replicas: number;
    rates?: number | readonly number[];
    steps?: number;
  },
) {
  const conditions = drawEquation([21], [6], widths[0], true);
  const what = oneStep(widths, widths.slice(1, -1).map(() => "tanh"), conditions, path);
  const optimizer = { name: "adam", learningRate: rates } as const;
  const all = await trainOnGpu(gpu, { ...what, replicas, options: { ...what.options, optimizer, steps } });
  return all.map(({ losses, end }) => Float32Array.of(...losses, ...end));
}

Deno.test("fused_jets: arrangements agree to the bit, from run to run and whatever the other replicas", async () => {
  // Weights in one window for some replicas at a time; in two; in none.
  for (const [hidden, replicas] of [[[37, 37], 9], [[100, 100, 60], 2], [[150, 150], 1]] as const) {
    const shape = { widths: [2, ...hidden, 1], replicas };
    const expected = await train("own-rows", shape);
    for (const other of [await train("own-rows", shape), await train("shared-rows", shape)]) {
      other.forEach((words, r) => assertSameBits(words, expected[r], `${hidden}, replica ${r}`));
    }
    const [alone] = await train("own-rows", { ...shape, replicas: 1 });
    assertSameBits(alone, expected[0], `${hidden}, alone`);
  }
});

for (const path of fused) {
  Deno.test(`fused_jets: ${path}, a replica that diverges leaves the others alone`, async () => {
    const shape = { widths: [2, 9, 1], replicas: 3, steps: 40 };
    const quiet = await train(path, { ...shape, rates: [0.01, 0.01, 0.01] });
    const loud = await train(path, { ...shape, rates: [0.01, 1e30, 0.01] });
    assert(quiet[1].every(Number.isFinite) && !loud[1].subarray(0, 40).every(Number.isFinite));
    for (const r of [0, 2]) assertSameBits(loud[r], quiet[r], `replica ${r}`);
  });

  Deno.test(`fused_jets: ${path}, a step that only measures logs the loss, and shows features and loss`, async () => {
    using stack = new DisposableStack();
    const conditions = drawEquation([14, 3], [6], 2, false);
    const samples = randomSamples(7, 23, 2, 1);
    const network = stack.use(
      await Network.create(gpu, {
        inputs: 2,
        hidden: [9, 6],
        outputs: 1,
        activation: "tanh",
        initializer: "pytorch",
        replicas: 2,
      }),
    );
    const step = await bindTrainingStep(network, uploadSamples(gpu, samples, stack), {
      loss: conditions,
      optimizer: { name: "momentum", learningRate: 0.1 },
      schedule: { kind: "constant" },
      steps: 2,
      batch: null,
      logCapacity: 4,
      path,
    }, stack);
    assert.equal(step.update.length, 2);
    run(gpu, step.update);
    const before = await network.parameters.read();
    run(gpu, step.measure, 2);
    assertSameBits(await network.parameters.read(), before, "parameters");
    const log = await step.losses.read();
    assertSameBits(log.slice(2, 4), log.slice(4, 6), "loss of the same parameters");
    assert(log[2] > 0 && log[0] !== log[2] && log[6] === 0, `log ${log}`);
    // Features of the first condition are the first rows.
    for (const replica of [0, 1]) {
      const layers = await network.readParameters(replica);
      const theta = layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
      for (const [l, { array, stride, batch, offset = 0 }] of step.seen.features.entries()) {
        const words = await array.read();
        for (let k = 0; k < 14; k++) {
          const { h } = forward(
            { widths: network.widths, activations: ["tanh", "tanh"] },
            theta,
            row(samples.x, k, 2),
          );
          const at = 4 * (offset + replica * batch + k * stride);
          h[l + 1].forEach((value, j) => assert(Math.abs(words[at + j] - value) < 1e-5, `${k}, ${j}`));
        }
      }
    }
  });
}

Deno.test("fused_jets: a fourth axis, and some third derivatives, are left to the layered path", async () => {
  const chosen = async (axes: number, third?: readonly number[]) => {
    const shape = { inputs: axes, hidden: [50, 50], outputs: 1, activation: "tanh", initializer: "pytorch" };
    using network = await Network.create(gpu, shape);
    const conditions = drawConditions([30], axes, 1).map(({ operator, count }) => ({
      count,
      operator: { ...operator, ...third && { third } },
    }));
    return { path: chooseJetPath(network, conditions), fits: fusedJetsFit(network, conditions) };
  };
  const narrow = gpu.software ? "own-rows" : "shared-rows";
  for (const axes of [1, 2, 3]) assert.deepEqual(await chosen(axes), { path: narrow, fits: true });
  assert.deepEqual(await chosen(4), { path: "layered", fits: false });
  assert.deepEqual(await chosen(2, [1, 0]), { path: narrow, fits: true });
  assert.deepEqual(await chosen(2, [0, 1]), { path: "layered", fits: false });
  assert.deepEqual(await chosen(3, [1, 0, 0]), { path: "layered", fits: false });
});
