/**
 * Studies how ranks are computed on a GPU: every method over families of matrices, how right it is and what it costs.
 *
 *     deno run -A examples/kernel_study.ts --methods naive,gram-jacobi --orders 32,64
 */
import {
  choiceFiles,
  compactJson,
  createProgress,
  Gpu,
  kernelStudy,
  kernelStudyFigures,
  kernelStudyFlags,
  kernelStudyOptions,
  kernelStudyRecord,
  kernelStudyTables,
  kernelStudyText,
  RunFolder,
  runProgram,
  studyParts,
} from "../mod.ts";

await runProgram({
  name: "kernel-study",
  summary: "study how ranks are computed on a GPU: how right each method is, and what it costs",
  flags: [
    ...kernelStudyFlags,
    { name: "out", kind: "string", default: "runs/kernel-study", placeholder: "DIR", help: "where files go" },
  ],
}, async ({ flags, signal }) => {
  const { adapter, autotune, quiet, json, out } = flags;
  const options = kernelStudyOptions(flags);
  const total = studyParts(options);
  using gpu = await Gpu.open({ adapter, autotune: autotune && choiceFiles });
  const folder = await RunFolder.open(out);
  const heading = `adapter: ${gpu.adapterName}${gpu.software ? " (software: the CPU, no GPU)" : ""}`;

  using progress = createProgress({ total, label: "study", heading, quiet });
  const study = await kernelStudy(
    gpu,
    { ...options, signal },
    ({ done, text }) => progress.update(done, text),
  );
  progress.finish();

  const record = await kernelStudyRecord(gpu, study);
  const files = [await folder.writeRun(record)];
  for (const [name, text] of Object.entries(kernelStudyTables(study))) {
    files.push(await folder.write(`${name}.csv`, text));
  }
  for (const [name, svg] of Object.entries(kernelStudyFigures(study))) {
    files.push(await folder.writeFigure(name, svg));
  }
  if (!quiet) console.log([kernelStudyText(record), "", ...files].join("\n"));
  if (json) console.log(compactJson(record));
});
