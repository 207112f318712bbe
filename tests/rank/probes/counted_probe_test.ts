import { GpuArray } from "../../../src/gpu/array.ts";
import { Commands } from "../../../src/gpu/commands.ts";
import { bindCountedProbes, type CountedRecord } from "../../../src/rank/probes/counted_probe.ts";
import { uniform } from "../../../src/stats/random.ts";
import { assert } from "../../deps.ts";
import { uploadLayers } from "../../linalg/digit_features.ts";
import { referenceEigenvalues, tanhFeatures } from "../../support/solve.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

Deno.test("bindCountedProbes: losses in order, ranks of every layer and replica, slot by slot", async () => {
  using stack = new DisposableStack();
  const samples = 40, replicas = 2, widths = [12, 9], epsilons = [1e-2, 1e-5];
  const random = uniform(3);
  const layers = widths.map((width) => ({
    width,
    features: Array.from({ length: replicas }, () => tanhFeatures(random, samples, width)),
  }));
  const weights = new Float32Array(samples).fill(1 / samples);
  const sums = (values: readonly number[]) =>
    stack.use(new GpuArray(gpu, "partial sums", Float32Array.from(values)));
  // Three pairs (Σ w ℓ, hits) a replica, and one of held-out samples.
  const loss = sums([0.5, 1, 0.25, 2, 0.125, 3, 4, 5, 8, 6, 16, 7]);
  const heldOut = sums([0.75, 9, 1.5, 10]);
  const probes = await bindCountedProbes(gpu, {
    layers: uploadLayers(gpu, layers, stack, true),
    replicas,
    samples,
    weights,
    epsilons,
    loss: { array: loss, count: 3 },
    heldOut: { array: heldOut, count: 1 },
    capacity: 2,
  }, stack);
  assert(probes !== null && probes.capacity === 2);
  const commands = new Commands(gpu);
  commands.run(...probes.commands);
  commands.submit();
  await probes.results[0].read();
  // The second probe has other losses; the first stays in its slot.
  loss.write(new Float32Array(12).fill(1));
  const others = new Commands(gpu);
  others.run(...probes.commands);
  probes.count(others, 0, 2);
  others.submit();
  const [tallies, counts] = await Promise.all(probes.results.map((each) => each.read()));
  for (const [probe, expected] of [[0, [[0.875, 6], [28, 18]]], [1, [[3, 3], [3, 3]]]] as const) {
    for (let replica = 0; replica < replicas; replica++) {
      const record: CountedRecord = probes.decode(tallies, counts, probe, replica);
      assert.deepEqual([record.loss, record.hits], expected[replica]);
      assert.deepEqual([record.heldOutLoss, record.heldOutHits], [[0.75, 9], [1.5, 10]][replica]);
      record.ranks.forEach((ranks, layer) => {
        const exact = referenceEigenvalues(layers[layer].features[replica], widths[layer], weights);
        ranks.forEach(({ epsilon, rank, low, high }, k) => {
          assert.equal(epsilon, epsilons[k]);
          const truth = exact.filter((value) => value > epsilon).length;
          assert.deepEqual([rank, low, high], [truth, truth, truth]);
        });
      });
    }
  }
});

Deno.test("bindCountedProbes: none where layers are too wide", async () => {
  using stack = new DisposableStack();
  const features = [new Float32Array(2 * 300)];
  const layers = uploadLayers(gpu, [{ width: 300, features }], stack, true);
  const array = stack.use(new GpuArray(gpu, "partial sums", 2));
  const probes = await bindCountedProbes(gpu, {
    layers,
    replicas: 1,
    samples: 2,
    weights: [0.5, 0.5],
    epsilons: [1e-3],
    loss: { array, count: 1 },
    heldOut: null,
    capacity: 1,
  }, stack);
  assert.equal(probes, null);
});
