import type { TrainingOptions } from "../../src/train/options.ts";
import type { SavedTraining } from "../../src/train/state.ts";
import { Training } from "../../src/train/training.ts";
import { measure } from "../../src/gpu/measure/meter.ts";
import { assert } from "../deps.ts";
import { openGpu } from "../support/gpu.ts";
import { replicaOf, smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

/**
 * So many replicas, samples and steps that a CPU that poses as a GPU makes many steps of all
 * replicas in a dispatch. Rates grow from replica to replica until networks diverge.
 */
const streams = Array.from({ length: 72 }, (_, stream) => ({ seed: 4, stream }));
const rateOf = (stream: number) => stream % 9 === 8 ? 300 : 0.01 + 0.001 * stream;
const optionsOf = (streams: TrainingOptions["streams"] & object): TrainingOptions => ({
  task: smallTask({ count: 256 }),
  hidden: [3],
  activation: "relu",
  optimizer: { name: "momentum", learningRate: streams.map(({ stream = 0 }) => rateOf(stream)) },
  steps: 1100,
  probeEvery: 150,
  replicas: streams.length,
  streams,
});

for (const batch of [null, 255]) {
  const way = batch === null ? "the full batch" : "mini-batches";
  Deno.test(`many replicas have the bits of few, which train step by step, on ${way}, whatever interrupts them`, async () => {
    const options = { ...optionsOf(streams), batch };
    const some = [3, 8, 64];
    using single = await Training.create(gpu, { ...optionsOf(some.map((at) => streams[at])), batch });
    const few = await single.finish();

    let from: SavedTraining | null = null;
    using first = await Training.create(gpu, options);
    for await (const chunk of first.chunks()) {
      if (chunk.state) {
        from = { trace: first.trace, state: chunk.state };
        break;
      }
      if (chunk.first > 200) first.requestState();
    }
    assert(from && from.state.step < 1100);
    using second = await Training.create(gpu, options, from);
    const trace = await second.finish();
    some.forEach((at, index) => assert.deepEqual(replicaOf(trace, at), replicaOf(few, index)));
    const [late] = second.divergedReplicas.filter(({ replica }) => replica === some[1]);
    assert.deepEqual(single.divergedReplicas, [{ ...late, replica: 1 }]);
    // 1,100 steps and eight probes; one by one the steps alone are 2,200 dispatches.
    const { dispatches } = await measure(gpu, async () => {
      using third = await Training.create(gpu, options);
      await third.finish();
    });
    if (gpu.adapterName.startsWith("llvmpipe")) assert(dispatches < 1500, `${dispatches} dispatches`);
  });
}
