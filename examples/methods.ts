/**
 * Compares random features with least squares, partitions of unity, Fourier features and multi-scale inputs with a plain network:
 * ranks at the start and over time, losses, and errors between the samples.
 *
 *     deno run -A examples/methods.ts --targets cosines,franke2d --methods elm,fourier --frequencies dyadic:4
 */
import {
  completeMethodsOptions,
  methodsFlags,
  methodsOptions,
  methodsStudy,
  runExperiment,
  runProgram,
} from "../mod.ts";

await runProgram({
  name: "methods",
  summary: "compare the ranks of features that methods start with and of those that a plain network learns",
  flags: [
    ...methodsFlags,
    { name: "out", kind: "string", default: "runs/methods", placeholder: "DIR", help: "where files go" },
  ],
  examples: [
    { args: "--targets cosines,abs", help: "learns two functions only" },
    { args: "--full", help: "runs the whole comparison" },
  ],
}, async ({ flags, signal }) => {
  const options = completeMethodsOptions(await methodsOptions(flags));
  await runExperiment(flags, {
    label: "methods",
    steps: options.steps,
    run: (gpu, onProgress) => methodsStudy(gpu, { ...options, signal }, onProgress),
    files: ({ table, trace, figure }) => ({
      "methods.csv": table,
      "methods_trace.csv": trace,
      "methods.svg": figure,
    }),
  });
});
