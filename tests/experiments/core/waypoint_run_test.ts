import { waypointRun } from "../../../src/experiments/core/waypoint_run.ts";
import type { RunContext } from "../../../src/experiments/core/experiment.ts";
import { assert } from "../../deps.ts";
import { openGpu } from "../../support/gpu.ts";
import { smallTask } from "../../support/tasks.ts";

const gpu = await openGpu();

/** A run of networks with these learning rates, which measures step, replica and number of weights. */
function run(learningRate: number[], begun = () => {}) {
  return waypointRun({
    label: "small",
    names: learningRate.map((rate) => `rate ${rate}`),
    waypoints: [0, 1, 30],
    begin: () => {
      begun();
      return {
        training: { task: smallTask(), hidden: [3], optimizer: { name: "sgd", learningRate } },
        measure: async ({ updates, network }, alive) => {
          const parameters = await network.readAllParameters();
          return alive.map((replica) => [updates, replica, parameters[replica][0].weights.length]);
        },
      };
    },
  });
}

function context(signal?: AbortSignal): RunContext & { readonly seen: number[] } {
  const seen: number[] = [];
  return { gpu, signal, keeper: null, seen, onProgress: (steps) => void seen.push(steps), onProbe: () => {} };
}

Deno.test("waypointRun: measures at each waypoint, begins when it is executed, and says where it is", async () => {
  let begun = 0;
  const small = run([0.01, 0.1], () => begun++);
  assert.deepEqual([small.steps, small.networks, begun], [30, 2, 0]);
  const where = context(), { rows, diverged, status, steps } = await small.execute(where);
  assert.deepEqual(rows, [0, 1, 30].flatMap((step) => [[step, 0, 3], [step, 1, 3]]));
  assert.deepEqual([diverged, status, steps, where.seen, begun], [[], "done", 30, [0, 1, 30], 1]);
});

Deno.test("waypointRun: networks that diverge are named, and have no rows, not even of their start", async () => {
  const { rows, diverged, status, steps } = await run([0.01, 1e30]).execute(context());
  assert.deepEqual([rows.map(([, replica]) => replica), status, steps], [[0, 0, 0], "done", 30]);
  assert.deepEqual(diverged.map(({ replica }) => replica), [1]);
  assert.match(diverged[0].description!, /^small, rate 1e\+30 diverged at step \d+/);
  const none = await run([1e30]).execute(context());
  assert.deepEqual([none.rows, none.diverged.length, none.status], [[], 1, "diverged"]);
});

Deno.test("waypointRun: one that is stopped keeps nothing", async () => {
  const stopped = await run([0.01]).execute(context(AbortSignal.abort()));
  assert.deepEqual([stopped.rows, stopped.status, stopped.steps], [[], "stopped", 0]);
});
