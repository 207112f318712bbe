/**
 * Trains a network, probes the rank of its features every few steps, and draws the staircase.
 *
 *     deno run -A examples/staircase.ts --task cosines --replicas 8
 */
import {
  compactJson,
  createProgress,
  Gpu,
  reportText,
  RunFolder,
  runProgram,
  runRecord,
  snakeCase,
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
  examples: [
    { args: "--task digits --replicas 4", help: "four networks that learn handwritten digits" },
    {
      args: "--layers 64,64 --activation sine --steps 2000",
      help: "a network of your own, trained for 2,000 steps",
    },
  ],
}, async ({ flags, signal }) => {
  const { adapter, autotune, profile, quiet, json, out } = flags;
  const options = await trainingOptions(flags);
  using gpu = await Gpu.open({ adapter, autotune, profile });
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
  if (json) console.log(compactJson(snakeCase(record)));
  if (result.divergence) throw result.divergence;
});
