import type { Skip } from "../../src/nn/layout.ts";
import { Network } from "../../src/nn/network.ts";
import { uploadSamples } from "../../src/nn/samples.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { featureSpectra } from "../../src/rank/spectra/feature_spectrum.ts";
import { assert } from "../deps.ts";
import { referenceEigenvalues } from "../support/solve.ts";
import { smallTask, type SpectrumTrace as Trace, trainSpectra as train } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/**
 * Features of all hidden layers of one replica, before the first step: row-major, without padding.
 */
async function firstFeatures(options: { hidden: number[]; seed: number; skip?: Skip }, replica: number) {
  const task = smallTask({ count: 60 });
  using stack = new DisposableStack();
  const network = stack.use(
    await Network.create(gpu, {
      inputs: 1,
      outputs: 1,
      activation: "tanh",
      initializer: "xavier-normal",
      replicas: 3,
      ...options,
    }),
  );
  const { layers, forward } = await network.evaluate(uploadSamples(gpu, task.train, stack), stack);
  const commands = new Commands(gpu);
  commands.run(...forward);
  commands.submit();
  return await Promise.all(options.hidden.map(async (width, l) => {
    const { array, stride, batch } = layers[l];
    const words = (await array.read()).subarray(4 * replica * batch);
    const data = Float32Array.from(
      { length: 60 * width },
      (_, e) => words[4 * stride * Math.floor(e / width) + e % width],
    );
    return { rows: 60, columns: width, data };
  }));
}

const shapes: readonly { hidden: number[]; seed: number; skip?: Skip }[] = [
  { hidden: [20, 13], seed: 4 },
  { hidden: [9, 9], seed: 4, skip: true },
  { hidden: [9, 9], seed: 4, skip: "adaptive" },
  { hidden: [9, 9], seed: 4, skip: "gated" },
];
for (const shape of shapes) {
  Deno.test(`double precision: every spectrum is that of the features of ${JSON.stringify(shape)}`, async () => {
    await checkDoubled(shape);
  });
}

async function checkDoubled(shape: { hidden: number[]; seed: number; skip?: Skip }): Promise<void> {
  const task = smallTask({ count: 60 });
  const options = { ...shape, task, activation: "tanh", replicas: 3, steps: 4, probeEvery: 2 };
  const trace = await train(gpu, { ...options, precision: "double" });
  assert.equal(trace.probes.length, 9);
  for (const { step, replica, layers } of trace.probes) {
    layers.forEach(({ precision, eigenvalues, bounds }) => {
      assert.equal(precision, "double");
      bounds.forEach((error) => assert(error < 1e-10 * eigenvalues[0], `${error}`));
    });
    if (step > 0) continue;
    const features = await firstFeatures(shape, replica);
    for (const [l, each] of features.entries()) {
      const { eigenvalues, bounds } = layers[l];
      const truth = referenceEigenvalues(each.data, each.columns, task.train.weights);
      const slack = 1e-14 * truth[0];
      truth.forEach((value, i) => assert(Math.abs(eigenvalues[i] - value) <= bounds[i] + slack));
      // What the host makes of the same features: with the roots of the weights in them, so not the
      // same bits.
      const { weights } = task.train;
      const [host] = await featureSpectra(gpu, [each], { precision: "double", weights });
      host.eigenvalues.forEach((value, i) =>
        assert(Math.abs(eigenvalues[i] - value) <= bounds[i] + host.bounds[i] + slack)
      );
    }
  }
}

Deno.test("auto: single precision where that is certain, double where it is not, and certain then", async () => {
  const task = smallTask({ count: 60 });
  const options = { task, hidden: [20, 13], epsilons: [1e-3, 1e-9, 1e-11], steps: 60, probeEvery: 3 };
  const of = async (precision: "auto" | "single" | "double") => await train(gpu, { ...options, precision });
  const [single, auto, double] = [await of("single"), await of("auto"), await of("double")];
  const certain = (trace: Trace) =>
    trace.probes.flatMap(({ layers }) => layers.flatMap(({ ranks }) => ranks))
      .filter(({ low, high }) => low === high).length;
  let escalated = 0, kept = 0;
  auto.probes.forEach(({ layers, loss, floors }, i) => {
    assert.equal(loss, single.probes[i].loss);
    // Floors are as precise as the last layer's spectrum.
    const { precision } = layers[layers.length - 1];
    assert.deepEqual(floors, (precision === "single" ? single : double).probes[i].floors);
    layers.forEach((layer, l) => {
      const before = single.probes[i].layers[l];
      const isCertain = before.ranks.every(({ low, high }) => low === high);
      assert.deepEqual(layer, isCertain ? before : double.probes[i].layers[l]);
      if (isCertain) kept++;
      else escalated++;
    });
  });
  assert(kept > 0 && escalated > 0, `${kept} ${escalated}`);
  assert(certain(auto) > certain(single));
  assert(certain(auto) >= 0.99 * 3 * (kept + escalated), `${certain(auto)} of ${3 * (kept + escalated)}`);
  assert.deepEqual([...auto.losses[0]], [...single.losses[0]]);
});

Deno.test("double: a run with little room for parameters makes short submissions, to the same bits", async () => {
  // 3.2 MB of parameters a replica: those of ten probes fit, of which a submission may make five.
  const task = smallTask({ count: 10, inputs: 200_000 });
  const options = { task, hidden: [4], steps: 24, replicas: 2, precision: "double" } as const;
  const often = await train(gpu, { ...options, probeEvery: 1 });
  const seldom = await train(gpu, { ...options, probeEvery: 6 });
  const layers = ({ probes }: Trace) =>
    probes.filter(({ step }) => step % 6 === 0).map((probe) => probe.layers);
  assert.deepEqual(layers(often), layers(seldom));
});
