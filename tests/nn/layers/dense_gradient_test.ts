import { GpuArray } from "../../../src/gpu/array.ts";
import { bindDenseGradient, type GradientSlices } from "../../../src/nn/layers/dense_gradient.ts";
import { parameterLayout } from "../../../src/nn/layout.ts";
import { assert, fc } from "../../deps.ts";
import { gamma } from "../../reference/rounding.ts";
import { run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { type DenseCase, denseCases, drawMatrix, fixed } from "../../support/dense_case.ts";
import { unpackParameters } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** [X 1]ᵀ Δ of a slice of one replica, and the bound of its error. */
function reference(
  { rows, inputs, outputs }: DenseCase,
  x: Float32Array,
  delta: Float32Array,
  { slice }: GradientSlices,
  s: number,
) {
  const expected = new Float64Array((inputs + 1) * outputs), bound = new Float64Array((inputs + 1) * outputs);
  const end = Math.min(rows, (s + 1) * slice);
  for (let k = s * slice; k < end; k++) {
    for (let i = 0; i <= inputs; i++) {
      const left = i === inputs ? 1 : x[k * inputs + i];
      for (let j = 0; j < outputs; j++) {
        const product = left * delta[k * outputs + j];
        expected[i * outputs + j] += product;
        bound[i * outputs + j] += gamma(end - s * slice) * Math.abs(product);
      }
    }
  }
  return { expected, bound };
}

async function check(shape: DenseCase, cut: GradientSlices, poison = false): Promise<void> {
  using stack = new DisposableStack();
  const { rows, inputs, outputs, replicas, shared, seed } = shape;
  const x = drawMatrix(gpu, shape, inputs, shared, seed, stack);
  const delta = drawMatrix(gpu, shape, outputs, false, seed + 1, stack);
  const layout = parameterLayout([inputs, outputs]);
  const gradients = stack.use(new GpuArray(gpu, "gradients", replicas * cut.slices * layout.size * 4));
  // Padding too must be written.
  gradients.write(new Float32Array(gradients.length).fill(7));
  if (poison) {
    const words = delta.view.batch * 4;
    delta.view.array.write(new Float32Array(words).fill(NaN), words);
  }
  const target = { array: gradients, batch: layout.size };
  const operands = { gpu, layer: layout.layers[0], rows, replicas };
  const arrays = { input: x.view, delta: delta.view, gradients: target, cut };
  run(gpu, [await bindDenseGradient(operands, arrays)]);
  const words = await gradients.read();
  for (let r = 0; r < replicas; r++) {
    if (poison && r === 1) {
      assert(Number.isNaN(words[cut.slices * layout.size * 4]), "NaN got lost");
      continue;
    }
    for (let s = 0; s < cut.slices; s++) {
      const { expected, bound } = reference(shape, x.entries[r], delta.entries[r], cut, s);
      const actual = unpackParameters(layout, words, r * cut.slices + s);
      assertWithin(actual, expected, bound, `slice ${s}, replica ${r} of ${JSON.stringify(shape)}`);
    }
  }
}

Deno.test("dense_gradient: gradients of any shape and cut are those of float64", async () => {
  await fc.assert(
    fc.asyncProperty(denseCases, fc.constantFrom(16, 100, 256), async (shape, slice) => {
      await check(shape, { slice, slices: Math.ceil(shape.rows / slice) });
    }),
    fixed(40),
  );
});

Deno.test("dense_gradient: more samples than lavapipe's loops have iterations", async () => {
  const rows = 70_000, slice = Math.ceil(rows / 64);
  const shape = { rows, inputs: 2, outputs: 3, replicas: 1, shared: true, seed: 4 };
  await check(shape, { slice, slices: Math.ceil(rows / slice) });
});

Deno.test("dense_gradient: NaN errors of one replica do not reach another", async () => {
  const shape = { rows: 37, inputs: 5, outputs: 6, replicas: 3, shared: true, seed: 3 };
  await check(shape, { slice: 16, slices: 3 }, true);
});
