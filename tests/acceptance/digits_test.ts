import { Gpu } from "../../src/gpu/device.ts";
import { loadTask } from "../../src/tasks/registry.ts";
import { spectrumProbes } from "../../src/train/trace.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";

Deno.test("handwritten digits: 95 % of those held out are told apart", async () => {
  using gpu = await Gpu.open();
  const task = await loadTask("digits");
  // Three quarters of the steps that it has by default, and no more probes than must be.
  using training = await Training.create(gpu, { task, steps: 1500, probeEvery: 1500 });
  const trace = await training.finish();
  const { losses: [losses] } = trace, [first, last] = spectrumProbes(trace);
  assert.deepEqual(training.network.widths, [784, 256, 128, 10]);
  assert(first.accuracy! < 0.2, `${first.accuracy} at the start`);
  assert(last.accuracy! >= 0.95, `${last.accuracy} at the end`);
  assert(last.loss < 0.02 && losses[0] > 2);
  assert.deepEqual(last.layers.map(({ eigenvalues }) => eigenvalues.length), [256, 128]);
  for (const { ranks } of last.layers) {
    for (const { rank, low, high } of ranks) assert(rank > 10 && low <= rank && rank <= high);
  }
});
