import { GpuArray } from "../../../src/gpu/array.ts";
import { padRows } from "../../../src/linalg/matrix_view.ts";
import type { Skip } from "../../../src/nn/layout.ts";
import { bindDenseBackward } from "../../../src/nn/layers/dense_backward.ts";
import { assert, fc } from "../../deps.ts";
import { gamma } from "../../reference/rounding.ts";
import { randomFloats, run, upload } from "../../support/arrays.ts";
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

async function evaluate(
  shape: DenseCase,
  drawn: DenseOperandsOnBoth,
  stack: DisposableStack,
  carries: { readonly adds: Skip; readonly keeps: boolean } | null = null,
) {
  const { rows, inputs, outputs, replicas, seed } = shape;
  const delta = drawMatrix(gpu, shape, outputs, false, seed + 1, stack);
  const slopes = randomFloats(seed + 2)(replicas * rows * inputs);
  const slopeArray = stack.use(new GpuArray(gpu, "slopes", padRows(slopes, inputs)));
  const below = upload(gpu, new Float32Array(replicas * rows * inputs), inputs, replicas, stack);
  // Padding too must be written.
  below.array.write(new Float32Array(below.array.length).fill(7));
  const operands = { gpu, layer: drawn.layer, rows, replicas };
  const { parameters } = drawn;
  const past = drawMatrix(gpu, shape, inputs, false, seed + 3, stack);
  const carried = carries?.adds || carries?.keeps ? { array: past.view.array, ...carries } : null;
  const arrays = { delta: delta.view, parameters, slopes: slopeArray, deltaBelow: below, carried };
  run(gpu, [await bindDenseBackward(operands, arrays)]);
  return {
    delta: delta.entries,
    slopes,
    values: await below.array.read(),
    past: past.entries,
    kept: await past.view.array.read(),
  };
}

/**
 * (Δ Wᵀ + G) ⊙ D of one replica, and the bound of its error: a sum of products and of G, then one
 * more product.
 */
function reference(
  { rows, inputs, outputs }: DenseCase,
  delta: Float32Array,
  w: Float32Array,
  slopes: Float32Array,
  carried: Float32Array | null = null,
) {
  const expected = new Float64Array(rows * inputs), bound = new Float64Array(rows * inputs);
  for (let k = 0; k < rows; k++) {
    for (let i = 0; i < inputs; i++) {
      let sum = carried ? carried[k * inputs + i] : 0, magnitude = Math.abs(sum);
      for (let j = 0; j < outputs; j++) {
        const product = delta[k * outputs + j] * w[i * outputs + j];
        sum += product;
        magnitude += Math.abs(product);
      }
      const slope = slopes[k * inputs + i];
      expected[k * inputs + i] = sum * slope;
      bound[k * inputs + i] = gamma(outputs + 6) * magnitude * Math.abs(slope);
    }
  }
  return { expected, bound };
}

Deno.test("dense_backward: deltas of any shape are those of float64", async () => {
  await fc.assert(
    fc.asyncProperty(denseCases, async (shape) => {
      using stack = new DisposableStack();
      const { rows, inputs, replicas } = shape;
      const drawn = drawLayer(gpu, shape, stack);
      const { delta, slopes, values } = await evaluate(shape, drawn, stack);
      for (let r = 0; r < replicas; r++) {
        const own = slopes.subarray(r * rows * inputs, (r + 1) * rows * inputs);
        const { expected, bound } = reference(shape, delta[r], drawn.weights[r], own);
        assertWithin(
          unpackMatrix(values, r, rows, inputs),
          expected,
          bound,
          `replica ${r} of ${JSON.stringify(shape)}`,
        );
      }
    }),
    fixed(40),
  );
});

Deno.test("dense_backward: skip connections add what they carry, and keep it for the layer below", async () => {
  const skips = fc.constantFrom<Skip>(false, true, "adaptive");
  await fc.assert(
    fc.asyncProperty(denseCases, skips, fc.boolean(), async (shape, adds, keeps) => {
      using stack = new DisposableStack();
      const { rows, inputs, replicas } = shape;
      const drawn = drawLayer(gpu, shape, stack);
      const { delta, slopes, values, past, kept } = await evaluate(shape, drawn, stack, { adds, keeps });
      for (let r = 0; r < replicas; r++) {
        const own = slopes.subarray(r * rows * inputs, (r + 1) * rows * inputs);
        const where = `replica ${r} of ${JSON.stringify({ ...shape, adds, keeps })}`;
        const share = adds === "adaptive" ? Math.fround(1 - drawn.alphas[r]) : 1;
        const carried = adds ? past[r].map((each) => share * each) : null;
        const below = reference(shape, delta[r], drawn.weights[r], own, carried);
        assertWithin(unpackMatrix(values, r, rows, inputs), below.expected, below.bound, where);
        const after = unpackMatrix(kept, r, rows, inputs), ones = own.map(() => 1);
        const sum = reference(shape, delta[r], drawn.weights[r], ones, carried);
        if (keeps) assertWithin(after, sum.expected, sum.bound, `kept, ${where}`);
        else assertSameBits(after, Float32Array.from(past[r]), `kept, ${where}`);
      }
    }),
    fixed(24),
  );
});

Deno.test("dense_backward: NaN parameters of one replica do not reach another", async () => {
  using stack = new DisposableStack();
  const shape = { rows: 37, inputs: 6, outputs: 5, replicas: 3, shared: false, seed: 3 };
  const drawn = drawLayer(gpu, shape, stack);
  const before = await evaluate(shape, drawn, stack);
  const words = 4 * drawn.size;
  drawn.parameters.array.write(new Float32Array(words).fill(NaN), words);
  const after = await evaluate(shape, drawn, stack);
  const third = before.values.length / 3;
  for (const r of [0, 2]) {
    const part = (array: Float32Array) => array.subarray(r * third, (r + 1) * third);
    assertSameBits(part(after.values), part(before.values), `replica ${r}`);
  }
  assert(Number.isNaN(after.values[third]), "NaN got lost");
});
