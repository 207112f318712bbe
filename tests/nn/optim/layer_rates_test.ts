import { GpuArray } from "../../../src/gpu/array.ts";
import { parameterLayout } from "../../../src/nn/layout.ts";
import { Network } from "../../../src/nn/network.ts";
import { checkLayerRates, type LayerRates, layerRateWords } from "../../../src/nn/optim/layer_rates.ts";
import { optimizerNames, type OptimizerOptions, optimizers } from "../../../src/nn/optim/optimizer.ts";
import { stepPaths } from "../../../src/nn/optim/step_path.ts";
import { bindUpdate, optimizerArrays } from "../../../src/nn/optim/update.ts";
import { assert } from "../../deps.ts";
import { layersOf } from "../../reference/network.ts";
import { randomFloats, randomSamples, run } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import { openGpu } from "../../support/gpu.ts";
import { inputError } from "../../support/input_error.ts";
import { allowance } from "../error_growth.ts";
import { type GpuRun, referenceRun, trainOnGpu } from "../gpu_run.ts";

const gpu = await openGpu();

const same = (factor: number): LayerRates => ({ weights: factor, biases: factor });

/** Factors from 0.25 to 2 for each layer of each replica. */
function randomRates(seed: number, layers: number, replicas: number): LayerRates[][] {
  const floats = randomFloats(seed);
  const factor = () => floats(1, 0.25, 2)[0];
  return Array.from(
    { length: replicas },
    () => Array.from({ length: layers }, () => ({ weights: factor(), biases: factor() })),
  );
}

/** A run of three replicas, whose sizes are no multiples of four. */
function runOf(
  widths: readonly number[],
  optimizer: OptimizerOptions,
  others: Partial<GpuRun["options"]> = {},
): GpuRun {
  return {
    widths,
    activations: new Array(widths.length - 2).fill("tanh"),
    initializer: "pytorch",
    seed: 3,
    replicas: 3,
    samples: randomSamples(5, 21, widths[0], widths.at(-1)!),
    options: {
      loss: "mean-squared-error",
      optimizer,
      schedule: { kind: "cosine" },
      steps: 12,
      batch: null,
      ...others,
    },
  };
}

Deno.test("layer_rates: each vector of parameters has the factor of its layer, weights and biases apart", () => {
  const layout = parameterLayout([3, 5, 2]);
  const shared = [{ weights: 2, biases: 3 }, { weights: 0, biases: 0.5 }];
  // 4 rows of 2 vectors and biases; 8 rows of 1 vector and biases.
  const expected = [...new Array(8).fill(2), 3, 3, ...new Array(8).fill(0), 0.5];
  assert.deepEqual([...layerRateWords(shared, layout, 2)], [...expected, ...expected]);
  // α of an adaptive skip connection has that of the biases.
  const adaptive = parameterLayout([3, 3, 1], "adaptive");
  assert.deepEqual([...layerRateWords(shared, adaptive, 1)], [
    ...new Array(4).fill(2),
    3,
    3,
    0,
    0,
    0,
    0,
    0.5,
  ]);
  const own = layerRateWords([shared, [same(1), same(4)]], layout, 2);
  assert.deepEqual([...own], [...expected, ...new Array(10).fill(1), ...new Array(9).fill(4)]);
});

Deno.test("layer_rates: lists of a wrong length, negative factors and unknown keys are refused", () => {
  const refused = (rates: unknown, message: RegExp) =>
    assert.throws(() => checkLayerRates(rates as readonly LayerRates[], 2, 3), inputError(message));
  const two = [same(1), same(1)];
  refused([same(1)], /^rates of 1 layer, but the network has 2 layers: give one for each/);
  refused([], /^rates of 0 layers, but the network has 2 layers/);
  refused(
    [two, two],
    /^rates of layers: 2 lists, but the number of replicas is 3; give one for each, or one/,
  );
  refused([two, two, [same(1)]], /^rates of 1 layer, but the network has 2 layers/);
  refused([two, same(1), two], /^no list of rates, but the network has 2 layers/);
  refused(0.5, /^rates of layers must be a list/);
  refused([same(1), { weights: 1 }], /^rates of layer 2: that of the biases must be a number of at least 0/);
  refused([same(-1), same(1)], /^rates of layer 1: that of the weights .* not -1$/);
  refused([same(1), same(NaN)], /NaN/);
  refused([same(1), { ...same(1), bias: 1 }], /^rates of layer 2 have no "bias"; did you mean "biases"/);
});

