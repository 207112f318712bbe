import { InputError } from "../../../src/errors.ts";
import { GpuArray } from "../../../src/gpu/array.ts";
import { parseActivation } from "../../../src/nn/activation.ts";
import { Network } from "../../../src/nn/network.ts";
import {
  bindPolarFlow,
  homogeneousOrder,
  type PolarFlowOptions,
  readRecord,
} from "../../../src/nn/optim/polar_flow.ts";
import { uploadSampleSets } from "../../../src/nn/samples.ts";
import { assert, fc } from "../../deps.ts";
import { forward, layersOf, lossGradient, row } from "../../reference/network.ts";
import { stepErrors } from "../../reference/network_errors.ts";
import { correlationGradient, dot, flowSteps, neuralCorrelation, norm } from "../../reference/polar_flow.ts";
import { U } from "../../reference/rounding.ts";
import { randomFloats, randomSamples, run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { packParameters, unpackMatrix, unpackParameters } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";
import {
  absolute,
  type Case,
  drawCase,
  flows,
  gradientErrors,
  randomDirection,
  referenceOf,
  scaledOutput,
  tiny,
} from "../../support/polar_flow_case.ts";

const gpu = await openGpu();

/**
 * Makes a record, steps with one after each, and gives all records, with the directions and the
 * parameters at the end.
 */
async function flowOnGpu(
  { network: { widths, activations }, loss, norms, directions, samples }: Case,
  steps: number,
  options: Partial<PolarFlowOptions> & { readonly goals?: readonly Float32Array[] } = {},
) {
  using stack = new DisposableStack();
  const replicas = directions.length;
  const network = stack.use(
    await Network.create(gpu, {
      inputs: widths[0],
      hidden: widths.slice(1, -1),
      outputs: widths.at(-1)!,
      activation: activations,
      initializer: "normal:0",
      replicas,
    }),
  );
  const { layout, parameters } = network;
  const place = (array: GpuArray, thetas: readonly Float32Array[]) =>
    thetas.forEach((theta, r) => array.write(packParameters(layout, theta), 4 * r * layout.size));
  place(parameters, directions);
  const goal = stack.use(new GpuArray(gpu, "goal", parameters.length));
  place(goal, options.goals ?? []);
  const capacity = steps + 2;
  const flow = await bindPolarFlow(network, uploadSampleSets(gpu, samples, stack), {
    loss,
    norms,
    rate: 0.1,
    goal,
    capacity,
    ...options,
  }, stack);
  run(gpu, [...flow.evaluate, ...flow.record]);
  run(gpu, [...flow.descend, ...flow.evaluate, ...flow.record], steps);
  const [records, words, end] = await Promise.all([
    flow.records.read(),
    flow.directions.read(),
    parameters.read(),
  ]);
  // Of a replica that is NaN even what pads it may be.
  const unpack = (words: Float32Array, index: number) =>
    Number.isNaN(words[4 * index * layout.size]) ? null : unpackParameters(layout, words, index);
  const at = <T>(read: (index: number) => T) =>
    Array.from(
      { length: steps + 1 },
      (_, s) => Array.from({ length: replicas }, (_, r) => read(s * replicas + r)),
    );
  return {
    records: at((index) => readRecord(records, index)),
    directions: at((index) => unpack(words, index)!),
    end: directions.map((_, r) => unpack(end, r)!),
  };
}

Deno.test("polar_flow: records of random networks are those of float64", async () => {
  await fc.assert(
    fc.asyncProperty(flows, async (shape) => {
      const drawn = drawCase(shape);
      const goals = drawn.directions.map((_, r) =>
        randomDirection(drawn.network.widths, shape.seed + 20 + r)
      );
      const { records: [records], directions: [kept] } = await flowOnGpu(drawn, 0, { goals });
      records.forEach((record, r) => {
        const flow = referenceOf(drawn, r), u = drawn.directions[r], c = drawn.norms[r];
        const where = `replica ${r} of ${JSON.stringify(shape)}`;
        assert.deepEqual(kept[r], u);
        assert.deepEqual([record.step, record.time, record.growth, record.drift], [0, 0, 0, 0]);
        assert.equal(record.norm, Math.fround(c));
        const at = c === 0 ? new Float64Array(u.length) : scaledOutput(flow, u, c);
        const { loss } = lossGradient(flow.network, at, flow.samples, flow.loss);
        const errors = stepErrors(flow.network, at, flow.samples, flow.loss);
        assertWithin([record.loss], [loss], errors.loss + 16 * U * loss, `loss of ${where}`);
        const gradient = correlationGradient(flow, u), length = norm(gradient);
        const bounds = gradientErrors(flow, u, tiny(flow)), bound = norm(bounds) + 64 * U * length;
        assertWithin([record.gradient], [length], bound, `gradient of ${where}`);
        // û is of length 1 to rounding.
        const correlation = neuralCorrelation(flow, u);
        assertWithin([record.correlation], [correlation], 2 * bound / flow.order, `N of ${where}`);
        const along = dot(u, gradient);
        const residual = norm(gradient.map((g, i) => g - along * u[i])) / length;
        if (length > 4 * bound) {
          assertWithin([record.residual], [residual], 4 * bound / length, `residual of ${where}`);
        }
        assertWithin([record.cosine], [dot(u, goals[r])], 64 * U, `cosine of ${where}`);
      });
    }),
    fixed(25),
  );
});

Deno.test("polar_flow: steps are those of Euler's on the weights in float64, and move both clocks", async () => {
  const steps = 6, rate = 0.1;
  await fc.assert(
    fc.asyncProperty(
      flows,
      fc.constantFrom(undefined, { from: 3, rate: 0.15, end: 6 }),
      async (shape, fall) => {
        const drawn = drawCase(shape);
        const { records, directions, end } = await flowOnGpu(drawn, steps, { rate, ...fall && { fall } });
        const rates = Array.from({ length: steps }, (_, s) => fall && s >= 3 ? 0.15 * (6 - s) / 3 : rate);
        drawn.directions.forEach((direction, r) => {
          const flow = referenceOf(drawn, r), c = drawn.norms[r] || tiny(flow);
          const start = Float64Array.from(direction, (u) => c * u);
          const exact = flowSteps(flow, start, rates);
          // As allowance() has it: the same with every error of the gradient at its bound, and
          // three times what that moves.
          const random = randomFloats(shape.seed + 3)(direction.length);
          const signs = direction.map((u, i) => u === 0 ? 0 : Math.sign(random[i]));
          const moved = flowSteps(flow, start, rates, (gradient, weights) => {
            const size = norm(weights);
            // What is 0 for want of any active neuron is exactly so.
            if (norm(gradient) === 0) return;
            const errors = gradientErrors(flow, weights.map((w) => w / size), size);
            gradient.forEach((_, i) => gradient[i] += signs[i] * size ** (flow.order - 1) * errors[i]);
          });
          exact.forEach(({ weights, time, earlyTime }, s) => {
            const where = `step ${s}, replica ${r} of ${JSON.stringify(shape)}`;
            const size = norm(weights), other = moved[s];
            const u = weights.map((w) => w / size), v = other.weights.map((w) => w / norm(other.weights));
            const record = records[s][r];
            const slack = 3 * norm(u.map((x, i) => x - v[i])) + 32 * (s + 1) * U;
            assertWithin(directions[s][r], u, slack, `direction at ${where}`);
            const growth = Math.log(size / c);
            const spread = 3 * Math.abs(Math.log(norm(other.weights) / size)) + 32 * (s + 1) * U;
            assertWithin([record.growth], [growth], spread, `growth at ${where}`);
            if (drawn.norms[r] > 0) {
              assertWithin([record.norm], [size], 2 * spread * size, `norm at ${where}`);
            } else assert.equal(record.norm, 0);
            const clocks = [[record.time, time, other.time], [record.earlyTime, earlyTime, other.earlyTime]];
            for (const [actual, expected, disturbed] of clocks) {
              const most = 3 * Math.abs(disturbed - expected) + (flow.order * spread + 64 * U) * expected;
              assertWithin([actual], [expected], most, `clock at ${where}`);
            }
            if (s > 0) {
              const before = directions[s - 1][r];
              const way = norm(directions[s][r].map((x, i) => x - before[i])) / rates[s - 1];
              assertWithin([record.drift], [way], 64 * U / rates[s - 1] + 64 * U * way, `drift at ${where}`);
            }
          });
          assert.deepEqual(end[r], directions[steps][r]);
          for (const { bias, outputs } of layersOf(drawn.network.widths)) {
            assert(end[r].subarray(bias, bias + outputs).every((b) => b === 0), "a bias moved");
          }
        });
      },
    ),
    fixed(15),
  );
});

/** A network with three replicas that differ in nothing but their norms. */
const small: Case = {
  network: { widths: [3, 8, 5, 1], activations: ["leaky-relu:0.1", "relu^2"] },
  loss: "mean-squared-error",
  norms: [0.5, 0.5, 0.5],
  directions: Array.from({ length: 3 }, () => randomDirection([3, 8, 5, 1], 4)),
  samples: Array.from({ length: 3 }, () => randomSamples(5, 20, 3, 1)),
};

Deno.test("polar_flow: outputs of the network scale as H(x; c w) = c^L H(x; w)", async () => {
  await fc.assert(
    fc.asyncProperty(flows, fc.double({ min: 0.2, max: 5, noNaN: true }), async (shape, factor) => {
      const drawn = drawCase(shape), { widths, activations } = drawn.network;
      const { order } = referenceOf(drawn, 0), c = Math.fround(factor);
      const theta = drawn.directions[0], scaled = theta.map((t) => c * t);
      const samples = drawn.samples[0], inputs = widths[0];
      using stack = new DisposableStack();
      const network = stack.use(
        await Network.create(gpu, {
          inputs,
          hidden: widths.slice(1, -1),
          outputs: widths.at(-1)!,
          activation: activations,
          initializer: "normal:0",
          replicas: 2,
        }),
      );
      const { layout, parameters } = network;
      [theta, scaled].forEach((each, r) =>
        parameters.write(packParameters(layout, each), 4 * r * layout.size)
      );
      const { layers, forward: commands } = await network.evaluate(
        uploadSampleSets(gpu, [samples, samples], stack),
        stack,
      );
      run(gpu, commands);
      const words = await layers.at(-1)!.array.read();
      const [once, other] = [0, 1].map((r) => unpackMatrix(words, r, samples.count, widths.at(-1)!));
      const [errors, scaledErrors] = [theta, scaled].map((each) =>
        stepErrors(drawn.network, each, samples, drawn.loss).outputs.flat()
      );
      // The scaled weights are rounded, each of which counts as often as the order tells, at most.
      const sizes = Array.from(
        { length: samples.count },
        (_, k) =>
          forward(absolute(drawn.network), theta.map(Math.abs), row(samples.x, k, inputs).map(Math.abs)).h.at(
            -1,
          )!,
      ).flat();
      const bounds = sizes.map((size, i) =>
        c ** order * (errors[i] + 4 * order * U * size) + scaledErrors[i]
      );
      assertWithin(other, once.map((value) => c ** order * value), bounds, JSON.stringify(shape));
    }),
    fixed(15),
  );
});

Deno.test("polar_flow: a log that starts over has the last records", async () => {
  const { records, directions, end } = await flowOnGpu(small, 5);
  const wrapped = await flowOnGpu(small, 5, { capacity: 2 });
  assert.deepEqual(wrapped.records.slice(0, 2), records.slice(4));
  assert.deepEqual(wrapped.directions.slice(0, 2), directions.slice(4));
  assert.deepEqual(wrapped.end, end);
});

Deno.test("polar_flow: a replica that is NaN stays alone", async () => {
  const whole = await flowOnGpu(small, 3);
  const directions = small.directions.map((each, r) => r === 1 ? each.map(() => NaN) : each);
  const { records, end } = await flowOnGpu({ ...small, directions }, 3);
  for (const [step, each] of records.entries()) {
    assert(Number.isNaN(each[1].loss), `loss of step ${step} is ${each[1].loss}`);
    for (const r of [0, 2]) assert.deepEqual(each[r], whole.records[step][r]);
  }
  assert.deepEqual(end, [whole.end[0], null, whole.end[2]]);
});

Deno.test("polar_flow: weights without a gradient rest", async () => {
  const dead = { ...small, network: { widths: [3, 8, 5, 1], activations: ["relu", "relu"] } };
  // No neuron of the first layer is ever active.
  const directions = small.directions.map((each) => each.map((u, i) => i < 24 ? -Math.abs(u) : u));
  const samples = small.samples.map((each) => ({ ...each, x: each.x.map(Math.abs) }));
  const { records, end } = await flowOnGpu({ ...dead, directions, samples }, 3);
  assert.deepEqual(end, directions);
  for (const { time, growth, norm, gradient, residual, correlation, drift } of records.flat()) {
    assert.deepEqual([time, growth, norm, gradient, residual, correlation, drift], [0, 0, 0.5, 0, 0, 0, 0]);
  }
});

Deno.test("homogeneousOrder: that of each activation, from layer to layer; others are refused", () => {
  const order = (...names: string[]) => homogeneousOrder(names.map(parseActivation));
  assert.deepEqual(
    [order("relu"), order("leaky-relu:0.1", "identity"), order("relu", "relu", "leaky-relu")],
    [
      2,
      3,
      4,
    ],
  );
  assert.deepEqual([order("leaky-relu:0.1^2"), order("relu^2", "relu^2"), order("relu", "relu^3")], [
    3,
    7,
    7,
  ]);
  assert.throws(
    () => order("relu", "tanh"),
    (error) => error instanceof InputError && /tanh/.test(error.message),
  );
});
