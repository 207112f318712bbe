import { GpuArray } from "../../../src/gpu/array.ts";
import { parseActivation } from "../../../src/nn/activation.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { bindDenseForward } from "../../../src/nn/layers/dense_forward.ts";
import { assert, fc } from "../../deps.ts";
import { activation } from "../../reference/activation.ts";
import { activationErrors } from "../../reference/network_errors.ts";
import { gamma, U } from "../../reference/rounding.ts";
import { run, upload } from "../../support/arrays.ts";
import { assertSameBits, assertWithin } from "../../support/compare.ts";
import {
  type DenseCase,
  denseCases,
  type DenseOperandsOnBoth,
  drawLayer,
  drawMatrix,
  fixed,
} from "../../support/dense_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * Z of one replica in float64 and the bound of its error: inputs products, the bias, and the order
 * of both.
 */
function preactivations(shape: DenseCase, x: Float32Array, w: Float32Array, b: Float32Array) {
  const { rows, inputs, outputs } = shape;
  const z = new Float64Array(rows * outputs), bound = new Float64Array(rows * outputs);
  for (let k = 0; k < rows; k++) {
    for (let j = 0; j < outputs; j++) {
      let sum = b[j], magnitude = Math.abs(b[j]);
      for (let i = 0; i < inputs; i++) {
        const product = x[k * inputs + i] * w[i * outputs + j];
        sum += product;
        magnitude += Math.abs(product);
      }
      z[k * outputs + j] = sum;
      bound[k * outputs + j] = gamma(inputs + 2) * magnitude;
    }
  }
  return { z, bound };
}

async function evaluate(
  shape: DenseCase,
  drawn: DenseOperandsOnBoth,
  name: string | null,
  stack: DisposableStack,
  skip: Skip = false,
) {
  const { rows, outputs, inputs, replicas, shared, seed } = shape;
  const { entries, view } = drawMatrix(gpu, shape, inputs, shared, seed + 1, stack);
  const output = upload(gpu, new Float32Array(replicas * rows * outputs), outputs, replicas, stack);
  // Padding too must be written.
  output.array.write(new Float32Array(output.array.length).fill(7));
  const slope = stack.use(new GpuArray(gpu, "slopes", output.array.length));
  const difference = skip === "adaptive"
    ? stack.use(new GpuArray(gpu, "differences", new Float32Array(output.array.length).fill(7)))
    : null;
  const activated = name === null ? null : { activation: parseActivation(name), slope, skip, difference };
  const operands = { gpu, layer: drawn.layer, rows, replicas };
  const arrays = { input: view, parameters: drawn.parameters, output, activated };
  run(gpu, [await bindDenseForward(operands, arrays)]);
  const [values, derivatives, apart] = await Promise.all([
    output.array.read(),
    slope.read(),
    difference?.read(),
  ]);
  return { x: entries, values, derivatives, apart };
}

Deno.test("dense_forward: linear layers of any shape are those of float64", async () => {
  await fc.assert(
    fc.asyncProperty(denseCases, async (shape) => {
      using stack = new DisposableStack();
      const drawn = drawLayer(gpu, shape, stack);
      const { x, values } = await evaluate(shape, drawn, null, stack);
      for (let r = 0; r < shape.replicas; r++) {
        const { z, bound } = preactivations(shape, x[r], drawn.weights[r], drawn.biases[r]);
        const actual = unpackMatrix(values, r, shape.rows, shape.outputs);
        assertWithin(actual, z, bound, `replica ${r} of ${JSON.stringify(shape)}`);
      }
    }),
    fixed(40),
  );
});

Deno.test("dense_forward: activations and slopes of any shape are those of float64", async () => {
  const names = fc.constantFrom("tanh", "relu", "sigmoid", "gelu");
  const skips = fc.constantFrom<Skip>(false, true, "adaptive");
  await fc.assert(
    fc.asyncProperty(denseCases, names, skips, async (drawnShape, name, skip) => {
      using stack = new DisposableStack();
      const shape = skip ? { ...drawnShape, outputs: drawnShape.inputs } : drawnShape;
      const drawn = drawLayer(gpu, shape, stack);
      const { x, values, derivatives, apart } = await evaluate(shape, drawn, name, stack, skip);
      const { value, derivative } = activation(name);
      for (let r = 0; r < shape.replicas; r++) {
        const { z, bound } = preactivations(shape, x[r], drawn.weights[r], drawn.biases[r]);
        const errors = Array.from(z, (each, i) => activationErrors(name, each, bound[i]));
        const where = `${name}, skip ${skip}, replica ${r} of ${JSON.stringify(shape)}`;
        const alpha = skip === "adaptive" ? drawn.alphas[r] : 1, past = skip === true ? 1 : 1 - alpha;
        const expected = z.map((each, i) => alpha * value(each) + (skip ? past * x[r][i] : 0));
        const differences = z.map((each, i) => value(each) - x[r][i]);
        // The sum is rounded once more, and with α the difference and the product are as well.
        const bounds = errors.map((error, i) => {
          const scaled = skip === "adaptive" ? 2 * U * Math.abs(alpha * differences[i]) : 0;
          return (1 + 4 * U) * (Math.abs(alpha) * error.value + scaled) +
            (skip ? U * Math.abs(expected[i]) : 0);
        });
        if (apart) {
          const bounds = errors.map((error, i) => error.value + U * (Math.abs(differences[i]) + error.value));
          assertWithin(
            unpackMatrix(apart, r, shape.rows, shape.outputs),
            differences,
            bounds,
            `S of ${where}`,
          );
        }
        const h = unpackMatrix(values, r, shape.rows, shape.outputs);
        const d = unpackMatrix(derivatives, r, shape.rows, shape.outputs);
        assertWithin(h, expected, bounds, `H of ${where}`);
        const slopes = z.map((each) => alpha * derivative(each));
        const slopeBounds = errors.map((error, i) =>
          Math.abs(alpha) * error.derivative + (alpha === 1 ? 0 : 2 * U * Math.abs(slopes[i]))
        );
        assertWithin(d, slopes, slopeBounds, `D of ${where}`);
      }
    }),
    fixed(40),
  );
});

Deno.test("dense_forward: NaN parameters of one replica do not reach another", async () => {
  for (const name of [null, "tanh", "relu"]) {
    using stack = new DisposableStack();
    // Rows and columns that end inside of a tile, so that tiles read what they do not keep.
    const shape = { rows: 37, inputs: 5, outputs: 6, replicas: 3, shared: true, seed: 3 };
    const drawn = drawLayer(gpu, shape, stack);
    const before = await evaluate(shape, drawn, name, stack);
    const words = 4 * drawn.size;
    drawn.parameters.array.write(new Float32Array(words).fill(NaN), words);
    const after = await evaluate(shape, drawn, name, stack);
    const third = before.values.length / 3;
    for (const r of [0, 2]) {
      const part = (array: Float32Array) => array.subarray(r * third, (r + 1) * third);
      assertSameBits(part(after.values), part(before.values), `H of ${name}, replica ${r}`);
      assertSameBits(part(after.derivatives), part(before.derivatives), `D of ${name}, replica ${r}`);
    }
    for (let k = 0; k < shape.rows; k++) {
      assert(Number.isNaN(after.values[third + 8 * k]), `${name}: NaN got lost`);
    }
  }
});
