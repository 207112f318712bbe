/**
 * Draws the staircases of many tasks, activations, depths and optimisers side by side.
 *
 *     deno run -A examples/staircase_atlas.ts --tasks cosines,burgers --activations tanh,gelu,sine --depths 2
 */
import {
  atlasFlags,
  atlasOptions,
  completeAtlasOptions,
  runExperiment,
  runProgram,
  staircaseAtlas,
} from "../mod.ts";

await runProgram({
  name: "staircase-atlas",
  summary: "draw the staircases of many tasks, activations, depths and optimisers side by side",
  flags: [
    ...atlasFlags,
    {
      name: "out",
      kind: "string",
      default: "runs/staircase-atlas",
      placeholder: "DIR",
      help: "where files go",
    },
  ],
  examples: [
    { args: "--tasks cosines,poisson1d", help: "draws two tasks only" },
    { args: "--full", help: "draws every task at full length" },
  ],
}, async ({ flags, signal }) => {
  const options = await atlasOptions(flags);
  await runExperiment(flags, {
    label: "atlas",
    steps: completeAtlasOptions(options).steps,
    run: (gpu, onProgress) => staircaseAtlas(gpu, { ...options, signal }, onProgress),
    files: ({ table, cellTable, figure }) => ({
      "staircase_atlas.csv": table,
      "cells.csv": cellTable,
      "staircase_atlas.svg": figure,
    }),
  });
});
