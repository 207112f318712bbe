import { StaircaseError } from "../../../src/errors.ts";
import { runInFolder } from "../../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../../src/experiments/core/gpu_lease.ts";
import { runPlan } from "../../../src/experiments/core/run.ts";
import type { Run } from "../../../src/experiments/core/experiment.ts";
import { staircase } from "../../../src/experiments/staircase/mod.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { completeOptions } from "../../../src/train/options.ts";
import { assert } from "../../deps.ts";
import { filesIn, foldersIn, temporaryFolder } from "../../support/program.ts";
import { smallTask } from "../../support/tasks.ts";
import { openGpu } from "../../support/gpu.ts";

const gpu = await openGpu();

/** Two runs, the second of which is stopped before it measures anything, or fails. */
function twoRuns(stop: AbortController, error: unknown): Run<number>[] {
  const outcome = { rows: [1], diverged: [], status: "done", steps: 5, milliseconds: 1 } as const;
  return [false, true].map((isStopped) => ({
    label: "run",
    steps: 5,
    networks: 1,
    execute: () => {
      if (!isStopped) return Promise.resolve(outcome);
      stop.abort(error);
      return Promise.reject(stop.signal.reason);
    },
  }));
}

Deno.test("runPlan: a run that is stopped before it measures leaves what the others have measured", async () => {
  const stop = new AbortController(), runs = twoRuns(stop, new Error("enough"));
  const result = await runPlan({ gpu }, { runs: () => runs }, { seed: 0 }, { signal: stop.signal });
  assert.deepEqual([result.status, result.rows, result.timing.steps], ["stopped", [1], 5]);
});

Deno.test("runPlan: the first run, and any error of its own, end the experiment", async () => {
  const stop = new AbortController(), [, last] = twoRuns(stop, new Error("enough"));
  await assert.rejects(
    runPlan({ gpu }, { runs: () => [last] }, { seed: 0 }, { signal: stop.signal }),
    (error) => error === stop.signal.reason,
  );
  const other = new AbortController(), [first] = twoRuns(other, null);
  const execute = () => {
    other.abort();
    return Promise.reject(new StaircaseError("no room"));
  };
  await assert.rejects(
    runPlan({ gpu }, { runs: () => [first, { ...first, execute }] }, { seed: 0 }, { signal: other.signal }),
    StaircaseError,
  );
});

Deno.test("runInFolder: stopped while the network is built, it leaves no run, and the folder is free", async () => {
  using home = temporaryFolder();
  using lease = await GpuLease.open(() => Gpu.open());
  const stop = new AbortController(), reason = new Error("enough");
  const hidden = new Array<number>(300).fill(3);
  const plan = completeOptions({ task: smallTask(), hidden, steps: 2, probeEvery: 1 });
  setTimeout(() => stop.abort(reason), 300);
  const folder = `${home.path}/run`, how = { folder, signal: stop.signal };
  await assert.rejects(runInFolder(lease, staircase, plan, how), (error) => error === reason);
  assert.deepEqual([filesIn(folder), foldersIn(home.path)], [[], []]);
});
