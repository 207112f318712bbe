import { GpuArray } from "../../../src/gpu/array.ts";
import { bindBatch } from "../../../src/nn/layers/batch.ts";
import { Network } from "../../../src/nn/network.ts";
import { STATE_WORDS } from "../../../src/nn/optim/update.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { assert, fc } from "../../deps.ts";
import { epochOrder } from "../../reference/permutation.ts";
import { U } from "../../reference/rounding.ts";
import { run } from "../../support/arrays.ts";
import { assertWithin } from "../../support/compare.ts";
import { fixed } from "../../support/dense_case.ts";
import { unpackMatrix } from "../../support/parameters.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/**
 * The samples that each replica visits, in order, batch by batch, over `positions` positions of the
 * epochs. Each sample says in its inputs, targets and weight which one it is, and all must say the
 * same.
 */
async function visit(samples: number, batch: number, seed: number, replicas: number, positions: number) {
  using stack = new DisposableStack();
  const network = stack.use(
    await Network.create(gpu, {
      inputs: 5,
      hidden: [1],
      outputs: 2,
      activation: "identity",
      initializer: "normal:1",
      replicas,
      seed,
    }),
  );
  const index = Array.from({ length: samples }, (_, k) => k);
  const host = {
    count: samples,
    x: Float32Array.from(index.flatMap((k) => [k, 1, -k, 2, k + 0.5])),
    y: Float32Array.from(index.flatMap((k) => [-k, k + 0.25])),
    weights: Float32Array.from(index, (k) => (k + 1) / 1000),
  };
  const states = stack.use(new GpuArray(gpu, "states", STATE_WORDS * replicas));
  const drawn = await bindBatch(network, uploadSamples(gpu, host, stack), { batch, states }, stack);
  const visited = Array.from({ length: replicas }, (): number[] => []);
  for (let first = 0; first < positions; first += batch) {
    const epoch = Math.floor(first / samples), offset = first % samples;
    states.write(Uint32Array.from(visited.flatMap((_, r) => [0, epoch, offset, 0, 0, 0, 0, 0, 0, seed, r])));
    run(gpu, [drawn.dispatch]);
    const { x, y, weights } = drawn.samples;
    const [xs, ys, ws] = await Promise.all([x.array.read(), y.array.read(), weights.read()]);
    visited.forEach((each, r) => {
      const inputs = unpackMatrix(xs, r, batch, 5), targets = unpackMatrix(ys, r, batch, 2);
      for (let b = 0; b < batch; b++) {
        const k = inputs[5 * b];
        assert.deepEqual([...inputs.subarray(5 * b, 5 * b + 5)], [k, 1, -k, 2, k + 0.5]);
        assert.deepEqual([...targets.subarray(2 * b, 2 * b + 2)], [-k, k + 0.25]);
        const weight = host.weights[k] * samples / batch;
        assertWithin([ws[r * batch + b]], [weight], 2 * U * weight, `weight of sample ${k}`);
        each.push(k);
      }
    });
  }
  return visited;
}

const sizes = fc.record({
  samples: fc.oneof(fc.constantFrom(1, 2, 3, 251, 1000), fc.integer({ min: 4, max: 300 })),
  part: fc.double({ min: 0.2, max: 1, noNaN: true }),
  seed: fc.nat(0xffffffff),
});

Deno.test("batch: each epoch visits each sample once, in the order of the reference, whatever the batch", async () => {
  await fc.assert(
    fc.asyncProperty(sizes, async ({ samples, part, seed }) => {
      const batch = Math.max(1, Math.round(part * samples));
      const visited = await visit(samples, batch, seed, 2, 2 * samples);
      visited.forEach((each, replica) => {
        for (const epoch of [0, 1]) {
          const order = each.slice(epoch * samples, (epoch + 1) * samples);
          const where = `${batch} of ${samples}, seed ${seed}, replica ${replica}, epoch ${epoch}`;
          assert.equal(new Set(order).size, samples, where);
          assert.deepEqual(order, epochOrder(samples, seed, replica, epoch), where);
        }
      });
    }),
    {
      ...fixed(20),
      examples: [1, 2, 3, 251, 1000].map((samples) => [{ samples, part: 0.3, seed: samples }]),
    },
  );
});

Deno.test("batch: replicas, epochs and seeds have orders of their own, and the same seed the same one", async () => {
  const [first, second] = await visit(100, 100, 5, 2, 200);
  const [again] = await visit(100, 100, 5, 1, 100);
  const [other] = await visit(100, 100, 6, 1, 100);
  assert.deepEqual(again, first.slice(0, 100));
  const orders = [first.slice(0, 100), first.slice(100), second.slice(0, 100), second.slice(100), other];
  assert.equal(new Set(orders.map((order) => order.join())).size, orders.length);
});

Deno.test("batch: over many epochs every sample stands at every position about equally often", () => {
  const epochs = 1500;
  for (const samples of [2, 3, 5, 11]) {
    const counts = new Float64Array(samples * samples);
    for (let epoch = 0; epoch < epochs; epoch++) {
      epochOrder(samples, 1, 0, epoch).forEach((sample, position) => counts[position * samples + sample]++);
    }
    // Five standard deviations of a binomial count.
    const expected = epochs / samples, most = 5 * Math.sqrt(expected * (1 - 1 / samples));
    for (const count of counts) {
      assert(Math.abs(count - expected) < most, `${count} of ${expected}, ${samples} samples`);
    }
  }
});
