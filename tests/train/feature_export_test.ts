import { verifyRanks } from "../../src/rank/certificates/verify_ranks.ts";
import { rankedSamples } from "../../src/train/equation.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { inputError } from "../support/input_error.ts";
import { poisson } from "../support/equations.ts";
import { reference } from "../support/families.ts";
import { smallTask, train } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Ways to compute features, and to rank them. */
const ways: readonly (TrainingOptions & { readonly name: string })[] = [
  { name: "fused steps", task: smallTask(), epsilons: [1e-2, 1e-6] },
  { name: "spectra solved again", task: smallTask(), epsilons: [1e-9, 1e-12] },
  { name: "all in double-single arithmetic", task: smallTask(), precision: "double" },
  { name: "counts, and counts solved again", task: smallTask(), spectraEvery: 4, epsilons: [1e-4, 1e-13] },
  { name: "mini-batches", task: smallTask({ count: 60 }), batch: 16 },
  { name: "shares of λ₁", task: smallTask({ count: 37 }), threshold: "relative", epsilons: [1e-3, 1e-8] },
  { name: "an equation", task: poisson(), epsilons: [1e-2, 1e-10] },
  { name: "one neuron", task: smallTask({ count: 1 }), hidden: [1, 3] },
];

for (const { name, ...way } of ways) {
  Deno.test(`exportFeatures: ${name}: the features are those that the ranks are of`, async () => {
    const options: TrainingOptions = {
      hidden: [6, 5],
      ...way,
      steps: 12,
      probeEvery: 2,
      replicas: 2,
      seed: 3,
    };
    const { threshold = "absolute" } = options;
    using training = await Training.create(gpu, options);
    const exported = training.exportFeatures([2, 4, 12]);
    const trace = await training.finish();
    if (name.includes("again")) {
      assert.deepEqual(trace, await train(gpu, options), "the trace is the same to the bit");
    }
    const weights = rankedSamples(options.task).weights;
    let certain = 0;
    for (const probe of trace.probes) {
      if (![2, 4, 12].includes(probe.step)) continue;
      const features = await exported.features(probe);
      for (const [l, layer] of probe.layers.entries()) {
        const { columns } = features[l];
        assert.equal(columns, training.network.widths[l + 1]);
        for (const { verdict, isCertain } of verifyRanks(features[l], layer.ranks, { weights, threshold })) {
          assert.equal(verdict, "right");
          if (isCertain) certain++;
        }
        if (layer.kind !== "spectrum") continue;
        const { eigenvalues, errors } = reference(features[l], weights);
        layer.eigenvalues.forEach((value, i) => {
          // With fewer samples than features the others are 0.
          const error = Math.abs(value - (eigenvalues[i] ?? 0));
          assert(error <= layer.bounds[i] + (errors[i] ?? 0), `step ${probe.step}`);
        });
      }
    }
    assert(certain > 0);
  });
}

Deno.test("exportFeatures: a probe that was not named has none", async () => {
  using training = await Training.create(gpu, { task: smallTask(), steps: 4, probeEvery: 2 });
  const exported = training.exportFeatures([4]);
  const { probes } = await training.finish();
  await assert.rejects(() => exported.features(probes[1]), inputError(/the probe at step 2 is not exported/));
});
