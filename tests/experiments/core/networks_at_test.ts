import { defineExperiment } from "../../../src/experiments/core/experiment.ts";
import { type FolderRunOptions, runInFolder } from "../../../src/experiments/core/folder_run.ts";
import { GpuLease } from "../../../src/experiments/core/gpu_lease.ts";
import { trainingRun } from "../../../src/experiments/core/training_run.ts";
import { Gpu } from "../../../src/gpu/device.ts";
import { assert } from "../../deps.ts";
import { temporaryFolder } from "../../support/program.ts";
import { smallTask } from "../../support/tasks.ts";

const lease = await GpuLease.open(() => Gpu.open({ adapter: "software" }));
Deno.test.afterAll(() => lease[Symbol.dispose]());

/** Weights of a network on its way. */
interface Waypoint {
  readonly step: number;
  readonly weights: readonly (readonly number[])[];
}

/** An experiment that measures nothing but the networks that it passes. */
const waypoints = defineExperiment({
  name: "waypoints",
  summary: "list weights",
  source: null,
  examples: [{ args: "", help: "list" }, { args: "--seed 1", help: "list others" }],
  options: {},
  plan: () => ({ seed: 0 }),
  runs: () => [
    trainingRun<Waypoint>({
      training: { task: smallTask(), hidden: [4, 3], steps: 2000, probeEvery: 40, replicas: 2 },
      networksAt: [0, 80, 1200, 1960, 2000],
      measure: (_training, _prepared, _context, networks) => ({
        rows: [...networks].map(([step, replicas]) => ({
          step,
          weights: replicas.map((layers) => layers.flatMap(({ weights }) => [...weights])),
        })),
      }),
    }),
  ],
  tables: {},
  figures: {},
});

Deno.test("trainingRun: networks on the way are the same, however often the run stops or loses its device", async () => {
  using parent = temporaryFolder();
  const plan = { seed: 0 };
  const run = async (name: string, how: Partial<FolderRunOptions>) =>
    (await runInFolder(lease, waypoints, plan, { folder: `${parent.path}/${name}`, ...how })).result;
  const whole = await run("whole", {});
  assert.deepEqual(whole.rows.map(({ step }) => step), [0, 80, 1200, 1960, 2000]);
  assert(new Set(whole.rows.map(({ weights }) => weights[1].join())).size >= 4, "weights change");

  let stops = 0, status = "";
  while (status !== "done") {
    const stop = new AbortController();
    let reports = 0;
    const onProgress = () => void (reports++ >= 4 * stops && stop.abort());
    const result = await run("cut", { mode: "resume", signal: stop.signal, onProgress });
    status = result.status;
    if (status === "stopped") {
      stops++;
      // What it has passed until now is told as well.
      for (const row of result.rows) {
        assert.deepEqual(row, whole.rows.find(({ step }) => step === row.step));
      }
    } else assert.deepEqual(result.rows, whole.rows);
    assert(stops < 100, "it does not come to an end");
  }
  assert(stops > 0, "it was never stopped");

  let losses = 0, reports = 0;
  const lost = await run("lost", {
    checkpointEvery: 0.001,
    onProgress: () => {
      if (losses === 2 || reports++ < 9 * (losses + 1)) return;
      losses++;
      lease.gpu.device.destroy();
    },
  });
  assert.equal(losses, 2);
  assert.deepEqual(lost.rows, whole.rows);
});
