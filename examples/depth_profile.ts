/**
 * Compares the ε-ranks of all layers of a deep network at the start with those after training.
 *
 *     deno run -A examples/depth_profile.ts --layers 30,30,30,30,30,30
 */
import {
  compactJson,
  createProgress,
  depthProfile,
  experimentFlags,
  experimentRecord,
  experimentText,
  failIfDiverged,
  Gpu,
  RunFolder,
  runProgram,
  trainingOptions,
} from "../mod.ts";

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
}, async ({ flags, signal }) => {
  const { adapter, autotune, quiet, json, full, out } = flags;
  const options = { ...await trainingOptions(flags), ...full && { replicas: 10, steps: 20_000 } };
  using gpu = await Gpu.open({ adapter, autotune });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total: options.steps!, label: options.task.name, heading, quiet });
  const result = await depthProfile(gpu, { ...options, signal }, (steps) => progress.update(steps, ""));
  progress.finish();

  const record = await experimentRecord(gpu, result);
  const files = [
    await folder.writeRun(record),
    await folder.write("depth_profile.csv", result.table),
    await folder.writeFigure("depth_profile", result.figure),
  ];
  if (!quiet) console.log([experimentText(record), "", ...files].join("\n"));
  if (json) console.log(compactJson(record));
  failIfDiverged(record);
});
