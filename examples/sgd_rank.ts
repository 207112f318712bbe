/**
 * Compares the ranks of weight matrices that SGD trains with different batch sizes, learning rates and weight decays.
 *
 *     deno run -A examples/sgd_rank.ts --batches 4,16,64 --weight-decays 0,0.005
 */
import {
  compactJson,
  completeSgdRankOptions,
  createProgress,
  experimentRecord,
  experimentText,
  failIfDiverged,
  Gpu,
  RunFolder,
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
}, async ({ flags, signal }) => {
  const { adapter, autotune, quiet, json, out } = flags;
  const options = completeSgdRankOptions(await sgdRankOptions(flags));
  using gpu = await Gpu.open({ adapter, autotune });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total: options.steps, label: options.task.name, heading, quiet });
  const result = await sgdRank(gpu, { ...options, signal }, (steps) => progress.update(steps));
  progress.finish();

  const record = await experimentRecord(gpu, result);
  const files = [
    await folder.writeRun(record),
    await folder.write("sgd_rank.csv", result.table),
    await folder.writeFigure("sgd_rank", result.figure),
  ];
  if (!quiet) console.log([experimentText(record), "", ...files].join("\n"));
  if (json) console.log(compactJson(record));
  failIfDiverged(record);
});
