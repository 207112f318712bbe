import { OutOfMemoryError } from "../../src/errors.ts";
import { Gpu } from "../../src/gpu/device.ts";
import type { TrainingOptions } from "../../src/train/options.ts";
import { Training } from "../../src/train/training.ts";
import { assert } from "../deps.ts";
import { poisson } from "../support/equations.ts";
import { openGpu } from "../support/gpu.ts";
import { smallTask } from "../support/tasks.ts";

const gpu = await openGpu();

const same = (factor: number) => ({ weights: factor, biases: factor });

/** All that a training has changed on the GPU at its end. */
async function endOf(options: TrainingOptions, from: TrainingOptions | null = null) {
  using before = from && await Training.create(gpu, from);
  await before?.finish();
  const state = await before?.readState();
  using training = await Training.create(gpu, options, state && { state, trace: null });
  await training.finish();
  const { arrays } = await training.readState();
  return arrays;
}

Deno.test("rates of layers: an equation trains by them too, and goes on from its state to the same bits", async () => {
  const optimizer = { name: "adam", learningRate: 0.01 } as const;
  const layers = [[same(0), same(0.5), same(1)], [same(1), same(0.5), same(0)]];
  for (const task of [poisson(), smallTask()]) {
    const options = { task, hidden: [5, 6], replicas: 2, steps: 20, probeEvery: 5, retain: false };
    const of = (layers: TrainingOptions["optimizer"] & object) => ({ ...options, optimizer: layers });
    const plain = await endOf(of(optimizer));
    assert.deepEqual(await endOf(of({ ...optimizer, layers: [same(1), same(1), same(1)] })), plain);
    const rated = of({ ...optimizer, layers });
    const whole = await endOf(rated);
    assert.notDeepEqual(whole, plain);
    assert.deepEqual(await endOf(rated, { ...rated, steps: 10 }), whole);
  }
});

Deno.test("rates of layers: of a run that does not fit, its error says what would", async () => {
  using gpu = await Gpu.open({ memory: 4 * 2 ** 20 });
  const refused = async (hidden: readonly number[], replicas: number, advice: RegExp) => {
    const own = [...hidden, 1].map(() => same(0.5));
    for (const layers of [own, Array.from({ length: replicas }, () => own)]) {
      const optimizer = { name: "sgd", learningRate: 0.1, layers } as const;
      const options = { task: smallTask(), hidden, replicas, optimizer, precision: "single" } as const;
      await assert.rejects(() => Training.create(gpu, options), (error) => {
        assert(error instanceof OutOfMemoryError, String(error));
        assert.match(error.message, advice);
        return true;
      });
    }
  };
  await refused([20, 20], 5000, /replicas would fit/);
  await refused([3000, 3000], 1, /neurons would fit/);
  await refused(new Array(400).fill(1), 1, /hidden layers would fit/);
});
