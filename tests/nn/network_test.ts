import { InputError, ShapeError } from "../../src/errors.ts";
import { activationNames } from "../../src/nn/activation.ts";
import type { Skip } from "../../src/nn/layout.ts";
import { lossNames } from "../../src/nn/loss/loss.ts";
import { Network, type NetworkOptions } from "../../src/nn/network.ts";
import { bindPolarFlow } from "../../src/nn/optim/polar_flow.ts";
import { uploadSamples } from "../../src/nn/samples.ts";
import { stepPaths } from "../../src/nn/optim/step_path.ts";
import { bindTrainingStep } from "../../src/nn/optim/training_step.ts";
import { assert, fc } from "../deps.ts";
import { forward, lossGradient, type ReferenceNetwork, row } from "../reference/network.ts";
import { stepErrors } from "../reference/network_errors.ts";
import { U } from "../reference/rounding.ts";
import { randomFloats, randomSamples, run } from "../support/arrays.ts";
import { assertWithin } from "../support/compare.ts";
import { fixed } from "../support/dense_case.ts";
import { packParameters, randomParameters, unpackMatrix, unpackParameters } from "../support/parameters.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const activation = fc.constantFrom(...activationNames);
const architecture = fc.record({
  inputs: fc.integer({ min: 1, max: 9 }),
  hidden: fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), activation), { minLength: 1, maxLength: 3 }),
  outputs: fc.constantFrom(1, 2, 3, 5, 10),
  rows: fc.constantFrom(1, 3, 37, 50, 251, 300),
  loss: fc.constantFrom(...lossNames),
  replicas: fc.constantFrom(1, 3),
  path: fc.constantFrom(...stepPaths),
  skip: fc.constant<Skip>(false),
  seed: fc.nat(1e9),
});
type Architecture = typeof architecture extends fc.Arbitrary<infer T> ? T : never;

/** Networks with skip connections: around all hidden layers, some of them or none, or one alone. */
const skipArchitecture: fc.Arbitrary<Architecture> = fc.record({
  inputs: fc.constantFrom(1, 5, 12),
  outputs: fc.constantFrom(1, 5),
  hidden: fc.array(fc.tuple(fc.constantFrom(1, 5, 12), activation), { minLength: 1, maxLength: 6 }),
  rows: fc.constantFrom(1, 37, 300),
  loss: fc.constantFrom(...lossNames),
  replicas: fc.constantFrom(1, 3),
  path: fc.constant("layered" as const),
  skip: fc.constantFrom<Skip>(true, "adaptive", "gated"),
  seed: fc.nat(1e9),
});

/**
 * Asserts that the reference's gradient, along a direction, is the central difference of its loss.
 */
function checkDifferenceQuotient(
  network: ReferenceNetwork,
  theta: Float32Array,
  samples: Parameters<typeof lossGradient>[2],
  loss: string,
  gradient: Float64Array,
  seed: number,
): void {
  const h = 1e-5;
  const direction = randomFloats(seed)(theta.length);
  const moved = (by: number) =>
    lossGradient(network, Array.from(theta, (t, i) => t + by * direction[i]), samples, loss);
  const quotient = (moved(h).loss - moved(-h).loss) / (2 * h);
  const expected = gradient.reduce((sum, g, i) => sum + g * direction[i], 0);
  const size = gradient.reduce((sum, g, i) => sum + Math.abs(g * direction[i]), 0);
  // h² times a third derivative; and where a kink lies between, some part of one sample's gradient.
  const share = network.activations.some((name) => name.includes("relu")) ? 1e-3 : 1e-7;
  assert(
    Math.abs(quotient - expected) < share * size + 1e-9,
    `${JSON.stringify(network)}: ${quotient} ≠ ${expected}`,
  );
}

