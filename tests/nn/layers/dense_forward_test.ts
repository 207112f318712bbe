import { GpuArray } from "../../../src/gpu/array.ts";
import { parseActivation } from "../../../src/nn/activation.ts";
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
  skip = false,
) {
  const { rows, outputs, inputs, replicas, shared, seed } = shape;
  const { entries, view } = drawMatrix(gpu, shape, inputs, shared, seed + 1, stack);
  const output = upload(gpu, new Float32Array(replicas * rows * outputs), outputs, replicas, stack);
  // Padding too must be written.
  output.array.write(new Float32Array(output.array.length).fill(7));
  const slope = stack.use(new GpuArray(gpu, "slopes", output.array.length));
  const activated = name === null ? null : { activation: parseActivation(name), slope, skip };
  const operands = { gpu, layer: drawn.layer, rows, replicas };
  const arrays = { input: view, parameters: drawn.parameters, output, activated };
  run(gpu, [await bindDenseForward(operands, arrays)]);
  const [values, derivatives] = await Promise.all([output.array.read(), slope.read()]);
  return { x: entries, values, derivatives };
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
  await fc.assert(
    fc.asyncProperty(denseCases, names, fc.boolean(), async (drawnShape, name, skip) => {
      using stack = new DisposableStack();
      const shape = skip ? { ...drawnShape, outputs: drawnShape.inputs } : drawnShape;
      const drawn = drawLayer(gpu, shape, stack);
      const { x, values, derivatives } = await evaluate(shape, drawn, name, stack, skip);
      const { value, derivative } = activation(name);
      for (let r = 0; r < shape.replicas; r++) {
        const { z, bound } = preactivations(shape, x[r], drawn.weights[r], drawn.biases[r]);
        const errors = Array.from(z, (each, i) => activationErrors(name, each, bound[i]));
        const where = `${name}${skip ? " with a skip connection" : ""}, replica ${r} of ${
          JSON.stringify(shape)
        }`;
        const expected = z.map((each, i) => value(each) + (skip ? x[r][i] : 0));
        // The sum is rounded once more.
        const bounds = errors.map((error, i) => error.value + (skip ? U * Math.abs(expected[i]) : 0));
        const h = unpackMatrix(values, r, shape.rows, shape.outputs);
        const d = unpackMatrix(derivatives, r, shape.rows, shape.outputs);
        assertWithin(h, expected, bounds, `H of ${where}`);
        assertWithin(d, z.map(derivative), errors.map((error) => error.derivative), `D of ${where}`);
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
