import { runPlan } from "../../../src/experiments/core/run.ts";
import { trainingRun } from "../../../src/experiments/core/training_run.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { smallTask } from "../../support/tasks.ts";

const gpu = await openGpu();

/** Runs one training whose measurement ends with an error. */
async function measuring(errorOf: (stop: AbortController) => unknown) {
  const stop = new AbortController();
  const run = trainingRun<number>({
    training: { task: smallTask(), hidden: [4], steps: 20, probeEvery: 10 },
    measure: () => {
      throw errorOf(stop);
    },
  });
  return await runPlan({ gpu }, { runs: () => [run] }, { seed: 0 }, { signal: stop.signal });
}

Deno.test("trainingRun: a signal that ends the measurement stops the run", async () => {
  const { status, rows, timing } = await measuring((stop) => {
    stop.abort(new Error("enough"));
    return stop.signal.reason;
  });
  assert.deepEqual([status, rows, timing.steps], ["stopped", [], 20]);
});

Deno.test("trainingRun: any other error of the measurement is one of the run", async () => {
  const own = new Error("no room");
  await assert.rejects(measuring(() => own), own);
  await assert.rejects(
    measuring((stop) => {
      stop.abort();
      return own;
    }),
    own,
  );
});
