import { fusedFits } from "../../../src/nn/fused/fused_step.ts";
import { Network } from "../../../src/nn/network.ts";
import { STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { choosePath, type StepPath } from "../../../src/nn/optim/step_path.ts";
import { bindTrainingStep } from "../../../src/nn/optim/training_step.ts";
import { assert } from "../../deps.ts";
import { lossGradient } from "../../reference/network.ts";
import { stepErrors } from "../../reference/network_errors.ts";
import { U } from "../../reference/rounding.ts";
import { randomSamples, run } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { type GpuRun, referenceRun, trainOnGpu } from "../gpu_run.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const fused = ["own-rows", "shared-rows"] as const;

/**
 * One step of SGD at rate 1 from rest: what the parameters lose is the gradient, but for one
 * rounding.
 */
const oneStep = (
  widths: readonly number[],
  activations: readonly string[],
  count: number,
  path: StepPath,
): GpuRun => ({
  widths,
  activations,
  initializer: "pytorch",
  seed: 5,
  replicas: 2,
  samples: randomSamples(7, count, widths[0], widths.at(-1)!),
  options: {
    loss: "mean-squared-error",
    optimizer: { name: "sgd", learningRate: 1 },
    schedule: { kind: "constant" },
    steps: 1,
    batch: null,
    path,
  },
});

/**
 * Odd sizes: one sample, one neuron, widths about those of a tile, more tiles of rows than a
 * workgroup has, depth.
 */
const cases: readonly (readonly [readonly number[], readonly string[], number])[] = [
  [[1, 1, 1], ["tanh"], 1],
  [[1, 37, 37, 1], ["tanh", "gelu"], 251],
  [[3, 128, 37, 2], ["relu", "sine"], 65],
  [[9, 8, 16, 4, 10], ["sigmoid", "sigmoid", "sigmoid"], 33],
  [[1, 5, 5, 5, 5, 5, 5, 1], ["tanh", "relu", "sine", "softplus", "tanh", "identity"], 64],
  [[130, 20, 1], ["relu^2"], 7],
];

for (const path of [...fused, "by-layers"] as const) {
  Deno.test(`fused_step: ${path}, loss and gradient of odd sizes are those of float64`, async () => {
    for (const [widths, activations, count] of cases) {
      const what = oneStep(widths, activations, count, path);
      const replicas = await trainOnGpu(gpu, what);
      replicas.forEach(({ start, losses, end }, r) => {
        const { network, samples, loss } = referenceRun(what, r);
        const expected = lossGradient(network, start, samples, loss);
        const errors = stepErrors(network, start, samples, loss);
        const where = `${widths.join("-")}, ${count} samples, replica ${r}`;
        assertWithin(losses, [expected.loss], [errors.loss], `loss of ${where}`);
        const bounds = errors.gradient.map((e, i) =>
          e + U * (Math.abs(start[i]) + Math.abs(expected.gradient[i]) + e)
        );
        const gradient = Float64Array.from(start, (each, i) => each - end[i]);
        assertWithin(gradient, expected.gradient, bounds, `gradient of ${where}`);
      });
    }
  });
}

for (const path of fused) {
  Deno.test(`fused_step: ${path}, a step that only measures logs the loss, leaves the parameters and counts`, async () => {
    using stack = new DisposableStack();
    const shape = {
      inputs: 2,
      hidden: [9],
      outputs: 1,
      activation: "tanh",
      initializer: "pytorch",
      replicas: 2,
    };
    const network = stack.use(await Network.create(gpu, shape));
    const step = await bindTrainingStep(network, uploadSamples(gpu, randomSamples(1, 20, 2, 1), stack), {
      loss: "mean-squared-error",
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
    const [log, states] = await Promise.all([step.losses.read(), step.states.readUint32()]);
    assertSameBits(log.slice(2, 4), log.slice(4, 6), "loss of the same parameters");
    assert(log[2] > 0 && log[2] < log[0] && log[6] === 0, `log ${log}`);
    assert.deepEqual([states[0], states[STATE_WORDS]], [3, 3]);
  });

  Deno.test(`fused_step: ${path}, a replica that diverges leaves the others alone`, async () => {
    const train = async (learningRate: readonly number[]) => {
      using stack = new DisposableStack();
      const shape = {
        inputs: 2,
        hidden: [9],
        outputs: 1,
        activation: "relu",
        initializer: "pytorch",
        replicas: 2,
      };
      const network = stack.use(await Network.create(gpu, shape));
      const step = await bindTrainingStep(network, uploadSamples(gpu, randomSamples(1, 30, 2, 1), stack), {
        loss: "mean-squared-error",
        optimizer: { name: "sgd", learningRate },
        schedule: { kind: "constant" },
        steps: 60,
        batch: null,
        logCapacity: 60,
        path,
      }, stack);
      run(gpu, step.update, 60);
      const [losses, words] = await Promise.all([step.losses.read(), network.parameters.read()]);
      const own = losses.filter((_, i) => i % 2 === 0);
      return { own, theta: words.subarray(0, 4 * network.layout.size), last: losses[119] };
    };
    const quiet = await train([0.01, 0.01]), loud = await train([0.01, 1e30]);
    assert(Number.isFinite(quiet.last) && !Number.isFinite(loud.last), `${quiet.last} and ${loud.last}`);
    assertSameBits(loud.own, quiet.own, "losses");
    assertSameBits(loud.theta, quiet.theta, "parameters");
  });
}

Deno.test("fused_step: what is too wide, too deep or too long is left to the layered path", async () => {
  const path = async (hidden: readonly number[], count: number) => {
    const shape = { inputs: 1, hidden, outputs: 1, activation: "tanh", initializer: "pytorch" };
    using network = await Network.create(gpu, shape);
    return { chosen: choosePath(network, count), fits: fusedFits(network, count) };
  };
  const narrow = gpu.software ? "own-rows" : "shared-rows";
  assert.deepEqual(await path([50, 50], 256), { chosen: narrow, fits: true });
  assert.deepEqual(await path([128, 128, 128], 1), { chosen: narrow, fits: true });
  assert.deepEqual(await path([512, 512], 16), { chosen: "layered", fits: true });
  assert.deepEqual(await path([8], 4097), { chosen: "layered", fits: true });
  assert.deepEqual(await path(new Array(32).fill(4), 8), { chosen: "layered", fits: false });
  assert.deepEqual(await path([1024, 1024], 256), { chosen: "layered", fits: false });
});
