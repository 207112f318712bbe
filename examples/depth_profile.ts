/**
 * Compares the ε-ranks of all layers of a deep network at the start with those after training.
 *
 *     deno run -A examples/depth_profile.ts --layers 30,30,30,30,30,30
 */
import { depthProfile, experimentFlags, runExperiment, runProgram, trainingOptions } from "../mod.ts";

await runProgram({
  name: "depth-profile",
  summary: "compare the ranks along the depth of a network at the start and after training",
  flags: [
    ...experimentFlags({
      replicas: 5,
      steps: 3000,
      "probe-every": 1000,
      layers: "30,30,30,30,30,30,30,30,30,30,30,30",
      optimizer: "adam",
      "learning-rate": [1e-3],
    }),
    { name: "full", kind: "boolean", default: false, help: "ten replicas, 20,000 steps" },
    {
      name: "out",
      kind: "string",
      default: "runs/depth-profile",
      placeholder: "DIR",
      help: "where files go",
    },
  ],
  examples: [
    { args: "--full", help: "trains ten replicas for 20,000 steps" },
    { args: "--task digits --layers 64,64,64,64", help: "four hidden layers that learn handwritten digits" },
  ],
}, async ({ flags, signal }) => {
  const options = { ...await trainingOptions(flags), ...flags.full && { replicas: 10, steps: 20_000 } };
  await runExperiment(flags, {
    label: options.task.name,
    steps: options.steps!,
    run: (gpu, onProgress) => depthProfile(gpu, { ...options, signal }, onProgress),
    files: ({ table, figure }) => ({ "depth_profile.csv": table, "depth_profile.svg": figure }),
  });
});