async function checkNetworks(networks: fc.Arbitrary<Architecture>, runs: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(networks, async (drawn) => {
      const { inputs, hidden, outputs, rows, loss, replicas, path, skip, seed } = drawn;
      using stack = new DisposableStack();
      const activations = hidden.map(([, name]) => name), widths = hidden.map(([width]) => width);
      const options = {
        inputs,
        hidden: widths,
        outputs,
        activation: activations,
        initializer: "pytorch",
        skip,
        replicas,
      };
      const network = stack.use(await Network.create(gpu, options));
      const host = randomSamples(seed, rows, inputs, outputs);
      const thetas = Array.from(
        { length: replicas },
        (_, r) => randomParameters(network.widths, seed + 1 + r, skip),
      );
      const { layout, parameters } = network;
      thetas.forEach((theta, r) => parameters.write(packParameters(layout, theta), 4 * r * layout.size));
      // Rate 1 from rest: what the parameters lose is the gradient, but for one rounding of the
      // parameters.
      const step = await bindTrainingStep(network, uploadSamples(gpu, host, stack), {
        loss,
        optimizer: { name: "sgd", learningRate: 1 },
        schedule: { kind: "constant" },
        steps: 1,
        batch: null,
        logCapacity: 1,
        path,
      }, stack);
      run(gpu, [...step.forward, ...step.update]);
      const output = step.evaluated?.activations.layers.at(-1)?.array.read() ?? null;
      const [words, losses, us] = await Promise.all([parameters.read(), step.losses.read(), output]);
      assert.equal(us === null, path !== "layered");
      thetas.forEach((theta, r) => {
        const reference = { widths: network.widths, activations, skip };
        const expected = lossGradient(reference, theta, host, loss),
          errors = stepErrors(reference, theta, host, loss);
        const where = `${path}${skip ? ` with skip connections ${skip}` : ""}, ${loss}, ${inputs}-${
          JSON.stringify(hidden)
        }-${outputs}, ${rows} samples, replica ${r}`;
        assertWithin([losses[r]], [expected.loss], [errors.loss], `loss of ${where}`);
        const moved = unpackParameters(layout, words, r);
        const gradient = Float64Array.from(theta, (t, i) => t - moved[i]);
        const bounds = errors.gradient.map((e, i) =>
          e + U * (Math.abs(theta[i]) + Math.abs(expected.gradient[i]) + e)
        );
        assertWithin(gradient, expected.gradient, bounds, `gradient of ${where}`);
        const actual = us && unpackMatrix(us, r, rows, outputs);
        for (let k = 0; actual && k < Math.min(rows, 20); k++) {
          const u = forward(reference, theta, row(host.x, k, inputs)).h.at(-1)!;
          assertWithin(row(actual, k, outputs), u, errors.outputs[k], `output ${k} of ${where}`);
        }
        checkDifferenceQuotient(reference, theta, host, loss, expected.gradient, seed + 9);
      });
    }),
    fixed(runs),
  );
}

Deno.test("network: gradients of random networks are those of float64 and its difference quotients", async () => {
  await checkNetworks(architecture, 16);
});

Deno.test("network: so are those of networks with skip connections", async () => {
  await checkNetworks(skipArchitecture, 72);
});

Deno.test("network: skip connections are around hidden layers as wide as the one below, or none", async () => {
  const shape = { inputs: 3, outputs: 3, activation: "tanh", initializer: "pytorch" };
  const skips = async (hidden: number[], skip?: Skip) => {
    using network = await Network.create(gpu, { ...shape, hidden, ...skip !== undefined && { skip } });
    return network.skips;
  };
  assert.deepEqual(await skips([3, 3, 5, 5, 3], true), [true, true, false, true, false]);
  assert.deepEqual(await skips([5], true), [false]);
  assert.deepEqual(await skips([3, 5, 5], "adaptive"), ["adaptive", false, "adaptive"]);
  assert.deepEqual(await skips([3, 5, 3, 3], "gated"), [false, false, "gated", "gated"]);
  assert.deepEqual(await skips([3, 3]), [false, false]);
  assert.deepEqual(await skips([3, 3], false), [false, false]);
  // With one, no network is homogeneous.
  using stack = new DisposableStack();
  const homogeneous = { ...shape, activation: "relu", hidden: [3], skip: true };
  const network = stack.use(await Network.create(gpu, homogeneous));
  const samples = uploadSamples(gpu, randomSamples(1, 4, 3, 3), stack);
  const flow = { loss: "mean-squared-error", norms: [1], rate: 1, capacity: 1 } as const;
  await assert.rejects(() => bindPolarFlow(network, samples, flow, stack), (error) => {
    return error instanceof InputError && error.message.includes("leave skip out");
  });
});

