import type { Gpu } from "../../src/gpu/device.ts";
import { Commands } from "../../src/gpu/commands.ts";
import { uploadSamples } from "../../src/nn/samples.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { spectrumProbes } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { exactLoss, type FloorProblem, referenceFloors } from "../reference/loss_floor.ts";
import { smallTask, trainSpectra } from "../support/tasks.ts";
import { openGpu } from "../support/gpu.ts";

const gpu = await openGpu();

/** Trains, and gives the last probe of each replica beside its last layer as the host sees it. */
async function lastProbes(gpu: Gpu, options: TrainingOptions) {
  using stack = new DisposableStack();
  const training = stack.use(await Training.create(gpu, options));
  const trace = await training.finish(), { network, updates } = training, { train } = options.task;
  const { layers, forward } = await network.evaluate(uploadSamples(gpu, train, stack), stack);
  const commands = new Commands(gpu);
  commands.run(...forward);
  commands.submit();
  const last = network.widths.length - 3, width = network.widths[last + 1];
  const { array, stride, batch } = layers[last], words = await array.read();
  const parameters = await network.readAllParameters();
  const probes = spectrumProbes(trace).filter(({ step }) => step === updates);
  return probes.map((probe) => {
    const { weights: output, biases } = parameters[probe.replica].at(-1)!;
    const at = 4 * probe.replica * batch;
    const features = Float32Array.from(
      { length: train.count * width },
      (_, e) => words[at + 4 * stride * Math.floor(e / width) + e % width],
    );
    const problem: FloorProblem = { features, targets: train.y, weights: train.weights, output, biases };
    return { probe, problem };
  });
}

/** Checks that floors are at most the loss, and that they are those of float64, less a share. */
function checkFloors(
  { probe, problem }: Awaited<ReturnType<typeof lastProbes>>[number],
  epsilons: readonly number[],
  share: number,
) {
  const loss = exactLoss(problem), floors = probe.floors!;
  assert.equal(probe.layers.at(-1)!.precision, "double");
  referenceFloors(problem, epsilons).forEach((reference, e) => {
    const { low, high } = probe.layers.at(-1)!.ranks[e];
    assert.equal(low, high);
    const text = `ε = ${epsilons[e]}: ${floors[e]} instead of ${reference}, loss ${loss}`;
    assert.ok(floors[e] <= Math.min(loss, probe.loss, reference * (1 + 1e-9)), text);
    assert.ok(floors[e] >= (1 - share) * reference, text);
  });
  return floors;
}

Deno.test("floors: refined, they are those of float64 where single precision sees nothing", async () => {
  const task = await loadTask("runge"), epsilons = [1e-4, 1e-8, 1e-12];
  const optimizer = { name: "adam", learningRate: 5e-3 } as const;
  const options = { task, hidden: [30], activation: "softplus", optimizer, steps: 400, probeEvery: 400 };
  const probes = await lastProbes(gpu, { ...options, replicas: 3, epsilons });
  assert.equal(probes.length, 3);
  for (const each of probes) {
    const floors = checkFloors(each, epsilons, 0.03);
    // Twelve orders of magnitude below λ₁ the floor still explains a good part of the loss.
    assert.ok(floors[2] > 0.05 * each.probe.loss, `${floors[2]} of ${each.probe.loss}`);
  }
});

Deno.test("floors: refined, for samples that make no whole slices, several outputs and replicas", async () => {
  for (const count of [1, 37, 83]) {
    const task = smallTask({ count, outputs: 3 }), epsilons = [1e-1, 1e-4, 1e-8];
    const shape = { hidden: [9, 13], replicas: 2, steps: 20, probeEvery: 20 };
    const probes = await lastProbes(gpu, { task, ...shape, precision: "double", epsilons });
    assert.equal(probes.length, 2);
    for (const each of probes) checkFloors(each, epsilons, 0.03);
  }
});

Deno.test("floors: the loss of a linear network at its least lies on or above them", async () => {
  const task = smallTask({ count: 40, inputs: 3, outputs: 2 });
  const optimizer = { name: "momentum", learningRate: 0.1 } as const;
  const shape = { task, hidden: [3], activation: "identity", optimizer, steps: 500, probeEvery: 50 };
  for (const precision of ["single", "double"] as const) {
    const { probes } = await trainSpectra(gpu, { ...shape, precision, epsilons: [1e-3, 1e-6] });
    for (const { step, loss, floors } of probes) {
      floors!.forEach((floor) => assert.ok(floor <= loss, `step ${step}: ${floor} above ${loss}`));
    }
    const { loss, floors } = probes.at(-1)!;
    assert.ok(floors![0] > 0.99 * loss, `${floors![0]} of ${loss}`);
  }
});
