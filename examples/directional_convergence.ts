/**
 * Lets networks without biases learn from ever smaller weights, and compares where they turn before the loss moves with the KKT
 * point of the neural correlation function.
 *
 *     deno run -A examples/directional_convergence.ts --layers 20,20 --activation relu^2 --deltas 0.1,0.01
 */
import {
  completeDirectionalOptions,
  directionalConvergence,
  directionalFlags,
  directionalOptions,
  runExperiment,
  runProgram,
} from "../mod.ts";

await runProgram({
  name: "directional-convergence",
  summary: "follow networks from ever smaller weights to the KKT point of their neural correlation function",
  flags: [
    ...directionalFlags,
    {
      name: "out",
      kind: "string",
      default: "runs/directional-convergence",
      placeholder: "DIR",
      help: "where files go",
    },
  ],
  examples: [
    { args: "--deltas 0.1,0.01", help: "starts from two norms of the weights" },
    { args: "--full", help: "starts from smaller weights, down to a norm of 1e-6" },
  ],
}, async ({ flags, signal }) => {
  const options = completeDirectionalOptions(directionalOptions(flags));
  await runExperiment(flags, {
    label: "flows",
    steps: options.steps,
    run: (gpu, onProgress) => directionalConvergence(gpu, { ...options, signal }, onProgress),
    files: ({ table, alignment, ratios, figure }) => ({
      "directional_convergence.csv": table,
      "alignment.csv": alignment,
      "weight_ratios.csv": ratios,
      "directional_convergence.svg": figure,
    }),
  });
});
