/**
 * Holds the loss of a network against the floor that its ε-rank implies, while it trains.
 *
 *     deno run -A examples/loss_floor.ts --task cosines --replicas 5
 */
import {
  compactJson,
  createProgress,
  experimentFlags,
  experimentRecord,
  experimentText,
  failIfDiverged,
  Gpu,
  lossFloorStudy,
  RunFolder,
  runProgram,
  trainingOptions,
} from "../mod.ts";

await runProgram({
  name: "loss-floor",
  summary: "hold the loss of a network against the floor that its rank implies",
  flags: [
    ...experimentFlags({ replicas: 5, "probe-every": 50 }),
    { name: "full", kind: "boolean", default: false, help: "ten replicas, and a probe every ten steps" },
    { name: "out", kind: "string", default: "runs/loss-floor", placeholder: "DIR", help: "where files go" },
  ],
}, async ({ flags, signal }) => {
  const { adapter, autotune, quiet, json, full, out } = flags;
  const options = { ...await trainingOptions(flags), ...full && { replicas: 10, probeEvery: 10 } };
  using gpu = await Gpu.open({ adapter, autotune });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total: options.steps!, label: options.task.name, heading, quiet });
  const result = await lossFloorStudy(gpu, { ...options, signal }, (steps, loss) => {
    progress.update(steps, `loss ${loss.toExponential(2)}`);
  });
  progress.finish();

  const record = await experimentRecord(gpu, result);
  const files = [
    await folder.writeRun(record),
    await folder.write("loss_floor.csv", result.table),
    await folder.writeFigure("loss_floor", result.figure),
  ];
  if (!quiet) console.log([experimentText(record), "", ...files].join("\n"));
  if (json) console.log(compactJson(record));
  failIfDiverged(record);
});
