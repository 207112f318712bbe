import { GpuArray } from "../../../src/gpu/array.ts";
import { bindSkipGradient } from "../../../src/nn/layers/skip_gradient.ts";
import { assert, fc } from "../../deps.ts";
import { gamma } from "../../reference/rounding.ts";
import { run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { type DenseCase, denseCases, drawLayer, drawMatrix, fixed } from "../../support/dense_case.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

async function check(shape: DenseCase, slice: number, poison = false): Promise<void> {
  using stack = new DisposableStack();
  const { rows, outputs, replicas, seed } = shape, slices = Math.ceil(rows / slice);
  const { layer, size } = drawLayer(gpu, shape, stack);
  const byFeatures = drawMatrix(gpu, shape, outputs, false, seed + 1, stack);
  const difference = drawMatrix(gpu, shape, outputs, false, seed + 2, stack);
  const words = new Float32Array(4 * replicas * slices * size).fill(7);
  const gradients = { array: stack.use(new GpuArray(gpu, "gradients", words)), batch: size };
  if (poison) {
    const own = 4 * byFeatures.view.batch;
    byFeatures.view.array.write(new Float32Array(own).fill(NaN), own);
  }
  const arrays = { byFeatures: byFeatures.view, difference: difference.view.array, gradients };
  const operands = { gpu, layer, rows, replicas };
  run(gpu, [await bindSkipGradient(operands, { ...arrays, cut: { slice, slices } })]);
  const found = await gradients.array.read();
  // One lane adds that many vectors; then 8 levels of a tree, and 2 of the words of a vector.
  const depth = Math.ceil(slice * Math.ceil(outputs / 4) / 256) + 8 + 2;
  for (let r = 0; r < replicas; r++) {
    for (let s = 0; s < slices; s++) {
      const at = 4 * ((r * slices + s) * size + layer.alpha!), where = `slice ${s}, replica ${r}`;
      const own = found.subarray(4 * (r * slices + s) * size, at);
      assert(own.every((word) => word === 7), `${where}: other gradients are left alone`);
      assert.deepEqual([...found.subarray(at + 1, at + 4)], [0, 0, 0]);
      if (poison && r === 1) {
        assert(Number.isNaN(found[at]), "NaN got lost");
        continue;
      }
      let expected = 0, magnitude = 0;
      for (let i = s * slice * outputs; i < Math.min(rows, (s + 1) * slice) * outputs; i++) {
        const product = byFeatures.entries[r][i] * difference.entries[r][i];
        expected += product;
        magnitude += Math.abs(product);
      }
      const bound = gamma(depth + 1) * magnitude;
      assertWithin([found[at]], [expected], [bound], `${where} of ${JSON.stringify(shape)}`);
    }
  }
}

Deno.test("skip_gradient: sums of any shape and cut are those of float64, in their place alone", async () => {
  await fc.assert(
    fc.asyncProperty(denseCases, fc.constantFrom(1, 16, 100, 256), async (shape, slice) => {
      await check(shape, slice);
    }),
    fixed(30),
  );
});

Deno.test("skip_gradient: one slice of many samples and one neuron", async () => {
  await check({ rows: 70_000, inputs: 1, outputs: 1, replicas: 1, shared: false, seed: 1 }, 70_000);
});

Deno.test("skip_gradient: NaN of one replica does not reach another", async () => {
  await check({ rows: 37, inputs: 3, outputs: 5, replicas: 3, shared: false, seed: 2 }, 16, true);
});
