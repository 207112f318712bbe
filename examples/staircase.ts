/**
 * Trains a network, probes the rank of its features every few steps, and draws the staircase.
 *
 *     deno run -A examples/staircase.ts --task cosines --replicas 8
 */
import {
  choiceFiles,
  compactJson,
  createProgress,
  Gpu,
  reportText,
  RunFolder,
  runProgram,
  runRecord,
  staircase,
  trainingFlags,
  trainingOptions,
} from "../mod.ts";

await runProgram({
  name: "staircase",
  summary: "watch the rank of a network's features rise in stairs while its loss falls",
  flags: [
    ...trainingFlags,
    { name: "out", kind: "string", default: "runs/staircase", placeholder: "DIR", help: "where files go" },
  ],
}, async ({ flags, signal }) => {
  const { adapter, autotune, profile, quiet, json, out } = flags;
  const options = await trainingOptions(flags);
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles, profile });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total: options.steps!, label: options.task.name, heading, quiet });
  const result = await staircase(gpu, { ...options, signal }, (steps, loss) => {
    progress.update(steps, `loss ${loss.toExponential(2)}`);
  });
  progress.finish();

  const record = await runRecord(gpu, result);
  const files = [
    await folder.writeRun(record),
    await folder.writeTrace(result.trace),
    await folder.writeFigure("staircase", result.figure),
  ];
  if (!quiet) console.log([reportText(record), "", ...files].join("\n"));
  if (json) console.log(compactJson(record));
  if (result.divergence) throw result.divergence;
});
