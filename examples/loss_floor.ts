/**
 * Holds the loss of a network against the floor that its ε-rank implies, while it trains.
 *
 *     deno run -A examples/loss_floor.ts --task cosines --replicas 5
 */
import { experimentFlags, lossFloorStudy, runExperiment, runProgram, trainingOptions } from "../mod.ts";

await runProgram({
  name: "loss-floor",
  summary: "hold the loss of a network against the floor that its rank implies",
  flags: [
    ...experimentFlags({ replicas: 5, "probe-every": 50 }),
    { name: "full", kind: "boolean", default: false, help: "ten replicas, and a probe every ten steps" },
    { name: "out", kind: "string", default: "runs/loss-floor", placeholder: "DIR", help: "where files go" },
  ],
  examples: [
    { args: "--full", help: "trains ten replicas and probes every ten steps" },
    { args: "--task runge --replicas 3", help: "three networks that learn Runge's function" },
  ],
}, async ({ flags, signal }) => {
  const options = { ...await trainingOptions(flags), ...flags.full && { replicas: 10, probeEvery: 10 } };
  await runExperiment(flags, {
    label: options.task.name,
    steps: options.steps!,
    run: (gpu, onProgress) =>
      lossFloorStudy(gpu, { ...options, signal }, (steps, loss) => {
        onProgress(steps, `loss ${loss.toExponential(2)}`);
      }),
    files: ({ table, figure }) => ({ "loss_floor.csv": table, "loss_floor.svg": figure }),
  });
});
