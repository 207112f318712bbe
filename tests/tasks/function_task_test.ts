import { functionTask } from "../../src/tasks/function_task.ts";
import { targetFunctions } from "../../src/tasks/functions.ts";
import { MAX_SAMPLES } from "../../src/tasks/options.ts";
import { assert, fc } from "../deps.ts";
import { inputError } from "../support/input_error.ts";

const targets = Object.values(targetFunctions);

Deno.test("functions: every task has targets f(x) at points of its domain and weights that sum to 1", () => {
  const cases = fc.tuple(fc.constantFrom(...targets), fc.integer({ min: 1, max: 300 }), fc.nat());
  fc.assert(fc.property(cases, ([target, samples, seed]) => {
    const { train, ...task } = functionTask(target, { samples, seed });
    const [low, high] = target.domain;
    assert.equal(train.count, samples);
    assert.equal(train.x.length, samples * target.inputs);
    assert.equal(train.y.length, samples);
    assert(train.x.every((coordinate) => coordinate >= low && coordinate <= high));
    for (let k = 0; k < samples; k++) {
      const point = train.x.subarray(k * target.inputs, (k + 1) * target.inputs);
      assert.equal(train.y[k], Math.fround(target.f(...point)));
    }
    assert.deepEqual(train.weights, new Float32Array(samples).fill(1 / samples));
    assert(Math.abs(train.weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-6);
    assert.equal(task.loss, "mean-squared-error");
    assert.deepEqual([task.inputs, task.outputs, task.test], [target.inputs, 1, null]);
  }));
});

Deno.test("functions: the table is keyed by name, and f has as many coordinates as it says", () => {
  for (const [name, target] of Object.entries(targetFunctions)) {
    assert.equal(target.name, name);
    assert.equal(functionTask(target).train.count, target.samples);
    assert(target.f.length === target.inputs || name === "gaussian5d");
    assert(!target.description.includes("\n"));
  }
});

Deno.test("functions: values at points that can be worked out by hand", () => {
  const at = (name: keyof typeof targetFunctions, ...x: number[]) => targetFunctions[name].f(...x);
  const close = (actual: number, expected: number) =>
    assert(Math.abs(actual - expected) < 1e-12, `${actual}`);
  close(at("cosines", 0), 3);
  close(at("cosines", 1), -1);
  close(at("cosines", 0.5), 1);
  close(at("sines", 0.25), 0);
  close(at("sines", 1 / 12), 1.5);
  close(at("runge", 0.2), 0.5);
  close(at("abs", -0.5), 0.5);
  assert.deepEqual([-0.5, 0, 0.5].map((x) => at("step", x)), [-1, 0, 1]);
  close(at("ripple2d", 0, 0), 1);
  close(at("ripple2d", 0.5, 0), -1);
  // The top of the first of its four terms.
  close(
    at("franke2d", 2 / 9, 2 / 9),
    0.75 + 0.75 * Math.exp(-9 / 49 - 0.3) + 0.5 * Math.exp(-6.5) - 0.2 * Math.exp(-29),
  );
  close(at("gaussian5d", 0, 0, 0, 0, 0), 1);
  close(at("gaussian5d", 1, -1, 1, -1, 1), Math.exp(-5));
  close(at("product3d", 0.5, 0.5, -0.5), -1);
});

Deno.test("functions: the staircase's reference task", () => {
  const { train, defaults } = functionTask(targetFunctions.cosines);
  assert.deepEqual([train.count, train.x[0], train.x[255]], [256, -1, 1]);
  assert.deepEqual(defaults, {
    hidden: [50, 50],
    activation: "tanh",
    initializer: "xavier-normal",
    optimizer: "momentum",
    learningRate: 1e-2,
    batch: null,
    steps: 10_000,
    probeEvery: 10,
    epsilons: [1e-2, 1e-4, 1e-6],
  });
});

Deno.test("functions: the seed moves the points of a cube and leaves those of an interval", () => {
  for (const target of targets) {
    const [zero, absent, other] = [{ seed: 0 }, {}, { seed: 1 }].map((o) => functionTask(target, o).train);
    assert.deepEqual(zero, absent);
    if (target.inputs === 1) assert.deepEqual(zero, other);
    else assert.notDeepEqual(zero.x, other.x);
  }
});

Deno.test("functions: options out of range and functions that are not finite are refused", () => {
  for (const samples of [0, -1, 2.5, NaN, Infinity, MAX_SAMPLES + 1]) {
    const message = new RegExp(`^samples must be a whole number from 1 to ${MAX_SAMPLES}, not ${samples}$`);
    assert.throws(() => functionTask(targetFunctions.abs, { samples }), inputError(message));
  }
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) {
    assert.throws(
      () => functionTask(targetFunctions.abs, { seed }),
      inputError(/^seed must be .* from 0 to \d+, not/),
    );
  }
  const pole = { ...targetFunctions.abs, name: "pole", f: (x: number) => 1 / x };
  assert.throws(
    () => functionTask(pole, { samples: 3 }),
    inputError(/^task "pole": f\(0\) is Infinity; choose a domain on which f is finite$/),
  );
});
