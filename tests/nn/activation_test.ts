import { GpuArray } from "../../src/gpu/array.ts";
import { InputError } from "../../src/errors.ts";
import {
  activationFiles,
  activationFunction,
  activationNames,
  activations,
  isCurved,
  parseActivation,
} from "../../src/nn/activation.ts";
import { activationBound, featureBounds } from "../../src/nn/feature_bounds.ts";
import { homogeneity } from "../../src/nn/homogeneity.ts";
import type { Skip } from "../../src/nn/layout.ts";
import { bindDenseForward } from "../../src/nn/layers/dense_forward.ts";
import { parameterLayout } from "../../src/nn/layout.ts";
import { assert } from "../deps.ts";
import { activation, formulas } from "../reference/activation.ts";
import { randomFloats, run, upload } from "../support/arrays.ts";
import { assertWithin } from "../support/compare.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

const NAMES = [...activationNames, "relu^1", "relu^3", "leaky-relu:-0.5^3"];

/**
 * σ(z) and σ′(z) by a layer of one neuron with weight 1 and bias 0, so that z is the input itself.
 */
async function evaluate(
  name: string,
  z: Float32Array,
): Promise<{ values: Float32Array; derivatives: Float32Array }> {
  using stack = new DisposableStack();
  const { layers: [layer], size } = parameterLayout([1, 1]);
  const parameters = stack.use(new GpuArray(gpu, "parameters", 4 * size));
  parameters.write(Float32Array.of(1), 4 * layer.weights);
  const output = upload(gpu, new Float32Array(z.length), 1, 1, stack);
  const slope = stack.use(new GpuArray(gpu, "slopes", 4 * z.length));
  const operands = { gpu, layer, rows: z.length, replicas: 1 };
  const input = upload(gpu, z, 1, 0, stack);
  const activated = { activation: parseActivation(name), slope, skip: false, difference: null };
  const arrays = { input, parameters: { array: parameters, batch: size }, output, activated };
  run(gpu, [await bindDenseForward(operands, arrays)]);
  const first = (_: number, i: number) => 4 * i;
  const [values, derivatives] = await Promise.all([output.array.read(), slope.read()]);
  const at = Array.from(z, first);
  return {
    values: Float32Array.from(at, (i) => values[i]),
    derivatives: Float32Array.from(at, (i) => derivatives[i]),
  };
}

Deno.test("activation: values and derivatives are those of float64", async () => {
  const floats = randomFloats(2);
  const special = [0, 1e-37, 1e-20, 1e-7, 1e-3, 0.5, 0.75, 1, 2, 4, 8, 16, 30, 80, 100, 1e3, 8e3];
  const z = Float32Array.of(
    ...special,
    ...special.map((x) => -x),
    ...floats(2000, -10, 10),
    ...floats(500, -1, 1),
  );
  for (const name of NAMES) {
    const { values, derivatives } = await evaluate(name, z);
    const { value, derivative, errors } = activation(name);
    const each = Array.from(z, (x) => errors(x));
    assertWithin(values, Array.from(z, value), each.map(([bound]) => bound), `${name} value`);
    assertWithin(
      derivatives,
      Array.from(z, derivative),
      each.map(([, bound]) => bound),
      `${name} derivative`,
    );
  }
});

Deno.test("activation: at a kink the derivative is the one from the left; NaN stays NaN", async () => {
  const left: Record<string, number> = {
    relu: 0,
    "leaky-relu": Math.fround(0.01),
    "leaky-relu:0.1": Math.fround(0.1),
    "relu^1": 0,
    "relu^2": 0,
    "leaky-relu:0.1^2": 0,
  };
  for (const name of NAMES) {
    const { values, derivatives } = await evaluate(name, Float32Array.of(0, -0, NaN, 1));
    if (name in left) {
      assert.deepEqual([...derivatives.subarray(0, 2)], [left[name], left[name]], name);
      assert.deepEqual([values[0] === 0, values[1] === 0], [true, true], name);
    }
    assert(Number.isNaN(values[2]), `${name}(NaN) is ${values[2]}`);
    assert(Number.isFinite(values[3]), name);
  }
});

Deno.test("activation: the reference's derivatives are its difference quotients", () => {
  const h = 1e-5;
  for (const name of NAMES) {
    const { value, derivative, curvature } = activation(name);
    for (let z = -4.0305; z < 4; z += 0.0625) {
      const quotient = (value(z + h) - value(z - h)) / (2 * h);
      // h² σ‴ / 6 with σ‴ below 6 for all of these on [−4, 4], and the rounding of values up to 64
      // over h.
      assert(Math.abs(quotient - derivative(z)) < h * h + 64 * 2 ** -52 / h, `${name} at ${z}`);
      const bend = (derivative(z + h) - derivative(z - h)) / (2 * h);
      assert(Math.abs(bend) <= curvature(Math.abs(z) + h) * 1.001 + 1e-9, `${name}: curvature at ${z}`);
    }
  }
});

