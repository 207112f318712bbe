/**
 * Verifies the ranks of a run of `staircase`: trains it again and counts a sample of them exactly.
 *
 *     deno run -A examples/verify.ts runs/staircase/latest --share 20
 */
import {
  createProgress,
  exportFlag,
  failUnlessVerified,
  machineFlags,
  openGpu,
  quietFlag,
  readTrainingRun,
  runPath,
  runProgram,
  sampleSteps,
  Verification,
  verificationSeconds,
  verifyRun,
} from "../src/cli/mod.ts";
import { compactJson } from "../src/io/mod.ts";

await runProgram(
  {
    name: "verify",
    summary: "train a run of staircase again, and count a sample of its ranks in exact integer arithmetic",
    positionals: {
      placeholder: "RUN",
      help: "folder of the run, with run.json and trace.csv; by default the latest of runs/staircase",
      max: 1,
    },
    flags: [
      {
        name: "share",
        kind: "integer",
        default: 20,
        min: 1,
        max: 2 ** 32,
        group: "what to probe",
        help:
          "probes to verify, evenly from the first to the last: all layers, thresholds and replicas of each",
      },
      {
        name: "data",
        kind: "string",
        default: null,
        placeholder: "DIR",
        group: "what to probe",
        help: "folder of MNIST's IDX files, if the run was trained on them",
      },
      exportFlag,
      ...machineFlags,
      {
        name: "json",
        group: "output",
        kind: "boolean",
        default: false,
        help: "print the numbers of checked, certain and wrong ranks as one JSON object on the last line",
      },
      quietFlag,
    ],
    examples: [
      { args: "runs/staircase/latest", help: "verifies all ranks of 20 probes" },
      {
        args: "--share 3 --export-certificate certificates",
        help: "takes the latest run, and writes each as a folder",
      },
    ],
  },
  async ({ flags, positionals, signal }) => {
    const { share, data, exportCertificate, json, quiet } = flags;
    const path = await runPath(positionals[0] ?? "runs/staircase");
    const run = await readTrainingRun(path, data);
    const steps = sampleSteps(run.rows, share);
    Verification.checkSeconds(path, verificationSeconds(run, steps.length), "give a smaller --share");
    const verification = await Verification.open(exportCertificate);
    using gpu = await openGpu(flags);
    using progress = createProgress({ total: steps.at(-1) ?? 0, label: "training again", quiet });
    const onProgress = (step: number) => progress.update(step);
    const repetition = await verifyRun(gpu, run, { steps, verification, signal, onProgress });
    progress.finish();
    const { checked, certain, wrong } = verification.counts;
    if (!quiet) {
      console.log(
        `${path}: ${steps.length} probes verified; ` +
          `${checked} ranks checked, ${certain} certain, ${wrong} wrong`,
      );
    }
    if (json) {
      console.log(
        compactJson({ run: path, probes: steps.length, ...verification.counts, ...repetition }),
      );
    }
    failUnlessVerified(verification, repetition, [run.adapter, gpu.adapterName]);
  },
);
