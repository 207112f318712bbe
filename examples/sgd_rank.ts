/**
 * Compares the ranks of weight matrices that SGD trains with different batch sizes, learning rates and weight decays.
 *
 *     deno run -A examples/sgd_rank.ts --batches 4,16,64 --weight-decays 0,0.005
 */
import {
  completeSgdRankOptions,
  runExperiment,
  runProgram,
  sgdRank,
  sgdRankFlags,
  sgdRankOptions,
} from "../mod.ts";

await runProgram({
  name: "sgd-rank",
  summary:
    "compare the ranks of weights that SGD trains with different batches, learning rates and weight decays",
  flags: [
    ...sgdRankFlags,
    { name: "out", kind: "string", default: "runs/sgd-rank", placeholder: "DIR", help: "where files go" },
  ],
  examples: [
    { args: "--full", help: "trains on more samples, with more batch sizes" },
    { args: "--batches 8,64 --json", help: "compares two batch sizes and prints the record as JSON" },
  ],
}, async ({ flags, signal }) => {
  const options = completeSgdRankOptions(await sgdRankOptions(flags));
  await runExperiment(flags, {
    label: options.task.name,
    steps: options.steps,
    run: (gpu, onProgress) => sgdRank(gpu, { ...options, signal }, onProgress),
    files: ({ table, figure }) => ({ "sgd_rank.csv": table, "sgd_rank.svg": figure }),
  });
});
