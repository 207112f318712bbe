import { GpuArray } from "../../../src/gpu/array.ts";
import { activationNames, parseActivation } from "../../../src/nn/activation.ts";
import { bindJetForward } from "../../../src/nn/jets/jet_forward.ts";
import { tangentRows } from "../../../src/nn/jets/jets.ts";
import { parameterLayout } from "../../../src/nn/layout.ts";
import { assert } from "../../deps.ts";
import { activation, evaluateJet } from "../../reference/activation.ts";
import { exact } from "../../reference/bounded.ts";
import { randomFloats, run, upload } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

const NAMES = [...activationNames, "relu^1", "relu^3", "relu^5", "leaky-relu:-0.5^3", "leaky-relu:0.2^4"];

/**
 * σ, σ′, σ″, σ‴ and σ⁗ at each z, by a layer of one neuron with weight 1 and bias 0, so that z is
 * the input itself.
 */
async function evaluate(name: string, z: Float32Array): Promise<Float32Array[]> {
  using stack = new DisposableStack();
  const { layers: [layer], size } = parameterLayout([1, 1]);
  const parameters = stack.use(new GpuArray(gpu, "parameters", 4 * size));
  parameters.write(Float32Array.of(1), 4 * layer.weights);
  const rows = z.length;
  const input = upload(gpu, Float32Array.of(...z, ...new Float32Array(3 * rows)), 1, 0, stack);
  const output = upload(gpu, new Float32Array(4 * rows), 1, 1, stack);
  const tangents = stack.use(new GpuArray(gpu, "tangents", tangentRows(1, 3) * rows * 4));
  run(gpu, [
    await bindJetForward({ gpu, layer, rows, replicas: 1, axes: 1, order: 3 }, {
      input,
      parameters: { array: parameters, batch: size },
      output,
      activation: parseActivation(name),
      skip: false,
      difference: null,
      tangents,
    }),
  ]);
  const [values, kept] = await Promise.all([output.array.read(), tangents.read()]);
  const part = (words: Float32Array, n: number) => Float32Array.from(z, (_, k) => words[4 * (n * rows + k)]);
  return [part(values, 0), part(kept, 0), part(kept, 1), part(kept, 2), part(kept, 3)];
}

/** σ to σ⁗ of the reference, in order. */
function derivativesOf(name: string): ((z: number) => number)[] {
  const { value, derivative, second, third, fourth } = activation(name);
  return [value, derivative, second, third, fourth];
}

Deno.test("activation_jet: values and four derivatives are those of float64", async () => {
  const special = [0, 1e-37, 1e-20, 1e-7, 1e-3, 0.5, 1, 2, 4, 8, 16, 30, 80];
  const floats = randomFloats(3);
  const z = Float32Array.of(...special, ...special.map((x) => -x), ...floats(900, -8, 8), ...floats(300));
  for (const name of NAMES) {
    const expected = Array.from(z, (each) => evaluateJet(name, exact(each)));
    (await evaluate(name, z)).forEach((actual, n) => {
      const where = `${name}, derivative ${n}`;
      const part = (key: "value" | "error") => expected.map((each) => each[n][key]);
      assertWithin(actual, part("value"), part("error"), where);
    });
  }
});

Deno.test("activation_jet: at a kink all derivatives are those from the left; NaN stays NaN in the value", async () => {
  for (const name of NAMES) {
    const derivatives = derivativesOf(name);
    const all = await evaluate(name, Float32Array.of(0, -0, NaN));
    if (name.includes("relu")) {
      all.forEach(([zero, minus], n) => {
        const left = derivatives[n](0);
        // Up to five roundings, of the slope and of products with it.
        const close = (each: number) => Math.abs(each - left) <= 5 * 2 ** -24 * Math.abs(left);
        assert(close(zero) && close(minus), `${name}, derivative ${n}: ${zero}, ${minus}`);
      });
    }
    assert(Number.isNaN(all[0][2]), name);
  }
});

Deno.test("activation_jet: the reference's derivatives are difference quotients of each other, within their bounds", () => {
  const h = 1e-5;
  for (const name of NAMES) {
    const { fifth } = activation(name), derivatives = derivativesOf(name);
    for (let z = -4.0305; z < 4; z += 0.0625) {
      const quotients = derivatives.map((each) => (each(z + h) - each(z - h)) / (2 * h));
      for (const [n, quotient] of quotients.slice(0, 4).entries()) {
        const next = derivatives[n + 1](z);
        // h² times a fifth or sixth derivative below 200, those of relu^5 apart, and the rounding
        // of values up to 1024 over h.
        assert(Math.abs(quotient - next) < 200 * h * h + 1024 * 2 ** -52 / h, `${name}, ${n} at ${z}`);
      }
      assert(Math.abs(quotients[4]) <= fifth(Math.abs(z) + h) * 1.001 + 1e-8, `${name}: σ⁽⁵⁾ at ${z}`);
    }
  }
});
