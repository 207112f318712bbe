import { Network } from "../../../src/nn/network.ts";
import { type FlowRecord, toDirections } from "../../../src/nn/optim/polar_flow.ts";
import { uploadSamples } from "../../../src/nn/samples.ts";
import { type FlowRunOptions, runFlow } from "../../../src/train/flow/flow_run.ts";
import { assert } from "../../deps.ts";
import { randomSamples } from "../../support/arrays.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** A flow of three replicas from different norms. */
async function flow(options: Partial<FlowRunOptions> = {}, onProgress?: (steps: number) => void) {
  using stack = new DisposableStack();
  const shape = {
    inputs: 3,
    hidden: [6, 5],
    outputs: 1,
    activation: "leaky-relu:0.1",
    initializer: "pytorch",
  };
  const network = stack.use(await Network.create(gpu, { ...shape, replicas: 3 }));
  await toDirections(network);
  return await runFlow({
    network,
    samples: uploadSamples(gpu, randomSamples(3, 20, 3, 1), stack),
    loss: "mean-squared-error",
    norms: [0.1, 0.5, 1],
    rate: 0.02,
    steps: 205,
    recordEvery: 10,
    ...options,
  }, onProgress);
}

Deno.test("runFlow: there is a record at each multiple and at the last step, the same at every run", async () => {
  const progress: number[] = [];
  const run = await flow({}, (steps) => progress.push(steps));
  assert.deepEqual([run.order, run.isWhole, progress.at(-1)], [3, true, 205]);
  for (const { records, divergedAt } of run.traces) {
    assert.equal(divergedAt, null);
    assert.deepEqual(records.map(({ step }) => step), [...Array.from({ length: 21 }, (_, i) => 10 * i), 205]);
    for (const { direction } of records) {
      assert(Math.abs(direction.reduce((sum, u) => sum + u * u, 0) - 1) < 1e-6, "a direction has length 1");
    }
    assert(records.every(({ loss }, i) => i === 0 || loss < records[i - 1].loss), "the loss falls");
  }
  assert.deepEqual(await flow(), run);
  // What a submission holds does not matter: with a record each step there are fewer steps in one.
  const fine = await flow({ recordEvery: 1 });
  for (const [replica, { records }] of run.traces.entries()) {
    for (const { drift: _, ...record } of records) {
      const { drift: __, ...other } = fine.traces[replica].records[record.step];
      assert.deepEqual(other, record);
    }
  }
});

Deno.test("runFlow: a replica ends with its last record, and the run with the last replica", async () => {
  const whole = await flow();
  const isLast = (record: FlowRecord, first: FlowRecord) => record.loss < 0.9 * first.loss;
  const run = await flow({ steps: 100_000, isLast });
  assert(run.isWhole);
  for (const [replica, { records }] of run.traces.entries()) {
    assert(records.length > 1 && records.length < 21);
    assert.deepEqual(records, whole.traces[replica].records.slice(0, records.length));
    assert.deepEqual(
      records.map((record) => isLast(record, records[0])),
      records.map((_, i) => i === records.length - 1),
    );
  }
});

Deno.test("runFlow: a replica that diverges ends before it does; the signal stops all", async () => {
  const { traces, isWhole } = await flow({ norms: [0.1, 1e30, 1] });
  assert.deepEqual(traces.map(({ divergedAt }) => divergedAt), [null, 0, null]);
  assert.deepEqual(traces.map(({ records }) => records.length), [22, 0, 22]);
  assert(isWhole);
  const stop = new AbortController();
  const stopped = await flow({ steps: 100_000, signal: stop.signal }, () => stop.abort());
  assert(!stopped.isWhole && stopped.traces.every(({ records }) => records.length < 10_000));
});