Deno.test("activation: names are read with their parameters, and others refused with the list of names", () => {
  const leaky = activations["leaky-relu"].kind;
  assert.deepEqual(parseActivation("leaky-relu"), {
    name: "leaky-relu",
    kind: leaky,
    parameter: 0.01,
    exponent: 1,
  });
  assert.equal(parseActivation("leaky-relu:-0.5").parameter, -0.5);
  assert.equal(parseActivation("relu^12").exponent, 12);
  const power = "leaky-relu:0.2^3";
  assert.deepEqual(parseActivation(power), { name: power, kind: leaky, parameter: 0.2, exponent: 3 });
  assert.equal(parseActivation("leaky-relu:0.2^1").exponent, 1);
  const wrong = [
    "",
    "Tanh",
    "relu^",
    "relu^0",
    "relu^1.5",
    "leaky-relu:",
    "leaky-relu: ",
    "leaky-relu:x",
    "leaky-relu^2",
    "leaky-relu:0.1^",
    "leaky-relu:0.1^0",
    "leaky-relu:^2",
    "tanh:1",
    "tanh^2",
    "relu:0.1",
    "relu:0.1^2",
    "toString",
  ];
  for (const name of [...wrong, "leaky-relu:1e39", "leaky-relu:NaN"]) {
    assert.throws(() => parseActivation(name), (error) => {
      assert(error instanceof InputError && error.exitStatus === 2);
      return activationNames.every((known) => error.message.includes(known));
    }, name);
  }
});

Deno.test("activations: entries have kinds of their own, each with a case in WGSL, and formulas in float64", () => {
  const kinds = Object.values(activations).map(({ kind }) => kind);
  assert.equal(new Set(kinds).size, kinds.length);
  // The identity is what the switch does for 0.
  for (const kind of kinds.filter((kind) => kind !== 0)) {
    assert(activationFiles[1].includes(`case ${kind}u: {`), `kind ${kind}`);
  }
  assert.deepEqual(Object.keys(formulas), Object.keys(activations));
  for (const [name, { examples = [], help }] of Object.entries(activations)) {
    assert(help.length > 0 && activationNames.includes(name));
    for (const example of examples) {
      assert.equal(parseActivation(example).kind, activations[name].kind, example);
    }
  }
});

Deno.test("isCurved: what is not curved has a second derivative of 0", () => {
  for (const name of NAMES) {
    const { second } = activation(name);
    assert.equal(isCurved([name]), [-2, -0.7, 0.3, 1.5].some((z) => second(z) !== 0), name);
  }
});

Deno.test("activationBound: holds for the reference, and is missing where values grow", () => {
  for (const name of activationNames) {
    const bound = activationBound(parseActivation(name));
    const values = Array.from({ length: 401 }, (_, i) => Math.abs(activation(name).value((i - 200) / 4)));
    const largest = Math.max(...values);
    assert(bound === null ? largest > 2 : largest <= bound, `${name}: ${largest}`);
  }
});

Deno.test("featureBounds: skip connections add up the bounds of layers, and have none from the input", () => {
  const bounds = (names: string, skips: Skip[]) =>
    featureBounds(names.split(",").map(parseActivation), skips);
  assert.deepEqual(bounds("tanh,sine,relu,tanh", [false, false, false, false]), [1, 1, null, 1]);
  assert.deepEqual(bounds("tanh,sine,tanh,relu,tanh,tanh", [false, true, true, true, true, false]), [
    ...[1, 2, 3, null, null, 1],
  ]);
  assert.deepEqual(bounds("tanh,tanh", [true, true]), [null, null]);
  assert.deepEqual(bounds("tanh,tanh,tanh", [false, "adaptive", false]), [1, null, 1]);
  assert.deepEqual(bounds("tanh,sine,relu,tanh", [false, "gated", "gated", "gated"]), [1, 3, null, 3]);
  assert.deepEqual(bounds("relu,tanh", [false, "gated"]), [null, null]);
});

Deno.test("homogeneity: the reference scales by the order and has the slope; others do not scale at all", () => {
  for (const name of NAMES) {
    const { value } = activation(name), found = homogeneity(parseActivation(name));
    // No power: a bounded function may look like one at two places.
    const orders = [0.5, 2, 3].flatMap((c) =>
      [-2, -0.7, 0.3, 1.5].filter((z) => value(z) !== 0).map((z) =>
        Math.log(value(c * z) / value(z)) / Math.log(c)
      )
    );
    const isHomogeneous = orders.every((order) => Math.abs(order - orders[0]) < 1e-6);
    assert.equal(found !== null, isHomogeneous, name);
    if (!found) continue;
    assert(Math.abs(found.order - orders[0]) < 1e-6, name);
    for (const z of [-2, -0.7, 0.3, 1.5]) {
      const x = z > 0 ? z : Math.fround(found.slope) * z;
      assert(Math.abs(value(z) - x ** found.order) < 1e-12, `${name} at ${z}`);
    }
  }
});

Deno.test("activationFunction: on the host, activations are their formulas", () => {
  for (const name of activationNames) {
    const own = activationFunction(parseActivation(name)), { value } = activation(name);
    for (const z of [-700, -30, -3, -1, -1e-3, 0, 1e-9, 0.5, 2.4, 2.6, 9, 40]) {
      const expected = value(z);
      assert(Math.abs(own(z) - expected) <= 1e-7 * Math.abs(expected) + 1e-13, `${name}(${z}): ${own(z)}`);
    }
  }
});