for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
  Deno.test(`layer_rates: ${name} with rates of each layer and replica follows float64 by every path`, async () => {
    const rate = name.startsWith("adam") ? 0.01 : 0.1;
    for (const [index, widths] of [[3, 5, 2], [1, 6, 9, 1]].entries()) {
      const optimizer = { name, learningRate: rate, weightDecay: 0.1 };
      const layers = randomRates(index, widths.length - 1, 3);
      const what = runOf(widths, { ...optimizer, layers }, { batch: index === 0 ? null : 8 });
      for (const path of stepPaths) {
        const replicas = await trainOnGpu(gpu, { ...what, options: { ...what.options, path } });
        for (const [r, { start, losses, end }] of replicas.entries()) {
          const reference = referenceRun(what, r);
          const { lossBounds, endBounds, ...expected } = allowance(reference, start);
          const where = `${name}, ${widths.join("-")}, ${path}, replica ${r}`;
          assertWithin(losses, expected.losses, lossBounds, `losses, ${where}`);
          assertWithin(end, expected.end, endBounds, `parameters, ${where}`);
          // What keeps the comparison from being empty: without the factors all is elsewhere.
          const { factors: _, ...plain } = reference.optimizer;
          const other = allowance({ ...reference, optimizer: plain }, start).end;
          const distances = other.map((theta, i) => Math.abs(theta - end[i]) / endBounds[i]);
          assert(Math.max(...distances) > 10, `${where}: factors change no more than rounding does`);
        }
      }
    }
  });
}

Deno.test("layer_rates: factors of 1 have the bits of none, by every path", async () => {
  for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
    const optimizer = { name, learningRate: 0.03, weightDecay: 0.01 };
    for (const path of stepPaths) {
      const [plain, ones] = await Promise.all(
        [optimizer, { ...optimizer, layers: [same(1), same(1), same(1)] }].map((each) =>
          trainOnGpu(gpu, runOf([2, 7, 5, 3], each, { path }))
        ),
      );
      for (const [r, { losses, end }] of ones.entries()) {
        assertSameBits(losses, plain[r].losses, `losses, ${name}, ${path}`);
        assertSameBits(end, plain[r].end, `parameters, ${name}, ${path}`);
      }
    }
  }
});

Deno.test("layer_rates: frozen weights and biases keep their bits by every path, and the others move", async () => {
  const widths = [2, 7, 5, 3];
  // Replica 0: weights of layer 2; replica 1: biases of layer 1 and all of layer 3; replica 2: all.
  const layers = [
    [same(1), { weights: 0, biases: 1 }, same(1)],
    [{ weights: 1, biases: 0 }, same(1), same(0)],
    [same(0), same(0), same(0)],
  ];
  for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
    for (const path of stepPaths) {
      const optimizer = { name, learningRate: 0.03, weightDecay: 0.5, layers };
      for (
        const [r, { start, end }] of (await trainOnGpu(gpu, runOf(widths, optimizer, { path }))).entries()
      ) {
        for (const [l, { weights, bias, outputs }] of layersOf(widths).entries()) {
          for (
            const [first, last, factor] of [
              [weights, bias, layers[r][l].weights],
              [bias, bias + outputs, layers[r][l].biases],
            ]
          ) {
            const where = `${name}, ${path}, replica ${r}, layer ${l + 1}, from ${first}`;
            const [before, after] = [start, end].map((theta) => theta.subarray(first, last));
            if (factor === 0) assertSameBits(after, before, where);
            else assert(after.every((theta, i) => theta !== before[i]), `${where}: it stays`);
          }
        }
      }
    }
  }
});

Deno.test("layer_rates: what is frozen stays −0 and finite under gradients that are NaN or infinite", async () => {
  for (const name of optimizerNames.filter((each) => !optimizers[each].searches)) {
    using stack = new DisposableStack();
    const shape = { inputs: 2, hidden: [3], outputs: 1, activation: "tanh", initializer: "pytorch" };
    const network = stack.use(await Network.create(gpu, shape));
    const { layout: { size, layers: [first] } } = network;
    const options = {
      optimizer: { name, learningRate: 0.1, weightDecay: 0.1, layers: [same(0), same(1)] },
      schedule: { kind: "constant" } as const,
      steps: 1,
      batch: null,
      logCapacity: 1,
    };
    const arrays = optimizerArrays(network, options, stack);
    const words = new Float32Array(4 * size).fill(-0);
    network.parameters.write(words);
    const gradient = words.map((_, i) => [-1, NaN, Infinity, 1][i % 4]);
    const results = {
      samples: 1,
      loss: { array: stack.use(new GpuArray(gpu, "loss", 2)), count: 1 },
      gradients: { array: stack.use(new GpuArray(gpu, "gradient", gradient)), slices: 1 },
    };
    const { log, apply } = await bindUpdate(network, results, { ...options, arrays });
    run(gpu, [log, apply]);
    const after = await network.parameters.read(), moments = await arrays.moments.read();
    const frozen = 4 * (first.bias + first.outputStride);
    assertSameBits(after.subarray(0, frozen), words.subarray(0, frozen), name);
    assert(after.subarray(frozen).some(Number.isNaN), `${name}: the other layer follows its gradient`);
    for (const moment of [moments.subarray(0, frozen), moments.subarray(4 * size, 4 * size + frozen)]) {
      assert(moment.every((word) => word === 0), `${name}: moments`);
    }
  }
});