Deno.test("network: readParameters gives the parameters of a replica without padding", async () => {
  const options = {
    inputs: 3,
    hidden: [5, 2],
    outputs: 1,
    activation: "relu",
    initializer: "pytorch",
    replicas: 3,
  };
  using network = await Network.create(gpu, options);
  const words = await network.parameters.read();
  for (let r = 0; r < 3; r++) {
    const layers = await network.readParameters(r);
    assert.deepEqual((await network.readAllParameters())[r], layers);
    assert.deepEqual(layers.map(({ weights, biases }) => [weights.length, biases.length]), [
      [15, 5],
      [10, 2],
      [2, 1],
    ]);
    const flat = layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
    assert.deepEqual(Float32Array.from(flat), unpackParameters(network.layout, words, r));
  }
});

Deno.test("network: a wrong shape, name, number of replicas or seed is refused", async () => {
  const right: NetworkOptions = {
    inputs: 1,
    hidden: [2, 2],
    outputs: 1,
    activation: "tanh",
    initializer: "he-normal",
  };
  const refused = async (change: Partial<NetworkOptions>, ...words: string[]) => {
    await assert.rejects(() => Network.create(gpu, { ...right, ...change }), (error) => {
      assert(error instanceof InputError, `${error}`);
      assert.equal(error.exitStatus, 2);
      for (const word of words) assert(error.message.includes(word), `"${error.message}" lacks "${word}"`);
      return true;
    });
  };
  for (const width of [0, -1, 1.5, NaN, Infinity]) {
    await refused({ inputs: width }, "inputs", `${width}`);
    await refused({ hidden: [3, width] }, "width", `${width}`);
    await refused({ outputs: width }, "outputs", `${width}`);
  }
  await refused({ hidden: [] }, "no hidden layer");
  await refused({ activation: "swish" }, "swish", "tanh", "gelu");
  await refused({ activation: "tan" }, 'no activation "tan"', 'did you mean "tanh"');
  await refused({ activaton: "tanh" } as object, 'have no "activaton"', 'did you mean "activation"');
  await refused({ hidden: 3 as unknown as number[] }, "hidden must be a list");
  await refused({ activation: ["tanh"] }, "1 activations for 2");
  await refused({ initializer: "xavier" }, "xavier-normal", "pytorch");
  for (const replicas of [0, 0.5, NaN]) await refused({ replicas }, "replicas");
  for (const seed of [-1, 0.5, 2 ** 32]) await refused({ seed }, "seed");
  await assert.rejects(() => Network.create(gpu, { ...right, hidden: [2 ** 20, 2 ** 20] }), ShapeError);
});

Deno.test("writeParameters: what was written is read back, of its replica alone; other shapes are refused", async () => {
  const shape = {
    inputs: 3,
    hidden: [5],
    outputs: 2,
    activation: "tanh",
    initializer: "pytorch",
    replicas: 3,
  };
  using network = await Network.create(gpu, shape);
  const [first, , third] = await network.readAllParameters();
  const floats = randomFloats(7);
  const given = first.map(({ weights, biases }) => ({
    weights: floats(weights.length),
    biases: floats(biases.length),
  }));
  network.writeParameters(given, 1);
  assert.deepEqual(await network.readAllParameters(), [first, given, third]);
  for (
    const [parameters, replica] of [[given, 3], [given, -1], [[given[0]], 0], [
      given.toReversed(),
      0,
    ], [given.map((layer) => ({ ...layer, alpha: 1 })), 0]] as const
  ) {
    assert.throws(() => network.writeParameters(parameters, replica), ShapeError);
  }
});
