/**
 * Compares networks whose first layer is pre-trained, structured or by gradient, with those that start otherwise.
 *
 *     deno run -A examples/pretraining.ts --tasks runge:tanh,helmholtz1d:tanh --epsilon 1e-8
 */
import {
  completePretrainingOptions,
  pretraining,
  pretrainingFlags,
  pretrainingOptions,
  runExperiment,
  runProgram,
} from "../mod.ts";

await runProgram({
  name: "pretraining",
  summary: "compare networks whose first layer is pre-trained with those that start otherwise",
  flags: [
    ...pretrainingFlags,
    {
      name: "out",
      kind: "string",
      default: "runs/pretraining",
      placeholder: "DIR",
      help: "where files go",
    },
  ],
  examples: [
    { args: "--tasks cosines:tanh", help: "compares the starts on one task" },
    { args: "--full", help: "runs the whole comparison" },
  ],
}, async ({ flags, signal }) => {
  const options = await pretrainingOptions(flags);
  await runExperiment(flags, {
    label: "pre-training",
    steps: completePretrainingOptions(options).steps,
    run: (gpu, onProgress) =>
      pretraining(
        gpu,
        { ...options, signal },
        (steps, loss) => onProgress(steps, `loss ${loss.toExponential(2)}`),
      ),
    files: ({ table, times, trace, figure }) => ({
      "pretraining.csv": table,
      "times.csv": times,
      "trace.csv": trace,
      "pretraining.svg": figure,
    }),
  });
});
